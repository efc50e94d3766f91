// replace: another version, image or binary under a node's data, name and edges. What was put there
// is in a label of the node's own container, so that it outlives an `up` and no other node is made
// anew.
import { isDeepStrictEqual } from 'node:util';
import { engineError } from '../docker/connect.ts';
import type { PullPolicy } from '../docker/images.ts';
import { LabError } from '../errors.ts';
import { buildModel } from '../stack/build-model.ts';
import { checkValue } from '../stack/check.ts';
import { type Path, writtenAt } from '../stack/document.ts';
import { readFile } from '../stack/find.ts';
import { toJson } from '../stack/json.ts';
import {
  configOf,
  isCustom,
  type Model,
  type Node,
  type NodeConfig,
  overlay,
} from '../stack/model.ts';
import { resolvePaths } from '../stack/paths.ts';
import { applyOverrides, overrideOf } from '../stack/set.ts';
import { readTomlFile } from '../stack/toml.ts';
import { systems } from '../systems/index.ts';
import { ensureImages, requireFiles, startContainers } from './containers.ts';
import { SUBNETS_DEFAULT } from './place.ts';
import { type Report, silent } from './report.ts';
import { containerOf, findNode, refresh, type Session } from './session.ts';
import { waitReady } from './wait-ready.ts';

export interface ReplaceOptions {
  readonly version?: string;
  readonly image?: string;
  /** A path, seen from the current folder. */
  readonly binary?: string;
  /** `KEY=VALUE` of any key that a node may have for itself, as `flags.snapshot-count=100`. */
  readonly set?: readonly string[];
  /** Back to what the stack says. */
  readonly reset?: boolean;
  /** false: go on as soon as the container runs. Default true. */
  readonly wait?: boolean;
  /** For each node. Default two minutes. */
  readonly timeoutMs?: number;
  readonly pull?: PullPolicy;
  readonly dryRun?: boolean;
  readonly report?: Report;
  readonly signal?: AbortSignal;
}

