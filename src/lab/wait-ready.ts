// Waits until every node says that it is well and all agree on who leads, and does what their
// systems have to do until then (bootstrap.ts). A node that dies
// meanwhile ends the wait at once, with the last it had to say.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from '../control/client.ts';
import { tailLogs } from '../docker/logs.ts';
import { isDone, type ObservedContainer } from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { hostEdge, isCustom, type NodeHealth } from '../stack/model.ts';
import { formatDuration } from '../stack/units.ts';
import { runSteps, stepsOf } from './bootstrap.ts';
import { openControls } from './controls.ts';
import { probeNodes, unready } from './probe-nodes.ts';
import { type Report, silent } from './report.ts';
import { refresh, type Session, startOf } from './session.ts';
import { unsteady } from './steady.ts';

const POLL_MS = 100;

/**
 * A program that refuses its flags says why first, and then prints its whole usage: show both ends.
 * A Go program that panics has its stack trace in one line of JSON.
 */
const LOG_LINES = { read: 200, first: 4, last: 10, columns: 300 } as const;

/** What a dying program says once, above its stack trace. */
const WHY = /\b(panic|fatal)\b/i;

export interface ReadyOptions {
  readonly timeoutMs: number;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Waits for this node alone, however the rest of the lab is. */
  readonly only?: string;
  /** What to do when a node ends. */
  readonly hint?: string;
  /** Told when a step of the bootstrap changed something. */
  readonly onChange?: () => void;
}

