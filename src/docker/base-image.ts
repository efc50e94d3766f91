// The base of every recipe, `debian:<suite>-slim`: pulled, or, where no registry answers, made from
// the machine's own Debian mirror and imported under the same name.
//
//   mirror --mmdebstrap--> rootfs.tar --import--> debian:<suite>-slim
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { followEngine } from './engine-stream.ts';
import {
  adopt,
  findImage,
  type ImageOptions,
  type MadeImage,
  once,
  pullImage,
} from './image-steps.ts';

/** On a base that was made here, not pulled. */
const BASE_LABEL = 'labctl.base=mmdebstrap';

const MAKE_LIMIT_MS = 600_000;
const IMPORT_LIMITS = { answerMs: 120_000, silenceMs: 120_000 };
const SHOWN_LINES = 3;

/** On every Debian, the one that is being made too. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What mmdebstrap must be told for one suite alone. */
const suiteFlags: Readonly<Record<string, readonly string[]>> = {
  // Its Release file is good for a week, and a mirror that lags serves an older one. The setting
  // stays in the image, whose apt-get update meets the same file.
  sid: ['--aptopt=Acquire::Check-Valid-Until "false"'],
};

/** What makes the official image slim, and apt leave nothing behind in the layers on top of it. */
const SLIM = String.raw`cd "$1"
rm -rf usr/share/man/* usr/share/info/* usr/share/locale/* var/cache/apt/*
printf '%s;\n' 'APT::Keep-Downloaded-Packages "false"' 'Acquire::Languages "none"' \
  'Dir::Cache::pkgcache ""' 'Dir::Cache::srcpkgcache ""' > etc/apt/apt.conf.d/90image`;

/**
 * The whole command line but for the program. `arch` is the engine's, in Go's and Debian's word.
 */
export function mmdebstrapArgs(suite: string, mirror: string, arch: string, tar: string): string[] {
  const flags = suiteFlags[suite] ?? [];
  const shape = ['--variant=apt', `--architectures=${arch}`, `--customize-hook=${SLIM}`];
  return [...shape, ...flags, suite, tar, `deb [signed-by=${KEYRING}] ${mirror} ${suite} main`];
}

/** Throws image-unavailable with a line for each step that was tried. */
export function ensureBase(
  docker: Docker,
  suite: string,
  options: ImageOptions,
): Promise<MadeImage> {
  return once(docker, `base ${suite}`, () => findOrMake(docker, suite, options));
}

async function findOrMake(
  docker: Docker,
  suite: string,
  options: ImageOptions,
): Promise<MadeImage> {
  const ref = `debian:${suite}-slim`;
  const local = await findImage(docker, ref);
  if (local) return local;
  const pulled = await pullImage(docker, ref, options);
  if (pulled === 'pulled') return (await findImage(docker, ref))!;
  try {
    return await makeBase(docker, suite, ref, options);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const details = [
      `pull ${ref}: ${pulled.reason}`,
      `make ${ref}: ${error.message}`,
      ...error.details,
    ];
    const text = `the base ${ref} is not here, could not be pulled and could not be made`;
    throw new LabError('image-unavailable', text, { details, hint: error.hint, cause: error });
  }
}

async function makeBase(
  docker: Docker,
  suite: string,
  ref: string,
  { say, signal }: ImageOptions,
): Promise<MadeImage> {
  const mirror = await debianMirror();
  const { Arch } = await docker.version();
  const dir = await mkdtemp(join(tmpdir(), 'labctl-base-'));
  try {
    say(`making Debian ${suite}`);
    const tar = join(dir, 'rootfs.tar');
    await mmdebstrap(mmdebstrapArgs(suite, mirror, Arch, tar), signal);
    say(`importing Debian ${suite}`);
    return await adopt(docker, await importRootfs(docker, tar, signal), ref);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function importRootfs(docker: Docker, tar: string, signal?: AbortSignal): Promise<string> {
  const changes = ['CMD ["bash"]', `LABEL ${BASE_LABEL}`];
  const send = (abortSignal: AbortSignal) =>
    docker.importImage(createReadStream(tar), { changes, abortSignal });
  let id = '';
  await followEngine(send, IMPORT_LIMITS, signal, ({ status }) => {
    id = status ?? id;
  });
  return id;
}

async function mmdebstrap(args: readonly string[], signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  // A process group of its own: mmdebstrap cleans up after itself, at once, when the programs that
  // it runs are stopped; stopped alone it would wait for them.
  const child = execa('mmdebstrap', args, { reject: false, stdin: 'ignore', detached: true });
  const stop = () => child.pid && process.kill(-child.pid, 'SIGTERM');
  const limit = AbortSignal.timeout(MAKE_LIMIT_MS);
  const ended = signal ? AbortSignal.any([signal, limit]) : limit;
  ended.addEventListener('abort', stop);
  const result = await child;
  ended.removeEventListener('abort', stop);
  if (!result.failed) return;
  signal?.throwIfAborted();
  if (result.code === 'ENOENT')
    throw new LabError('image-unavailable', 'mmdebstrap is not installed', {
      hint: 'apt-get install mmdebstrap',
      cause: result,
    });
  const reasons = result.stderr.split('\n').filter((line) => line.startsWith('E: '));
  const details = reasons.slice(0, SHOWN_LINES).map((line) => `  ${line}`);
  throw new LabError('image-unavailable', 'mmdebstrap failed', { details, cause: result });
}

/**
 * The mirror that this machine's own apt uses for Debian. Throws image-unavailable when it has
 * none.
 */
async function debianMirror(): Promise<string> {
  const wanted = ['Origin: Debian', 'Label: Debian', 'Created-By: Packages'];
  const { code, stdout } = await execa(
    'apt-get',
    ['indextargets', '--format', '$(SITE)', ...wanted],
    { reject: false },
  );
  const site = stdout?.split('\n')[0]?.trim();
  if (site?.startsWith('mirror+file:')) return firstMirror(site.slice('mirror+file:'.length));
  if (site) return site;
  if (code === 'ENOENT')
    throw new LabError('image-unavailable', 'there is no apt here to name a Debian mirror');
  const isDebian = existsSync('/etc/debian_version') && !existsSync('/etc/lsb-release');
  const hint = isDebian ? { hint: 'apt-get update' } : {};
  throw new LabError('image-unavailable', 'apt here knows no Debian mirror', hint);
}

/** Cloud images name their mirrors in a file, the best one first. */
async function firstMirror(file: string): Promise<string> {
  const lines = (await readFile(file.replace(/^\/+/, '/'), 'utf8')).split('\n');
  return lines.find((line) => /^\w+:/.test(line))!.split(/\s/)[0]!;
}
