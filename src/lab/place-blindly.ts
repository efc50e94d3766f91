// Subnets and host ports without an engine to ask, for what is only rendered. It loads nothing that
// can talk to one.
import { hostPortKey, networksOf } from '../render/compose.ts';
import { monitorPortKey } from '../render/monitor.ts';
import type { Model } from '../stack/model.ts';
import { monitorsOf } from '../stack/monitor.ts';
import { assignPorts, type PortWant } from '../stack/ports.ts';
import { allocateSubnets } from '../stack/subnets.ts';

export const SUBNETS_DEFAULT = '10.213.0.0/16';

export interface Place {
  readonly subnets: ReadonlyMap<string, string>;
  readonly hostPorts: ReadonlyMap<string, number>;
}

/** What an empty machine would get. */
export async function placeBlindly(model: Model, range: string): Promise<Place> {
  const subnets = allocateSubnets(networksOf(model), range, [], new Map());
  return { subnets, hostPorts: await assignPorts(portWants(model), model.stack.name, () => true) };
}

/** The ports that `host:` edges and monitors publish, and which of them the stack file fixes. */
export const portWants = ({ nodes, stack }: Model): PortWant[] => [
  ...nodes.flatMap((node) =>
    node.publish.map((port) => ({ key: hostPortKey(node, port), fixed: node.hostPorts[port] })),
  ),
  ...monitorsOf(stack).map((name) => ({ key: monitorPortKey(name) })),
];
