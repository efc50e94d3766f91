import fc from 'fast-check';
import { expect, test } from 'vitest';
import { split } from '../../../src/shapes/split.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 2, maxLength: 9 });

/** Nodes dealt into sides; the last hand is nobody's side. */
const dealt = names.chain((nodes) =>
  fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: nodes.length, maxLength: nodes.length })
    .map((hands) => ({
      nodes,
      sides: [0, 1, 2]
        .map((hand) => nodes.filter((_, i) => hands[i] === hand))
        .filter((s) => s.length),
      sideOf: new Map(nodes.map((name, i) => [name, hands[i]!])),
    }))
    .filter(({ sideOf }) => new Set(sideOf.values()).size > 1),
);

test('two nodes are cut exactly when they are on different sides, each pair once', () => {
  fc.assert(
    fc.property(dealt, ({ nodes, sides, sideOf }) => {
      const cuts = split.cuts(sides, nodes).map((pair) => [...pair].sort().join());
      expect(new Set(cuts).size).toBe(cuts.length);
      for (const a of nodes)
        for (const b of nodes)
          if (a < b) expect(cuts.includes(`${a},${b}`)).toBe(sideOf.get(a) !== sideOf.get(b));
    }),
  );
});

test('one side is isolation; all on one side or a node in two is refused', () => {
  expect(split.cuts([['a']], ['a', 'b', 'c'])).toEqual([
    ['a', 'b'],
    ['a', 'c'],
  ]);
  expect(() => split.cuts([['a', 'b']], ['a', 'b'])).toThrow('all 2 nodes are on one side');
  expect(() => split.cuts([['a'], ['b', 'a']], ['a', 'b'])).toThrow('a is named twice');
});
