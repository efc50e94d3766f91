// The proxy's smaller parts: schedule, trace, counters of packets, queues of the kernel.
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TraceLine } from '../../../src/control/protocol.ts';
import { afterSent, unreadBytes } from '../../../src/proxy/kernel-queues.ts';
import { sumCounters } from '../../../src/proxy/packets.ts';
import { Schedule } from '../../../src/proxy/schedule.ts';
import { Trace } from '../../../src/proxy/trace.ts';

const START_MS = 1_000_000;

const FAKE = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const),
  ...(['Date', 'performance'] as const),
];

beforeEach(() => void vi.useFakeTimers({ now: START_MS, toFake: FAKE }));
afterEach(() => void vi.useRealTimers());

test('schedule: calls back at the first moment, and not for what was set before', async () => {
  const due = vi.fn(async () => {});
  const schedule = new Schedule(due);
  schedule.set([START_MS + 50]);
  schedule.set([undefined, START_MS + 300, START_MS + 100]);
  await vi.advanceTimersByTimeAsync(99);
  expect(due).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(due).toHaveBeenCalledTimes(1);
  schedule.set([undefined]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(due).toHaveBeenCalledTimes(1);
});

test('schedule: what is past comes at once, what failed comes again, a stop ends it', async () => {
  const due = vi.fn(async () => {
    throw new Error('nft failed');
  });
  const schedule = new Schedule(due);
  schedule.set([START_MS - 5_000]);
  await vi.advanceTimersByTimeAsync(0);
  expect(due).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(due).toHaveBeenCalledTimes(3);
  schedule.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(due).toHaveBeenCalledTimes(3);
});

test('schedule: a moment beyond the longest timer is not now', async () => {
  const due = vi.fn(async () => {});
  const schedule = new Schedule(due);
  schedule.set([START_MS + 2 ** 40]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(due).toHaveBeenCalledTimes(0);
  schedule.stop();
});

test('trace: silent until asked, tells bytes that changed, ends by itself, goes on when asked', () => {
  const lines: TraceLine['trace'][] = [];
  const bytes = { up: 0, down: 0 };
  const open = () => [{ connection: 3, port: 1, bytes: { ...bytes } }];
  const trace = new Trace((line) => lines.push(line.trace), open);
  trace.say({ event: 'accepted', connection: 3, port: 1 });
  expect(lines).toEqual([]);
  trace.start(2_000);
  trace.say({ event: 'dialled', connection: 3, port: 1 });
  bytes.up = 10;
  vi.advanceTimersByTime(1_000);
  expect(lines.map(({ event }) => event)).toEqual(['dialled', 'bytes']);
  expect(lines[1]).toMatchObject({ at: new Date(START_MS + 500).toISOString(), bytes: { up: 10 } });
  trace.start(2_000);
  bytes.down = 5;
  vi.advanceTimersByTime(1_900);
  expect(lines.length).toBe(3);
  vi.advanceTimersByTime(1_000);
  trace.say({ event: 'closed', connection: 3, port: 1 });
  expect(lines.length).toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('packets: counters of rules are summed by comment; rules without either are left out', () => {
  const rule = (comment: string | undefined, packets?: number) => ({
    rule: {
      ...(comment && { comment }),
      expr: [{ match: {} }, ...(packets === undefined ? [] : [{ counter: { packets, bytes: packets * 60 } }]), { drop: null }], // biome-ignore format: one line
    },
  });
  const nftables = [
    { metainfo: { version: '1.0.6' } },
    { table: { name: 'labctl' } },
    rule('0', 3),
    rule('1', 5),
    rule('0', 4),
    rule(undefined, 100),
    rule('2'),
  ];
  expect(Object.fromEntries(sumCounters(JSON.stringify({ nftables })))).toEqual({
    0: { packets: 7, bytes: 420 },
    1: { packets: 5, bytes: 300 },
  });
  expect(sumCounters('').size).toBe(0);
});

test('kernel queues: what a socket has not read, and what its peer does not have yet', async () => {
  vi.useRealTimers();
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createConnection((server.address() as { port: number }).port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  client.write(Buffer.alloc(3_000));
  await expect.poll(() => unreadBytes([accepted])).toBe(3_000);
  expect(unreadBytes([client])).toBe(0);
  await new Promise<void>((resolve) => afterSent(client, resolve));
  client.write(Buffer.alloc(30_000_000)); // more than the peer's window takes
  const startMs = performance.now();
  await new Promise<void>((resolve) => afterSent(client, resolve, 100));
  expect(performance.now() - startMs).toBeGreaterThan(90);
  client.destroy();
  accepted.destroy();
  server.close();
  expect(unreadBytes([client, accepted])).toBe(0);
});

test('kernel queues: two peers of one port are told apart', async () => {
  vi.useRealTimers();
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const say = async (localAddress: string, localPort: number, bytes: number) => {
    const client = createConnection({ port, host: '127.0.0.1', localAddress, localPort });
    const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
    client.write(Buffer.alloc(bytes));
    return { client, accepted: accepted as Socket };
  };
  const first = await say('127.0.0.2', 0, 3_000);
  const second = await say('127.0.0.3', first.client.localPort!, 20);
  await expect.poll(() => unreadBytes([first.accepted])).toBe(3_000);
  await expect.poll(() => unreadBytes([second.accepted])).toBe(20);
  for (const { client, accepted } of [first, second]) {
    client.destroy();
    accepted.destroy();
  }
  server.close();
});
