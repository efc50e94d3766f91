// What happens to a lab while it happens: faults from the proxies' audit trails, containers from
// the engine, the leader by asking. Works through restarts, and through down and up of the lab.
//
//   proxy stdout --line--\
//   engine events --------> onEvent
//   who leads, each second /
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../control/protocol.ts';
import { engineClock } from '../docker/clock.ts';
import { type ContainerChange, followContainers } from '../docker/events.ts';
import { readLogs } from '../docker/logs.ts';
import { type ShownFault, showFault } from './faults/show-fault.ts';
import { askHealths, leadersOf } from './roles.ts';
import { refresh, type Session } from './session.ts';

/** `at` is ISO 8601, by the engine's clock. */
export type LabEvent = { readonly at: string } & (
  | {
      readonly type: 'fault';
      readonly edge: string;
      /** `started` and `stopped` are of the proxy, `began` of a fault that was set for later. */
      readonly change: Change['event'];
      readonly revision: number;
      /** All that are in force now. */
      readonly faults: readonly ShownFault[];
    }
  | { readonly type: 'node'; readonly node: string; readonly state: string }
  | { readonly type: 'proxy'; readonly edge: string; readonly state: string }
  | {
      readonly type: 'leader';
      /** Of the nodes of this group. */
      readonly group: string;
      readonly leader: string | null;
      readonly before: string | null;
    }
);

const LEADER_POLL_MS = 1_000;

/** Calls `onEvent` until the signal aborts, or the engine goes away. Throws docker-failed. */
export async function labEvents(
  session: Session,
  onEvent: (event: LabEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { docker, name, observed } = session;
  const clock = await engineClock(docker);
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, ended); // one for each proxy
  const follow = (id: string, since?: number) =>
    readLogs(
      docker,
      id,
      { follow: true, timestamps: false, stdoutOnly: true, ...(since ? { since } : { tail: 0 }) },
      (line) => tellFault(line, onEvent),
      ended,
    ).catch(() => {}); // its proxy is gone; a new one starts with an event of the engine
  for (const { id, state } of observed.proxies.values()) if (state === 'running') follow(id);
  const onChange = (change: ContainerChange) => {
    tellContainer(change, onEvent);
    if (change.edge && change.state === 'running') follow(change.id, change.atMs / 1_000);
  };
  watchLeaders(session, onEvent, ended, clock);
  try {
    await followContainers(docker, name, onChange, signal);
  } finally {
    stop.abort();
  }
}

function tellFault(line: string, onEvent: (event: LabEvent) => void): void {
  const change = readChange(line);
  if (!change) return;
  const { at, edge, event, revision, faults } = change;
  onEvent({ type: 'fault', at, edge, change: event, revision, faults: faults.map(showFault) });
}

/** undefined for a line that a dying proxy did not finish. */
function readChange(line: string): Change | undefined {
  try {
    return JSON.parse(line) as Change;
  } catch {
    return undefined;
  }
}

function tellContainer(
  { atMs, state, node, edge }: ContainerChange,
  onEvent: (event: LabEvent) => void,
): void {
  const at = new Date(atMs).toISOString();
  if (node) onEvent({ type: 'node', at, node, state });
  else if (edge) onEvent({ type: 'proxy', at, edge, state });
}

/** Nobody tells who leads, so it is asked; a lab that is half there has no leaders. */
async function watchLeaders(
  session: Session,
  onEvent: (event: LabEvent) => void,
  signal: AbortSignal,
  clock: () => number,
): Promise<void> {
  const groups = new Set(session.model.nodes.map(({ group }) => group));
  const ask = async () => {
    const leaders = await refresh(session)
      .then(async (now) => leadersOf(now.model.nodes, await askHealths(now)))
      .catch(() => new Map<string, string>());
    return new Map([...groups].map((group) => [group, leaders.get(group) ?? null]));
  };
  let before = await ask();
  while (await wait(LEADER_POLL_MS, signal)) {
    const now = await ask();
    const at = new Date(clock()).toISOString();
    for (const [group, leader] of now)
      if (leader !== before.get(group) && !signal.aborted)
        onEvent({ type: 'leader', at, group, leader, before: before.get(group)! });
    before = now;
  }
}

/** False when the signal aborted. */
const wait = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal }).catch(() => false);
