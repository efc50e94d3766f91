// Who bears a role right now, asked of the nodes themselves.
import { LabError } from '../errors.ts';
import type { NodeHealth } from '../stack/model.ts';
import { openControls } from './controls.ts';
import { probeNodes } from './probe-nodes.ts';
import type { Session } from './session.ts';

/**
 * The node that leads. An old leader that is cut off may still say that it leads: the higher term
 * wins. Throws leader-unknown.
 */
export async function resolveLeader(session: Session): Promise<string> {
  const edges = session.model.edges.filter(({ from }) => from === 'host').map(({ name }) => name);
  using controls = await openControls(session, edges);
  const healths = await probeNodes(session, controls);
  const leader = leaderOf(healths);
  if (leader) return leader;
  const details = [...healths].map(([name, { detail }]) => `${name}: ${detail}`);
  throw new LabError('leader-unknown', `no node of lab ${session.name} says that it leads`, {
    details,
  });
}

export function leaderOf(healths: ReadonlyMap<string, NodeHealth>): string | undefined {
  let best: { name: string; term: number } | undefined;
  for (const [name, { leader, term = 0 }] of healths)
    if (leader && (!best || term > best.term)) best = { name, term };
  return best?.name;
}