/** Returns the lab as it was when it was found ready. Throws start-timeout, node-died. */
export async function waitReady(
  session: Session,
  { timeoutMs, report = silent, signal, only, hint: ifDead, onChange }: ReadyOptions,
): Promise<Session> {
  let deadlineMs = performance.now() + timeoutMs;
  const say = once(report);
  const goesOn = watchProgress();
  let steps = stepsOf(session.model, only);
  for (let current = session; ; current = await refresh(current)) {
    signal?.throwIfAborted();
    await throwIfDead(current, only, ifDead);
    let changed = false;
    const left = await runSteps(current, steps, say, () => {
      changed = true;
      onChange?.();
    });
    steps = [...left.keys()];
    const { reason, healths, faulty } = await look(current, only);
    const waits = new Map([...left].map(([{ node }, words]) => [node.name, words]));
    sayHealths(current, healths, waits, say);
    const [why = reason] = reason ? [] : [...waits].map(([name, words]) => `${name}: ${words}`);
    if (!why) return current;
    // A copy or a load may take long: the time counts from the last that it went on.
    if (goesOn(healths, waits) || changed) deadlineMs = performance.now() + timeoutMs;
    if (performance.now() > deadlineMs) {
      const hint = hintOf(healths, faulty);
      throw await timedOut(current, `${formatDuration(timeoutMs)}: ${why}`, healths, hint);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** `waits`: of nodes that are well themselves, what their system has still to do. */
function sayHealths(
  { model }: Session,
  healths: ReadonlyMap<string, NodeHealth>,
  waits: ReadonlyMap<string, string>,
  say: Report,
): void {
  for (const [name, { health, detail }] of healths) {
    const kind = model.nodes.find((node) => node.name === name)!.system;
    const waitsFor = health === 'unhealthy' ? detail : waits.get(name);
    const state = waitsFor ? `waiting: ${waitsFor}` : detail;
    say({ subject: name, kind, state, done: !waitsFor });
  }
}

/**
 * True when a node is further on with a long work than it was ever before, or what its system has
 * still to do is another thing than it was: `423 transactions behind`.
 */
export function watchProgress() {
  const furthest = new Map<string, number>();
  let last = '';
  return (
    healths: ReadonlyMap<string, Pick<NodeHealth, 'progress'>>,
    waits: ReadonlyMap<string, string>,
  ): boolean => {
    const ahead = [...healths].filter(
      ([name, { progress = 0 }]) => progress > (furthest.get(name) ?? 0),
    );
    for (const [name, { progress }] of ahead) furthest.set(name, progress!);
    const said = [...waits].join('\n');
    const isOther = said !== last;
    last = said;
    return ahead.length > 0 || isOther;
  };
}

function hintOf(healths: ReadonlyMap<string, NodeHealth>, faulty: number): string | undefined {
  if (faulty) return `${faulty} edges have faults: labctl heal`;
  const loads = [...healths.values()].some(({ progress }) => progress !== undefined);
  return loads ? 'it goes on meanwhile: labctl up --timeout 10m waits for it' : undefined;
}

async function look(session: Session, only?: string) {
  using controls = await openControls(session, only ? [hostEdge(only)] : undefined);
  const answers = (control: Control) => control.get().catch(() => undefined);
  const states = await Promise.all([...controls.open.values()].map(answers));
  const silent = controls.closed.size + states.filter((state) => !state).length;
  const faulty = states.filter((state) => state?.faults.length).length;
  const probed = await probeNodes(session, controls);
  const all = new Map([...probed, ...(await unsteady(session, probed))]);
  if (only) {
    const own = all.get(only)!;
    const reason = own.health === 'healthy' ? undefined : `${only}: ${own.detail}`;
    return { reason, healths: new Map([[only, own]]), faulty };
  }
  const reason = silent ? `${silent} proxies do not answer yet` : unready(session, all);
  return { reason, healths: all, faulty };
}

/** Says a thing of a subject only when it is another than the last. */
function once(report: Report): Report {
  const last = new Map<string, string>();
  return (progress) => {
    if (last.get(progress.subject) === progress.state) return;
    last.set(progress.subject, progress.state);
    report(progress);
  };
}

/** Throws node-died. */
export async function throwIfDead(session: Session, only?: string, hint?: string): Promise<void> {
  const { docker, observed, model, name: lab } = session;
  const all = [...observed.nodes, ...observed.proxies];
  const everyone = only ? all.filter(([name]) => name === only) : all;
  const oneShots = new Set(model.nodes.filter(isCustom).map(({ name: each }) => each));
  const dead = everyone.find(
    ([each, container]) =>
      ['exited', 'dead'].includes(container.state) && !(oneShots.has(each) && isDone(container)),
  );
  if (!dead) return;
  const [name, container] = dead;
  const then = model.stack.parts ? 'goes on once that is mended' : '--fresh begins anew';
  const what = observed.nodes.has(name) ? `node ${name}` : `the proxy of ${name}`;
  throw new LabError('node-died', `${what} of lab ${lab} ended: ${container.status}`, {
    details: [`its last lines:`, ...(await lastLines(docker, container))],
    hint: hint ?? `${startOf(session)} ${then}`,
  });
}

async function timedOut(
  session: Session,
  howLongAndWhy: string,
  healths: ReadonlyMap<string, NodeHealth>,
  hint: string | undefined,
): Promise<LabError> {
  const { docker, observed, name } = session;
  const sick = [...healths].find(([, { health }]) => health === 'unhealthy')?.[0];
  const container = sick === undefined ? undefined : observed.nodes.get(sick);
  const details = container
    ? [`the last lines of ${sick}:`, ...(await lastLines(docker, container))]
    : [];
  const text = `lab ${name} did not become healthy within ${howLongAndWhy}`;
  const start = startOf(session);
  const next = `${start} waits again, ${start} --fresh begins anew`;
  return new LabError('start-timeout', text, {
    details,
    hint: hint ?? `labctl logs ${sick ?? 'NODE'} shows why; ${next}`,
  });
}

async function lastLines(docker: Session['docker'], { id }: ObservedContainer): Promise<string[]> {
  const { read, first, last, columns } = LOG_LINES;
  const cut = (line: string) => (line.length > columns ? `${line.slice(0, columns)}...` : line);
  const lines = (await tailLogs(docker, id, read)).map((line) => `  ${cut(line)}`);
  if (lines.length <= first + last) return lines;
  const why = lines.slice(first, -last).findLast((line) => WHY.test(line));
  return [...lines.slice(0, first), '  ...', ...(why ? [why] : []), ...lines.slice(-last)];
}
