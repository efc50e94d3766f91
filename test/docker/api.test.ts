// `labctl api` on a real etcd: a toxiproxy client that knows nothing of labs, the routes of /v1, and
// the stream of events.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { Toxiproxy, type Proxy as ToxiproxyProxy } from 'toxiproxy-node-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabEvent } from '../../src/lab/events.ts';
import { leaderOf, main, startLab, type TestLab } from './labctl.ts';

let lab: TestLab;
let api: Api;
beforeAll(async () => {
  lab = await startLab('labctl-test-api', 'etcd-3node');
  api = await startApi(lab.name);
});
afterAll(async () => {
  await api?.end();
  await lab?.[Symbol.asyncDispose]();
});

interface Api {
  readonly url: string;
  /** Ctrl-C; the exit status. */
  end(): Promise<number | undefined>;
}

/** Starts the command and waits for what it prints. */
async function startApi(name: string): Promise<Api> {
  const words = ['api', '--listen', '127.0.0.1:0', '--lab', name, '-o', 'json'];
  const running = execa('node', [main, ...words], { reject: false });
  const text = await new Promise<string>((resolve) => {
    let seen = '';
    running.stdout.on('data', (chunk) => {
      seen += chunk;
      if (seen.endsWith('}\n')) resolve(seen);
    });
  });
  const end = async () => {
    running.kill('SIGINT');
    return (await running).exitCode;
  };
  return { url: (JSON.parse(text) as { url: string }).url, end };
}

interface Exchange {
  readonly body: string;
  readonly chunks: number;
  /** From the connect: to the first byte, to the end. */
  readonly firstMs: number;
  readonly endMs: number;
}

