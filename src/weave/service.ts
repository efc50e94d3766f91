// One service of a compose project -> a node: what of it goes on to compose as it is, what labctl
// says in its own way, what is left out with a reason, and what makes it impossible.
import { isDeepStrictEqual } from 'node:util';
import type { Service } from './project.ts';

/** A key that was left out or changed, or what keeps a service from being woven. */
export interface Remark {
  /** The service, or what else of the project. */
  readonly what: string;
  /** As the file has it: `deploy.replicas`. */
  readonly key: string;
  readonly why: string;
}

/** Keys that are said by edges, by the node's name, or have done their work in `compose config`. */
const OWN = new Set([
  ...['networks', 'network_mode', 'ports', 'expose', 'links', 'depends_on'],
  ...['profiles', 'extends', 'env_file', 'deploy', 'scale'],
]);

/** Keys that a node cannot have, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  container_name: 'the container is called after lab and node; the name still leads to it',
  external_links: 'containers outside of the lab cannot be dialled',
  mac_address: 'the node has a network of its own',
  pull_policy: 'labctl pulls images: see --pull',
  develop: 'labctl does not watch files',
};

/** What of `deploy` plain compose keeps too, beside `replicas`. */
const DEPLOY = ['resources', 'restart_policy'];

const NETWORK_MODES: Readonly<Record<string, string>> = {
  host: "it is on the machine's own network, where no proxy stands between it and others",
  bridge: "it is on Docker's own bridge, where no proxy stands between it and others",
};

/** Why the service cannot be a node among `services`. */
export function whyImpossible(service: Service, services: readonly string[]): string | undefined {
  const { network_mode: mode = 'none', pid, ipc, volumes_from = [] } = service;
  if (mode !== 'none')
    return NETWORK_MODES[mode] ?? `it has no network of its own, but that of ${mode}`;
  const shared = [pid, ipc].filter((word) => String(word).startsWith('service:'));
  const used = [
    ...shared.map((word) => String(word).slice('service:'.length)),
    ...volumes_from.map((from) => from.split(':')[0]!),
  ];
  const gone = used.find((name) => name !== 'container' && !services.includes(name));
  return gone && `it uses the namespaces or volumes of ${gone}, which is left out`;
}

/** What goes on to compose, without the edges and `depends_on`. `rename`: service -> node. */
export function serviceOf(
  name: string,
  service: Service,
  rename: (service: string) => string,
): { readonly service: Record<string, unknown>; readonly remarks: Remark[] } {
  const remarks: Remark[] = [];
  const remark = (key: string, why: string) => remarks.push({ what: name, key, why });
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(service)) {
    const reason = LEFT_OUT[key];
    if (reason) remark(key, reason);
    if (!reason && !OWN.has(key) && value !== null) kept.push([key, renamed(key, value, rename)]);
  }
  const deploy = Object.entries(service.deploy ?? {});
  const limits = deploy.filter(([key]) => DEPLOY.includes(key));
  if (limits.length) kept.push(['deploy', Object.fromEntries(limits)]);
  for (const [key, value] of deploy) {
    const isPlain = key === 'replicas' || value === 'replicated' || isDeepStrictEqual(value, {});
    if (!isPlain && !DEPLOY.includes(key)) remark(`deploy.${key}`, 'only a swarm has it');
  }
  for (const [network, use] of Object.entries(service.networks ?? {}))
    for (const key of Object.keys(use ?? {}).filter((each) => /address|local_ips/.test(each)))
      remark(`networks.${network}.${key}`, 'its address is given by the network of its own');
  if (service.extra_hosts) remark('extra_hosts', 'what is outside of the lab cannot be dialled');
  return { service: Object.fromEntries(kept), remarks };
}

/** Services that share a namespace or volumes are named by others. */
function renamed(key: string, value: unknown, rename: (service: string) => string): unknown {
  if (/^(pid|ipc)$/.test(key) && String(value).startsWith('service:'))
    return `service:${rename(String(value).slice('service:'.length))}`;
  if (key !== 'volumes_from') return value;
  return (value as readonly string[]).map((from) => {
    const [service, ...rest] = from.split(':') as [string, ...string[]];
    return from.startsWith('container:') ? from : [rename(service), ...rest].join(':');
  });
}
