// wait: until nodes are what is asked for.
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import type { BootStep } from '../stack/group.ts';
import { isCustom } from '../stack/model.ts';
import { formatDuration } from '../stack/units.ts';
import { runSteps, stepsOf } from './bootstrap.ts';
import { silent } from './report.ts';
import { askHealths, leadersOf } from './roles.ts';
import { findNode, refresh, type Session } from './session.ts';

export type Condition = 'healthy' | 'leader' | 'stopped';

const POLL_MS = 100;

/**
 * healthy, stopped: every node named is (no name: all). leader: one of them leads its group (no
 * name: any does). `steps` are done meanwhile. Returns milliseconds waited. Throws wait-timeout
 * with what was last seen, node-unknown.
 */
export async function waitFor(
  session: Session,
  names: readonly string[],
  condition: Condition,
  timeoutMs: number,
  signal?: AbortSignal,
  steps: readonly BootStep[] = [],
): Promise<number> {
  for (const name of names) findNode(session, name);
  const nodes = names.length ? names : session.model.nodes.map(({ name }) => name);
  const startedMs = performance.now();
  let left = steps;
  for (let current = session; ; current = await refresh(current)) {
    const waits = await runSteps(current, left, silent);
    left = [...waits.keys()];
    const reasons = [...waits].map(([{ node }, words]) => `${node.name}: ${words}`);
    const missing = [...(await unmet(current, nodes, condition)), ...reasons];
    const waitedMs = performance.now() - startedMs;
    if (!missing.length) return Math.round(waitedMs);
    if (waitedMs > timeoutMs) {
      const text = `not ${condition} within ${formatDuration(timeoutMs)}: ${missing.join(', ')}`;
      throw new LabError('wait-timeout', text);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Healthy, with what their systems have to do for nodes that come back. Throws as waitFor does. */
export function waitBack(
  session: Session,
  names: readonly string[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const steps = names.flatMap((name) => stepsOf(session.model, name));
  return waitFor(session, names, 'healthy', timeoutMs, signal, steps);
}

/** Nodes that keep the condition from being met, each with what it is instead. */
async function unmet(
  session: Session,
  nodes: readonly string[],
  condition: Condition,
): Promise<string[]> {
  if (condition === 'stopped') {
    const state = (name: string) => session.observed.nodes.get(name)?.state ?? 'exited';
    return nodes
      .filter((name) => !['exited', 'dead', 'created'].includes(state(name)))
      .map((name) => `${name} is ${state(name)}`);
  }
  const healths = await askHealths(session);
  const words = (name: string) => `${name}: ${healths.get(name)!.detail}`;
  if (condition === 'healthy') {
    // Of a container of the user's own without a healthcheck nothing more is to be known.
    const custom = new Set(session.model.nodes.filter(isCustom).map(({ name }) => name));
    const fine = (name: string) =>
      healths.get(name)!.health === 'healthy' ||
      (custom.has(name) && healths.get(name)!.health === 'unknown');
    return nodes.filter((name) => !fine(name)).map(words);
  }
  const leaders = [...leadersOf(session.model.nodes, healths).values()];
  if (leaders.some((name) => nodes.includes(name))) return [];
  if (!leaders.length) return [`no leader (${nodes.map(words).join('; ')})`];
  return [`${leaders.join(', ')} ${leaders.length > 1 ? 'lead' : 'leads'}`];
}
