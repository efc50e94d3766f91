// Container logs: the last lines, or a stream of them.
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type Docker from 'dockerode';
import { lineSplitter } from '../control/protocol.ts';
import { frameReader } from './attach.ts';

interface LogOptions {
  readonly follow: boolean;
  /** How many of the last lines; all when undefined. */
  readonly tail?: number | undefined;
  /** Seconds since the epoch; a text has nanoseconds behind its point. */
  readonly since?: number | string | undefined;
  readonly timestamps: boolean;
  /** stdout alone: a proxy's audit trail, without its replies. Default both. */
  readonly stdoutOnly?: boolean;
}

/** The last lines of a container, stdout and stderr. */
export async function tailLogs(docker: Docker, id: string, lines: number): Promise<string[]> {
  const found: string[] = [];
  await readLogs(docker, id, { follow: false, tail: lines, timestamps: false }, (line) =>
    found.push(line),
  );
  return found;
}

/** Calls `onLine` for each line until the log ends; with `follow` that is the container's end. */
export async function readLogs(
  docker: Docker,
  id: string,
  { follow, tail, since, timestamps, stdoutOnly = false }: LogOptions,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (stdoutOnly && tail) {
    const from = (await beginOfTail(docker, id, tail, since)) ?? since;
    const rest = { follow, timestamps, stdoutOnly, since: from };
    return readLogs(docker, id, rest, onLine, signal);
  }
  const container = docker.getContainer(id);
  const { Config } = await container.inspect();
  const options = {
    stdout: true,
    stderr: !stdoutOnly,
    timestamps,
    tail: tail ?? 'all',
    ...(since === undefined ? {} : { since }),
  };
  const split = lineSplitter(onLine);
  const decoder = new StringDecoder('utf8');
  const take = Config.Tty
    ? (chunk: Buffer) => split(decoder.write(chunk))
    : frameReader((_, text) => split(text));
  if (!follow) {
    // The types say a tail is a number; the engine's `all` is the way to say "every line". Of a log
    // that is JSON, as that of a terminal may be, dockerode gives back the value.
    const log: unknown = await container.logs({ ...options, follow: false } as never);
    take(Buffer.isBuffer(log) ? log : Buffer.from(JSON.stringify(log)));
    split('\n');
    return;
  }
  const stream = (await container.logs({
    ...options,
    follow: true,
  } as never)) as unknown as Readable;
  const stop = () => stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop(); // while the stream was being opened
  stream.on('data', take);
  await new Promise<void>((resolve) => stream.once('close', resolve));
  signal?.removeEventListener('abort', stop);
  split('\n');
}

/** Of stdout alone the last lines are from this time on: the engine counts those of stderr too. */
async function beginOfTail(docker: Docker, id: string, tail: number, since?: number | string) {
  const lines: string[] = [];
  const all = { follow: false, timestamps: true, stdoutOnly: true, since };
  await readLogs(docker, id, all, (line) => lines.push(line));
  const [iso] = lines.at(-tail)?.split(' ') ?? [];
  return iso && `${Math.floor(Date.parse(iso) / 1000)}.${/\.(\d+)/.exec(iso)?.[1] ?? 0}`;
}
