// Reads from the engine what labs there are. Labels are the only state: docker is the state store.
import type Docker from 'dockerode';
import type { NodeConfig, Stack } from '../stack/model.ts';
import { engineError } from './connect.ts';

/** Containers, networks and volumes of every lab carry it; its value is the lab's name. */
export const LAB_LABEL = 'labctl.lab';

export interface ObservedContainer {
  readonly id: string;
  /** docker's word: running, exited, paused, created, restarting, dead. */
  readonly state: string;
  /** docker's sentence: `Up 2 minutes`. */
  readonly status: string;
  readonly image: { readonly ref: string; readonly id: string };
  /** Names of the docker networks it is attached to. */
  readonly networks: readonly string[];
  /** Set on the container of a node: the stack, with the sizes that it had at that time. */
  readonly stack?: Stack;
  /**
   * Port inside -> port on 127.0.0.1, from a label: the engine forgets it while a proxy is down.
   */
  readonly published: ReadonlyMap<number, number>;
}

interface ObservedNetwork {
  readonly subnet: string;
  /** Its node came to a group that ran. */
  readonly joined: boolean;
}

export interface ObservedLab {
  readonly name: string;
  /** From the youngest node; undefined before there is one. For its sizes see `stackOf`. */
  readonly stack: Stack | undefined;
  /** Node -> what `replace` has put in place of the stack's; only those that were replaced. */
  readonly replaced: Readonly<Record<string, NodeConfig>>;
  readonly nodes: ReadonlyMap<string, ObservedContainer>;
  readonly proxies: ReadonlyMap<string, ObservedContainer>;
  /** `prometheus`, `grafana`. */
  readonly monitors: ReadonlyMap<string, ObservedContainer>;
  /** By name in the model: a node's, or `host`. */
  readonly networks: ReadonlyMap<string, ObservedNetwork>;
}

/** All labs of the engine, by name, also stopped and half-made ones. */
export async function observeLabs(docker: Docker): Promise<Map<string, ObservedLab>> {
  const filters = { label: [LAB_LABEL] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]).catch((error) => {
    throw engineError('cannot list labs', error);
  });
  const labs = new Map<string, ReturnType<typeof emptyLab>>();
  const labOf = (labels: Readonly<Record<string, string>> | undefined) => {
    const name = labels![LAB_LABEL]!;
    return labs.get(name) ?? labs.set(name, emptyLab(name)).get(name)!;
  };
  for (const { Labels: labels, IPAM } of networks) {
    const lab = labOf(labels);
    const joined = labels!['labctl.joined'] === 'true';
    const subnet = IPAM?.Config?.[0]?.Subnet ?? '';
    lab.networks.set(labels!['labctl.network']!, { subnet, joined });
  }
  // The engine lists the youngest first: after an up that was cut short its stack is what counts.
  for (const info of containers) {
    const container = observed(info);
    const lab = labOf(info.Labels);
    const { 'labctl.node': node, 'labctl.edge': edge, 'labctl.monitor': monitor } = info.Labels;
    const { 'labctl.replaced': replaced } = info.Labels;
    if (node) lab.nodes.set(node, container);
    if (node && replaced) lab.replaced[node] = JSON.parse(replaced);
    if (edge) lab.proxies.set(edge, container);
    if (monitor) lab.monitors.set(monitor, container);
    lab.stack ??= container.stack;
  }
  return labs;
}

const emptyLab = (name: string) => ({
  name,
  stack: undefined as Stack | undefined,
  replaced: {} as Record<string, NodeConfig>,
  nodes: new Map<string, ObservedContainer>(),
  proxies: new Map<string, ObservedContainer>(),
  monitors: new Map<string, ObservedContainer>(),
  networks: new Map<string, ObservedNetwork>(),
});

function observed(info: Docker.ContainerInfo): ObservedContainer {
  const { 'labctl.stack': stack, 'labctl.publish': publish } = info.Labels;
  return {
    id: info.Id,
    state: info.State,
    status: info.Status,
    image: { ref: info.Image, id: info.ImageID },
    networks: Object.keys(info.NetworkSettings?.Networks ?? {}),
    ...(stack && { stack: JSON.parse(stack) as Stack }),
    published: new Map(publish ? (JSON.parse(publish) as [number, number][]) : []),
  };
}

/** Names of a lab's data volumes, by node. */
export async function observeVolumes(docker: Docker, lab: string): Promise<Map<string, string>> {
  const { Volumes } = await docker.listVolumes({
    filters: { label: [`${LAB_LABEL}=${lab}`] },
  });
  const ofNodes = (Volumes ?? []).filter(({ Labels }) => Labels['labctl.node']);
  return new Map(ofNodes.map(({ Name, Labels }) => [Labels['labctl.node']!, Name]));
}

/** Every subnet that a docker network of the engine uses. */
export async function usedSubnets(docker: Docker): Promise<string[]> {
  const networks = await docker.listNetworks();
  return networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).map(({ Subnet }) => Subnet ?? ''));
}

/** Whether the kernel has ended the container for want of memory; false when it is gone. */
export async function ranOutOfMemory(docker: Docker, id: string): Promise<boolean> {
  const container = await docker
    .getContainer(id)
    .inspect()
    .catch(() => undefined);
  return container?.State.OOMKilled ?? false;
}

/** A container that did what it was there for and ended well. */
export const isDone = ({ state, status }: ObservedContainer): boolean =>
  state === 'exited' && status.startsWith('Exited (0)');

/** False for a lab of which only networks are left, or are there yet. */
export const hasContainers = ({ nodes, proxies, monitors }: ObservedLab): boolean =>
  nodes.size + proxies.size + monitors.size > 0;
