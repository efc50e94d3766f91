// port: where a node, or the monitor, is reached from the user's machine.
import { LabError } from '../errors.ts';
import { edgeName, HOST } from '../stack/model.ts';
import { monitorAddress } from './monitors.ts';
import { findNode, type Session } from './session.ts';

export interface Endpoint {
  readonly port: string;
  readonly address: string;
}

/** `which` is a port's name or number inside the node. Throws node-unknown, port-unknown. */
export function findEndpoint(session: Session, nodeName: string, which?: string): Endpoint {
  const monitor = session.observed.monitors.get(nodeName);
  if (monitor) return { port: 'http', address: monitorAddress(monitor) };
  const node = findNode(session, nodeName);
  const published = session.observed.proxies.get(edgeName(HOST, nodeName))?.published;
  const port = node.publish.find(
    (name) => which === undefined || name === which || String(node.ports[name]) === which,
  );
  const outside = port === undefined ? undefined : published?.get(node.ports[port]!);
  if (port !== undefined && outside !== undefined) return { port, address: `127.0.0.1:${outside}` };
  const known = node.publish.map((name) => `${name} (${node.ports[name]})`).join(', ');
  const wanted = which === undefined ? 'no port' : `no port ${which}`;
  throw new LabError('port-unknown', `${nodeName} publishes ${wanted}`, {
    hint: known ? `ports of ${nodeName}: ${known}` : 'labctl status shows the endpoints',
  });
}
