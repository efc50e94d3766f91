// trace: what happens on edges, as it happens: connections, bytes, and what faults did.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from '../../control/client.ts';
import type { FaultHits, TraceLine } from '../../control/protocol.ts';
import { engineClock } from '../../docker/clock.ts';
import { openControls, requireAll } from '../controls.ts';
import type { Session } from '../session.ts';
import { openLookup, resolveAddress } from './addresses.ts';

/** A proxy that is not asked again for so long stops telling: whoever asked was killed. */
const LEASE_MS = 5_000;
const EVERY_MS = 1_000;

/** One line: what happened on which edge, and when. */
type Traced =
  | ({ readonly edge: string } & TraceLine['trace'])
  /** A fault was set, did more than when it was last told of, or is gone. */
  | ({ readonly edge: string; readonly at: string; readonly event: 'fault' } & FaultTrace);

interface FaultTrace {
  readonly fault: string;
  readonly kind: string;
  /** null when it is gone. */
  readonly hits: FaultHits | null;
}

/**
 * Tells `say` until the signal, or for so long. Throws usage, edge-unknown and its like, and
 * proxy-unreachable when a proxy goes away.
 */
export async function trace(
  session: Session,
  addresses: readonly string[],
  say: (line: Traced) => void,
  {
    forMs = Number.POSITIVE_INFINITY,
    signal,
  }: { forMs?: number | undefined; signal?: AbortSignal } = {},
): Promise<void> {
  const lookup = openLookup(session);
  const found = await Promise.all(
    addresses.map((address) => resolveAddress(session, address, lookup)),
  );
  const edges = [...new Set(found.flatMap((one) => one.edges))];
  using controls = await openControls(session, edges, (edge, event) => say({ edge, ...event }));
  requireAll(controls);
  const told = new Map<string, string>();
  const clock = await engineClock(session.docker);
  const at = () => new Date(clock()).toISOString();
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs && !signal?.aborted) {
    await Promise.all(
      edges.map((edge) => tellFaults(edge, controls.open.get(edge)!, told, say, at)),
    );
    const waitMs = Math.min(EVERY_MS, Math.max(0, endMs - performance.now()));
    await sleep(waitMs, undefined, { signal }).catch(() => {}); // the loop sees it
  }
}

async function tellFaults(
  edge: string,
  control: Control,
  told: Map<string, string>,
  say: (line: Traced) => void,
  now: () => string,
): Promise<void> {
  await control.trace(LEASE_MS);
  const { state, hits } = await control.hits();
  const line = (fault: string, kind: string, hits: FaultHits | null): Traced => ({
    edge,
    at: now(),
    event: 'fault',
    fault,
    kind,
    hits,
  });
  const here = new Set<string>();
  state.faults.forEach(({ id, kind }, i) => {
    const key = `${edge} ${id} ${kind}`;
    here.add(key);
    if (told.get(key) === JSON.stringify(hits[i])) return;
    told.set(key, JSON.stringify(hits[i]));
    say(line(id, kind, hits[i]!));
  });
  for (const key of told.keys()) {
    const [of, id, kind] = key.split(' ') as [string, string, string];
    if (of === edge && !here.has(key) && told.delete(key)) say(line(id, kind, null));
  }
}
