// Runs commands in containers: for the user through the docker command, which knows all about
// terminals, and for labctl itself through the engine's API.
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import type { Ran } from '../stack/model.ts';
import { frameReader } from './attach.ts';
import { engineError } from './connect.ts';

/** The command's exit status. Throws compose-missing when there is no docker command. */
export async function execInContainer(id: string, command: readonly string[]): Promise<number> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? ['--tty'] : [];
  const args = ['exec', '--interactive', ...terminal, id, ...command];
  const { exitCode, code, shortMessage } = await execa('docker', args, {
    stdio: 'inherit',
    reject: false,
  });
  if (code === 'ENOENT')
    throw new LabError('compose-missing', 'there is no docker command on the PATH');
  if (exitCode !== undefined) return exitCode;
  throw new LabError('docker-failed', shortMessage ?? 'docker exec ended without a status');
}

const RUN_LIMIT_MS = 10_000;
const STDERR = 2;

/** What the command said. Throws docker-failed when it cannot run, or not in time. */
export async function runInContainer(
  docker: Docker,
  id: string,
  command: readonly string[],
  { stdin, limitMs = RUN_LIMIT_MS }: { readonly stdin?: string; readonly limitMs?: number } = {},
): Promise<Ran> {
  const said = { out: '', err: '' };
  try {
    const exec = await docker.getContainer(id).exec({
      Cmd: [...command],
      AttachStdin: stdin !== undefined,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = (await exec.start({ hijack: true, stdin: stdin !== undefined })) as Duplex;
    stream.on(
      'data',
      frameReader((kind, text) => {
        said[kind === STDERR ? 'err' : 'out'] += text;
      }),
    );
    if (stdin !== undefined) stream.end(stdin);
    await ended(stream, limitMs, command[0]!);
    const { ExitCode } = await exec.inspect();
    return { status: ExitCode ?? 0, ...said };
  } catch (error) {
    throw engineError(`cannot run ${command[0]} in a node`, error);
  }
}

function ended(stream: Duplex, limitMs: number, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      stream.destroy();
      reject(new LabError('docker-failed', `${program} did not end within ${limitMs} ms`));
    }, limitMs);
    stream.once('error', reject);
    stream.once('close', () => {
      clearTimeout(limit);
      resolve();
    });
  });
}
