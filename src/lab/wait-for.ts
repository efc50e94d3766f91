// wait: until nodes are what is asked for.
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import type { BootStep } from '../stack/group.ts';
import { isCustom, type NodeHealth } from '../stack/model.ts';
import { formatDuration } from '../stack/units.ts';
import { runSteps, stepsOf } from './bootstrap.ts';
import { openControls } from './controls.ts';
import { probeNodes } from './probe-nodes.ts';
import { silent } from './report.ts';
import { leaderOf } from './roles.ts';
import { findNode, refresh, type Session } from './session.ts';

export type Condition = 'healthy' | 'leader' | 'stopped';

const POLL_MS = 100;

/**
 * healthy, stopped: every node named is (no name: all). leader: one of them leads (no name: any
 * does). Returns milliseconds waited. Throws wait-timeout with what was last seen, node-unknown.
 */
export async function waitFor(
  session: Session,
  names: readonly string[],
  condition: Condition,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number> {
  return waitWith([], session, names, condition, timeoutMs, signal);
}

/** Healthy, with what their systems have to do for nodes that come back. Throws as waitFor does. */
export async function waitBack(
  session: Session,
  names: readonly string[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const steps = names.flatMap((name) => stepsOf(session.model, name));
  return waitWith(steps, session, names, 'healthy', timeoutMs, signal);
}

async function waitWith(
  steps: readonly BootStep[],
  session: Session,
  names: readonly string[],
  condition: Condition,
  timeoutMs: number,
  signal?: AbortSignal,
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
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
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
  const healths = await askAll(session);
  const words = (name: string) => `${name}: ${healths.get(name)!.detail}`;
  if (condition === 'healthy') {
    // Of a container of the user's own without a healthcheck nothing more is to be known.
    const custom = new Set(session.model.nodes.filter(isCustom).map(({ name }) => name));
    const fine = (name: string) =>
      healths.get(name)!.health === 'healthy' ||
      (custom.has(name) && healths.get(name)!.health === 'unknown');
    return nodes.filter((name) => !fine(name)).map(words);
  }
  const leader = leaderOf(healths);
  if (leader && nodes.includes(leader)) return [];
  return [leader ? `${leader} leads` : `no leader (${nodes.map(words).join('; ')})`];
}

async function askAll(session: Session): Promise<ReadonlyMap<string, NodeHealth>> {
  const edges = session.model.edges.filter(({ from }) => from === 'host').map(({ name }) => name);
  using controls = await openControls(session, edges);
  return await probeNodes(session, controls); // the channels close at the end of this scope
}