/** One GET on a connection of its own, until that ends, however it does, or the limit. */
function exchange(
  { listen }: ToxiproxyProxy,
  path = '/version',
  limitMs = 20_000,
): Promise<Exchange> {
  const [host, port] = listen.split(':') as [string, string];
  const startedMs = performance.now();
  const sinceMs = () => performance.now() - startedMs;
  const chunks: Buffer[] = [];
  let firstMs = 0;
  const socket = connect(Number(port), host);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n\r\n`);
  socket.on('data', (chunk) => {
    firstMs ||= sinceMs();
    chunks.push(chunk);
  });
  socket.on('error', () => {}); // a reset is an end too
  setTimeout(() => socket.destroy(), limitMs).unref();
  return new Promise((resolve) =>
    socket.once('close', () => {
      const body = Buffer.concat(chunks).toString();
      resolve({ body, chunks: chunks.length, firstMs, endMs: sinceMs() });
    }),
  );
}

test('toxiproxy-node-client: every toxic does on an edge what its name says', async () => {
  const toxiproxy = new Toxiproxy(api.url);
  expect(JSON.parse(await toxiproxy.getVersion())).toEqual({ version: '2.12.0' });
  expect(Object.keys(await toxiproxy.getAll())).toHaveLength(9);
  const proxy = await toxiproxy.get('host:etcd-1');
  // The members agree on their version only after they are healthy; then the answer's length changes.
  const decided = async () => (await exchange(proxy)).body;
  await expect.poll(decided, { timeout: 20_000, interval: 200 }).toMatch(/"etcdcluster":"\d/);
  const plain = await exchange(proxy);
  const { body: metrics } = await exchange(proxy, '/metrics');

  type Type = Parameters<ToxiproxyProxy['addToxic']>[0]['type'];
  const withToxic = async (type: Type, attributes: object, check: () => Promise<unknown>) => {
    const name = `my ${type}`;
    const body = { name, type, stream: 'downstream' as const, toxicity: 1, attributes };
    const toxic = await proxy.addToxic(body);
    expect(toxic.toJson()).toMatchObject(body);
    expect((await proxy.getToxic(name)).toJson()).toEqual(toxic.toJson());
    await check();
    await toxic.remove();
    expect((await exchange(proxy)).body).toHaveLength(plain.body.length);
  };
  await withToxic('latency', { latency: 300, jitter: 0 }, async () => {
    expect((await exchange(proxy)).firstMs).toBeGreaterThan(299);
  });
  await withToxic('bandwidth', { rate: 50 }, async () => {
    const { body, endMs } = await exchange(proxy, '/metrics');
    expect(body.length).toBeGreaterThan(metrics.length / 2);
    expect(endMs).toBeGreaterThan(body.length / 60);
  });
  await withToxic('bandwidth', { rate: 0 }, async () => {
    expect((await exchange(proxy, '/version', 500)).body).toBe('');
  });
  await withToxic('slow_close', { delay: 400 }, async () => {
    const { body, firstMs, endMs } = await exchange(proxy);
    expect(body).toHaveLength(plain.body.length);
    expect(endMs - firstMs).toBeGreaterThan(300);
  });
  await withToxic('timeout', { timeout: 200 }, async () => {
    expect((await exchange(proxy)).body).toBe('');
  });
  await withToxic('reset_peer', { timeout: 0 }, async () => {
    expect((await exchange(proxy)).body).toBe('');
  });
  await withToxic('slicer', { average_size: 20, size_variation: 5, delay: 5_000 }, async () => {
    const { body, chunks } = await exchange(proxy);
    expect(body).toHaveLength(plain.body.length);
    expect(chunks).toBeGreaterThan(3);
  });
  await withToxic('limit_data', { bytes: 10 }, async () => {
    expect((await exchange(proxy)).body).toBe('HTTP/1.1 2');
  });
});

test('a timeout of 0 stays until it is removed, and its connections end with it', async () => {
  const proxy = await new Toxiproxy(api.url).get('host:etcd-2');
  const body = { name: 'hole', type: 'timeout', stream: 'upstream', toxicity: 1 } as const;
  const toxic = await proxy.addToxic({ ...body, attributes: { timeout: 0 } });
  const hanging = exchange(proxy);
  await sleep(300); // it has to be in the hole
  await toxic.remove();
  expect((await hanging).body).toBe('');
  expect((await exchange(proxy)).body).toContain('"etcdserver"');
});

test('toxics are found again by another server, and by other commands', async () => {
  const toxiproxy = new Toxiproxy(api.url);
  const edge = await toxiproxy.get('etcd-1:etcd-2');
  const first = { name: 'slow', type: 'latency', stream: 'upstream', toxicity: 0.5 } as const;
  const toxic = await edge.addToxic({ ...first, attributes: { latency: 1, jitter: 0 } });
  await toxic.update({ ...first, toxicity: 1, attributes: { latency: 2, jitter: 0 } });
  const other = await startApi(lab.name);
  const again = await (await new Toxiproxy(other.url).get('etcd-1:etcd-2')).getToxic('slow');
  expect(again.toJson()).toEqual({
    ...first,
    toxicity: 1,
    attributes: { latency: 2, jitter: 0 },
  });
  expect(await other.end()).toBe(130);
  const { faults } = await lab.json<{ faults: { id: string; from: string }[] }>('fault', 'ls');
  expect(faults).toMatchObject([{ id: 'slow', from: 'toxic', edge: 'etcd-1:etcd-2' }]);
  expect((await lab.run('fault', 'rm', 'slow')).status).toBe(0);
  await expect(edge.getToxic('slow')).rejects.toThrow('404');
});

test('enabled, populate and reset', async () => {
  const toxiproxy = new Toxiproxy(api.url);
  const { name, listen, upstream } = await toxiproxy.get('host:etcd-1');
  const made = await toxiproxy.populate([{ name, listen, upstream, enabled: false }]);
  const off = made[name]!;
  expect(off.enabled).toBe(false);
  expect((await exchange(off)).body).toBe('');
  expect((await off.update({ enabled: true, listen, upstream })).enabled).toBe(true);
  expect((await exchange(off)).body).toContain('"etcdserver"');
  await off.update({ enabled: false, listen, upstream });
  await toxiproxy.reset();
  expect((await toxiproxy.get(name)).enabled).toBe(true);
  await expect(toxiproxy.get('redis')).rejects.toThrow('404');
  await expect(toxiproxy.createProxy({ name, listen, upstream })).rejects.toThrow('409');
  const redis = { name: 'redis', listen: '', upstream: 'redis:6379' };
  await expect(toxiproxy.createProxy(redis)).rejects.toThrow('400');
});

/** A request to /v1, and its JSON. */
async function v1<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${api.url}/v1${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

/** Follows the events from now on. */
async function follow(): Promise<{ readonly seen: LabEvent[]; readonly ended: Promise<void> }> {
  const { body } = await fetch(`${api.url}/v1/events`);
  const seen: LabEvent[] = [];
  const read = async () => {
    const text = body!.pipeThrough(new TextDecoderStream());
    let rest = '';
    for await (const chunk of text) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines)
        if (line.startsWith('data: ')) seen.push(JSON.parse(line.slice(6)) as LabEvent);
    }
  };
  return { seen, ended: read() };
}

test('a held partition ends with its condition, and with its client', async () => {
  const hold = (body: object, signal: AbortSignal) =>
    fetch(`${api.url}/v1/hold`, { method: 'POST', body: JSON.stringify(body), signal });
  const faults = async () => (await v1<{ faults: unknown[] }>('GET', '/faults')).faults;
  const client = new AbortController();

  const met = await hold({ isolate: 'leader', until: 'leader-changed' }, client.signal);
  const events = [...(await met.text()).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
  expect(events).toEqual(['started', 'cut', 'met', 'healed']);
  expect(await faults()).toEqual([]);

  await hold({ sides: [['etcd-1']], forMs: 60_000 }, client.signal);
  await expect.poll(faults, { timeout: 20_000, interval: 50 }).toHaveLength(4);
  client.abort();
  await expect.poll(faults, { timeout: 20_000, interval: 50 }).toEqual([]);
});

test('the routes of /v1 change the lab, the events tell it, Ctrl-C ends both', async () => {
  const { seen, ended } = await follow();
  const soon = (event: Partial<LabEvent>) =>
    expect
      .poll(() => seen, { timeout: 20_000, interval: 50 })
      .toContainEqual(expect.objectContaining(event));
  await sleep(500); // the server follows before anything happens
  const leader = await leaderOf(lab);

  const cut = await v1<{ edges: string[]; faults: string[] }>('POST', '/partition', {
    isolate: 'leader',
    forMs: 60_000,
  });
  expect(cut).toMatchObject({ version: 1, lab: lab.name, resolved: { leader }, mode: 'drop' });
  for (const edge of cut.edges) await soon({ type: 'fault', edge, change: 'set' });
  await soon({ type: 'leader', before: leader! });
  const { edges } = await v1<{ edges: object[] }>('GET', '/status');
  expect(edges).toContainEqual(expect.objectContaining({ name: cut.edges[0], state: 'cut' }));
  expect(await v1('DELETE', `/faults/${cut.faults[0]}`)).toMatchObject({ edges: cut.edges });
  expect(await v1('GET', '/faults')).toEqual({ version: 1, faults: [] });

  const fault = { kind: 'latency', edges: ['host:etcd-1'], params: ['delay=5ms'] };
  expect(await v1('POST', '/faults', fault)).toMatchObject({ edges: ['host:etcd-1'] });
  expect(await v1('POST', '/heal')).toMatchObject({ edges: ['host:etcd-1'] });

  expect(await v1('POST', '/nodes/etcd-3/kill')).toMatchObject({ changed: ['etcd-3'] });
  await soon({ type: 'node', node: 'etcd-3', state: 'exited' });
  expect(await v1('POST', '/nodes/etcd-3/kill')).toMatchObject({ error: { code: 'node-state' } });
  expect(await v1('POST', '/nodes/etcd-3/start')).toMatchObject({ changed: ['etcd-3'] });
  await soon({ type: 'node', node: 'etcd-3', state: 'running' });

  expect(await v1('GET', '/openapi.json')).toMatchObject({ openapi: '3.1.0' });
  expect(await api.end()).toBe(130);
  await ended;
});
