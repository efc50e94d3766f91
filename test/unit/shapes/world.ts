// Node sets for the tests of shapes, and what may be asked of the cuts that a shape makes of them.
import fc from 'fast-check';
import { seeded } from '../../../src/faults/seed.ts';
import { type ShapeName, shapes } from '../../../src/shapes/index.ts';
import { majority } from '../../../src/shapes/sets.ts';
import type { Cut, Shape, ShapeInput, ShapeNode } from '../../../src/shapes/shape.ts';

/** `etcd-1` to `etcd-N`; one of them leads. */
export const members = (count: number, leader = 0, zones = 0): ShapeNode[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `etcd-${i + 1}`,
    group: 'etcd',
    role: 'member',
    leader: i === leader,
    ...(zones && { zone: `z${i % zones}` }),
  }));

export const input = (nodes: readonly ShapeNode[], more: Partial<ShapeInput> = {}): ShapeInput => ({
  nodes,
  others: [],
  sides: [],
  flags: {},
  random: seeded(1),
  ...more,
});

/** What a shape needs that is no flag of its own is drawn: node count, leader, seed, a node. */
export const world = (least: number) =>
  fc
    .record({
      count: fc.integer({ min: least, max: 15 }),
      seed: fc.nat(),
      at: fc.nat(),
      x: fc.nat(),
    })
    .map(({ count, seed, at, x }) => {
      const nodes = members(count, at % count);
      const names = nodes.map(({ name }) => name);
      const followers = names.filter((_, i) => i !== at % count);
      return {
        nodes,
        names,
        seed,
        leader: names[at % count]!,
        follower: followers[x % Math.max(1, followers.length)]!,
        node: names[x % count]!,
        quorum: majority(count),
      };
    });

export type World = ReturnType<typeof world> extends fc.Arbitrary<infer W> ? W : never;

/** Flags that a shape cannot do without, for this world. */
export function flagsFor(name: ShapeName, { node, follower, leader, names }: World) {
  const others = names.filter((other) => other !== leader);
  const values: Partial<Record<ShapeName, readonly string[]>> = {
    isolate: [node],
    bridge: [node],
    star: [follower],
    'constrained-election': [follower],
    chain: [leader, ...others],
    partial: [leader, follower],
    deaf: [node],
    mute: [node],
    'client-side': [],
    'replica-link': ['data'],
    'control-plane': [node],
    random: ['0.4'],
  };
  return { [name]: values[name] ?? [] };
}

/** The fewest nodes of which a shape can be made. */
export const LEAST: Readonly<Record<ShapeName, number>> = {
  split: 2,
  isolate: 2,
  halves: 2,
  'random-halves': 2,
  'majority-minority': 3,
  'minority-third': 4,
  'no-quorum': 2,
  bridge: 3,
  ring: 3,
  star: 4,
  'constrained-election': 4,
  chain: 3,
  partial: 2,
  deaf: 2,
  mute: 2,
  zones: 2,
  'client-side': 1,
  'replica-link': 2,
  'control-plane': 2,
  random: 2,
};

export const allShapes = Object.entries(shapes) as [ShapeName, Shape][];

export const key = ([a, b]: Cut): string => `${a} ${b}`;

/** Who sees whom, itself too: both ways are open. */
export function seenBy(names: readonly string[], cuts: readonly Cut[]): Map<string, string[]> {
  const cut = new Set(cuts.flatMap(([a, b]) => [key([a, b]), key([b, a])]));
  return new Map(names.map((a) => [a, names.filter((b) => !cut.has(key([a, b])))]));
}

/** Groups of nodes that are connected, over others too. */
export function components(names: readonly string[], cuts: readonly Cut[]): string[][] {
  const seen = seenBy(names, cuts);
  const left = new Set(names);
  const groups: string[][] = [];
  for (const start of names) {
    if (!left.delete(start)) continue;
    const group = [start];
    for (const name of group)
      for (const other of seen.get(name)!) if (left.delete(other)) group.push(other);
    groups.push(group.sort());
  }
  return groups;
}
