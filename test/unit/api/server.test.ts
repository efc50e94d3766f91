// Who may ask, how much and how long, on a real loopback server; and the native API's own routes.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveApi } from '../../../src/api/api.ts';
import { isLoopback, readListen } from '../../../src/api/guards.ts';
import type { ApiServer } from '../../../src/api/server.ts';
import { aborted, createHub } from '../../../src/api/sse.ts';
import { httpStatus } from '../../../src/api/status.ts';
import { v1Routes } from '../../../src/api/v1/routes.ts';
import { errorTable } from '../../../src/error-table.ts';
import { type ErrorCode, LabError } from '../../../src/errors.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { ask, type FakeLab, fakeLab } from './fake-lab.ts';

let lab: FakeLab;
let server: ApiServer;
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  ask(server.address, method, path, { body, ...(headers && { headers }) });

beforeEach(async () => {
  lab = fakeLab();
  server = await serveApi(lab, { host: '127.0.0.1', port: 0 });
});
afterEach(() => server.close());

test.each<[Record<string, string>, number]>([
  [{}, 200],
  [{ host: 'localhost' }, 200],
  [{ host: 'LOCALHOST:8474' }, 200],
  [{ host: '127.0.0.1' }, 200],
  [{ host: '[::1]:8474' }, 200],
  [{ host: '192.168.1.7:8474' }, 200],
  [{ host: 'evil.example' }, 403],
  [{ host: 'localhost.evil.example:8474' }, 403],
  [{ host: '127.0.0.1.evil.example' }, 403],
  [{ origin: 'http://evil.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: 'http://127.0.0.1:8474' }, 403],
])('with %j both APIs answer %i, each in its shape', async (headers, status) => {
  const v1 = await call('GET', '/v1/faults', undefined, headers);
  const toxi = await call('GET', '/proxies', undefined, headers);
  expect([v1.status, toxi.status]).toEqual([status, status]);
  if (status === 200) return;
  expect(v1.body.error.code).toBe('request-refused');
  expect(toxi.body).toEqual({ error: expect.stringContaining('request-refused'), status });
});

test("toxiproxy's check of browsers is for its routes alone", async () => {
  const browser = { 'user-agent': 'Mozilla/5.0 (X11)' };
  expect(await call('GET', '/proxies', undefined, browser)).toMatchObject({
    status: 403,
    body: { error: 'User agent not allowed', status: 403 },
  });
  expect((await call('GET', '/v1/openapi.json', undefined, browser)).status).toBe(200);
});

test('a body that is too large, or no JSON, or not what the route takes', async () => {
  const large = await call('POST', '/v1/heal', ' '.repeat(2 ** 20 + 1));
  expect([large.status, large.body.error.code]).toEqual([413, 'request-too-large']);
  const broken = await call('POST', '/v1/heal', '{"nodes":');
  expect([broken.status, broken.body.error.code]).toEqual([400, 'request-invalid']);
  const wrong = await call('POST', '/v1/partition', { isolate: [], sides: 'a', x: 2 });
  expect(wrong.body.error.message).toMatch(/^the body is not what this takes: sides: /);
  expect(wrong.body.error.details).toHaveLength(2);
  expect((await call('POST', '/v1/heal', '')).status).toBe(200);
});

test('work that takes too long is given up', async () => {
  await using quick = disposable(await serveApi(lab, { host: '127.0.0.1', port: 0, limitMs: 20 }));
  lab.status = () => new Promise(() => {});
  const { status, body } = await ask(quick.address, 'GET', '/v1/status');
  expect([status, body.error.code, body.error.definite]).toEqual([504, 'request-timeout', false]);
});

test('errors have the status that their code, else their exit status says', async () => {
  const statusOf = (code: ErrorCode) => httpStatus(new LabError(code, 'x'));
  expect(statusOf('node-unknown')).toBe(404);
  expect(statusOf('node-state')).toBe(409);
  expect(statusOf('fault-invalid')).toBe(400);
  expect(statusOf('wait-timeout')).toBe(409);
  expect(statusOf('proxy-unreachable')).toBe(503);
  expect(statusOf('bug')).toBe(500);
  for (const code of Object.keys(errorTable) as ErrorCode[])
    expect([400, 403, 404, 405, 409, 413, 500, 503, 504], code).toContain(statusOf(code));
  expect((await call('POST', '/v1/partition', { isolate: 'leader' })).status).toBe(503);
  const unknown = await call('POST', '/v1/nodes/etcd-9/stop');
  expect([unknown.status, unknown.body.error.code]).toEqual([404, 'node-unknown']);
  expect((await call('POST', '/v1/nodes/etcd-1/kill')).status).toBe(409);
  expect((await call('POST', '/v1/nodes/etcd-1/explode')).status).toBe(404);
  expect((await call('GET', '/v1/heal')).status).toBe(405);
});

test('the routes do what the commands do, in the shapes of -o json', async () => {
  const fault = { kind: 'latency', edges: ['host:etcd-1'], params: { delay: 5 }, id: 'slow' };
  expect(await call('POST', '/v1/faults', fault)).toMatchObject({
    status: 200,
    body: { version: 1, lab: 'fake', edges: ['host:etcd-1'], faults: ['slow'] },
  });
  expect((await call('GET', '/v1/faults')).body).toMatchObject({
    version: 1,
    faults: [{ id: 'slow', edge: 'host:etcd-1', params: { delay: 5, jitter: 0 } }],
  });
  expect((await call('DELETE', '/v1/faults/f1')).body).toMatchObject({ version: 1, mode: 'rm' });
  expect((await call('GET', '/v1/status')).body).toEqual(await lab.status());
  expect((await call('GET', '/v1/nodes')).body.nodes).toEqual((await lab.status()).nodes);
  expect((await call('POST', '/v1/nodes/etcd-1/stop', { timeoutMs: 5 })).body).toEqual({
    version: 1,
    lab: 'fake',
    action: 'stop',
    changed: ['etcd-1'],
    unchanged: [],
  });
  expect(lab.calls).toEqual(['removeFaults f1', 'act stop etcd-1']);
});

test('wan, scale, promote and failpoints', async () => {
  const body = async (...words: Parameters<typeof call>) => (await call(...words)).body;
  expect(await body('GET', '/v1/wan')).toMatchObject({ presets: [{ name: '2-region' }] });
  expect(await body('PUT', '/v1/wan', { preset: '2-region', scale: 0.5 })).toMatchObject({
    ...{ version: 1, scale: 0.5, faults: ['wan'] },
  });
  expect(await body('DELETE', '/v1/wan')).toMatchObject({ edges: ['host:etcd-1'] });
  expect(await body('POST', '/v1/scale', { etcd: 5 })).toMatchObject({ version: 1, added: [] });
  expect((await call('POST', '/v1/scale', { etcd: 'many' })).status).toBe(400);
  expect(await body('POST', '/v1/nodes/etcd-1/promote')).toMatchObject({ node: 'etcd-1' });
  const point = '/v1/nodes/etcd-1/failpoints/a%2Fb';
  expect(await body('PUT', point, { action: 'pause' })).toMatchObject({
    failpoints: { 'a/b': 'pause' },
  });
  expect(await body('DELETE', point)).toMatchObject({ failpoints: {} });
  expect(await body('GET', '/v1/nodes/etcd-1/failpoints')).toMatchObject({ node: 'etcd-1' });
  expect(lab.calls).toEqual(['wan 2-region', 'scale {"etcd":5}']);
});

test('scale may take longer than other work', async () => {
  await using quick = disposable(await serveApi(lab, { host: '127.0.0.1', port: 0, limitMs: 20 }));
  const { scale } = lab;
  lab.scale = async (counts) => {
    await sleep(100);
    return scale(counts);
  };
  expect((await ask(quick.address, 'POST', '/v1/scale', { body: { etcd: 5 } })).status).toBe(200);
});

test('a held partition is told as it goes, and healed when its client goes', async () => {
  const hold = (body: object, signal?: AbortSignal) =>
    fetch(`http://${server.address}/v1/hold`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      ...(signal && { signal }),
    });
  const short = await hold({ isolate: 'leader', flap: { onMs: 1, offMs: 1 }, forMs: 5 });
  expect(short.headers.get('content-type')).toBe('text/event-stream');
  expect(await short.text()).toContain('event: started\ndata: {"type":"started","version":1,');
  for (const wrong of [{ dryRun: true }, { isolate: 'leader' }, { until: 'lader-changed' }])
    expect((await hold(wrong)).status).toBe(400);

  const client = new AbortController();
  await hold({ until: 'log=never' }, client.signal);
  expect(lab.calls).toEqual(['healed ']);
  client.abort();
  await until(() => lab.calls.includes('healed log=never'));
});

test('the OpenAPI document has every route, its body and its answer', async () => {
  const { body: document } = await call('GET', '/v1/openapi.json');
  expect(document.openapi).toBe('3.1.0');
  for (const { method, path, body } of v1Routes) {
    const operation = document.paths[path][method.toLowerCase()];
    expect(operation.summary, path).toMatch(/^[A-Z]/);
    expect(Boolean(operation.requestBody), path).toBe(Boolean(body));
    expect(Object.values(operation.responses['200'].content), path).toHaveLength(1);
  }
  const { requestBody } = document.paths['/v1/faults'].post;
  expect(requestBody.required).toBe(true);
  expect(requestBody.content['application/json'].schema).toMatchObject({
    type: 'object',
    required: ['kind', 'edges'],
    additionalProperties: false,
  });
  for (const [path, method] of [
    ['/v1/hold', 'post'],
    ['/v1/events', 'get'],
  ] as const) {
    const stream = document.paths[path][method].responses['200'].content['text/event-stream'];
    const failed = stream.schema.anyOf.at(-1);
    expect(failed, path).toMatchObject({ required: ['type', 'error'] });
    expect(failed.properties.type, path).toMatchObject({ const: 'error' });
    expect(Object.keys(failed.properties.error.properties), path).toContain('definite');
  }
  expect(document.paths['/v1/heal'].post.requestBody.required).toBe(false);
  expect(document.paths['/v1/nodes/{name}/stop'].post.parameters).toMatchObject([
    { name: 'name', in: 'path', required: true },
  ]);
});

const leader: LabEvent = {
  type: 'leader',
  at: '2026-11-20T10:00:00Z',
  group: 'etcd',
  leader: 'etcd-1',
  before: null,
};

/** Until it holds; the limit is that of the test. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

test('events: one source for all clients, closed with the last; they end with the server', async () => {
  const url = `http://${server.address}/v1/events`;
  const first = new AbortController();
  const one = await fetch(url, { signal: first.signal });
  const two = await fetch(url);
  expect(one.headers.get('content-type')).toBe('text/event-stream');
  await until(() => lab.listeners.size > 0);
  expect(lab.listeners.size).toBe(1);
  for (const tell of lab.listeners) tell(leader);
  first.abort();
  await server.close();
  expect(await two.text()).toBe(
    `retry: 1000\n\nevent: leader\ndata: ${JSON.stringify(leader)}\n\n`,
  );
  await until(() => lab.listeners.size === 0);
});

test('a source that fails says so to its clients, and the next client starts it anew', async () => {
  lab.events = () => Promise.reject(new LabError('docker-unreachable', 'gone'));
  const url = `http://${server.address}/v1/events`;
  expect(await (await fetch(url)).text()).toContain(
    'event: error\ndata: {"type":"error","error":{"code":"docker-',
  );
  lab.events = async (tell) => tell(leader);
  expect(await (await fetch(url)).text()).toContain('event: leader');
});

test('more clients than the hub serves are refused', async () => {
  const hub = createHub<LabEvent>(() => new Promise(() => {}), 1);
  const stop = new AbortController();
  const followed = hub.join()(() => {}, stop.signal);
  expect(() => hub.join()).toThrow(expect.objectContaining({ code: 'api-busy' }));
  stop.abort();
  await followed;
  expect(hub.join()).toBeTypeOf('function');
});

test('--listen', () => {
  expect(readListen('127.0.0.1:8474')).toEqual({ host: '127.0.0.1', port: 8474 });
  expect(readListen('[::1]:0')).toEqual({ host: '::1', port: 0 });
  for (const wrong of ['8474', ':8474', 'localhost', '127.0.0.1:', 'a:70000', '::1:8474'])
    expect(() => readListen(wrong), wrong).toThrow(expect.objectContaining({ code: 'usage' }));
  expect(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '0.0.0.0', '::'].map(isLoopback)).toEqual([
    ...[true, true, true, true],
    ...[false, false],
  ]);
});

test('a port in use is named, with a command that works', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  await expect(serveApi(lab, { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'port-taken',
    message: `port ${port} of 127.0.0.1 is in use`,
  });
  await new Promise((resolve) => other.close(resolve));
});

const disposable = (started: ApiServer) => ({
  ...started,
  [Symbol.asyncDispose]: () => started.close(),
});

test('who waits for an interruption hears of one that came before', async () => {
  await aborted(AbortSignal.abort());
});
