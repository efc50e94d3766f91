// status --watch: the status again and again, told when it is another.
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { refresh, type Session } from './session.ts';
import { type LabStatus, labStatus } from './status.ts';

const EVERY_MS = 1_000;

interface WatchOptions {
  readonly signal: AbortSignal;
  /** Also tells that bytes were carried and connections opened, or that time has passed. */
  readonly counters?: boolean;
}

/** Calls `onStatus` at once and at every change. Throws lab-not-found when the lab goes away. */
export async function watchStatus(
  session: Session,
  onStatus: (status: LabStatus) => void,
  { signal, counters = false }: WatchOptions,
): Promise<void> {
  let last: unknown;
  for (let current = session; !signal.aborted; current = await refresh(current)) {
    const status = await labStatus(current);
    const now = counters ? status : lasting(status);
    if (!isDeepStrictEqual(now, last) && !signal.aborted) onStatus(status);
    last = now;
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {}); // the loop sees it
    if (signal.aborted) return;
  }
}

/** Without what changes by itself while nothing happens. */
const lasting = ({ nodes, edges, ...lab }: LabStatus) => ({
  ...lab,
  nodes: nodes.map(({ since: _, ...node }) => node),
  edges: edges.map(({ connections: _, bytes: __, rates: ___, lastActivity: ____, ...edge }) => ({
    ...edge,
    faults: edge.faults.map(({ id, kind }) => [id, kind]),
  })),
});
