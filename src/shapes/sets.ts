// Sets of nodes and the cuts between them: what the shapes have in common.
import { LabError } from '../errors.ts';
import type { Cut, ShapeInput, ShapeNode } from './shape.ts';

type Names = readonly string[];

export const majority = (count: number): number => Math.floor(count / 2) + 1;

export const namesOf = (nodes: readonly ShapeNode[]): string[] => nodes.map(({ name }) => name);

export const everybody = ({ nodes, others }: Pick<ShapeInput, 'nodes' | 'others'>): string[] => [
  ...namesOf(nodes),
  ...others,
];

/** Cuts everyone of `as` from everyone of `bs`, in both orders, each pair once. */
export function cutBetween(as: Names, bs: Names): Cut[] {
  const done = new Set<string>();
  return as.flatMap((a) =>
    bs.flatMap((b): Cut[] => {
      if (a === b || done.has(`${b} ${a}`)) return [];
      done.add(`${a} ${b}`);
      return [
        [a, b],
        [b, a],
      ];
    }),
  );
}

/** No group talks to another. Jepsen calls it a complete grudge. */
export const cutApart = (groups: readonly Names[]): Cut[] =>
  groups.flatMap((group, i) => cutBetween(group, groups.slice(i + 1).flat()));

/** Cuts every pair but those that see each other. */
export const cutAllBut = (names: Names, see: (a: string, b: string) => boolean): Cut[] =>
  names.flatMap((a, i) =>
    cutBetween(
      [a],
      names.slice(i + 1).filter((b) => !see(a, b)),
    ),
  );

/** A new list, each order as likely as any other. */
export function shuffle<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

/** Throws partition-invalid with the sentence unless the condition holds. */
export function need(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new LabError('partition-invalid', sentence);
}

/** `ring needs 3 nodes or more, as of two ...; 2 are there: a, b`. */
export function needNodes(shape: string, nodes: readonly ShapeNode[], least: number, why = '') {
  const there = nodes.length ? `: ${namesOf(nodes).join(', ')}` : '';
  const are = nodes.length === 1 ? 'is' : 'are';
  const needs = `${shape} needs ${least} nodes or more${why && `, ${why}`}`;
  need(nodes.length >= least, `${needs}; ${nodes.length} ${are} there${there}`);
}

/** The one of `names`. */
export function theOne(flag: string, names: Names = []): string {
  need(names.length === 1, `--${flag} takes one node; ${names.join(', ') || 'none'} is given`);
  return names[0]!;
}

/** The one node that leads. */
export function theLeader(shape: string, nodes: readonly ShapeNode[]): string {
  const leaders = namesOf(nodes.filter(({ leader }) => leader));
  need(leaders.length, `${shape} needs a leader, and no node leads`);
  need(
    leaders.length === 1,
    `${shape} needs one leader, and ${leaders.join(', ')} lead; --among GROUP says which group`,
  );
  return leaders[0]!;
}
