// toxiproxy's API on a real loopback server, with a lab of lists behind it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveApi } from '../../../src/api/api.ts';
import type { ApiServer } from '../../../src/api/server.ts';
import { LabError } from '../../../src/errors.ts';
import { type Answered, ask, type FakeLab, fakeLab } from './fake-lab.ts';

let lab: FakeLab;
let server: ApiServer;
const call = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(server.address, method, path, { body });

beforeEach(async () => {
  lab = fakeLab();
  server = await serveApi(lab, { host: '127.0.0.1', port: 0 });
});
afterEach(() => server.close());

const HOST_EDGE = {
  name: 'host:etcd-1',
  listen: '127.0.0.1:21695',
  upstream: 'etcd-1:2379',
  enabled: true,
  toxics: [],
};

test('every edge is a proxy; of several ports the first is told', async () => {
  const { status, body } = await call('GET', '/proxies');
  expect(status).toBe(200);
  expect(body).toEqual({
    'host:etcd-1': HOST_EDGE,
    'etcd-1:etcd-2': {
      ...HOST_EDGE,
      name: 'etcd-1:etcd-2',
      listen: 'etcd-2:2379',
      upstream: 'etcd-2:2379',
    },
  });
  expect((await call('GET', '/proxies/host%3Aetcd-1')).body).toEqual(HOST_EDGE);
  expect(await call('GET', '/version')).toMatchObject({ status: 200, body: { version: '2.12.0' } });
});

test('toxics: made, shown, changed, removed; a name is found again, whoever asks', async () => {
  const toxics = '/proxies/host:etcd-1/toxics';
  const made = await call('POST', toxics, { type: 'latency', attributes: { latency: 100 } });
  const toxic = {
    name: 'latency_downstream',
    type: 'latency',
    stream: 'downstream',
    toxicity: 1,
    attributes: { latency: 100, jitter: 0 },
  };
  expect(made).toMatchObject({ status: 200, body: toxic });
  expect(lab.on.get('host:etcd-1')).toMatchObject([{ id: 'latency_downstream', from: 'toxic' }]);
  expect((await call('GET', toxics)).body).toEqual([toxic]);
  expect((await call('GET', '/proxies/host:etcd-1')).body.toxics).toEqual([toxic]);

  for (const method of ['PATCH', 'POST']) {
    const changed = await call(method, `${toxics}/latency_downstream`, { toxicity: 0.5 });
    expect(changed).toMatchObject({ status: 200, body: { ...toxic, toxicity: 0.5 } });
  }
  const gone = await call('DELETE', `${toxics}/latency_downstream`);
  expect([gone.status, gone.text]).toEqual([204, '']);
  expect(lab.on.get('host:etcd-1')).toEqual([]);
});

test('a fault of another command is a toxic where it maps, and its name is taken anyway', async () => {
  const params = { delay: 5, jitter: 0, dist: 'uniform', corr: 0 };
  const down = { id: 'f7ui', kind: 'latency', params, scope: { direction: 'down' as const } };
  const cut = { id: 'p7l9', kind: 'drop', params: {} };
  const pair = { ...down, id: 'g0ab' }; // one id for two faults, as of a gray partition
  lab.on.set(
    'host:etcd-1',
    [down, cut, pair, pair].map((fault) => ({
      ...fault,
      from: 'fault',
      startsAt: null,
      until: null,
    })),
  );
  const { body } = await call('GET', '/proxies/host:etcd-1/toxics');
  expect(body.map(({ name }: { name: string }) => name)).toEqual(['f7ui']);
  const taken = await call('POST', '/proxies/host:etcd-1/toxics', {
    name: 'p7l9',
    type: 'latency',
  });
  expect(taken).toMatchObject({
    status: 409,
    body: { error: 'toxic already exists', status: 409 },
  });
});

test('enabled: refuse comes and goes; a proxy that is down is not enabled', async () => {
  const path = '/proxies/host:etcd-1';
  for (const method of ['PATCH', 'POST']) {
    expect((await call(method, path, { enabled: false })).body).toMatchObject({ enabled: false });
    expect(lab.on.get('host:etcd-1')).toMatchObject([{ kind: 'refuse' }]);
    await call(method, path, { enabled: false, listen: HOST_EDGE.listen, upstream: '' });
    expect(lab.on.get('host:etcd-1')).toHaveLength(1);
    expect((await call(method, path, { enabled: true })).body).toEqual(HOST_EDGE);
    expect(lab.on.get('host:etcd-1')).toEqual([]);
  }
  lab.down.add('host:etcd-1');
  expect((await call('GET', path)).body.enabled).toBe(false);
  expect((await call('PATCH', path, { enabled: true })).status).toBe(503);
});

