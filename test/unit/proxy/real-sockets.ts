// Real sockets for the proxy's tests: a server behind a proxy on free ports of loopback.

import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'vitest';
import type { TraceEvent } from '../../../src/control/protocol.ts';
import type { Fault } from '../../../src/faults/fault.ts';
import { completeParams } from '../../../src/lab/faults/fault-params.ts';
import { EdgeProxy } from '../../../src/proxy/edge-proxy.ts';
import type { Netns } from '../../../src/proxy/netns.ts';
import { type NetnsPlan, NO_PLAN } from '../../../src/proxy/netns-plan.ts';

export interface Rig extends AsyncDisposable {
  readonly proxy: EdgeProxy;
  /** What was accepted by the server, in order. */
  readonly accepted: Socket[];
  /** What was last asked of the network namespace. */
  readonly plan: () => NetnsPlan;
  readonly server: Server;
  /** What the proxy told of its changes, in order. */
  readonly changes: readonly string[];
  /** What became of connections, in order. */
  readonly events: readonly TraceEvent[];
  /** A connected client, on the port of that place among the edge's. */
  connect(place?: number): Promise<Socket>;
  /** The two ends of a new connection, for a server that leaves its sockets alone. */
  pair(place?: number): Promise<Pair>;
  /** Replaces the fault list. */
  set(...faults: AskedFault[]): Promise<void>;
}

export type AskedFault = Partial<Fault> & { kind: string; forMs?: number; afterMs?: number };

export interface Pair {
  readonly client: Watched;
  readonly server: Watched;
}

/** The server leaves its sockets alone: a test reads and writes at both ends. */
export const asIs = (): void => {};

/**
 * `onSocket` is what the server does with each connection; by default it sends back what it gets.
 * All ports of the edge, `portCount` of them, lead to it.
 */
export async function startRig(
  onSocket: (socket: Socket) => void = (socket) => socket.pipe(socket),
  { portCount = 1, counts = new Map() as Awaited<ReturnType<Netns['counts']>> } = {},
): Promise<Rig> {
  const accepted: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstreamPort = (server.address() as { port: number }).port;
  const ports = await Promise.all(Array.from({ length: portCount }, freePort));
  const changes: string[] = [];
  const events: TraceEvent[] = [];
  let plan = NO_PLAN;
  const proxy = new EdgeProxy({
    edge: 'a:b',
    upstream: '127.0.0.1',
    host: '127.0.0.1',
    ports: new Map(ports.map((port) => [port, upstreamPort])),
    netns: {
      apply: async (wanted) => {
        plan = wanted;
      },
      counts: async () => counts,
      problem: async () => null,
    },
    save: () => {},
    changed: (event) => changes.push(event),
    trace: (event) => events.push(event),
  });
  await proxy.start(0, []);
  const clients: Socket[] = [];
  const connect = async (place = 0) => {
    const port = ports[place]!;
    const client = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {}); // a test that expects one listens for it too
    clients.push(client);
    await once(client, 'connect');
    return client;
  };
  return {
    proxy,
    accepted,
    server,
    changes,
    events,
    plan: () => plan,
    connect,
    pair: async (place) => {
      const number = accepted.length;
      const client = watch(await connect(place));
      await expect.poll(() => accepted[number], { interval: 2, timeout: 5_000 }).toBeDefined();
      return { client, server: watch(accepted[number]!) };
    },
    set: async (...faults) => {
      const list = faults.map((fault, i) => ({
        id: `f${i + 1}`,
        from: 'fault',
        ...fault,
        params: completeParams(fault.kind, fault.params ?? {}),
      }));
      await proxy.set(proxy.state.revision, list);
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of [...clients, ...accepted]) socket.destroy();
      await proxy.stop();
      server.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** What came to a socket, chunk by chunk, and how it ended. */
export interface Watched {
  readonly socket: Socket;
  readonly chunks: readonly Buffer[];
  readonly bytes: Buffer;
  readonly text: string;
  readonly end: 'fin' | 'rst' | undefined;
  /** When that was, or each chunk came. */
  readonly endMs: number;
  readonly timesMs: readonly number[];
  /** Resolves when so many bytes are there. */
  got(bytes: number): Promise<void>;
  ended(): Promise<'fin' | 'rst'>;
}

/** Reads all that comes to the socket. */
export function watch(socket: Socket): Watched {
  const chunks: Buffer[] = [];
  const timesMs: number[] = [];
  let end: Watched['end'];
  let endMs = 0;
  const endsBy = (how: 'fin' | 'rst') => {
    end ??= how;
    endMs ||= performance.now();
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    timesMs.push(performance.now());
  });
  // A reset right behind data looks like an end, but for the peer, which is gone.
  socket.on('end', () =>
    endsBy(!socket.writableEnded && socket.remotePort === undefined ? 'rst' : 'fin'),
  );
  socket.on('error', () => endsBy('rst'));
  const poll = <T>(get: () => T) => expect.poll(get, { interval: 2, timeout: 10_000 });
  return {
    socket,
    chunks,
    timesMs,
    get bytes() {
      return Buffer.concat(chunks);
    },
    get text() {
      return String(Buffer.concat(chunks));
    },
    get end() {
      return end;
    },
    get endMs() {
      return endMs;
    },
    got: (bytes) =>
      poll(() => chunks.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(bytes),
    ended: async () => {
      await poll(() => end).toBeDefined();
      return end!;
    },
  };
}

/** Long enough to call silence, short enough to wait for. */
export const SILENCE_MS = 150;

/** For checks that something does not happen. */
export const silence = (ms = SILENCE_MS): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** All bytes until FIN; rejects with the socket's error, so ECONNRESET is told from an orderly end. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The next chunk, or undefined when none comes within `limitMs`. What follows it waits. */
export async function nextChunk(socket: Socket, limitMs: number): Promise<string | undefined> {
  const abort = AbortSignal.timeout(limitMs);
  socket.once('data', () => socket.pause()); // a flowing stream without a listener loses bytes
  try {
    const chunk = once(socket, 'data', { signal: abort });
    socket.resume();
    return String((await chunk)[0]);
  } catch (error) {
    if (abort.aborted) return undefined;
    throw error;
  }
}
