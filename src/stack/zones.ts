// Zones: nodes that stand in one place, as `zones: {eu: [etcd-1, etcd-2], us: [etcd-3]}` says.
import type { Node, Stack } from './model.ts';

type Zones = NonNullable<Stack['zones']>;
type Named = Pick<Node, 'name' | 'group'>;

/** True for a node's own name, that of its group, and a pattern with `*` in it. */
export function isMeant({ name, group }: Named, word: string): boolean {
  const pattern = new RegExp(`^${word.replaceAll('*', '.*')}$`);
  return word === group || pattern.test(name);
}

/** The zone that a node stands in, if any. */
export function zoneOf(node: Named, zones: Zones = {}): string | undefined {
  return Object.keys(zones).find((zone) => zones[zone]!.some((word) => isMeant(node, word)));
}
