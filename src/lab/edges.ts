// Edges for those who work on edges and not on nodes: where each is reached, and what is on it.
import { type Edge, HOST } from '../stack/model.ts';
import { openControls } from './controls.ts';
import type { Session } from './session.ts';
import { type EdgeStatus, edgeStatus } from './status.ts';

export interface LabEdge extends EdgeStatus {
  /** Where the dialler finds the first of its ports: `127.0.0.1:21695`, or `etcd-2:2379`. */
  readonly listen: string;
}

/** All edges, or those of these names, at the same time; no node is asked. */
export async function labEdges(session: Session, names: readonly string[]): Promise<LabEdge[]> {
  const edges = session.model.edges.filter(({ name }) => !names.length || names.includes(name));
  const wanted = edges.map(({ name }) => name);
  using controls = await openControls(session, wanted);
  return await Promise.all(
    edges.map(async (edge) => ({
      ...(await edgeStatus(edge, controls.open.get(edge.name))),
      listen: listenOf(session, edge),
    })),
  );
}

function listenOf({ observed }: Session, { name, from, to, ports }: Edge): string {
  const [port] = ports;
  if (from !== HOST) return `${to}:${port}`;
  return `127.0.0.1:${observed.proxies.get(name)?.published.get(port!) ?? 0}`;
}
