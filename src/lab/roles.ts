// Who bears a role right now, asked of the nodes themselves.
import { LabError } from '../errors.ts';
import type { Named } from '../stack/addresses.ts';
import { isHostEdge, type Node, type NodeHealth } from '../stack/model.ts';
import { openControls } from './controls.ts';
import { probeNodes } from './probe-nodes.ts';
import type { Session } from './session.ts';

/** What every node says of itself, past every fault. */
export async function askHealths(session: Session): Promise<ReadonlyMap<string, NodeHealth>> {
  const edges = session.model.edges.filter(isHostEdge).map(({ name }) => name);
  using controls = await openControls(session, edges);
  return await probeNodes(session, controls); // the channels close at the end of this scope
}

/**
 * The nodes, each with whether it leads its group; null where it does not say. Throws
 * leader-unknown.
 */
export async function askRoles(session: Session): Promise<readonly Named[]> {
  const { nodes } = session.model;
  const healths = await askHealths(session);
  const leaders = [...leadersOf(nodes, healths).values()];
  if (!leaders.length) {
    const details = [...healths].map(([name, { detail }]) => `${name}: ${detail}`);
    const text = `no node of lab ${session.name} says that it leads`;
    throw new LabError('leader-unknown', text, { details });
  }
  return nodes.map((node) => {
    const { leader } = healths.get(node.name)!;
    return { ...node, leader: leader && leaders.includes(node.name) };
  });
}

/**
 * Group -> who leads it, of groups in which anybody says so. An old leader that is cut off may
 * still say that it leads: the higher term wins.
 */
export function leadersOf(
  nodes: readonly Pick<Node, 'name' | 'group'>[],
  said: ReadonlyMap<string, Pick<NodeHealth, 'leader' | 'term'>>,
): Map<string, string> {
  const leaders = new Map<string, string>();
  const termOf = (name: string) => said.get(name)?.term ?? 0;
  for (const { name, group } of nodes) {
    const other = leaders.get(group);
    const wins = other === undefined || termOf(name) > termOf(other);
    if (said.get(name)?.leader && wins) leaders.set(group, name);
  }
  return leaders;
}
