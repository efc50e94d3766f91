// start, stop, restart, kill, pause, unpause: what happens to nodes, through the engine. A node
// keeps its name, its data and its edges: proxies dial it by name again.
import type Docker from 'dockerode';
import { engineError } from '../docker/connect.ts';
import { LabError } from '../errors.ts';
import { formatDuration } from '../stack/units.ts';
import { containerOf, findNode, type Session } from './session.ts';

export type Action = 'start' | 'stop' | 'restart' | 'kill' | 'pause' | 'unpause';

export interface LifecycleOptions {
  /** For kill (KILL by default), and for restart in place of an orderly stop. */
  readonly signal?: string | undefined;
  /** How long an orderly stop may take before the node is killed. */
  readonly timeoutMs?: number;
}

const STOP_TIMEOUT_MS = 10_000;

/** States in which an action has nothing to do, and those in which it cannot be done. */
const RULES: Readonly<Record<Action, { done: readonly string[]; wrong: readonly string[] }>> = {
  start: { done: ['running'], wrong: ['paused'] },
  stop: { done: ['exited', 'created', 'dead'], wrong: [] },
  restart: { done: [], wrong: [] },
  kill: { done: [], wrong: ['exited', 'created', 'dead'] },
  pause: { done: ['paused'], wrong: ['exited', 'created', 'dead'] },
  unpause: { done: ['running'], wrong: ['exited', 'created', 'dead'] },
};

export const ACTIONS = Object.keys(RULES) as readonly Action[];

export interface LifecycleResult {
  /** Nodes that the action was done to. */
  readonly changed: readonly string[];
  /** Nodes that were so already. */
  readonly unchanged: readonly string[];
}

/** What would be done. Throws node-unknown, node-state; touches nothing. */
export function planLifecycle(
  session: Session,
  action: Action,
  names: readonly string[],
): LifecycleResult {
  const { done, wrong } = RULES[action];
  const states = new Map(
    names.map((name) => [name, containerOf(session, findNode(session, name).name).state]),
  );
  for (const [name, state] of states)
    if (wrong.includes(state))
      throw new LabError('node-state', `cannot ${action} ${name}: it is ${state}`, {
        hint: state === 'paused' ? `labctl unpause ${name}` : `labctl start ${name}`,
      });
  const nodes = [...states.keys()];
  return {
    changed: nodes.filter((name) => !done.includes(states.get(name)!)),
    unchanged: nodes.filter((name) => done.includes(states.get(name)!)),
  };
}

/** All nodes at the same time. Throws node-unknown, node-state, docker-failed. */
export async function lifecycle(
  session: Session,
  action: Action,
  names: readonly string[],
  options: LifecycleOptions = {},
): Promise<LifecycleResult> {
  const plan = planLifecycle(session, action, names);
  await Promise.all(
    plan.changed.map(async (name) => {
      const container = session.docker.getContainer(containerOf(session, name).id);
      try {
        await act(container, action, options);
      } catch (error) {
        throw engineError(`cannot ${action} ${name}`, error);
      }
    }),
  );
  return plan;
}

async function act(
  container: Docker.Container,
  action: Action,
  { signal, timeoutMs = STOP_TIMEOUT_MS }: LifecycleOptions,
): Promise<void> {
  const t = Math.ceil(timeoutMs / 1000);
  if (action === 'stop') await container.stop({ t });
  else if (action === 'kill') await container.kill({ signal: signal ?? 'KILL' });
  else if (action === 'restart' && signal) await killAndStart(container, signal, timeoutMs);
  else if (action === 'restart') await container.restart({ t });
  else await container[action]();
}

async function killAndStart(
  container: Docker.Container,
  signal: string,
  timeoutMs: number,
): Promise<void> {
  const { State } = await container.inspect();
  if (State.Running) {
    const ended = container.wait({ abortSignal: AbortSignal.timeout(timeoutMs) });
    await container.kill({ signal });
    await ended.catch((error) => {
      const text = `it did not end within ${formatDuration(timeoutMs)} of signal ${signal}`;
      throw new LabError('node-state', text, { hint: 'labctl kill NODE ends it', cause: error });
    });
  }
  await container.start();
}
