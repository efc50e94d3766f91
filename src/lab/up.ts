// up: from a stack to a healthy lab. Every step converges, so that `up` after a crash, an engine
// restart or another `up` goes on where things stand.
import { isDeepStrictEqual } from 'node:util';
import type Docker from 'dockerode';
import { openDocker } from '../docker/connect.ts';
import type { PullPolicy } from '../docker/images.ts';
import { type ObservedLab, observeLabs, observeVolumes } from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { diskOf } from '../render/compose.ts';
import { buildModel } from '../stack/build-model.ts';
import { isCustom, type Model, type Node } from '../stack/model.ts';
import { withCountsOf } from '../stack/sizes.ts';
import { systems } from '../systems/index.ts';
import { ensureImages, requireConfigs, requireFiles } from './containers.ts';
import { down } from './down.ts';
import { loadModel, type StackChoice } from './load-model.ts';
import { dropMonitors } from './monitors.ts';
import { SUBNETS_DEFAULT } from './place.ts';
import { type Report, silent } from './report.ts';
import {
  finishLeaving,
  planScale,
  requireLeave,
  resize,
  type ScaleOptions,
  settleAll,
} from './resize.ts';
import { type Session, sessionOf, stackOf } from './session.ts';
import { startInOrder } from './start-in-order.ts';
import { type ReadyOptions, waitReady } from './wait-ready.ts';

export interface UpOptions extends StackChoice, StartOptions {}

/** How a lab is started, whatever it is made of. */
export interface StartOptions {
  /** false: return when the containers run. Default true. */
  readonly wait?: boolean;
  /** Default two minutes. */
  readonly timeoutMs?: number;
  readonly pull?: PullPolicy;
  /** Removes the lab and its data first. */
  readonly fresh?: boolean;
  /** Builds the images of the user's own nodes anew. */
  readonly build?: boolean;
  /** CIDR from which the lab's networks are cut. */
  readonly subnets?: string;
  readonly report?: Report;
  readonly signal?: AbortSignal;
}

export interface UpResult {
  readonly session: Session;
  /** false: all of it ran already. */
  readonly changed: boolean;
  readonly tookMs: number;
}

const TIMEOUT_MS = 120_000;

/** Throws every code of exit 2 and 125 in the error table that has to do with starting. */
export async function up(options: UpOptions): Promise<UpResult> {
  return upModel(loadModel(options), options);
}

/** The same for a model that was not made of a stack file. */
export async function upModel(fromFile: Model, options: StartOptions): Promise<UpResult> {
  const startedMs = performance.now();
  const { report = silent, signal, build } = options;
  const docker = await openDocker();
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const subnets = options.subnets ?? SUBNETS_DEFAULT;
  const scaling = { timeoutMs, subnets, report, signal, pull: options.pull };
  let found = (await observeLabs(docker)).get(fromFile.stack.name);
  const target = options.fresh ? fromFile : keepReplaced(fromFile, found);
  // The lab as large as it is gets what else is new; then nodes come and go.
  let model = options.fresh ? target : keepSizes(target, found);
  requireFiles(model);
  await requireConfigs(model);
  if (!options.fresh) await refuseOtherNodes(docker, model, target, found);
  if (!options.fresh && found && stackOf(found)) {
    found = (await finishLeaving(sessionOf(docker, found), model, scaling)).observed;
    model = keepSizes(target, found);
  }
  for (const { name, from, to } of planScale(model, target).changed) {
    const state = `scaling from ${from} to ${to}`;
    report({ subject: name, kind: '', state, done: true });
  }
  const images = await ensureImages(docker, model, options);
  // Nothing of the old lab goes before the new one can be made.
  if (options.fresh) await down({ lab: model.stack.name }, docker);
  else if (found) {
    await unpauseAll(docker, found);
    await dropMonitors(docker, found, images.monitors);
  }
  const before = options.fresh ? undefined : found;
  const { nodes, edges } = model;
  const count = `${nodes.length + edges.length + images.monitors.size}`;
  report({ subject: 'containers', kind: count, state: 'starting', done: false });
  const start = { subnets, signal, build, timeoutMs, report, before };
  const observed = await startInOrder(docker, model, images, start);
  const session = sessionOf(docker, observed);
  report({ subject: 'containers', kind: count, state: 'started', done: true });
  let stepped = false;
  const onChange = () => {
    stepped = true;
  };
  const how = { ...scaling, onChange };
  const ready = await readyAt(session, target, options.wait, how);
  const changed = stepped || !isDeepStrictEqual(running(before), running(ready.observed));
  return { session: ready, changed, tookMs: Math.round(performance.now() - startedMs) };
}