export interface ReplaceResult {
  readonly version: 1;
  readonly lab: string;
  /** What runs on a node before and after, as `quay.io/coreos/etcd:v3.5.16`. */
  readonly changed: readonly {
    readonly node: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly unchanged: readonly string[];
  readonly tookMs: number;
}

const TIMEOUT_MS = 120_000;

/**
 * One node after the other, each healthy before the next: a rolling upgrade. Images come first.
 * Throws usage, node-unknown, node-state, image-unavailable, node-died, start-timeout.
 */
export async function replace(
  session: Session,
  names: readonly string[],
  options: ReplaceOptions,
): Promise<ReplaceResult> {
  const startedMs = performance.now();
  const { docker, model } = session;
  const nodes = names.map((name) => replaceable(session, name));
  const changes = new Map(nodes.map((node) => [node, changeOf(model, node, options)]));
  const after = nodes.reduce((last, node) => withChange(last, node, changes.get(node)), model);
  const differs = (node: Node) =>
    !isDeepStrictEqual(configOf(model, node), configOf(after, node)) ||
    (options.reset === true && node.name in model.replaced);
  const changed = nodes.filter(differs);
  requireFiles(after);
  if (!options.dryRun && changed.length) {
    const images = await ensureImages(docker, after, options);
    let next = model;
    for (const node of changed) {
      next = withChange(next, node, changes.get(node));
      await replaceOne(session, next, node, images, options);
    }
  }
  return {
    version: 1,
    lab: session.name,
    changed: changed.map((node) => ({
      node: node.name,
      from: programOf(model, node),
      to: programOf(after, node),
    })),
    unchanged: nodes.filter((node) => !changed.includes(node)).map(({ name }) => name),
    tookMs: Math.round(performance.now() - startedMs),
  };
}

async function replaceOne(
  session: Session,
  model: Model,
  { name }: Node,
  images: Awaited<ReturnType<typeof ensureImages>>,
  { wait = true, timeoutMs = TIMEOUT_MS, report = silent, signal }: ReplaceOptions,
): Promise<void> {
  const { docker } = session;
  const { id, state } = containerOf(await refresh(session), name);
  // Compose can neither stop nor start what is paused.
  if (state === 'paused')
    await docker
      .getContainer(id)
      .unpause()
      .catch((error) => Promise.reject(engineError(`cannot unpause ${name}`, error)));
  const options = { subnets: SUBNETS_DEFAULT, signal, only: [name] };
  await startContainers(docker, model, images, options);
  const { version } = session.model.replaced[name] ?? {};
  const hint = `labctl replace ${name} ${version ? `--version ${version}` : '--reset'}`;
  if (wait)
    await waitReady(await refresh(session), { timeoutMs, report, signal, only: name, hint });
}

function replaceable(session: Session, name: string): Node {
  const node = findNode(session, name);
  if (!isCustom(node)) return node;
  const { model } = session;
  throw new LabError('node-state', `${name} is a container of your own`, {
    hint: model.stack.parts
      ? 'change it in the compose file, then labctl weave FILE'
      : 'change it in the stack file, then labctl up',
  });
}

/** What stands in place of the stack's from now on; undefined: nothing. */
function changeOf(model: Model, node: Node, options: ReplaceOptions): NodeConfig | undefined {
  const { version, image, binary, set = [], reset } = options;
  const { change: others, written } = keysSet(model, node, set);
  const change = {
    ...(version && { version }),
    ...(image && { image }),
    ...(binary && { binary }),
    ...others,
  };
  if (!Object.keys(change).length === !reset) throw wrong(NOTHING);
  if (reset) return undefined;
  if ('disk' in change) throw wrong('a disk cannot change under its data');
  const { schema } = systems[node.system]!;
  const own = { overrides: { [node.name]: change } };
  const rules = { schema, json: toJson(schema), at: [], called: 'replace', written };
  const checked = checkValue<typeof own>(own, rules);
  if ('complaints' in checked)
    throw wrong(checked.complaints[0]!.message, checked.complaints[0]!.hint);
  const resolved = resolveHere(node, checked.value.overrides[node.name]!);
  return overlay(model.replaced[node.name] ?? {}, resolved);
}

/** Paths are seen from the current folder, and a TOML file gives way to what it says. */
function resolveHere({ name, group, system }: Node, change: NodeConfig): NodeConfig {
  const parts = { [group]: { system, overrides: { [name]: change } } };
  const { systems: found } = resolvePaths({ name: group, systems: parts, nodes: {} }, systems, {
    folderOf: () => process.cwd(),
    tomlOf(_, file) {
      const read = readTomlFile(file, readFile);
      if ('text' in read) return read.text;
      throw wrong(`config: ${read.problem}`);
    },
  });
  return (found as typeof parts)[group]!.overrides[name]!;
}

const NOTHING = 'say what to replace: --version, --image, --binary, --set; or --reset';

const wrong = (text: string, hint?: string) => new LabError('usage', text, { hint });

/** `flags.a=b` gives all flags, that one among them: a key stands for the whole of its value. */
function keysSet(model: Model, node: Node, set: readonly string[]) {
  const { group, name } = node;
  const config = configOf(model, node);
  const parts = { systems: { [group]: { system: node.system, overrides: { [name]: config } } } };
  const prefix = `${group}.overrides.${name}.`;
  const words = set.map((word) => prefix + word);
  const { value, applied, problems } = applyOverrides(parts, words, systems);
  for (const { at, message, hint } of problems) {
    const label = `overrides.${name}.`;
    throw wrong(`${String(at).replace(prefix, '')}: ${message.replace(label, '')}`, hint);
  }
  const found: NodeConfig = (value as typeof parts).systems[group]!.overrides[name]!;
  const keys = applied.map(({ path }) => String(path[4]));
  /** A scalar as it was typed; `path` begins with `overrides` and the node's name. */
  const written = (path: Path) => {
    const place = ['systems', group, ...path];
    const one = overrideOf(applied, place);
    return one && writtenAt(one.document, place.slice(one.path.length));
  };
  return { change: Object.fromEntries(keys.map((key) => [key, found[key]])), written };
}

/** The model with that change in force for the node; undefined: what the stack says. */
function withChange({ stack, replaced }: Model, { name }: Node, change?: NodeConfig): Model {
  const { [name]: _, ...others } = replaced;
  return buildModel(stack, systems, change ? { ...others, [name]: change } : others);
}

/** `quay.io/coreos/etcd:v3.5.16 with ./etcd, flags {...}`: the image, and what else is replaced. */
function programOf(model: Model, node: Node): string {
  const config = configOf(model, node);
  const { ref } = systems[node.system]!.image(config, node);
  const { version, image, binary, ...others } = model.replaced[node.name] ?? {};
  const rest = Object.entries(others).map(([key, value]) => `, ${key} ${JSON.stringify(value)}`);
  return `${ref}${config.binary ? ` with ${config.binary}` : ''}${rest.join('')}`;
}
