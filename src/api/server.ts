// The HTTP server before the routes: who may ask, how much, how long; and the end of it in good
// order. node:http alone.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LabError } from '../errors.ts';
import { refuseForeign } from './guards.ts';
import { type Face, findRoute, type Reply } from './http.ts';
import { sendEvents } from './sse.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** How long the work of a request may take. */
  readonly limitMs?: number;
}

export interface ApiServer {
  /** `127.0.0.1:8474` */
  readonly address: string;
  /** Takes no more requests, ends the event streams, waits for what is being answered. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 2 ** 20;
/** Of receiving a request, head and body. */
const RECEIVE_LIMIT_MS = 15_000;
const WORK_LIMIT_MS = 60_000;
/** Of a client that keeps its connection open after the end. */
const CLOSE_LIMIT_MS = 2_000;

/** The first face whose prefix fits answers, else the last. Throws port-taken, usage. */
export async function startServer(
  faces: readonly Face[],
  { host, port, limitMs = WORK_LIMIT_MS }: ServerOptions,
): Promise<ApiServer> {
  const stop = new AbortController();
  const server = createServer(
    {
      requestTimeout: RECEIVE_LIMIT_MS,
      headersTimeout: RECEIVE_LIMIT_MS,
      connectionsCheckingInterval: RECEIVE_LIMIT_MS / 3,
    },
    async (request, response) => {
      const path = (request.url ?? '/').split('?')[0]!;
      const face = faces.find(({ prefix }) => path.startsWith(prefix)) ?? faces.at(-1)!;
      const reply = await answer(face, request, path, host, limitMs).catch(face.failed);
      await send(reply, response, stop.signal);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    address: `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    close: async () => {
      stop.abort();
      const limit = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS);
      await new Promise((resolve) => server.close(resolve)); // idle connections too
      clearTimeout(limit);
    },
  };
}

async function answer(
  { routes, guard }: Face,
  request: IncomingMessage,
  path: string,
  ownHost: string,
  limitMs: number,
): Promise<Reply> {
  refuseForeign(request.headers, ownHost);
  guard?.(request.headers);
  const { route, params } = findRoute(routes, request.method ?? '', path);
  const takesBody = ['POST', 'PUT', 'PATCH'].includes(route.method);
  const body = takesBody ? await readJson(request) : {};
  return within(route.limitMs ?? limitMs, route.run({ params, body }));
}

/** Throws request-invalid, request-too-large. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (!text.trim()) return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LabError('request-invalid', `the body is no JSON: ${(error as Error).message}`);
  }
}

/** What is too large is still read, and forgotten, so that the client gets to see the answer. */
function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
      else
        reject(
          new LabError('request-too-large', `the body is larger than ${BODY_BYTES_MAX} bytes`),
        );
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString()));
    request.once('error', reject);
  });
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new LabError('request-timeout', `not done within ${limitMs} ms`);
    timer = setTimeout(() => reject(error), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function send(reply: Reply, response: ServerResponse, stop: AbortSignal): Promise<void> {
  if ('events' in reply) return sendEvents(response, reply.events, stop);
  const text = 'text' in reply;
  const body = text
    ? reply.text
    : reply.json === undefined
      ? ''
      : `${JSON.stringify(reply.json)}\n`;
  if (body) response.setHeader('Content-Type', text ? reply.type : 'application/json');
  response.writeHead(reply.status, body ? { 'Content-Length': Buffer.byteLength(body) } : {});
  response.end(body);
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new LabError('port-taken', `port ${port} of ${host} is in use`, {
      hint: `labctl api --listen ${host}:${port + 1}, or --listen ${host}:0 for any that is free`,
    });
  return new LabError('usage', `cannot listen at ${host}:${port}: ${error.message}`, {
    hint: 'labctl api --listen 127.0.0.1:8474',
  });
}
