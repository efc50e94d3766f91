// The matrix of `partition --dry-run`: who still reaches whom.
import type { Reach, ReachMap } from '../../lab/faults/placements.ts';
import { table } from './table.ts';

const signs: Readonly<Record<Reach, readonly [sign: string, meaning: string]>> = {
  open: ['.', 'open'],
  cut: ['x', 'cut'],
  dial: ['d', 'cannot open a connection'],
  data: ['b', 'no byte arrives'],
  packet: ['p', 'packets are dropped, and TCP stalls both ways'],
  sick: ['~', 'sick'],
};

/** Rows from, columns to; SEES: whom a node reaches that also reaches it. */
export function reachTable({ reach, sees }: ReachMap): string {
  const names = Object.keys(reach);
  const cell = (a: string, b: string) => {
    const found = reach[a]?.[b];
    return found ? signs[found][0] : a === b ? '-' : ' ';
  };
  const rows = names.map((a) => [
    a,
    ...names.map((b) => cell(a, b)),
    sees[a]!.join(' ') || 'nobody',
  ]);
  const used = new Set(names.flatMap((a) => Object.values(reach[a]!)));
  const legend = (Object.keys(signs) as Reach[])
    .filter((kind) => used.has(kind))
    .map((kind) => signs[kind].join(' '));
  return `${table(['FROM \\ TO', ...names, 'SEES'], rows)}\n${legend.join(', ')}`;
}
