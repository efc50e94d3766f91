// Ten thousand connections through one proxy while faults come and go by chance: nothing leaks,
// nothing is thrown, and the counters add up.
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { WantedFault } from '../../../src/control/protocol.ts';
import { seeded } from '../../../src/faults/seed.ts';
import { completeParams } from '../../../src/lab/faults/fault-params.ts';
import { EdgeProxy } from '../../../src/proxy/edge-proxy.ts';
import { silence } from './real-sockets.ts';

const CONNECTIONS = 10_000;
const AT_ONCE = 50;
/** So many first, so that what is made once is made before memory is measured. */
const WARM_UP = 2_000;
const GROWTH_MAX_BYTES = 8_000_000;
/** A client that has no answer by then goes away. */
const PATIENCE_MS = 40;

const SEED = Math.floor(Math.random() * 2 ** 32);
const SEEN = `seed ${SEED}`;
const random = seeded('soak', SEED);
const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

/** Set throughout, does nothing, and so counts every connection. */
const COUNTING = 'counting';

const FAULTS: readonly (readonly [string, object])[] = [
  ['jam', {}],
  ['blackhole', {}],
  ['blackhole', { after: 10 }],
  ['refuse', {}],
  ['refuse', { existing: 'fin' }],
  ['refuse', { existing: 'keep' }],
  ['reset', {}],
  ['reset', { once: true }],
  ['reset', { bytes: 400 }],
  ['close', { after: 5 }],
  ['close', { side: 'src' }],
  ['limit', JSON.parse('{"bytes": 300, "then": "rst"}')],
  ['limit', JSON.parse('{"bytes": 300, "then": "fin"}')],
  ['limit', JSON.parse('{"bytes": 300, "then": "jam"}')],
  ['limit', JSON.parse('{"after": 8, "then": "blackhole"}')],
  ['latency', { delay: 3, jitter: 3, dist: 'pareto' }],
  ['connect-latency', { delay: 4, jitter: 4 }],
  ['stall-accept', {}],
  ['rate', { rate: 200_000, burst: 1_000 }],
  ['slice', { size: 100, gap: 0.1 }],
  ['slow-close', { delay: 5 }],
  ['stutter', { prob: 0.1, rto: 4 }],
];

function randomFault(number: number): WantedFault {
  const [kind, given] = pick(FAULTS);
  const direction = pick(['up', 'down', undefined] as const);
  const scope = { share: pick([0.3, 1]), ...(direction && { direction }) };
  return {
    id: `f${number}`,
    kind,
    from: 'soak',
    params: completeParams(kind, given as Record<string, number>),
    seed: number,
    ...(kind !== 'refuse' && { scope }),
    ...(random() < 0.5 && { forMs: 5 + random() * 40 }),
    ...(random() < 0.2 && { afterMs: random() * 20 }),
  };
}

/** What is open in this process: sockets, listeners, timers. */
function resources(): Record<string, number> {
  const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'TCPWRAP', 'TCPConnectWrap', 'Timeout'];
  const all = process.getActiveResourcesInfo();
  return Object.fromEntries(kinds.map((kind) => [kind, all.filter((it) => it === kind).length]));
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

const totals = {
  sent: 0,
  received: 0,
  served: 0,
  closedUp: 0,
  closedDown: 0,
  accepted: 0,
  wrong: 0,
};

/** One client: says something, hears some of it back, goes in one way or another. */
async function client(port: number): Promise<void> {
  const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: random() < 0.5 });
  const payload = Buffer.from(Array.from({ length: 1 + random() * 1_500 }, () => random() * 256));
  let got = 0;
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    if (!payload.subarray(got, got + chunk.length).equals(chunk)) totals.wrong += 1;
    got += chunk.length;
    totals.received += chunk.length;
    if (got === payload.length) leave();
  });
  const leave = pick([
    () => socket.end(),
    () => socket.destroy(),
    () => void (socket.connecting ? socket.destroy() : socket.resetAndDestroy()),
  ]);
  const patience = setTimeout(() => {
    leave();
    setTimeout(() => socket.destroy(), 5);
  }, PATIENCE_MS);
  socket.on('end', () => socket.end());
  socket.once('connect', () => {
    totals.sent += payload.length;
    socket.write(payload);
  });
  await new Promise((resolve) => socket.once('close', resolve));
  clearTimeout(patience);
  if (!socket.bytesWritten) await silence(2); // refused, most likely: not so fast
}

