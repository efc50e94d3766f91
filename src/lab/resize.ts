// From one size of a running lab to another. Nodes come and go one at a time, each with the steps
// of its system, and no other container is touched. What was begun and broken off is gone on with:
// the lab's networks say which nodes it has.
import { setTimeout as sleep } from 'node:timers/promises';
import type { PullPolicy } from '../docker/images.ts';
import type { ObservedLab } from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { proxyService } from '../render/compose.ts';
import { buildModel } from '../stack/build-model.ts';
import { type Edge, isHostEdge, type Model, type Node, type Stack } from '../stack/model.ts';
import { monitorFrom } from '../stack/monitor.ts';
import type { ReachedNode, ScaleStep } from '../stack/scaling.ts';
import { type Size, sizesOf, withCount } from '../stack/sizes.ts';
import { formatDuration } from '../stack/units.ts';
import { systems } from '../systems/index.ts';
import { ensureImages, type Images, requireFiles, startContainers } from './containers.ts';
import { openControls } from './controls.ts';
import { removeNode } from './down.ts';
import { labEdges } from './edges.ts';
import { markedLeaving, markLeaving } from './leaving.ts';
import { place, SUBNETS_DEFAULT } from './place.ts';
import { reachedNodes } from './probe-nodes.ts';
import { type Report, silent } from './report.ts';
import { refresh, type Session, sessionOf } from './session.ts';
import { throwIfDead, waitReady } from './wait-ready.ts';

