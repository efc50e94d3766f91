// Real sockets for the proxy's tests: a server behind a proxy on free ports of loopback.

import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Fault } from '../../../src/faults/fault.ts';
import { completeParams } from '../../../src/lab/fault-params.ts';
import { EdgeProxy } from '../../../src/proxy/edge-proxy.ts';
import { type NetnsPlan, NO_PLAN } from '../../../src/proxy/netns-plan.ts';

export interface Rig extends AsyncDisposable {
  readonly proxy: EdgeProxy;
  /** What was accepted by the server, in order. */
  readonly accepted: Socket[];
  /** What was last asked of the network namespace. */
  readonly plan: () => NetnsPlan;
  readonly server: Server;
  /** A connected client; the port is the proxy's own at that moment. */
  connect(): Promise<Socket>;
  /** Replaces the fault list. */
  set(...faults: (Partial<Fault> & { kind: string; forMs?: number })[]): Promise<void>;
}

/** `onSocket` is what the server does with each connection; by default it sends back what it gets. */
export async function startRig(
  onSocket: (socket: Socket) => void = (socket) => socket.pipe(socket),
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
  const port = await freePort();
  let plan = NO_PLAN;
  const proxy = new EdgeProxy({
    edge: 'a:b',
    upstream: '127.0.0.1',
    host: '127.0.0.1',
    ports: new Map([[port, upstreamPort]]),
    netns: {
      apply: async (wanted) => {
        plan = wanted;
      },
      counts: async () => new Map(),
    },
    save: () => {},
    changed: () => {},
  });
  await proxy.start(0, []);
  const clients: Socket[] = [];
  return {
    proxy,
    accepted,
    server,
    plan: () => plan,
    connect: async () => {
      const client = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true });
      client.on('error', () => {}); // a test that expects one listens for it too
      clients.push(client);
      await once(client, 'connect');
      return client;
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
