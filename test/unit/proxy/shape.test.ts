// Faults that shape a stream, on real sockets: how late, how fast, in which pieces, how much of it.
import { expect, test } from 'vitest';
import { asIs, type Pair, silence, startRig } from './real-sockets.ts';

const limit = (then: string, params: object) => ({ kind: 'limit', params: { ...params, then } });

/** Bytes that show their place. */
const numbered = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) % 256));

for (const dist of ['uniform', 'normal', 'pareto', 'paretonormal'])
  test(`latency dist=${dist}: one way at a time, later than sent, in order`, async () => {
    await using rig = await startRig(asIs);
    const { client, server } = await rig.pair();
    const params = { delay: 1_000, jitter: 10, dist, corr: 0.3 };
    await rig.set({ kind: 'latency', params, scope: { direction: 'up' } });
    const sentMs: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      sentMs.push(performance.now());
      client.socket.write(String(i));
      await silence(3);
    }
    server.socket.write('down');
    await client.got(4);
    expect(client.timesMs[0]!, 'the other way is not delayed').toBeLessThan(sentMs[0]! + 900);
    await server.got(10);
    expect(server.text).toBe('0123456789');
    expect(server.timesMs[0]! - sentMs[0]!).toBeGreaterThan(900);
  });

test('rate: the burst at once, the rest at the rate, nothing lost', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'rate', params: { rate: 500_000, burst: 20_000 } });
  const sent = numbered(170_000);
  const startMs = performance.now();
  client.socket.write(sent);
  await server.got(sent.length);
  expect(server.bytes).toEqual(sent);
  const tookMs = server.timesMs.at(-1)! - startMs;
  expect(tookMs).toBeGreaterThanOrEqual(299); // 150,000 bytes beyond the burst
  expect(tookMs).toBeLessThan(1_500);
  expect(server.timesMs.at(-1)! - server.timesMs[0]!).toBeGreaterThan(250);
});

test('rate: a sender is made to wait', async () => {
  await using rig = await startRig(asIs);
  const { client } = await rig.pair();
  await rig.set({ kind: 'rate', params: { rate: 10_000 } });
  client.socket.write(Buffer.alloc(40_000_000));
  await silence();
  expect(client.socket.writableLength).toBeGreaterThan(0);
  await expect.poll(async () => (await rig.proxy.hits())[0]!.heldBytes).toBeGreaterThan(100_000);
});

test('rate: two connections share it piece by piece', async () => {
  await using rig = await startRig(asIs);
  const pairs = [await rig.pair(), await rig.pair()];
  await rig.set({ kind: 'rate', params: { rate: 400_000, burst: 0 } });
  const startMs = performance.now();
  for (const { client } of pairs) client.socket.write(Buffer.alloc(60_000));
  await Promise.all(pairs.map(({ server }) => server.got(40_000)));
  const [a, b] = pairs.map(({ server }) => server.bytes.length);
  expect(Math.abs(a! - b!)).toBeLessThanOrEqual(12_000); // three pieces of 10 ms
  await Promise.all(pairs.map(({ server }) => server.got(60_000)));
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(299);
});

test('rate per=conn: eight connections are eight times as fast as the edge', async () => {
  await using rig = await startRig(asIs);
  const pairs: Pair[] = [];
  while (pairs.length < 8) pairs.push(await rig.pair());
  await rig.set({ kind: 'rate', params: { rate: 200_000, burst: 0, per: 'conn' } });
  const startMs = performance.now();
  for (const { client } of pairs) client.socket.write(Buffer.alloc(20_000));
  await Promise.all(pairs.map(({ server }) => server.got(20_000)));
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeGreaterThanOrEqual(99);
  expect(tookMs, 'as long as one bucket would take').toBeLessThan(800);
});

test('slice: writes of that size, a gap between them', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'slice', params: { size: 100, gap: 4 } });
  const sent = numbered(2_000);
  client.socket.write(sent);
  await server.got(2_000);
  expect(server.bytes).toEqual(sent);
  expect(server.chunks.every(({ length }) => length % 100 === 0)).toBe(true);
  expect(server.chunks.length).toBeGreaterThan(5); // a busy reader takes several at once
  expect(server.timesMs.at(-1)! - server.timesMs[0]!).toBeGreaterThanOrEqual(50);
});

test('stutter: all bytes, in order, some late', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'stutter', params: { prob: 1, rto: 100, max: 100 } });
  const startMs = performance.now();
  for (const word of ['a', 'b', 'c']) {
    client.socket.write(word);
    await silence(2);
  }
  await server.got(3);
  expect(server.text).toBe('abc');
  expect(server.timesMs[0]! - startMs).toBeGreaterThanOrEqual(99);
});