/** With the sizes of the target, and healthy. */
async function readyAt(
  session: Session,
  target: Model,
  wait: boolean | undefined,
  how: ReadyOptions & ScaleOptions,
) {
  const scales = planScale(session.model, target).changed.length > 0;
  if (wait === false && !scales) return session;
  return waitReady(await (scales ? resize : settleAll)(session, target, how), how);
}

/** What `replace` has changed stays so until it is reset, or the lab begins anew. */
export const keepReplaced = ({ stack }: Model, found: ObservedLab | undefined): Model =>
  buildModel(stack, systems, found?.replaced);

/** The stack with the sizes that the lab has. */
export function keepSizes(model: Model, found: ObservedLab | undefined): Model {
  const there = found && stackOf(found);
  if (!there) return model;
  return buildModel(withCountsOf(model.stack, there, systems), systems, model.replaced);
}

/** Compose cannot start what is paused. */
async function unpauseAll(docker: Docker, lab: ObservedLab): Promise<void> {
  const all = [lab.nodes, lab.proxies, lab.monitors].flatMap((found) => [...found.values()]);
  const paused = all.filter(({ state }) => state === 'paused');
  await Promise.all(paused.map(({ id }) => docker.getContainer(id).unpause()));
}

/**
 * Flags, versions, limits and sizes of a lab may change under its data; disks may not, nor which
 * groups and nodes of the user's own there are, and nobody goes who cannot.
 * `model` has the sizes of the lab. Throws lab-differs, node-state before anything is touched.
 */
export async function refuseOtherNodes(
  docker: Docker,
  model: Model,
  target: Model,
  observed: ObservedLab | undefined,
): Promise<void> {
  const { stack, nodes } = model;
  const refuseOther = (what: string, there: readonly string[], wanted: readonly string[]) => {
    if (isDeepStrictEqual(there.toSorted(), wanted.toSorted())) return;
    const text = `lab ${stack.name} is there, with other ${what} than this stack has`;
    throw new LabError('lab-differs', text, {
      details: [`there: ${there.join(' ')}`, `stack: ${wanted.join(' ')}`],
    });
  };
  const running = observed && stackOf(observed);
  if (running) {
    const there = buildModel(running, systems);
    const names = (all: readonly Node[]) => all.map(({ name }) => name);
    refuseOther('nodes', names(there.nodes), names(nodes));
    const disks = (of: Model) => of.nodes.map((node) => `${node.name}=${diskOf(of, node) ?? '-'}`);
    refuseOther('disks', disks(there), disks(model));
    await requireLeave(sessionOf(docker, observed), target);
    return;
  }
  if (observed) return; // half made: no node has run yet
  const kept = [...(await observeVolumes(docker, stack.name)).keys()].sort();
  const withData = nodes.filter((node) => !isCustom(node)).map(({ name }) => name);
  if (!kept.length || isDeepStrictEqual(kept, withData.sort())) return;
  const text = `the kept data of lab ${stack.name} is of other nodes than this stack has`;
  throw new LabError('lab-differs', text, {
    details: [`data:  ${kept.join(' ')}`, `stack: ${withData.join(' ')}`],
    hint: 'labctl up --fresh begins anew, without the data',
  });
}

/**
 * What tells one run of a container from the next: nothing changed when all ids and states are the
 * same.
 */
const running = (observed: ObservedLab | undefined): [string, string][] =>
  [observed?.nodes, observed?.proxies, observed?.monitors]
    .flatMap((containers) => [...(containers ?? [])])
    .map(([, { id, state }]): [string, string] => [id, state])
    .sort(([a], [b]) => (a < b ? -1 : 1));
