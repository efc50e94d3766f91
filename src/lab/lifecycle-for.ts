// pause, kill and stop for a while. labctl itself keeps the time, as a container cannot thaw or
// start another: it stays until all is taken back, and takes it back at once when interrupted.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type LifecycleOptions,
  type LifecycleResult,
  lifecycle,
  planLifecycle,
} from './lifecycle.ts';
import { refresh, type Session } from './session.ts';

export type HeldAction = 'pause' | 'kill' | 'stop';

/** What takes each back, and the states that it leaves a node in. */
const undoOf = {
  pause: { action: 'unpause', states: ['paused'] },
  kill: { action: 'start', states: ['exited', 'dead'] },
  stop: { action: 'start', states: ['exited', 'dead'] },
} as const satisfies Record<HeldAction, object>;

interface HeldOptions extends LifecycleOptions {
  readonly forMs: number;
  /** Told what was done, before the time begins. */
  readonly onDone?: (result: LifecycleResult) => void;
  readonly cancel?: AbortSignal;
}

export interface HeldResult extends LifecycleResult {
  /** Nodes that were taken back: those that nobody else had. */
  readonly undone: readonly string[];
}

/** Throws what `lifecycle` throws, lab-not-found when the lab is gone meanwhile. */
export async function lifecycleFor(
  session: Session,
  action: HeldAction,
  names: readonly string[],
  { forMs, onDone, cancel, ...options }: HeldOptions,
): Promise<HeldResult> {
  const plan = planLifecycle(session, action, names);
  const undo = async () => {
    const now = await refresh(session);
    const states: readonly string[] = undoOf[action].states;
    const stateOf = (name: string) => now.observed.nodes.get(name)?.state ?? '';
    const undone = plan.changed.filter((name) => states.includes(stateOf(name)));
    await lifecycle(now, undoOf[action].action, undone);
    return undone;
  };
  try {
    await lifecycle(session, action, names, options);
  } catch (error) {
    await undo(); // of several one may have failed
    throw error;
  }
  onDone?.(plan);
  await pauseFor(forMs, cancel);
  return { ...plan, undone: await undo() };
}

/** Ends early, without an error, when cancelled. */
export const pauseFor = (forMs: number, cancel?: AbortSignal): Promise<void> =>
  sleep(forMs, undefined, { signal: cancel }).catch(() => {});
