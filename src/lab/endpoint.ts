// port: where a node, or the monitor, is reached from the user's machine.

import type { ObservedLab } from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { hostEdge, type Node } from '../stack/model.ts';
import { monitorAddress } from './monitors.ts';
import { findNode, type Session } from './session.ts';

export interface Endpoint {
  readonly port: string;
  readonly address: string;
}

/** On 127.0.0.1; undefined where the port of that name is not published. */
export const publishedPort = (
  { proxies }: Pick<ObservedLab, 'proxies'>,
  { name, ports }: Node,
  port: string,
): number | undefined => proxies.get(hostEdge(name))?.published.get(ports[port]!);

/** `which` is a port's name or number inside the node. Throws node-unknown, port-unknown. */
export function findEndpoint(session: Session, nodeName: string, which?: string): Endpoint {
  const monitor = session.observed.monitors.get(nodeName);
  if (monitor) return { port: 'http', address: monitorAddress(monitor) };
  const node = findNode(session, nodeName);
  const port = node.publish.find(
    (name) => which === undefined || name === which || String(node.ports[name]) === which,
  );
  const outside = port && publishedPort(session.observed, node, port);
  if (port && outside) return { port, address: `127.0.0.1:${outside}` };
  const known = node.publish.map((name) => `${name} (${node.ports[name]})`).join(', ');
  const wanted = which === undefined ? 'no port' : `no port ${which}`;
  throw new LabError('port-unknown', `${nodeName} publishes ${wanted}`, {
    hint: known ? `ports of ${nodeName}: ${known}` : 'labctl status shows the endpoints',
  });
}