async function corrupted(seed: number): Promise<{ sent: Buffer; got: Buffer }> {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'corrupt', seed, params: { prob: 1, bytes: 2 } });
  const sent = numbered(3_000);
  for (let at = 0; at < sent.length; at += 100) {
    client.socket.write(sent.subarray(at, at + 100)); // one by one, so that chunks are as written
    await server.got(at + 100);
  }
  return { sent, got: server.bytes };
}

test('corrupt: at most as many bytes as said, the length stays, a seed gives the same', async () => {
  const [first, same, other] = await Promise.all([corrupted(5), corrupted(5), corrupted(6)]);
  expect(first.got.length).toBe(3_000);
  const changed = [...first.sent.keys()].filter((i) => first.sent[i] !== first.got[i]);
  expect(changed.length).toBeGreaterThanOrEqual(30);
  expect(changed.length).toBeLessThanOrEqual(60);
  expect(first.got).toEqual(same.got);
  expect(first.got).not.toEqual(other.got);
});

for (const end of ['fin', 'rst'] as const)
  test(`slow-close: bytes at once, the ${end} that much later`, async () => {
    await using rig = await startRig(asIs);
    const { client, server } = await rig.pair();
    await rig.set({ kind: 'slow-close', params: { delay: 150 } });
    const startMs = performance.now();
    client.socket.write('bytes', () =>
      end === 'fin' ? client.socket.end() : client.socket.resetAndDestroy(),
    );
    await server.got(5);
    expect(await server.ended()).toBe(end);
    expect(server.text).toBe('bytes');
    expect(server.endMs - startMs).toBeGreaterThanOrEqual(149);
    expect(server.endMs - server.timesMs[0]!, 'bytes did not wait').toBeGreaterThan(75);
  });

const latencyBeside = { kind: 'latency', params: { delay: 30 } };
for (const beside of [[], [latencyBeside], [{ kind: 'slice', params: { size: 7 } }]])
  for (const then of ['rst', 'fin', 'jam', 'blackhole'])
    test(`limit then=${then} beside ${beside[0]?.kind ?? 'nothing'}: to the byte`, async () => {
      await using rig = await startRig(asIs);
      const { client, server } = await rig.pair();
      await rig.set(limit(then, { bytes: 1_000 }), ...beside);
      server.socket.write('down');
      await client.got(4);
      const sent = numbered(3_000);
      for (const [from, to] of [[0, 600], [600, 601], [601, 3_000]]) // biome-ignore format: a table
        client.socket.write(sent.subarray(from, to));
      await server.got(1_000);
      if (then === 'rst' || then === 'fin')
        expect([await server.ended(), await client.ended()]).toEqual([then, then]);
      else await silence();
      expect(server.bytes).toEqual(sent.subarray(0, 1_000));
      if (then === 'fin' || then === 'blackhole')
        expect((await rig.proxy.hits())[0]!.droppedBytes).toBe(2_000);
      await rig.set();
      if (then === 'jam') await server.got(3_000);
      if (then === 'jam') expect(server.bytes).toEqual(sent);
      if (then === 'blackhole') expect(await server.ended()).toBe('rst');
    });

test('limit: to the byte also when the reader is slow', async () => {
  for (const extra of [1, 17, 4_096, 70_001]) {
    await using rig = await startRig(asIs);
    const { client, server } = await rig.pair();
    const bytes = 6_000_000 + extra;
    await rig.set(limit('fin', { bytes }));
    server.socket.pause();
    client.socket.write(Buffer.alloc(9_000_000));
    await silence(60);
    server.socket.resume();
    expect(await server.ended()).toBe('fin');
    expect(server.bytes.length).toBe(bytes);
  }
});

test('limit after=: all that comes before, then the end; each connection has its own time', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  const startMs = performance.now();
  await rig.set(limit('fin', { after: 120 }));
  client.socket.write('before');
  await server.got(6);
  await silence(60);
  const late = await rig.pair();
  const lateMs = performance.now();
  expect([await server.ended(), await client.ended()]).toEqual(['fin', 'fin']);
  expect(server.endMs - startMs).toBeGreaterThanOrEqual(119);
  late.client.socket.write('before');
  expect(await late.server.ended()).toBe('fin');
  expect(late.server.endMs - lateMs).toBeGreaterThanOrEqual(99);
  expect([server.text, late.server.text]).toEqual(['before', 'before']);
});
