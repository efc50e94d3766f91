// `docker compose`, for what compose does best: bringing containers up in one go.
import { type ExecaError, execa } from 'execa';
import { LabError } from '../errors.ts';

/** Compose words for a race with another compose (one that a killed labctl left behind). */
const RACE = /is already in use|already exists|removal of container|No such container/;
const RACE_TRIES = 10;
const RACE_PAUSE_MS = 1_000;

/**
 * Two composes at once can make two networks of one name. The lock is held by compose itself, so it
 * outlives a labctl that is killed. Where there is no flock command (macOS) nothing is locked.
 */
const LOCK_LIMIT_SECONDS = 120;

const SHOWN_LINES = 8;

interface ComposeUpOptions {
  readonly signal?: AbortSignal | undefined;
  readonly only?: readonly string[] | undefined;
  /** Also builds what was built before. */
  readonly build?: boolean | undefined;
}

/**
 * `docker compose up -d` of a rendered file, whose images are all here, but for those that a
 * node of the user's own says how to build. Throws compose-missing, compose-failed, port-taken.
 */
export async function composeUp(
  lab: string,
  file: string,
  { signal, only, build = false }: ComposeUpOptions = {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const words = [
      ...['-p', lab, '-f', file],
      ...['up', '-d', '--pull', 'never'],
      ...(build ? ['--build'] : []),
      ...(only ? ['--no-deps', ...only] : []),
    ];
    const problem = await compose(`${file}.lock`, words, signal);
    if (!problem) return;
    signal?.throwIfAborted();
    if (attempt >= RACE_TRIES || !RACE.test(problem.text)) throw problem.error;
    await new Promise((resolve) => setTimeout(resolve, RACE_PAUSE_MS));
  }
}

async function compose(
  lock: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ text: string; error: LabError } | undefined> {
  const cancel = signal ? { cancelSignal: signal } : {};
  // COMPOSE_PROJECT_NAME and its like in the user's environment are meant for their own projects.
  const own = Object.keys(process.env).filter((name) => name.startsWith('COMPOSE_'));
  const env = Object.fromEntries(own.map((name) => [name, undefined]));
  const options = { reject: false, stdin: 'ignore', all: true, env, ...cancel } as const;
  const words = ['compose', '--progress', 'plain', ...args];
  // --no-fork: the process that is stopped when the user interrupts is docker itself.
  const locked = ['--no-fork', '-w', `${LOCK_LIMIT_SECONDS}`, lock, 'docker', ...words];
  let result = await execa('flock', locked, options);
  if (result.code === 'ENOENT' || /flock: .*option/.test(result.all ?? ''))
    result = await execa('docker', words, options);
  if (!result.failed) return undefined;
  const text = result.all ?? '';
  return { text, error: composeError(result as ExecaError, text) };
}

function asMissing({ code }: ExecaError, text: string): LabError | undefined {
  if (code === 'ENOENT' || /failed to execute docker/.test(text))
    return new LabError('compose-missing', 'there is no docker command on the PATH');
  if (/(unknown command: docker compose|not a docker command|unknown shorthand flag)/.test(text))
    return new LabError('compose-missing', 'docker has no compose plugin');
  return undefined;
}

function composeError(result: ExecaError, text: string): LabError {
  const missing = asMissing(result, text);
  if (missing) return missing;
  const lines = text.trim().split('\n');
  const reason = lines.findLast((line) => /error|failed/i.test(line)) ?? lines.at(-1) ?? '';
  const taken = /127\.0\.0\.1:(\d+).*(?:port is already allocated|address already in use)/s.exec(
    reason,
  );
  const cause = { cause: result, details: lines.slice(-SHOWN_LINES) };
  if (taken) return new LabError('port-taken', `host port ${taken[1]} is in use`, cause);
  return new LabError('compose-failed', `docker compose up failed: ${reason.trim()}`, cause);
}

/** How compose finds and reads a project: its own flags. */
export interface ProjectFiles {
  /** None: compose looks for its own names, here and in the folders above. */
  readonly files?: readonly string[];
  readonly envFiles?: readonly string[] | undefined;
  readonly profiles?: readonly string[] | undefined;
}

/**
 * A project of the user's as JSON: merged, extended, interpolated, paths absolute. Their COMPOSE_
 * variables count here. `warnings`: such as of variables that are not set. Throws weave-impossible
 * with compose's words, compose-missing.
 */
export async function readComposeProject(
  options: ProjectFiles,
): Promise<{ json: string; warnings: string[] }> {
  const { files = [], envFiles = [], profiles = [] } = options;
  const flags = [
    ...files.flatMap((file) => ['-f', file]),
    ...envFiles.flatMap((file) => ['--env-file', file]),
    ...profiles.flatMap((profile) => ['--profile', profile]),
  ];
  const words = ['compose', ...flags, 'config', '--format', 'json'];
  const result = await execa('docker', words, { reject: false, stdin: 'ignore' });
  const text = String(result.stderr ?? '').trim();
  if (!result.failed) return { json: result.stdout, warnings: warningsIn(text) };
  const missing = asMissing(result as ExecaError, text);
  if (missing) throw missing;
  const reason = text.split('\n').at(-1) || 'docker compose config failed';
  throw new LabError('weave-impossible', `docker compose cannot read the project: ${reason}`, {
    hint: 'docker compose config checks it',
  });
}

/** Each once; that `version` is obsolete changes nothing. */
export function warningsIn(text: string): string[] {
  const all = [...text.matchAll(/level=warning msg="((?:[^"\\]|\\.)*)"/g)];
  const words = new Set(all.map(([, quoted]) => quoted!.replaceAll(/\\(["\\])/g, '$1')));
  return [...words].filter((each) => !each.includes('is obsolete'));
}

/** Before it compose knows no configs with their text in the compose file. */
export const CONFIGS_SINCE = '2.23.1';

/**
 * True where `version` (`v2.26.1-4`) is `least` or newer. One that is no number, as the `dev` of a
 * build of the user's own, counts as new.
 */
export function isSince(version: string, least: string): boolean {
  const parts = (text: string) => text.replace(/^v/, '').split(/[.-]/).slice(0, 3).map(Number);
  const [have, want] = [parts(version), parts(least)];
  const differs = want.findIndex((part, i) => have[i] !== part);
  return differs < 0 || !(have[differs]! < want[differs]!);
}

/** `2.26.1`, or null when there is no compose plugin. */
export async function composeVersion(): Promise<string | null> {
  const { failed, stdout } = await execa('docker', ['compose', 'version', '--short'], {
    reject: false,
  });
  return failed ? null : String(stdout).trim();
}
