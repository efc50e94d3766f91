import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modes } from '../../../../src/faults/modes.ts';
import { placeCuts } from '../../../../src/lab/faults/placements.ts';
import { type Cut, ONE_WAYS } from '../../../../src/shapes/shape.ts';
import { type Edge, edgeName } from '../../../../src/stack/model.ts';
import { errorOf } from '../../stack/fake.ts';

const edge = (from: string, to: string): Edge => ({
  name: edgeName(from, to),
  from,
  to,
  ports: [2379],
});
const names = ['a', 'b', 'c'];
const edges = [
  ...names.flatMap((from) => names.filter((to) => to !== from).map((to) => edge(from, to))),
  ...names.map((to) => edge('host', to)),
];
const ab: Cut[] = [['a', 'b']];

const placed = (cuts: readonly Cut[], ...how: [Parameters<typeof placeCuts>[2], string?]) =>
  Object.fromEntries(
    [...placeCuts(edges, cuts, ...how).placements].map(([name, faults]) => [
      name,
      faults.map(({ kind, params, scope, instead }) => [
        kind,
        ...(params.match ? [params.match, params.side] : []),
        ...(params.existing ? [params.existing] : []),
        ...(scope ? [scope.direction] : []),
        ...(instead ? [`or ${instead.kind}`] : []),
      ]),
    ]),
  );

test('a cut in one order, by each of the ways', () => {
  expect(placed(ab, 'edge')).toEqual({ 'a:b': [['drop', 'all', 'both', 'or jam']] });
  expect(placed(ab, 'dial')).toEqual({ 'a:b': [['drop', 'syn', 'src', 'or refuse']] });
  expect(placed(ab, 'dial', 'refuse')).toEqual({ 'a:b': [['refuse', 'keep']] });
  expect(placed(ab, 'data')).toEqual({ 'a:b': [['jam', 'up']], 'b:a': [['jam', 'down']] });
  expect(placed(ab, 'data', 'blackhole')).toEqual({
    'a:b': [['blackhole', 'up']],
    'b:a': [['blackhole', 'down']],
  });
  expect(placed(ab, 'packet')).toEqual({
    'a:b': [['drop', 'all', 'both', 'up', 'or jam']],
    'b:a': [['drop', 'all', 'both', 'down', 'or jam']],
  });
});

test('what takes the place of a packet fault is narrowed like it, and dials like it', () => {
  const instead = (way: 'dial' | 'packet') =>
    placeCuts(edges, ab, way).placements.get('a:b')![0]!.instead;
  expect(instead('packet')).toEqual({ kind: 'jam', params: {}, scope: { direction: 'up' } });
  expect(instead('dial')).toEqual({ kind: 'refuse', params: { existing: 'keep' } });
});

test('every mode can be placed, gray as three faults, and no-new leaves what is open', () => {
  for (const [name, { faults }] of Object.entries(modes)) {
    const { mode, placements } = placeCuts(edges, ab, undefined, name);
    expect(mode).toBe(name);
    expect(placements.get('a:b')!.map(({ kind }) => kind)).toEqual(
      faults.map((text) => text.split(' ')[0]),
    );
  }
  expect(placeCuts(edges, ab, undefined, 'gray').reach.a!.b).toBe('sick');
  expect(placeCuts(edges, ab, undefined, 'gray').sees.a).toEqual(['b', 'c', 'host']);
  expect(placeCuts(edges, ab, undefined, 'no-new').reach.a!.b).toBe('dial');
});

test('a mode that cannot cut like this is refused with those that can', () => {
  expect(errorOf(() => placeCuts(edges, ab, 'data', 'drop'))).toBe(
    'error: "drop" cannot cut one way by data  (partition-invalid)\n' +
      'hint: modes: jam, blackhole, gray; --one-way packet drops packets',
  );
  expect(errorOf(() => placeCuts(edges, ab, 'dial', 'jam'))).toContain(
    'modes: drop, refuse, no-new',
  );
  expect(errorOf(() => placeCuts(edges, ab, undefined, 'dorp'))).toContain('is no mode');
});

test('the matrix says of each ordered pair what was cut, and nothing of pairs without an edge', () => {
  const ends = [...names, 'host'];
  const pairs = ends.flatMap((a) => ends.filter((b) => b !== a).map((b): Cut => [a, b]));
  fc.assert(
    fc.property(fc.subarray(pairs), fc.constantFrom(...ONE_WAYS), (cuts, oneWay) => {
      const { placements, reach, sees } = placeCuts(edges, cuts, oneWay);
      for (const name of placements.keys()) expect(edges.map((e) => e.name)).toContain(name);
      const isCut = (a: string, b: string) => cuts.some(([x, y]) => x === a && y === b);
      for (const [a, b] of pairs) {
        if (a !== 'host' && b !== 'host')
          expect(reach[a]![b]).toBe(isCut(a, b) ? (oneWay === 'edge' ? 'cut' : oneWay) : 'open');
        const isSeen = reach[a]![b] === 'open' && reach[b]![a] === 'open';
        expect(sees[a]!.includes(b)).toBe(isSeen);
      }
    }),
  );
  const two = [edge('app', 'a')];
  const whole = placeCuts(two, [['app', 'a']]).reach;
  expect(whole).toEqual({ app: { a: 'cut' }, a: { app: 'cut' } });
  expect(placeCuts(two, [['app', 'a']], 'dial').reach.a).toEqual({ app: 'open' });
  expect(placeCuts(two, [['a', 'app']], 'data').reach).toEqual({
    app: { a: 'open' },
    a: { app: 'data' },
  });
  expect(placeCuts([...two, edge('app', 'b')], []).reach.a).toEqual({ app: 'open' });
});
