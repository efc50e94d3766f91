// down: removes all that bears the lab's label. It needs neither stack file nor compose.
import { rmSync } from 'node:fs';
import type Docker from 'dockerode';
import { engineError, openDocker } from '../docker/connect.ts';
import { LAB_LABEL } from '../docker/observe.ts';
import { renderedDir } from './files.ts';

export interface DownOptions {
  readonly lab: string;
  /** Leaves the data volumes, and stops the nodes in good order first. */
  readonly keepData?: boolean;
  /** How long a node may take to stop before it is killed; only with keepData. */
  readonly timeoutMs?: number;
  readonly dryRun?: boolean;
}

/** Names of what was removed, or would be. */
export interface DownResult {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

const STOP_TIMEOUT_MS = 10_000;

/** Containers of a starting lab may still be appearing while it is taken down. */
const ROUNDS_MAX = 5;

/** Succeeds when there is nothing left to do. Throws docker-failed. */
export async function down(options: DownOptions, engine?: Docker): Promise<DownResult> {
  const docker = engine ?? (await openDocker());
  const { lab, dryRun = false } = options;
  const removed = {
    containers: new Set<string>(),
    networks: new Set<string>(),
    volumes: new Set<string>(),
  };
  try {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const found = await findAll(docker, options);
      for (const { Names } of found.containers) removed.containers.add(Names[0]!.slice(1));
      for (const { Name } of found.networks) removed.networks.add(Name);
      for (const { Name } of found.volumes) removed.volumes.add(Name);
      if (dryRun || !(found.containers.length + found.networks.length + found.volumes.length))
        break;
      await removeAll(docker, found, options);
    }
  } catch (error) {
    throw engineError(`cannot take lab ${lab} down`, error);
  }
  if (!dryRun) rmSync(renderedDir(lab), { recursive: true, force: true });
  return {
    containers: [...removed.containers].sort(),
    networks: [...removed.networks].sort(),
    volumes: [...removed.volumes].sort(),
  };
}

interface Found {
  readonly containers: readonly Docker.ContainerInfo[];
  readonly networks: readonly Docker.NetworkInspectInfo[];
  readonly volumes: readonly Docker.VolumeInspectInfo[];
}

async function findAll(docker: Docker, { lab, keepData }: DownOptions): Promise<Found> {
  const filters = { label: [`${LAB_LABEL}=${lab}`] };
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return { containers, networks, volumes: keepData ? [] : (Volumes ?? []) };
}

async function removeAll(docker: Docker, found: Found, options: DownOptions): Promise<void> {
  const { containers, networks, volumes } = found;
  if (options.keepData) await stopNodes(docker, containers, options.timeoutMs ?? STOP_TIMEOUT_MS);
  await Promise.all(
    containers.map(({ Id }) => gone(docker.getContainer(Id).remove({ force: true, v: true }))),
  );
  await Promise.all([
    ...networks.map(({ Id }) => gone(docker.getNetwork(Id).remove())),
    ...volumes.map(({ Name }) => gone(docker.getVolume(Name).remove())),
  ]);
}

async function stopNodes(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
  timeoutMs: number,
): Promise<void> {
  const nodes = containers.filter(({ Labels }) => Labels['labctl.node']);
  const t = Math.ceil(timeoutMs / 1000);
  await Promise.all(nodes.map(({ Id }) => gone(docker.getContainer(Id).stop({ t }))));
}

/** 304, 404 and 409 are "stopped", "gone" and "somebody else is removing it": fine, look again. */
async function gone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    const { statusCode = 0, json } = error as { statusCode?: number; json?: { message?: string } };
    const inUse = /has active endpoints|in use/.test(json?.message ?? '');
    if (![304, 404, 409].includes(statusCode) && !inUse) throw error;
  }
}
