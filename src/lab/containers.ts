// The containers of a lab from its model: images, the rendered file, compose. Every step converges.
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { CONFIGS_SINCE, composeUp, composeVersion, isSince } from '../docker/compose.ts';
import { ensureImage, ensureProxyImage, type PullPolicy } from '../docker/images.ts';
import { type ObservedContainer, type ObservedLab, observeLabs } from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { ownVersion, renderedDir } from '../package/files.ts';
import {
  type ComposeImage,
  type Placement,
  proxyService,
  renderCompose,
} from '../render/compose.ts';
import { MONITOR_FACTS } from '../render/monitor.ts';
import { configOf, type ImageSource, isCustom, type Model } from '../stack/model.ts';
import { type MonitorName, monitorsOf } from '../stack/monitor.ts';
import { systems } from '../systems/index.ts';
import { imageSources, monitorSources } from './image-sources.ts';
import { place } from './place.ts';
import { type Report, silent } from './report.ts';

/** Two labs that start at once may choose the same subnet or port; the loser chooses again. */
const PLACE_TRIES = 8;
const PLACE_CLASH = /Pool overlaps|port is already allocated|address already in use/;

const ANY_EXECUTES = 0o111;

/** Compose would find out only after half of the lab is made. Throws lab-invalid. */
export function requireFiles(model: Model): void {
  for (const node of model.nodes.filter((each) => !isCustom(each))) {
    const config = configOf(model, node);
    for (const key of ['binary', 'init']) {
      const path = config[key];
      if (typeof path !== 'string') continue;
      const found = statSync(path, { throwIfNoEntry: false });
      if (!found)
        throw new LabError('lab-invalid', `${key} of ${node.name}: there is no file ${path}`, {
          hint: `ls -l ${path}`,
        });
      if (key === 'binary' && !(found.isFile() && found.mode & ANY_EXECUTES))
        throw new LabError('lab-invalid', `${key} of ${node.name}: ${path} is no program`, {
          hint: `chmod +x ${path}, if it is one`,
        });
    }
  }
}

/** Where a system or the monitor has files for its containers. Throws compose-missing. */
export async function requireConfigs({ nodes, stack }: Model): Promise<void> {
  const system = nodes.find((node) => systems[node.system]?.files)?.system;
  const owner = system ?? (monitorsOf(stack).length ? 'the monitor' : undefined);
  const version = owner && (await composeVersion());
  if (!version || isSince(version, CONFIGS_SINCE)) return;
  const text = `docker compose is ${version}, and ${owner} needs ${CONFIGS_SINCE} or newer`;
  throw new LabError('compose-missing', `${text}: older ones bring it no config files`);
}

export interface Images {
  /** Of nodes that a system runs on. */
  readonly nodes: ReadonlyMap<string, ComposeImage>;
  readonly proxy: ComposeImage;
  /** Of the monitors that can run. */
  readonly monitors: ReadonlyMap<MonitorName, ComposeImage>;
}

interface ImagesOptions {
  readonly pull?: PullPolicy | undefined;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Throws image-unavailable, version-unknown. */
export async function ensureImages(
  docker: Docker,
  model: Model,
  options: ImagesOptions,
): Promise<Images> {
  const { report = silent, pull = 'missing', signal } = options;
  const say = (subject: string) => (line: string) =>
    report({ subject, kind: 'image', state: line, done: false });
  const proxy = await ensureProxyImage(docker, { pull: 'missing', say: say('proxy'), signal });
  const made = new Map<string, ComposeImage>();
  const get = async (source: ImageSource): Promise<ComposeImage> => {
    const known = made.get(source.ref);
    if (known) return known;
    const { ref } = await ensureImage(docker, source, { pull, say: say(source.ref), signal });
    made.set(source.ref, { ref });
    return { ref };
  };
  const nodes = new Map<string, ComposeImage>();
  for (const [name, source] of imageSources(model)) nodes.set(name, await get(source));
  for (const { service } of Object.values(model.stack.nodes))
    if (!service.build) await get({ ref: String(service.image) }); // compose builds the others
  const monitors = new Map<MonitorName, ComposeImage>();
  for (const [name, source] of monitorSources(model)) {
    const image = await get(source).catch((error) => {
      if (source.recipe || !(error instanceof LabError)) throw error;
      const state = `without ${name}: ${[error.message, ...error.details].join('; ')}`;
      report({ subject: 'notice', kind: '', state, done: true });
    });
    if (image) monitors.set(name, image);
  }
  return { nodes, proxy: { ref: proxy.ref }, monitors };
}

export interface StartOptions {
  /** CIDR from which networks are cut that the lab does not have yet. */
  readonly subnets: string;
  readonly signal?: AbortSignal | undefined;
  /** Only these services; the rest of the lab stays as it is. */
  readonly only?: readonly string[];
  /** The node that comes to a group that runs. */
  readonly joins?: string;
  /** Builds the images of the user's own nodes anew. */
  readonly build?: boolean | undefined;
}

/** The lab as it is then. Throws what compose and `place` throw. */
export async function startContainers(
  docker: Docker,
  model: Model,
  images: Images,
  { subnets, signal, only, joins, build }: StartOptions,
): Promise<ObservedLab> {
  const lab = model.stack.name;
  for (let attempt = 1; ; attempt += 1) {
    const observed = (await observeLabs(docker)).get(lab);
    const placed = await place(docker, model, observed, subnets);
    const file = writeRendered(model, {
      ...placed,
      images: images.nodes,
      proxyImage: images.proxy,
      monitors: images.monitors,
      version: ownVersion(),
      ...madeBefore(observed, joins),
    });
    try {
      await composeUp(lab, file, { signal, only, build });
      const made = (await observeLabs(docker)).get(lab);
      const half = made ? halfMade(model, made, only) : [];
      if (made?.stack && !half.length) return made;
      if (half.length && attempt < PLACE_TRIES) {
        const unmade = { force: true, v: true };
        await Promise.all(half.map(({ id }) => docker.getContainer(id).remove(unmade)));
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
 * Compose attaches a container to its second network after it has made it. One that was killed in
 * between leaves a container that the next compose takes for whole.
 */
function halfMade(
  model: Model,
  { proxies, monitors }: ObservedLab,
  only?: readonly string[],
): ObservedContainer[] {
  const { edges, stack } = model;
  const meant = [
    ...edges.map((edge) => {
      const { name, from, to } = edge;
      return { service: proxyService(edge), made: proxies.get(name), on: [from, to] };
    }),
    ...monitorsOf(stack).map((service) => {
      const on = MONITOR_FACTS[service].networks(model);
      return { service, made: monitors.get(service), on };
    }),
  ].filter(({ service }) => !only || only.includes(service));
  return meant.flatMap(({ made, on }) => {
    const whole = on.every((network) => made?.networks.includes(`${stack.name}_${network}`));
    return made && !whole ? [made] : [];
  });
}

function madeBefore(observed: ObservedLab | undefined, joins: string | undefined) {
  const made = [...(observed?.nodes ?? [])].map(([name, { stack }]) => [name, stack!] as const);
  const networks = [...(observed?.networks ?? [])].filter(([, { joined }]) => joined);
  const joined = [...networks.map(([name]) => name), ...(joins === undefined ? [] : [joins])];
  return { made: new Map(made), joined: new Set(joined) };
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
