// The single steps of getting an image: look, pull, build, and give what was made its name.
import { readdir } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import type Docker from 'dockerode';
import { engineError } from './connect.ts';
import { engineWords, followEngine } from './engine-stream.ts';
import { type ImageOrigin, originOf } from './image-origin.ts';

/** `missing`: pull what is not here. `always`: pull even what is. `never`: only what is here. */
export type PullPolicy = 'missing' | 'always' | 'never';

export interface ImageOptions {
  readonly pull: PullPolicy;
  readonly signal?: AbortSignal | undefined;
  /** Told what is being done, for whoever waits. */
  readonly say: (line: string) => void;
}

/** An image that is on the engine. `ref` is what compose can be told. */
export interface MadeImage {
  readonly ref: string;
  readonly id: string;
  readonly source: ImageOrigin;
}

/** A registry that is there answers in a second or two; where none is, labctl goes on at once. */
const PULL_LIMITS = { answerMs: 6_000, silenceMs: 120_000 };
/** A step of a build may be silent for long. */
const BUILD_LIMITS = { answerMs: 120_000, silenceMs: 600_000 };
const SHOWN_LINES = 4;

/** undefined when the engine has no such image. */
export async function findImage(docker: Docker, ref: string): Promise<MadeImage | undefined> {
  try {
    const { Id, RepoDigests, Config } = await docker.getImage(ref).inspect();
    const source = originOf({ RepoDigests, Labels: Config?.Labels ?? null });
    return { ref, id: Id, source };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw engineError(`image ${ref}`, error);
  }
}

/** Why a pull did not do; `absent`: the registry answered, and has no such image. */
export interface PullFailure {
  readonly reason: string;
  readonly absent: boolean;
}

export async function pullImage(
  docker: Docker,
  ref: string,
  { pull, say, signal }: ImageOptions,
): Promise<'pulled' | PullFailure> {
  if (pull === 'never') return { reason: 'not tried (--pull never)', absent: false };
  say('pulling');
  const progress = pullProgress(say);
  const request = (abortSignal: AbortSignal) => docker.pull(ref, { abortSignal });
  try {
    await followEngine(request, PULL_LIMITS, signal, progress);
    return 'pulled';
  } catch (error) {
    signal?.throwIfAborted();
    const absent = (error as { statusCode?: number }).statusCode === 404;
    return { reason: engineWords(error), absent };
  }
}

/** Says `pulling 30%` in steps of ten, of the layers known so far. */
function pullProgress(say: (line: string) => void) {
  const layers = new Map<string, { current: number; total: number }>();
  let said = 0;
  return ({ id, status, progressDetail }: Parameters<Parameters<typeof followEngine>[3]>[0]) => {
    const { current = 0, total = 0 } = progressDetail ?? {};
    if (!id || status !== 'Downloading' || !total) return;
    layers.set(id, { current, total });
    const sum = (key: 'current' | 'total') =>
      [...layers.values()].reduce((bytes, layer) => bytes + layer[key], 0);
    const tenths = Math.floor((10 * sum('current')) / sum('total'));
    if (tenths > said) say(`pulling ${(said = tenths)}0%`);
  };
}

/**
 * Builds the folder `context` through the engine's API (no docker command, no builder of the user's
 * between, so a base that only this engine has is found) and names the result `ref`.
 * Throws an Error whose message has the last lines of the step that failed.
 */
export async function buildImage(
  docker: Docker,
  ref: string,
  context: string,
  buildargs: Readonly<Record<string, string>>,
  { say, signal }: Pick<ImageOptions, 'say' | 'signal'>,
): Promise<MadeImage> {
  const src = await readdir(context);
  const request = (abortSignal: AbortSignal) =>
    docker.buildImage({ context, src }, { buildargs, abortSignal, rm: true, forcerm: true });
  let id = '';
  let output: string[] = [];
  try {
    await followEngine(request, BUILD_LIMITS, signal, ({ stream = '', aux }) => {
      id = aux?.ID ?? id;
      const step = /^Step (\d+\/\d+)/.exec(stream);
      if (step) {
        say(`building ${step[1]}`);
        output = [];
      }
      output.push(stream);
    });
  } catch (error) {
    signal?.throwIfAborted();
    // The engine repeats the whole command before the status it ended with.
    const words = engineWords(error).replace(
      /^The command '.*' returned a/s,
      'a command returned a',
    );
    throw new Error([words, ...lastWords(output)].join('\n'), { cause: error });
  }
  return adopt(docker, id, ref);
}

/** The engine's mark on what a command of a build writes to stderr. */
const STDERR = '\u001b[91m';

/**
 * The last lines of what the failed step wrote to stderr, to stdout when it wrote nothing there.
 * The engine copies the two as they come, pieces of a line between pieces of another.
 */
export function lastWords(output: readonly string[]): string[] {
  const stderr = output.filter((piece) => piece.startsWith(STDERR));
  const text = (stderr.length ? stderr : output).map(stripVTControlCharacters).join('');
  const lines = text.split('\n').filter((line) => line.trim());
  return lines.slice(-SHOWN_LINES);
}

/**
 * Names a new image `ref`, unless another labctl was quicker: then that one counts, so that all
 * labs of the engine run the same image.
 */
export async function adopt(docker: Docker, id: string, ref: string): Promise<MadeImage> {
  const other = await findImage(docker, ref);
  if (other) {
    if (other.id !== id)
      await docker
        .getImage(id)
        .remove()
        .catch(() => {});
    return other;
  }
  const colon = ref.lastIndexOf(':');
  await docker.getImage(id).tag({ repo: ref.slice(0, colon), tag: ref.slice(colon + 1) });
  return (await findImage(docker, ref))!;
}

const underWay = new WeakMap<Docker, Map<string, Promise<MadeImage>>>();

/** Two who want the same image at once wait for one and the same making of it. */
export function once(
  docker: Docker,
  key: string,
  make: () => Promise<MadeImage>,
): Promise<MadeImage> {
  const promises = underWay.get(docker) ?? new Map<string, Promise<MadeImage>>();
  underWay.set(docker, promises);
  const promise = promises.get(key) ?? make().finally(() => promises.delete(key));
  promises.set(key, promise);
  return promise;
}
