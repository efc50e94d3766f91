// Decides what the model leaves open: subnets and host ports. What a lab has already it keeps.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type Docker from 'dockerode';
import { type ObservedLab, usedSubnets } from '../docker/observe.ts';
import { hostPortKey, networksOf } from '../render/compose.ts';
import { MONITOR_FACTS, monitorPortKey } from '../render/monitor.ts';
import type { Model } from '../stack/model.ts';
import { monitorsOf } from '../stack/monitor.ts';
import { assignPorts } from '../stack/ports.ts';
import { allocateSubnets } from '../stack/subnets.ts';
import { publishedPort } from './endpoint.ts';
import { type Place, portWants } from './place-blindly.ts';

export { SUBNETS_DEFAULT } from './place-blindly.ts';

/** Throws subnet-exhausted, port-taken; touches nothing. */
export async function place(
  docker: Docker,
  model: Model,
  observed: ObservedLab | undefined,
  range: string,
): Promise<Place> {
  const keep = new Map([...(observed?.networks ?? [])].map(([name, { subnet }]) => [name, subnet]));
  const own = new Set(keep.values());
  const engine = (await usedSubnets(docker)).filter((subnet) => !own.has(subnet));
  // A route wider than the range (a VPN's 10.0.0.0/8) yields to our narrower ones; it takes
  // nothing.
  const wider = (cidr: string) => prefixLength(cidr) < prefixLength(range);
  const routes = hostRoutes().filter((subnet) => !own.has(subnet) && !wider(subnet));
  const subnets = allocateSubnets(networksOf(model), range, [...engine, ...routes], keep);
  return { subnets, hostPorts: await placePorts(model, observed) };
}

const prefixLength = (cidr: string): number => Number(cidr.split('/')[1]);

/** The stack file's fixed ports first, then those that the lab had, then free ones. */
function placePorts(
  model: Model,
  observed: ObservedLab | undefined,
): Promise<ReadonlyMap<string, number>> {
  const kept = keptPorts(model, observed);
  const own = new Set(kept.values());
  const wants = portWants(model).map(({ key, fixed }) => ({ key, fixed: fixed ?? kept.get(key) }));
  return assignPorts(wants, model.stack.name, (port) => own.has(port) || isFree(port));
}

/** What this lab's own proxies and monitors publish, or did before they were stopped. */
function keptPorts(
  { nodes, stack }: Model,
  observed: ObservedLab | undefined,
): Map<string, number> {
  const kept = new Map<string, number>();
  for (const node of nodes)
    for (const name of node.publish) {
      const port = observed && publishedPort(observed, node, name);
      if (port !== undefined) kept.set(hostPortKey(node, name), port);
    }
  for (const name of monitorsOf(stack)) {
    const port = observed?.monitors.get(name)?.published.get(MONITOR_FACTS[name].port);
    if (port !== undefined) kept.set(monitorPortKey(name), port);
  }
  return kept;
}

/** Binding is the one honest test; it says nothing of a remote engine, where compose finds out. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Networks that the host reaches already: its interfaces, and on Linux its routes. */
function hostRoutes(): string[] {
  const interfaces = Object.values(networkInterfaces()).flat();
  const cidrs = interfaces.flatMap((i) => (i?.family === 'IPv4' && i.cidr ? [i.cidr] : []));
  const table = '/proc/net/route';
  if (!existsSync(table)) return cidrs;
  const rows = readFileSync(table, 'utf8').trim().split('\n').slice(1);
  const routes = rows.map((row) => row.split('\t')).map((f) => routeCidr(f[1] ?? '', f[7] ?? ''));
  return [...cidrs, ...routes];
}

/** The kernel prints addresses as little-endian hex. */
function routeCidr(destination: string, mask: string): string {
  const bytes = (hex: string) =>
    hex
      .match(/../g)!
      .map((byte) => Number.parseInt(byte, 16))
      .reverse();
  const bits = bytes(mask).reduce(
    (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
    0,
  );
  return `${bytes(destination).join('.')}/${bits}`;
}
