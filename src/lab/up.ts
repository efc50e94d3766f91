// up: from a stack to a healthy lab. Every step converges, so that `up` after a crash, an engine
// restart or another `up` goes on where things stand.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type Docker from 'dockerode';
import { composeUp } from '../docker/compose.ts';
import { openDocker } from '../docker/connect.ts';
import { ensureImage, ensureProxyImage, type PullPolicy } from '../docker/images.ts';
import {
  type ObservedContainer,
  type ObservedLab,
  observeLabs,
  observeVolumes,
} from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { type ComposeImage, type Placement, renderCompose } from '../render/compose.ts';
import { buildModel, isCustom, type Model } from '../stack/model.ts';
import { systems } from '../systems/index.ts';
import { down } from './down.ts';
import { ownVersion, renderedDir } from './files.ts';
import { loadModel, type StackChoice } from './load-model.ts';
import { place, SUBNETS_DEFAULT } from './place.ts';
import { type Report, silent } from './report.ts';
import { type Session, sessionOf } from './session.ts';
import { waitReady } from './wait-ready.ts';

export interface UpOptions extends StackChoice {
  /** false: return when the containers run. Default true. */
  readonly wait?: boolean;
  /** Default two minutes. */
  readonly timeoutMs?: number;
  readonly pull?: PullPolicy;
  /** Removes the lab and its data first. */
  readonly fresh?: boolean;
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

/** Two labs that start at once may choose the same subnet or port; the loser chooses again. */
const PLACE_TRIES = 8;
const PLACE_CLASH = /Pool overlaps|port is already allocated|address already in use/;

/** Throws every code of exit 2 and 125 in the error table that has to do with starting. */
export async function up(options: UpOptions): Promise<UpResult> {
  const startedMs = performance.now();
  const { report = silent, signal } = options;
  const model = loadModel(options);
  requireBinaries(model);
  const docker = await openDocker();
  const found = (await observeLabs(docker)).get(model.stack.name);
  if (!options.fresh) await refuseOtherNodes(docker, model, found);
  const images = await ensureImages(docker, model, options);
  // Nothing of the old lab goes before the new one can be made.
  if (options.fresh) await down({ lab: model.stack.name }, docker);
  else if (found) await unpauseAll(docker, found);
  const before = options.fresh ? undefined : found;
  const subnets = options.subnets ?? SUBNETS_DEFAULT;
  const count = `${model.nodes.length + model.edges.length}`;
  report({ subject: 'containers', kind: count, state: 'starting', done: false });
  const observed = await startContainers(docker, model, images, { subnets, signal });
  const session = sessionOf(docker, observed);
  report({ subject: 'containers', kind: count, state: 'started', done: true });
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const ready =
    options.wait === false ? session : await waitReady(session, timeoutMs, report, signal);
  const changed = !isDeepStrictEqual(running(before), running(observed));
  return { session: ready, changed, tookMs: Math.round(performance.now() - startedMs) };
}

/** Compose cannot start what is paused. */
async function unpauseAll(docker: Docker, { nodes, proxies }: ObservedLab): Promise<void> {
  const paused = [...nodes.values(), ...proxies.values()].filter(({ state }) => state === 'paused');
  await Promise.all(paused.map(({ id }) => docker.getContainer(id).unpause()));
}

/** Compose would find out only after half of the lab is made. Throws lab-invalid. */
function requireBinaries({ stack }: Model): void {
  for (const [group, { binary }] of Object.entries(stack.systems))
    if (typeof binary === 'string' && !existsSync(binary))
      throw new LabError('lab-invalid', `binary of systems.${group}: there is no file ${binary}`);
}

/**
 * Flags, versions and limits of a lab may change under its data; which nodes it has may not.
 * Throws lab-differs before anything is touched.
 */
export async function refuseOtherNodes(
  docker: Docker,
  { stack, nodes }: Model,
  observed: ObservedLab | undefined,
): Promise<void> {
  const wanted = nodes.map(({ name }) => name).sort();
  if (observed?.stack) {
    const there = buildModel(observed.stack, systems)
      .nodes.map(({ name }) => name)
      .sort();
    if (isDeepStrictEqual(there, wanted)) return;
    const text = `lab ${stack.name} is there, with other nodes than this stack has`;
    throw new LabError('lab-differs', text, {
      details: [`there: ${there.join(' ')}`, `stack: ${wanted.join(' ')}`],
    });
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

interface Images {
  readonly groups: ReadonlyMap<string, ComposeImage>;
  readonly proxy: ComposeImage;
}

async function ensureImages(docker: Docker, { stack }: Model, options: UpOptions): Promise<Images> {
  const { report = silent, pull = 'missing', signal } = options;
  const say = (subject: string) => (line: string) =>
    report({ subject, kind: 'image', state: line, done: false });
  const cancel = signal ? { signal } : {};
  const groups = new Map<string, ComposeImage>();
  const proxy = await ensureProxyImage(docker, { pull: 'missing', say: say('proxy'), ...cancel });
  for (const [group, config] of Object.entries(stack.systems)) {
    const source = systems[config.system]!.image(config);
    const image = await ensureImage(docker, source, { pull, say: say(source.ref), ...cancel });
    groups.set(group, { ref: image.ref });
  }
  for (const { service } of Object.values(stack.nodes)) {
    if (service.build) continue; // compose builds it
    const ref = String(service.image);
    await ensureImage(docker, { ref }, { pull, say: say(ref), ...cancel });
  }
  return { groups, proxy: { ref: proxy.ref } };
}

async function startContainers(
  docker: Docker,
  model: Model,
  images: Images,
  { subnets, signal }: { subnets: string; signal: AbortSignal | undefined },
): Promise<ObservedLab> {
  const lab = model.stack.name;
  for (let attempt = 1; ; attempt += 1) {
    const observed = (await observeLabs(docker)).get(lab);
    const placed = await place(docker, model, observed, subnets);
    const file = writeRendered(model, {
      ...placed,
      images: images.groups,
      proxyImage: images.proxy,
      version: ownVersion(),
    });
    try {
      await composeUp(lab, file, signal);
      const made = (await observeLabs(docker)).get(lab);
      const half = made ? halfMade(model, made) : [];
      if (made?.stack && !half.length) return made;
      if (half.length && attempt < PLACE_TRIES) {
        await Promise.all(half.map(({ id }) => docker.getContainer(id).remove({ force: true })));
        continue;
      }
      throw new LabError('compose-failed', `lab ${lab} was taken down while it was starting`);
    } catch (error) {
      const text = error instanceof LabError ? [error.message, ...error.details].join('\n') : '';
      if (attempt >= PLACE_TRIES || !PLACE_CLASH.test(text)) throw error;
    }
  }
}

/**
 * Compose attaches a proxy to its second network after it has made it. One that was killed in
 * between leaves a proxy that the next compose takes for whole.
 */
function halfMade({ edges, stack }: Model, { proxies }: ObservedLab): ObservedContainer[] {
  return edges.flatMap(({ name, from, to }) => {
    const proxy = proxies.get(name);
    const whole = [from, to].every((end) => proxy?.networks.includes(`${stack.name}_${end}`));
    return proxy && !whole ? [proxy] : [];
  });
}

function writeRendered(model: Model, placement: Placement): string {
  const dir = renderedDir(model.stack.name);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'compose.yaml');
  const own = `${file}.${process.pid}`; // another up may be reading the file
  writeFileSync(own, renderCompose(model, placement));
  renameSync(own, file);
  return file;
}

/**
 * What tells one run of a container from the next: nothing changed when all ids and states are the
 * same.
 */
const running = (observed: ObservedLab | undefined): [string, string][] =>
  [...(observed?.nodes ?? []), ...(observed?.proxies ?? [])]
    .map(([, { id, state }]): [string, string] => [id, state])
    .sort(([a], [b]) => (a < b ? -1 : 1));
