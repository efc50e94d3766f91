// What is said of a change of faults: that it took, how to undo it, and what may make it miss.
import type { FaultChange } from '../../lab/faults/fault-change.ts';
import type { Context } from '../context.ts';
import { plural } from './table.ts';

const EDGES_MAX = 6;

/** `set` is the first line; the rest says what was hit and, by the command `undo`, the way back. */
export function formatChange(
  context: Context,
  change: FaultChange,
  set: string,
  undo: string,
): string {
  const { resolved, faults, connections, quiet = [], notice } = change;
  if (notice) context.say(`notice: ${notice}`);
  const roles = Object.entries(resolved).map(([word, nodes]) => `${word} is ${nodes}; `);
  if (!connections) return `${roles.join('')}${set}`;
  if (quiet.length) context.say(`notice: nothing has crossed ${some(quiet)} in the last 10 s`);
  const hit = Object.values(connections).reduce((sum, count) => sum + count, 0);
  return [
    `${roles.join('')}${set}  id ${faults[0]}, ${plural(hit, 'connection')} hit`,
    `undo: ${context.self} ${undo}${context.which}`,
  ].join('\n');
}

const some = (edges: readonly string[]): string =>
  edges.length > EDGES_MAX
    ? `${edges.slice(0, EDGES_MAX).join(' ')} and ${edges.length - EDGES_MAX} more`
    : edges.join(' ');
