// What holds of every shape, and what each of them promises.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeded } from '../../../src/faults/seed.ts';
import { type ShapeName, shapes } from '../../../src/shapes/index.ts';
import { majority } from '../../../src/shapes/sets.ts';
import type { Cut, Shape, ShapeInput } from '../../../src/shapes/shape.ts';
import {
  allShapes,
  components,
  flagsFor,
  input,
  key,
  LEAST,
  members,
  seenBy,
  type World,
  world,
} from './world.ts';

/** The cuts of a shape in a world; sides, zones and clients where it is made of those. */
function cutsOf(name: ShapeName, drawn: World, more: Partial<ShapeInput> = {}): readonly Cut[] {
  const zoned = drawn.nodes.map((node, i) => ({ ...node, zone: `z${i % 2}` }));
  return (shapes[name] as Shape).cuts(
    input(name === 'zones' ? zoned : drawn.nodes, {
      others: name === 'client-side' ? ['host', 'app'] : [],
      sides: name === 'split' ? [[drawn.node]] : [],
      flags: flagsFor(name, drawn),
      random: seeded(drawn.seed),
      ...more,
    }),
  );
}

/** Runs a check on the cuts of many worlds. */
function always(
  name: ShapeName,
  check: (cuts: readonly Cut[], drawn: World) => void,
  more: Partial<ShapeInput> = {},
) {
  const property = fc.property(world(LEAST[name]), (drawn) => {
    check(cutsOf(name, drawn, more), drawn);
  });
  fc.assert(property);
}

const groups = (cuts: readonly Cut[], { names }: World) =>
  components(names, cuts).sort((a, b) => a.length - b.length);

for (const [name, shape] of allShapes)
  test(`${name}: cuts are between different nodes that there are, each once`, () => {
    always(name, (cuts, { names }) => {
      const there = new Set([...names, ...(name === 'client-side' ? ['host', 'app'] : [])]);
      for (const [from, to] of cuts) {
        expect(there).toContain(from);
        expect(there).toContain(to);
        expect(from).not.toBe(to);
      }
      expect(new Set(cuts.map(key)).size).toBe(cuts.length);
    });
    always(name, (cuts, drawn) => expect(cutsOf(name, drawn)).toEqual(cuts));
    if (!shape.oneWay)
      always(name, (cuts) => {
        // Of two orders, one beside the other, --one-way keeps the first.
        for (let i = 0; i < cuts.length; i += 2) expect(cuts[i + 1]).toEqual(cuts[i]!.toReversed());
      });
  });

for (const [name, least] of Object.entries(LEAST) as [ShapeName, number][])
  test(`${name} of fewer than ${least} is refused with why`, () => {
    const few = {
      ...fc.sample(world(least), { numRuns: 1, seed: 1 })[0]!,
      nodes: members(least - 1),
    };
    const names = few.nodes.map((node) => node.name);
    const [node = 'etcd-1'] = names;
    const drawn = { ...few, names, node, follower: names[1] ?? node, leader: node };
    const refused = expect(() => cutsOf(name, drawn));
    refused.toThrow(/needs|nothing to cut|nobody|takes two|is in a zone|primary|or more/);
  });

test('split: two are cut exactly when they are on different sides', () => {
  const dealt = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 9 });
  fc.assert(
    fc.property(
      dealt.filter((hands) => new Set(hands).size > 1),
      (hands) => {
        const nodes = members(hands.length);
        const side = (hand: number) =>
          nodes.filter((_, i) => hands[i] === hand).map(({ name }) => name);
        const sides = [0, 1, 2].map(side).filter(({ length }) => length);
        const cut = new Set(shapes.split.cuts(input(nodes, { sides })).map(key));
        nodes.forEach((a, i) => {
          nodes.forEach((b, j) => {
            expect(cut.has(key([a.name, b.name]))).toBe(hands[i] !== hands[j]);
          });
        });
      },
    ),
  );
  const three = members(3);
  const splitting =
    (...sides: string[][]) =>
    () =>
      shapes.split.cuts(input(three, { sides }));
  expect(splitting(['etcd-1', 'etcd-2', 'etcd-3'])).toThrow('all 3 nodes are on one side');
  expect(splitting(['etcd-1'], ['etcd-2', 'etcd-1'])).toThrow('etcd-1 is named twice');
});

test('isolate: the node sees nobody and the others see each other; with from only those are cut', () => {
  always('isolate', (cuts, drawn) => {
    expect(groups(cuts, drawn)[0]).toHaveLength(1);
    expect(seenBy(drawn.names, cuts).get(drawn.node)).toEqual([drawn.node]);
    expect(cuts).toHaveLength(2 * (drawn.names.length - 1));
  });
  const flags = { isolate: ['etcd-1', 'etcd-2'], from: ['etcd-2', 'etcd-3'] };
  const cuts = shapes.isolate.cuts(input(members(4), { flags })).map(key);
  expect(cuts.filter((_, i) => i % 2 === 0)).toEqual([
    'etcd-1 etcd-2',
    'etcd-1 etcd-3',
    'etcd-2 etcd-3',
  ]);
  const all = shapes.isolate.cuts(
    input(members(3), { others: ['host'], flags: { isolate: ['host'] } }),
  );
  expect(all).toHaveLength(6);
});

