// fill and wipe: what happens to the data of a node.

import { observeVolumes } from '../docker/observe.ts';
import { diskSize, workOnVolume } from '../docker/volume.ts';
import { LabError } from '../errors.ts';
import { lifecycle } from './lifecycle.ts';
import { findNode, refresh, type Session } from './session.ts';
import { waitReady } from './wait-ready.ts';

export interface FillOptions {
  /** How much is left free. Default nothing. */
  readonly leaveBytes?: number;
  /** Removes what `fill` wrote. */
  readonly reset?: boolean;
}

export interface FillResult {
  readonly version: 1;
  readonly lab: string;
  readonly node: string;
  readonly sizeBytes: number;
  /** Of it `fill` holds. */
  readonly filledBytes: number;
  readonly freeBytes: number;
}

const FILE = '/data/.labctl-fill';
const HELD = `stat -c %s ${FILE} 2>/dev/null || echo 0`;
const REPORT = `df -B1 --output=size,avail /data | tail -1\n${HELD}`;

/** Only on a disk of its own: any other volume is the user's. Throws disk-unsized, node-unknown. */
export async function fill(
  session: Session,
  name: string,
  { leaveBytes = 0, reset = false }: FillOptions = {},
): Promise<FillResult> {
  const volume = await volumeOf(session, name);
  if (!(await diskSize(session.docker, volume)))
    throw new LabError(
      'disk-unsized',
      `${name} has no disk of its own: to fill it would fill the disk of the engine's machine`,
    );
  const write = [
    `bytes=$(($(df -B1 --output=avail /data | tail -1) - ${leaveBytes}))`,
    // What others write at the same time may take the last bytes first.
    `if [ $bytes -gt 0 ]; then head -c $bytes /dev/zero >> ${FILE} 2>/dev/null || true; fi`,
  ].join('\n');
  const script = `${reset ? `rm -f ${FILE}` : write}\n${REPORT}`;
  const words = (await work(session, volume, script)).split(/\s+/).filter(Boolean);
  const [sizeBytes, freeBytes, filledBytes] = words.map(Number) as [number, number, number];
  return { version: 1, lab: session.name, node: name, sizeBytes, filledBytes, freeBytes };
}

interface WipeOptions {
  /** Until the nodes are healthy. Default false. */
  readonly wait?: boolean;
  readonly timeoutMs?: number;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 30_000;

/** Stops the nodes, empties their volumes, starts them. Throws node-unknown; node-died (wait). */
export async function wipe(
  session: Session,
  names: readonly string[],
  { wait = false, timeoutMs = TIMEOUT_MS, dryRun = false, signal }: WipeOptions = {},
): Promise<readonly string[]> {
  const volumes = await Promise.all(names.map((name) => volumeOf(session, name)));
  if (dryRun) return volumes;
  await lifecycle(session, 'stop', names, { timeoutMs });
  try {
    await Promise.all(volumes.map((volume) => work(session, volume, EMPTY)));
  } finally {
    await lifecycle(await refresh(session), 'start', names);
  }
  if (wait)
    for (const only of names) {
      const hint = `labctl logs ${only}`;
      await waitReady(await refresh(session), { timeoutMs, signal, only, hint });
    }
  return volumes;
}

const EMPTY = 'find /data -mindepth 1 -delete';

async function volumeOf(session: Session, name: string): Promise<string> {
  findNode(session, name);
  const volume = (await observeVolumes(session.docker, session.name)).get(name);
  if (volume) return volume;
  throw new LabError('node-state', `${name} has no data volume that labctl made`, {
    hint: 'a container of your own keeps its data where its volumes: say',
  });
}

async function work({ docker, name, observed }: Session, volume: string, script: string) {
  const [proxy] = observed.proxies.values();
  if (!proxy) throw new LabError('proxy-unreachable', `lab ${name} has no proxy`);
  return workOnVolume(docker, { volume, image: proxy.image.id, lab: name, script });
}