export interface ScaleOptions {
  /** For each node. Default two minutes. */
  readonly timeoutMs?: number;
  readonly pull?: PullPolicy | undefined;
  readonly dryRun?: boolean;
  /** CIDR from which the networks of new nodes are cut. */
  readonly subnets?: string;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One count that changes: `etcd` from 3 to 5. */
export interface SizeChange {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export const TIMEOUT_MS = 120_000;
const POLL_MS = 250;

/** What is between two models of a lab; nodes in the order in which they come and go. */
export function planScale(before: Model, after: Model) {
  const from = new Map(sizesOf(before.stack, systems).map(({ name, count }) => [name, count]));
  const changed = sizesOf(after.stack, systems)
    .map(({ name, count: to }): SizeChange => ({ name, from: from.get(name) ?? to, to }))
    .filter((change) => change.from !== change.to);
  return {
    changed,
    added: nodesOnlyIn(after, before).map(({ name }) => name),
    removed: nodesOnlyIn(before, after)
      .map(({ name }) => name)
      .reverse(),
  };
}

const nodesOnlyIn = ({ nodes }: Model, other: Model): readonly Node[] =>
  nodes.filter(({ name }) => !other.nodes.some((each) => each.name === name));

/**
 * From the sizes that the lab has to those of the target: first what comes, then what goes. What
 * cannot be is refused before anything is touched.
 */
export async function resize(
  session: Session,
  target: Model,
  options: ScaleOptions,
): Promise<Session> {
  const sizes = sizesOf(target.stack, systems);
  const there = sizesOf(session.model.stack, systems);
  const countOf = ({ name }: Size) => there.find((each) => each.name === name)!.count;
  // Prometheus is made anew whenever a node comes or goes; Grafana, where it could be had.
  const monitor = monitorFrom(session.observed.monitors);
  const halfMade = joinedNodes(session, target).filter(
    ({ name }) => !session.observed.nodes.has(name),
  );
  const grows = sizes.some((size) => size.count > countOf(size));
  const makes = monitor.monitor || halfMade.length || grows;
  // While some come, those that are to go are there yet.
  const all = sizes.reduce(
    (last, size) => withCount(last, size, Math.max(size.count, countOf(size))),
    { ...target.stack, ...monitor },
  );
  const largest = buildModel(all, systems, target.replaced);
  await requireRoom(session, largest, options);
  await requireLeave(session, target);
  if (options.dryRun) return session;
  const images = makes ? await ensureImages(session.docker, largest, options) : undefined;
  let current = session;
  for (const node of halfMade)
    current = await makeJoiner(current, session.model, node, images!, options);
  current = await settleAll(current, target, options);
  for (const size of sizes)
    for (let count = countOf(size) + 1; count <= size.count; count += 1)
      current = await grow(current, withCount(current.model.stack, size, count), images!, options);
  for (const size of sizes.toReversed())
    for (let count = countOf(size) - 1; count >= size.count; count -= 1)
      current = await shrink(current, withCount(current.model.stack, size, count), images, options);
  return current;
}

/** What cannot be made is to be found out before a member is added. */
async function requireRoom({ docker, observed }: Session, target: Model, options: ScaleOptions) {
  requireFiles(target);
  await place(docker, target, observed, options.subnets ?? SUBNETS_DEFAULT);
}

/** And who cannot leave, before another has left. */
export async function requireLeave(session: Session, target: Model): Promise<void> {
  const leaving = nodesOnlyIn(session.model, target);
  for (const group of new Set(leaving.map((node) => node.group))) {
    const own = leaving.filter((node) => node.group === group);
    const { check } = systems[own[0]!.system]!.scaling ?? {};
    if (check) await atNodes(session, (nodes) => check(own, nodes));
  }
}

/** Who began to leave when a labctl ended goes; where it is among the `wanted`, to come anew. */
export async function finishLeaving(
  session: Session,
  { nodes: wanted }: Model,
  options: ScaleOptions,
): Promise<Session> {
  let current = session;
  const marked = await markedLeaving(session.docker, session.name);
  for (const size of sizesOf(session.model.stack, systems).toReversed()) {
    const { model, docker, observed } = current;
    const last = model.nodes.find(({ name }) => name === `${size.name}-${size.count}`);
    const { isLeaving } = systems[last?.system ?? '']?.scaling ?? {};
    if (!last || !isLeaving || !marked.has(last.name)) continue;
    if (!wanted.some(({ name }) => name === last.name)) continue;
    if (!(await atNodes(current, (nodes) => isLeaving(last, nodes)))) continue;
    const watches = model.stack.monitor && !options.dryRun;
    const images = watches ? await ensureImages(docker, model, options) : undefined;
    const smaller = withCount(model.stack, size, size.count - 1);
    current = options.dryRun
      ? sessionOf(docker, without(observed, last.name))
      : await shrink(current, smaller, images, options);
  }
  return current;
}

/** The lab as it is when that node is gone. */
function without(lab: ObservedLab, node: string): ObservedLab {
  const but = <T>(all: ReadonlyMap<string, T>) =>
    new Map([...all].filter(([name]) => !name.split(':').includes(node)));
  const { nodes, proxies, networks } = lab;
  return { ...lab, nodes: but(nodes), proxies: but(proxies), networks: but(networks) };
}

export const joinedNodes = ({ observed }: Session, { nodes }: Model): readonly Node[] =>
  nodes.filter(({ name }) => observed.networks.get(name)?.joined);

/** Goes on with what an earlier labctl may have left half done; a joiner that died tries again. */
export async function settleAll(
  session: Session,
  target: Model,
  options: ScaleOptions,
): Promise<Session> {
  for (const node of joinedNodes(session, target)) {
    const { settle } = systems[node.system]!.scaling ?? {};
    const container = session.observed.nodes.get(node.name);
    if (settle && container?.state === 'exited' && (await oneStep(session, node, settle)))
      await session.docker.getContainer(container.id).start();
    await untilDone(await refresh(session), node, 'joining', settle, options);
  }
  return refresh(session);
}

async function grow(
  session: Session,
  stack: Stack,
  images: Images,
  options: ScaleOptions,
): Promise<Session> {
  const next = buildModel(stack, systems, session.model.replaced);
  let current = session;
  for (const node of nodesOnlyIn(next, session.model)) {
    await untilDone(current, node, 'joining', systems[node.system]!.scaling?.join, options);
    current = await makeJoiner(current, next, node, images, options);
  }
  return current;
}

/** The edges, the container and the rest of its way into a group that expects it. */
async function makeJoiner(
  session: Session,
  model: Model,
  node: Node,
  images: Images,
  options: ScaleOptions,
): Promise<Session> {
  const { subnets = SUBNETS_DEFAULT, signal, report, timeoutMs = TIMEOUT_MS } = options;
  const { name, system } = node;
  // A program that joins looks for the others once, so its edges are there before it.
  const edges = model.edges.filter(({ from, to }) => [from, to].includes(name));
  const start = (...only: readonly string[]) =>
    startContainers(session.docker, model, images, { subnets, signal, only, joins: name });
  await start(...edges.map(proxyService));
  let current = await proxiesAnswer(await refresh(session), edges, options);
  await start(name, ...images.monitors.keys());
  current = await refresh(current);
  await untilDone(current, node, 'joining', systems[system]!.scaling?.settle, options);
  current = await refresh(current);
  await waitReady(current, { timeoutMs, signal, report, only: name });
  return current;
}

async function shrink(
  session: Session,
  stack: Stack,
  images: Images | undefined,
  options: ScaleOptions,
): Promise<Session> {
  const { docker, name: lab, model } = session;
  const { subnets = SUBNETS_DEFAULT, signal, report = silent } = options;
  const next = buildModel(stack, systems, model.replaced);
  for (const node of nodesOnlyIn(model, next).toReversed()) {
    const { name: subject, system: kind } = node;
    const { leave, isLeaving } = systems[kind]!.scaling!;
    if (isLeaving) await markLeaving(docker, lab, subject);
    await untilDone(session, node, 'leaving', leave, options);
    const only = [...(images?.monitors.keys() ?? [])];
    // Prometheus leaves the node's network, which can go only then.
    if (only.length) await startContainers(docker, next, images!, { subnets, signal, only });
    await removeNode(docker, lab, subject);
    report({ subject, kind, state: 'removed', done: true });
  }
  return refresh(session);
}

/** Throws scale-timeout, node-died. */
async function untilDone(
  session: Session,
  node: Node,
  doing: 'joining' | 'leaving',
  step: ScaleStep | undefined,
  { timeoutMs = TIMEOUT_MS, report = silent, signal }: ScaleOptions,
): Promise<void> {
  if (!step) return;
  const { name: subject, system: kind } = node;
  const hint = 'labctl heal, if faults are in its way; then the same labctl scale goes on';
  const deadlineMs = performance.now() + timeoutMs;
  for (let current = session; ; current = await refresh(current)) {
    signal?.throwIfAborted();
    const waitsFor = await oneStep(current, node, step);
    if (!waitsFor) return;
    if (doing === 'joining') await throwIfDead(current, subject, hint);
    report({ subject, kind, state: `${doing}: ${waitsFor}`, done: false });
    if (performance.now() > deadlineMs) {
      const text = `${subject} is still ${doing} after ${formatDuration(timeoutMs)}: ${waitsFor}`;
      throw new LabError('scale-timeout', text);
    }
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
}

/** Throws start-timeout. */
async function proxiesAnswer(
  session: Session,
  edges: readonly Edge[],
  { timeoutMs = TIMEOUT_MS, signal }: ScaleOptions,
): Promise<Session> {
  const deadlineMs = performance.now() + timeoutMs;
  for (let current = session; ; current = await refresh(current)) {
    signal?.throwIfAborted();
    const { length } = (
      await labEdges(
        current,
        edges.map(({ name }) => name),
      )
    ).filter(({ state }) => state === 'down');
    if (!length) return current;
    if (performance.now() > deadlineMs)
      throw new LabError('start-timeout', `${length} proxies of new edges do not answer`);
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
}

const oneStep = (session: Session, node: Node, step: ScaleStep) =>
  atNodes(session, (nodes) => step(node, nodes));

async function atNodes<T>(
  session: Session,
  work: (nodes: readonly ReachedNode[]) => Promise<T>,
): Promise<T> {
  const hosts = session.model.edges.filter(isHostEdge).map(({ name }) => name);
  using controls = await openControls(session, hosts);
  return await work(reachedNodes(session, controls)); // the channels close at the end of this scope
}
