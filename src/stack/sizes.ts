// How many nodes a stack's groups have. The counts stand in the groups' configs; which ones can
// change while a lab runs is for the systems to say (`Scaling`). Of a running lab its networks tell
// the counts, one for each node: labels of containers cannot change, and every container stays.
import { valueAt, withValueAt } from './json.ts';
import type { Stack, System } from './model.ts';

type Systems = Readonly<Record<string, System>>;

/** A count that can change: `etcd`, of the nodes etcd-1, etcd-2 and so on. */
export interface Size {
  readonly name: string;
  readonly group: string;
  /** Where it stands in the group's config. */
  readonly path: readonly string[];
  readonly count: number;
}

/** What `labctl scale` can change in this stack. */
export function sizesOf(stack: Stack, systems: Systems): readonly Size[] {
  return Object.entries(stack.systems).flatMap(([group, config]) =>
    Object.entries(systems[config.system]?.scaling?.sizes(group, config) ?? {}).flatMap(
      ([name, path]) => {
        const count = valueAt(config, path);
        return typeof count === 'number' ? [{ name, group, path, count }] : [];
      },
    ),
  );
}

export const withCount = (stack: Stack, { group, path }: Size, count: number): Stack =>
  withValueAt(stack, ['systems', group, ...path], count) as Stack;

/** The stack with the counts that another one has. */
export function withCountsOf(stack: Stack, other: Stack, systems: Systems): Stack {
  const counts = new Map(sizesOf(other, systems).map(({ name, count }) => [name, count]));
  return sizesOf(stack, systems).reduce(
    (last, size) => withCount(last, size, counts.get(size.name) ?? size.count),
    stack,
  );
}

/** The stack with as many nodes as have a network; with its own counts before there is any. */
export function withNetworks(stack: Stack, systems: Systems, networks: Iterable<string>): Stack {
  const names = [...networks].filter((name) => !(name in stack.nodes));
  if (!names.length) return stack;
  return sizesOf(stack, systems).reduce((last, size) => {
    const there = names.filter((name) => name.replace(/-\d+$/, '') === size.name).length;
    return withCount(last, size, there);
  }, stack);
}
