// WAN presets: the table is whole, and every node stands in one region.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeNodes } from '../../../src/wan/place-nodes.ts';
import { presets, rttBetween } from '../../../src/wan/presets.ts';

const three = presets['3-region']!;
const names = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `n-${i + 1}` }));
const placed = (...zones: string[]) => zones.map((zone, i) => ({ name: `n-${i + 1}`, zone }));

test.each(Object.entries(presets))(
  '%s: a round trip between any two, the same back',
  (_, preset) => {
    for (const a of preset.regions)
      for (const b of preset.regions) {
        const rttMs = rttBetween(preset, a, b);
        expect(rttBetween(preset, b, a)).toBe(rttMs);
        if (a === b) expect(rttMs).toBe(0);
        else expect(rttMs).toBeGreaterThan(0);
      }
  },
);

describe('nodes', () => {
  test('without zones are dealt in order', () => {
    expect([...placeNodes(three, names(5), [])]).toEqual([
      ['n-1', 'us-east'],
      ['n-2', 'eu-west'],
      ['n-3', 'ap-northeast'],
      ['n-4', 'us-east'],
      ['n-5', 'eu-west'],
    ]);
  });

  test('of one zone stand in one region, zones in order, those of none stay out', () => {
    const nodes = [...placed('eu', 'us', 'eu'), { name: 'app' }];
    expect([...placeNodes(three, nodes, ['eu', 'us'])]).toEqual([
      ['n-1', 'us-east'],
      ['n-2', 'eu-west'],
      ['n-3', 'us-east'],
    ]);
  });

  test('go where the zone is said to be, the other zones to what is left', () => {
    expect([
      ...placeNodes(three, placed('eu', 'us', 'x'), ['eu', 'us', 'x'], { us: 'us-east' }),
    ]).toEqual([
      ['n-1', 'eu-west'],
      ['n-2', 'us-east'],
      ['n-3', 'ap-northeast'],
    ]);
  });

  test('of more zones than regions need a word', () => {
    const abcd = ['a', 'b', 'c', 'd'];
    const four = placed(...abcd);
    expect(() => placeNodes(three, four, abcd)).toThrow(
      'there are 4 zones (a, b, c, d) and 3 regions (us-east, eu-west, ap-northeast)',
    );
    const shared = { a: 'us-east', b: 'us-east' };
    expect(placeNodes(three, four, abcd, shared).get('n-4')).toBe('ap-northeast');
  });

  test('of a zone or region that is not there are refused', () => {
    expect(() => placeNodes(three, placed('a'), ['a'], { b: 'us-east' })).toThrow('no zone "b"');
    expect(() => placeNodes(three, placed('a'), ['a'], { a: 'mars' })).toThrow('no region "mars"');
    expect(() => placeNodes(three, names(3), [], { a: 'us-east' })).toThrow('no zone "a"');
  });

  test('each with a zone is placed, nodes of a zone together, zones apart', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), (zones) => {
        const regions = placeNodes(three, placed(...zones), ['c', 'a', 'b']);
        expect(regions.size).toBe(zones.length);
        const pairs = new Set(zones.map((zone, i) => `${zone} ${regions.get(`n-${i + 1}`)}`));
        expect(pairs.size).toBe(new Set(zones).size);
      }),
    );
  });
});