for (const name of ['halves', 'random-halves'] as const)
  test(`${name}: two groups, of half the nodes each`, () => {
    always(name, (cuts, drawn) => {
      const [small, big, ...none] = groups(cuts, drawn);
      expect(none).toEqual([]);
      expect(big!.length - small!.length).toBe(drawn.names.length % 2);
      if (name === 'halves') expect(small!.includes(drawn.names[0]!)).toBe(true);
    });
  });

test('majority-minority: a smallest majority, with the leader where it is wanted', () => {
  for (const where of ['minority', 'majority', 'any'])
    always(
      'majority-minority',
      (cuts, drawn) => {
        const [minority, most] = groups(cuts, drawn);
        expect(most).toHaveLength(drawn.quorum);
        expect(minority).toHaveLength(drawn.names.length - drawn.quorum);
        if (where === 'minority') expect(minority).toContain(drawn.leader);
        if (where === 'majority') expect(most).toContain(drawn.leader);
      },
      { flags: { 'leader-in': [where] } },
    );
});

test('minority-third: fewer than a third, and as many as that can be', () => {
  always('minority-third', (cuts, drawn) => {
    const [few] = groups(cuts, drawn);
    const count = drawn.names.length;
    expect(3 * few!.length).toBeLessThan(count);
    expect(3 * (few!.length + 1)).toBeGreaterThanOrEqual(count);
  });
});

test('no-quorum: no group is a majority', () => {
  always('no-quorum', (cuts, drawn) => {
    for (const group of components(drawn.names, cuts))
      expect(group.length).toBeLessThan(drawn.quorum);
  });
});

test('bridge: all see the bridge, and the halves do not see each other', () => {
  always('bridge', (cuts, { names, node }) => {
    const seen = seenBy(names, cuts);
    expect(seen.get(node)).toEqual(names);
    const others = names.filter((name) => name !== node);
    const halves = components(
      others,
      cuts.filter((cut) => !cut.includes(node)),
    );
    expect(halves).toHaveLength(2);
    expect(Math.abs(halves[0]!.length - halves[1]!.length)).toBeLessThan(2);
    for (const name of others) expect(seen.get(name)).toContain(node);
  });
});

test('ring: each sees a majority, no two the same, and no more than there must be', () => {
  always('ring', (cuts, { names, quorum }) => {
    const seen = [...seenBy(names, cuts).values()];
    for (const some of seen) expect(some.length).toBeGreaterThanOrEqual(quorum);
    expect(new Set(seen.map((some) => some.join())).size).toBe(names.length);
    // An odd number of nodes cannot all see an odd number of others.
    const over = seen.reduce((sum, some) => sum + some.length - quorum, 0);
    expect(over).toBe(names.length % 4 === 3 ? 1 : 0);
  });
});

test('star: only edges to the hub live, so nobody but the hub sees a majority', () => {
  always('star', (cuts, { names, follower: hub, quorum }) => {
    for (const [name, seen] of seenBy(names, cuts)) {
      expect(seen).toEqual(names.filter((other) => [name, hub].includes(other) || name === hub));
      if (name !== hub) expect(seen.length).toBeLessThan(quorum);
    }
  });
});

test('constrained-election: the leader sees nobody, the others only the hub, which sees them', () => {
  always('constrained-election', (cuts, { names, leader, follower: hub, quorum }) => {
    const seen = seenBy(names, cuts);
    expect(seen.get(leader)).toEqual([leader]);
    expect(seen.get(hub)).toEqual(names.filter((name) => name !== leader));
    expect(seen.get(hub)!.length).toBeGreaterThanOrEqual(quorum);
    for (const name of names.filter((other) => other !== leader && other !== hub))
      expect(seen.get(name)!.toSorted()).toEqual([name, hub].sort());
  });
  const flags = { 'constrained-election': ['etcd-1'] };
  expect(() => shapes['constrained-election'].cuts(input(members(5), { flags }))).toThrow(
    'etcd-1 leads, so it cannot be the hub',
  );
  const nobody = members(5, -1);
  expect(() =>
    shapes['constrained-election'].cuts(
      input(nobody, { flags: { 'constrained-election': ['etcd-2'] } }),
    ),
  ).toThrow('no node leads');
});

