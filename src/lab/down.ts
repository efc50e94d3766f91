// down: removes all that bears the lab's label. It needs neither stack file nor compose.
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { engineError, openDocker } from '../docker/connect.ts';
import { LAB_LABEL } from '../docker/observe.ts';
import { asLabError, LabError } from '../errors.ts';
import { renderedDir } from '../package/files.ts';
import { labNameProblem } from '../stack/names.ts';
import { LEAVING_LABEL } from './leaving.ts';

interface DownOptions {
  readonly lab: string;
  /** Leaves the data volumes, but for disks in memory, and stops the nodes in good order first. */
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

export interface RemovedLab extends DownResult {
  readonly lab: string;
}

const STOP_TIMEOUT_MS = 10_000;

/**
 * Containers of a starting lab may still be appearing while it is taken down, and the engine lets
 * go of a network a little later than of its last container.
 */
const ROUNDS_MAX = 20;
const ROUND_PAUSE_MS = 250;

/** Taking many containers off a network at once may leave it in use for ever (moby 42119). */
const AT_ONCE_MAX = 6;

/** Succeeds when there is nothing left. Throws usage, and docker-failed naming what stayed. */
export async function down(options: DownOptions, engine?: Docker): Promise<DownResult> {
  const { lab, dryRun = false } = options;
  const problem = labNameProblem(lab); // it becomes part of a path
  if (problem) throw new LabError('usage', `lab name ${JSON.stringify(lab)} ${problem}`);
  const docker = engine ?? (await openDocker());
  const removed = await removeFound(docker, options);
  if (!dryRun) rmSync(renderedDir(lab), { recursive: true, force: true });
  return removed;
}

/** Each of the labs, whatever becomes of the others. `failed`: what kept some from going. */
export async function downAll(
  labs: readonly string[],
  options: Omit<DownOptions, 'lab'>,
  engine?: Docker,
): Promise<{ removed: RemovedLab[]; failed?: LabError }> {
  const removed: RemovedLab[] = [];
  const stayed = new Map<string, LabError>();
  for (const lab of labs)
    await down({ ...options, lab }, engine).then(
      (result) => removed.push({ lab, ...result }),
      (error) => stayed.set(lab, asLabError(error)),
    );
  const [first] = stayed.values();
  if (!first) return { removed };
  if (labs.length === 1) return { removed, failed: first };
  const text = `${stayed.size} of ${labs.length} labs did not go: ${[...stayed.keys()].join(', ')}`;
  const details = [...stayed].flatMap(([lab, { message, details: more }]) => [
    `${lab}: ${message}`,
    ...more,
  ]);
  return { removed, failed: new LabError(first.code, text, { details, hint: first.hint }) };
}

/** One node with its edges, network and data. Throws docker-failed naming what stayed. */
export async function removeNode(docker: Docker, lab: string, node: string): Promise<void> {
  await removeFound(docker, { lab, node });
}

interface RemoveOptions extends DownOptions {
  /** Only what belongs to this node. */
  readonly node?: string;
}

async function removeFound(docker: Docker, options: RemoveOptions): Promise<DownResult> {
  const { lab, dryRun = false } = options;
  const removed = {
    containers: new Set<string>(),
    networks: new Set<string>(),
    volumes: new Set<string>(),
  };
  let refusals: string[] = [];
  try {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const found = await findAll(docker, options);
      for (const { Names } of found.containers) removed.containers.add(Names[0]!.slice(1));
      for (const { Name } of found.networks) removed.networks.add(Name);
      for (const name of found.volumes) removed.volumes.add(name);
      const left = found.containers.length + found.networks.length + found.volumes.length;
      if (!left) refusals = [];
      if (!left || dryRun) break;
      if (round) await sleep(ROUND_PAUSE_MS);
      refusals = await removeAll(docker, found, options);
    }
  } catch (error) {
    throw engineError(`cannot take lab ${lab} down`, error);
  }
  if (refusals.length)
    throw new LabError('docker-failed', `the engine does not let all of lab ${lab} go`, {
      details: refusals,
      hint: `restart Docker, then labctl down ${lab}`,
    });
  const names = (set: ReadonlySet<string>) => [...set].sort();
  const { containers, networks, volumes } = removed;
  return { containers: names(containers), networks: names(networks), volumes: names(volumes) };
}

interface Found {
  readonly containers: readonly Docker.ContainerInfo[];
  readonly networks: readonly Docker.NetworkInspectInfo[];
  readonly volumes: readonly string[];
}

async function findAll(docker: Docker, { lab, keepData, node }: RemoveOptions): Promise<Found> {
  const filters = { label: [`${LAB_LABEL}=${lab}`] };
  const [all, allNetworks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  const meant = (labels: Readonly<Record<string, string>> | undefined) => {
    const { 'labctl.node': own, 'labctl.network': network, 'labctl.edge': edge } = labels ?? {};
    const leaving = labels?.[LEAVING_LABEL];
    return !node || [own, network, leaving, ...(edge?.split(':') ?? [])].includes(node);
  };
  const containers = all.filter(({ Labels }) => meant(Labels));
  const networks = allNetworks.filter(({ Labels }) => meant(Labels));
  const ownVolumes = (Volumes ?? []).filter(({ Labels }) => meant(Labels));
  const inMemory = ownVolumes.filter(({ Options }) => Options?.type === 'tmpfs');
  // A volume that an up of the same moment made again has no label, but a container of the lab has
  // it.
  const mounted = containers.flatMap(({ Mounts }) =>
    Mounts.filter(({ Type }) => Type === 'volume').map(({ Name }) => Name!),
  );
  const volumes = new Set([...ownVolumes.map(({ Name }) => Name), ...mounted]);
  return {
    containers,
    networks,
    volumes: keepData ? inMemory.map(({ Name }) => Name) : [...volumes],
  };
}

/** What the engine refused, in its words. */
async function removeAll(docker: Docker, found: Found, options: DownOptions): Promise<string[]> {
  const { containers, networks, volumes } = found;
  if (options.keepData) await stopNodes(docker, containers, options.timeoutMs ?? STOP_TIMEOUT_MS);
  const first: (string | undefined)[] = [];
  const queue = [...containers];
  const removeOn = async () => {
    for (let next = queue.pop(); next; next = queue.pop())
      first.push(await gone(docker.getContainer(next.Id).remove({ force: true, v: true })));
  };
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, removeOn));
  const then = await Promise.all([
    ...networks.map(({ Id }) => gone(docker.getNetwork(Id).remove())),
    ...volumes.map((name) => gone(docker.getVolume(name).remove())),
  ]);
  return [...first, ...then].filter((refusal) => refusal !== undefined);
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

/**
 * 304 and 404 are "stopped" and "gone"; a thing in use or on its way out may go in the next round.
 */
async function gone(removal: Promise<unknown>): Promise<string | undefined> {
  try {
    await removal;
  } catch (error) {
    const { statusCode = 0, json } = error as { statusCode?: number; json?: { message?: string } };
    if ([304, 404].includes(statusCode)) return undefined;
    const words = json?.message ?? '';
    if (statusCode === 409 || /has active endpoints|in use/.test(words)) return words;
    throw error;
  }
  return undefined;
}