/** An echo server, and the proxy before it, on the port returned. */
async function startEdge(): Promise<{ proxy: EdgeProxy; server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => (totals.served += chunk.length)).pipe(socket);
  }).listen(0, '127.0.0.1');
  const probe = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(probe, 'listening')]);
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const proxy = new EdgeProxy({
    edge: 'a:b',
    upstream: '127.0.0.1',
    host: '127.0.0.1',
    ports: new Map([[port, (server.address() as AddressInfo).port]]),
    netns: { apply: async () => {}, counts: async () => new Map(), problem: async () => null },
    save: () => {},
    changed: () => {},
    trace: ({ event, bytes }) => {
      if (event === 'accepted') totals.accepted += 1;
      if (event !== 'closed') return;
      totals.closedUp += bytes!.up;
      totals.closedDown += bytes!.down;
    },
  });
  await proxy.start(0, []);
  return { proxy, server, port };
}

/** Faults come and go until told to stop: each list is made from the one in force, as labctl does. */
async function changeFaults(proxy: EdgeProxy, isOver: () => boolean): Promise<void> {
  const params = completeParams('stutter', { prob: 0 });
  const scope = { direction: 'down' } as const;
  await proxy.set(0, [{ id: COUNTING, kind: 'stutter', from: 'soak', params, scope }]);
  for (let number = 1; !isOver(); number += 1) {
    const { revision, faults } = proxy.state;
    const kept = faults.filter(({ id }) => id === COUNTING || random() < 0.5).slice(0, 4);
    await proxy.set(revision, random() < 0.7 ? [...kept, randomFault(number)] : kept);
    if (random() < 0.1) await proxy.hits();
    await silence(4 + random() * 12);
  }
  const { revision, faults } = proxy.state;
  const counting = faults.filter(({ id }) => id === COUNTING);
  expect(await proxy.set(revision, counting)).toBe(true);
}

async function checkCounters(proxy: EdgeProxy): Promise<void> {
  const { connections, bytes } = proxy.state;
  expect(connections, SEEN).toEqual({ open: 0, total: totals.accepted, failed: 0 });
  const nothing = { heldBytes: 0, droppedBytes: 0, droppedPackets: 0 };
  expect(await proxy.hits(), SEEN).toEqual([{ connections: totals.accepted, ...nothing }]);
  expect(bytes, SEEN).toEqual({ up: totals.closedUp, down: totals.closedDown });
  expect(totals.wrong, `${SEEN}: bytes that were never sent so`).toBe(0);
  // Each hop has had at most what the one before it handed on.
  const hops = [totals.sent, bytes.up, totals.served, bytes.down, totals.received];
  expect(hops, SEEN).toEqual([...hops].sort((a, b) => b - a));
  expect(totals.received, `${SEEN}: something must get through`).toBeGreaterThan(100_000);
}

test(`soak: ${CONNECTIONS} connections`, { timeout: 120_000 }, async () => {
  const thrown: unknown[] = [];
  const note = (error: unknown) => void thrown.push(error);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  const before = resources();
  const { proxy, server, port } = await startEdge();
  let isOver = false;
  const changing = changeFaults(proxy, () => isOver);
  const dialling = async (upTo: number) => {
    while (totals.accepted < upTo) await client(port);
  };
  const dialUpTo = (upTo: number) =>
    Promise.all(Array.from({ length: AT_ONCE }, () => dialling(upTo)));
  await dialUpTo(WARM_UP);
  const warm = heapBytes();
  await dialUpTo(CONNECTIONS);
  isOver = true;
  await changing;
  const poll = <T>(get: () => T) => expect.poll(get, { timeout: 20_000, message: SEEN });
  await poll(() => proxy.state.connections.open).toBe(0);
  await checkCounters(proxy);
  await proxy.stop();
  server.close();
  await poll(() => resources()).toEqual(before);
  expect(heapBytes() - warm, SEEN).toBeLessThan(GROWTH_MAX_BYTES);
  expect(thrown, SEEN).toEqual([]);
  process.off('unhandledRejection', note).off('uncaughtException', note);
});