test('chain: each sees its neighbours alone, and nodes not in it see all', () => {
  always('chain', (cuts, { names, leader }) => {
    const links = [leader, ...names.filter((name) => name !== leader)];
    const seen = seenBy(links, cuts);
    links.forEach((name, i) => {
      expect(seen.get(name)).toEqual(links.slice(Math.max(0, i - 1), i + 2));
    });
  });
  const flags = { chain: ['etcd-1', 'etcd-2', 'etcd-3'] };
  const cuts = shapes.chain.cuts(input(members(5), { flags }));
  expect(cuts.map(key)).toEqual(['etcd-1 etcd-3', 'etcd-3 etcd-1']);
});

test('partial: one pair is cut and no other', () => {
  always('partial', (cuts, { leader, follower }) => {
    expect(cuts).toEqual([
      [leader, follower],
      [follower, leader],
    ]);
  });
});

test('deaf and mute: all into it, all out of it, and nothing the other way', () => {
  always('deaf', (cuts, { names, node }) => {
    expect(cuts.map(([from]) => from)).toEqual(names.filter((name) => name !== node));
    expect(new Set(cuts.map(([, to]) => to))).toEqual(new Set([node]));
  });
  always('mute', (cuts, drawn) => {
    const flags = { deaf: [drawn.node] };
    const turned = shapes.deaf.cuts(input(drawn.nodes, { flags }));
    expect(cuts.map(([from, to]) => [to, from])).toEqual(turned);
  });
});

test('zones: the zones are the groups, and those in none are one more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 5, max: 12 }), (zones, count) => {
      const nodes = members(count, 0, zones);
      const names = [...nodes.map(({ name }) => name), 'app'];
      const cuts = shapes.zones.cuts(input(nodes, { others: ['app'] }));
      expect(components(names, cuts)).toHaveLength(zones + 1);
    }),
  );
  expect(() => shapes.zones.cuts(input(members(3)))).toThrow('no node of this lab is in a zone');
  expect(() => shapes.zones.cuts(input(members(3, 0, 1)))).toThrow('all nodes are in zone z0');
});

test('client-side: clients see no node, or only those named, and the nodes see each other', () => {
  always('client-side', (cuts, { names }) => expect(cuts).toHaveLength(2 * 2 * names.length));
  const flags = { 'client-side': ['etcd-2'] };
  const cuts = shapes['client-side'].cuts(input(members(3), { others: ['host'], flags }));
  expect(cuts.filter(([from]) => from === 'host').map(([, to]) => to)).toEqual([
    'etcd-1',
    'etcd-3',
  ]);
});

test('replica-link: from the leader to each other of its group, or back', () => {
  const other = { name: 'app-1', group: 'app', role: 'member', leader: false };
  const nodes = [...members(3, 1), other];
  const link = (what: string) =>
    shapes['replica-link'].cuts(input(nodes, { flags: { 'replica-link': [what] } })).map(key);
  expect(link('data')).toEqual(['etcd-2 etcd-1', 'etcd-2 etcd-3']);
  expect(link('ack')).toEqual(['etcd-1 etcd-2', 'etcd-3 etcd-2']);
});

test('control-plane: nodes of its roles, or those named, from all others', () => {
  const role = (name: string, group: string) => ({ name, group, role: group });
  const nodes = [role('pd-1', 'pd'), role('pd-2', 'pd'), role('tikv-1', 'tikv')];
  const cuts = shapes['control-plane'].cuts(input(nodes, { others: ['app'] })).map(key);
  expect(cuts).toHaveLength(2 * 2 * 2);
  expect(cuts).not.toContain('pd-1 pd-2');
  expect(() => shapes['control-plane'].cuts(input(members(3)))).toThrow('has the role pd or topo');
});

test('random: as many as the probability says; keep-majority leaves one node a majority', () => {
  const share = fc.double({ min: 0.05, max: 1, noNaN: true }).map(String);
  fc.assert(
    fc.property(world(2), share, ({ nodes, names, seed }, p) => {
      const cuts = (flags: object) =>
        shapes.random.cuts(
          input(nodes, { flags: { random: [p], ...flags }, random: seeded(seed) }),
        );
      if (p === '1') expect(cuts({})).toHaveLength(names.length * (names.length - 1));
      const kept = cuts({ 'keep-majority': [] });
      const most = Math.max(...[...seenBy(names, kept).values()].map(({ length }) => length));
      expect(most).toBeGreaterThanOrEqual(majority(names.length));
      expect(new Set(cuts({}).map(key))).toEqual(new Set([...cuts({}), ...kept].map(key)));
    }),
  );
  const many = Array.from({ length: 100 }, (_, seed) =>
    shapes.random.cuts(input(members(5), { flags: { random: ['0.3'] }, random: seeded(seed) })),
  );
  expect(many.flat().length / (100 * 20)).toBeCloseTo(0.3, 1);
  for (const p of ['0', '1.5', '-1', 'x', ''])
    expect(() => shapes.random.cuts(input(members(3), { flags: { random: [p] } }))).toThrow(
      'is no probability',
    );
});
