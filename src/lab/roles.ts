// Who bears a role right now, asked of the nodes themselves.
import { LabError } from '../errors.ts';
import type { Named } from '../stack/addresses.ts';
import type { NodeHealth } from '../stack/model.ts';
import { openControls } from './controls.ts';
import { probeNodes } from './probe-nodes.ts';
import type { Session } from './session.ts';

/**
 * The nodes, each with whether it leads its group; null where it does not say. An old leader that
 * is cut off may still say that it leads: of a group the higher term wins. Throws leader-unknown.
 */
export async function askRoles(session: Session): Promise<readonly Named[]> {
  const { nodes, edges } = session.model;
  const hostEdges = edges.filter(({ from }) => from === 'host').map(({ name }) => name);
  using controls = await openControls(session, hostEdges);
  const healths = await probeNodes(session, controls);
  const groupOf = new Map(nodes.map(({ name, group }) => [name, group]));
  const leaders = [...new Set(groupOf.values())].flatMap(
    (group) => leaderOf([...healths].filter(([name]) => groupOf.get(name) === group)) ?? [],
  );
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

/** Of the nodes that say they lead, the one of the highest term. */
export function leaderOf(
  healths: Iterable<readonly [string, Pick<NodeHealth, 'leader' | 'term'>]>,
): string | undefined {
  let best: { name: string; term: number } | undefined;
  for (const [name, { leader, term = 0 }] of healths)
    if (leader && (!best || term > best.term)) best = { name, term };
  return best?.name;
}
