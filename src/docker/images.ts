// Gets the images that a lab needs: local first, then pulled, then built from a recipe under
// images/. Docker itself is the record of what there is.
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { LabError } from '../errors.ts';
import type { ImageSource, Recipe } from '../stack/model.ts';
import { ensureBase } from './base-image.ts';
import {
  buildImage,
  findImage,
  type ImageOptions,
  type MadeImage,
  once,
  type PullFailure,
  pullImage,
} from './image-steps.ts';
import { proxyImageTag, recipeDir, stageProxyContext } from './proxy-context.ts';

export type { ImageOptions, MadeImage, PullPolicy } from './image-steps.ts';

/** The suite that images/proxy/Dockerfile is built on. */
const PROXY_SUITE = 'trixie';

/**
 * The image of a system, made available under the `ref` that is returned.
 * Throws image-unavailable with a line for each step tried, version-unknown when the registry
 * answered that there is no such image and there is no recipe.
 */
export function ensureImage(
  docker: Docker,
  source: ImageSource,
  options: ImageOptions,
): Promise<MadeImage> {
  const key = `${source.ref} ${source.recipe?.tag}`;
  return once(docker, key, () => findOrMake(docker, source, options));
}

async function findOrMake(
  docker: Docker,
  source: ImageSource,
  options: ImageOptions,
): Promise<MadeImage> {
  const { ref, recipe } = source;
  if (options.pull !== 'always') {
    const local = await findLocal(docker, source);
    if (local) return local;
  }
  const pulled = await pullImage(docker, ref, options);
  if (pulled === 'pulled') return (await findImage(docker, ref))!;
  if (options.pull === 'always') {
    const local = await findLocal(docker, source);
    if (local) return local;
  }
  if (!recipe || options.pull === 'never') throw noImage(ref, pulled);
  try {
    return await buildRecipe(docker, recipe, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw noImage(ref, pulled, { tag: recipe.tag, error });
  }
}

async function findLocal(
  docker: Docker,
  { ref, recipe }: ImageSource,
): Promise<MadeImage | undefined> {
  return (await findImage(docker, ref)) ?? (recipe && findImage(docker, recipe.tag));
}

async function buildRecipe(
  docker: Docker,
  recipe: Recipe,
  options: ImageOptions,
): Promise<MadeImage> {
  const { tag, suite } = recipe;
  await ensureBase(docker, suite, options);
  const VERSION = tag.slice(tag.lastIndexOf(':') + 1);
  return buildImage(docker, tag, recipeDir(recipe), { SUITE: suite, VERSION }, options);
}

/** What was tried, a line each; the hint is that of the step which has one. */
function noImage(
  ref: string,
  pulled: PullFailure | undefined,
  built?: { tag: string; error: unknown },
): LabError {
  const details = pulled ? [`pull ${ref}: ${pulled.reason}`] : [];
  if (!built && pulled?.absent)
    return new LabError('version-unknown', `the registry has no image ${ref}`, { details });
  if (!built) return new LabError('image-unavailable', `image ${ref} is not here`, { details });
  const { message, details: steps = [], hint } = built.error as Error & Partial<LabError>;
  const [reason, ...rest] = message.split('\n');
  details.push(`build ${built.tag}: ${reason}`, ...[...rest, ...steps].map((line) => `  ${line}`));
  const cause = built.error;
  return new LabError('image-unavailable', `image ${ref} is not here`, { details, hint, cause });
}

/** The image of this very version of the proxy. Throws image-unavailable. */
export function ensureProxyImage(docker: Docker, options: ImageOptions): Promise<MadeImage> {
  const tag = proxyImageTag();
  return once(docker, tag, () => findOrBuildProxy(docker, tag, options));
}

async function findOrBuildProxy(
  docker: Docker,
  tag: string,
  options: ImageOptions,
): Promise<MadeImage> {
  const local = await findImage(docker, tag);
  if (local) return local;
  const context = await mkdtemp(join(tmpdir(), 'labctl-proxy-'));
  try {
    await ensureBase(docker, PROXY_SUITE, options);
    stageProxyContext(context);
    const own = await stageOwnNode(docker, context);
    const made = await buildImage(docker, tag, context, own ? { NODE: '' } : {}, options);
    await removeOldProxies(docker, made);
    return made;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw noImage(tag, undefined, { tag, error });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** So long other versions of labctl find their proxy beside this one's. */
const PROXY_KEPT_SECONDS = 86_400;

/**
 * Each version of labctl has an image of the proxy, and nobody else would remove those of the past.
 * One that a container is made of stays, as the engine refuses; who misses one builds it anew.
 */
export async function removeOldProxies(docker: Docker, { ref, id }: MadeImage): Promise<void> {
  const filters = { reference: [ref.split(':')[0]!], label: ['labctl.recipe=proxy'] };
  const images = await docker.listImages({ filters });
  const made = images.find(({ Id }) => Id === id)?.Created ?? 0;
  const old = images.filter(({ Created }) => Created < made - PROXY_KEPT_SECONDS);
  const tags = old.flatMap(({ RepoTags }) => RepoTags ?? []);
  await Promise.allSettled(tags.map((tag) => docker.getImage(tag).remove()));
}

/**
 * Puts the node that runs labctl into the context where it can run in the image. Upstream's build
 * of it holds an idle proxy at 8.5 MiB, Debian's, which starts without a snapshot, at 14.7 MiB.
 */
async function stageOwnNode(docker: Docker, context: string): Promise<boolean> {
  const variables = Object.entries(process.config.variables);
  const isShared = variables.some(([name, value]) => name.startsWith('node_shared') && value);
  const { Os, Arch } = await docker.version();
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  if (isShared || process.platform !== Os || arch !== Arch) return false;
  await mkdir(join(context, 'bin'));
  await copyFile(process.execPath, join(context, 'bin', 'node'));
  return true;
}