test('populate: all is checked before anything is changed', async () => {
  const wish = { name: 'host:etcd-1', listen: '127.0.0.1:0', upstream: 'etcd-1:2379' };
  const off = await call('POST', '/populate', [{ ...wish, enabled: false }]);
  expect(off).toMatchObject({ status: 201, body: { proxies: [{ enabled: false }] } });
  const unknown = await call('POST', '/populate', [wish, { ...wish, name: 'redis' }]);
  expect(unknown.status).toBe(400);
  expect(unknown.body.error).toBe(
    '"redis" is no edge of lab fake; its proxies are host:etcd-1 etcd-1:etcd-2',
  );
  expect(lab.on.get('host:etcd-1')).toHaveLength(1);
  const on = await call('POST', '/populate', [wish]);
  expect(on.body).toEqual({ proxies: [HOST_EDGE] });
  const moved = await call('POST', '/populate', [{ ...wish, listen: '127.0.0.1:9' }]);
  expect(moved.body).toEqual({
    error: 'listen of edge host:etcd-1 is 127.0.0.1:21695 and cannot be made 127.0.0.1:9',
    status: 400,
  });
});

test('reset puts everything back', async () => {
  await call('POST', '/proxies/host:etcd-1/toxics', { type: 'timeout' });
  await call('POST', '/proxies/etcd-1:etcd-2', { enabled: false });
  expect((await call('POST', '/reset')).status).toBe(204);
  expect([...lab.on.values()]).toEqual([[], []]);
});

test.each([
  ['GET', '/proxies/nope', undefined, 404, 'proxy not found'],
  ['GET', '/proxies/nope/toxics', undefined, 404, 'proxy not found'],
  ['POST', '/proxies/nope/toxics', { type: 'latency' }, 404, 'proxy not found'],
  ['GET', '/proxies/host:etcd-1/toxics/nope', undefined, 404, 'toxic not found'],
  ['PATCH', '/proxies/host:etcd-1/toxics/nope', {}, 404, 'toxic not found'],
  ['DELETE', '/proxies/host:etcd-1/toxics/nope', undefined, 404, 'toxic not found'],
  ['POST', '/proxies', {}, 400, 'missing required field: name'],
  ['POST', '/proxies', { name: 'x' }, 400, 'missing required field: upstream'],
  ['POST', '/proxies', { name: 'host:etcd-1', upstream: 'x' }, 409, 'proxy already exists'],
  ['POST', '/proxies', { name: 'x', upstream: 'x' }, 400, '"x" is no edge of lab fake'],
  ['POST', '/proxies', { name: 5 }, 400, 'bad request body: name'],
  ['POST', '/populate', {}, 400, 'bad request body: it must be a list of proxies'],
  ['POST', '/populate', [{ name: 'x' }], 400, 'missing required field: upstream at proxy 1'],
  ['POST', '/proxies/host:etcd-1/toxics', '{', 400, 'bad request body: the body is no JSON'],
  ['POST', '/proxies/host:etcd-1/toxics', { type: 'x' }, 400, 'invalid toxic type'],
  ['DELETE', '/proxies/host:etcd-1', undefined, 405, 'host:etcd-1 is an edge of the lab'],
  ['GET', '/nope', undefined, 404, 'there is no /nope'],
  ['GET', '/proxies/%zz', undefined, 400, 'bad request body: "%zz"'],
  ['PUT', '/proxies', {}, 405, 'there is no PUT /proxies'],
])('%s %s %j is %i %s', async (method, path, body, status, error) => {
  const answered = await call(method, path, body);
  expect(answered.status).toBe(status);
  expect(answered.body).toEqual({ error: expect.stringMatching(new RegExp(`^${error}`)), status });
});

test("labctl's own errors keep their code and hint, bugs are 500", async () => {
  lab.edges = () => Promise.reject(new LabError('lab-not-found', 'no lab is running'));
  const { status, body } = await call('GET', '/proxies');
  expect([status, body.status]).toEqual([404, 404]);
  expect(body.error).toBe('no lab is running (lab-not-found); labctl ls lists the labs.');
  lab.edges = () => Promise.reject(new TypeError('x is not a function'));
  expect(await call('GET', '/proxies')).toMatchObject({ status: 500, body: { status: 500 } });
});

test('metrics are counters in the words of toxiproxy', async () => {
  const { status, text } = await call('GET', '/metrics');
  expect(status).toBe(200);
  const labels = 'listener="127.0.0.1:21695",proxy="host:etcd-1",upstream="etcd-1:2379"';
  expect(text).toContain(
    `toxiproxy_proxy_received_bytes_total{direction="upstream",${labels}} 12\n`,
  );
});
