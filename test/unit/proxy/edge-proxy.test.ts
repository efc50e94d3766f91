// The proxy of one edge on real sockets: what passes, what is held, and how a connection ends.
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { asIs, nextChunk, readAll, silence, startRig } from './real-sockets.ts';

/** Long enough to call silence, short enough to wait for. */
const SILENCE_MS = 150;

test('passes bytes both ways and counts them while the connection lives', async () => {
  await using rig = await startRig();
  const client = await rig.connect();
  client.write('hello');
  expect(await nextChunk(client, 2_000)).toBe('hello');
  const { connections, bytes, lastActivity } = rig.proxy.state;
  expect(connections).toEqual({ open: 1, total: 1, failed: 0 });
  expect(bytes).toEqual({ up: 5, down: 5 });
  expect(lastActivity).toBeGreaterThan(Date.now() - 2_000);
});

test('passes a half-close and the late reply after it', async () => {
  await using rig = await startRig((socket) => {
    socket.on('end', () => setTimeout(() => socket.end('late reply'), 50)).resume();
  });
  const client = await rig.connect();
  client.end('request');
  expect(String(await readAll(client))).toBe('late reply');
  await expect.poll(() => rig.proxy.state.connections.open).toBe(0);
});

test('passes a reset of the listener to the dialler', async () => {
  await using rig = await startRig((socket) => socket.on('data', () => socket.resetAndDestroy()));
  const client = await rig.connect();
  client.write('x');
  await expect(readAll(client)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('passes a reset of the dialler to the listener', async () => {
  await using rig = await startRig();
  const client = await rig.connect();
  client.write('x');
  await nextChunk(client, 2_000);
  const [error] = (await Promise.all([
    once(rig.accepted[0]!, 'error'),
    client.resetAndDestroy(),
  ]).then(([event]) => event)) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
});

test('a refusing upstream is mirrored as a reset and counted as failed', async () => {
  await using rig = await startRig();
  rig.server.close();
  const client = rig.connect().then(readAll);
  await expect(client).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect.poll(() => rig.proxy.state.connections).toEqual({ open: 0, total: 1, failed: 1 });
});

test('large transfers arrive whole, with a slow reader holding the sender back', async () => {
  const size = 20_000_000;
  await using rig = await startRig((socket) => socket.end(Buffer.alloc(size, 7)));
  const client = await rig.connect();
  client.pause();
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
  expect(rig.proxy.state.bytes.down).toBeLessThan(size);
  const all = await readAll(client);
  expect(all.length).toBe(size);
  expect(all.every((byte) => byte === 7)).toBe(true);
});

test('jam holds every byte and the end of the stream, and lets all go in order after heal', async () => {
  await using rig = await startRig();
  const client = await rig.connect();
  client.write('one ');
  expect(await nextChunk(client, 2_000)).toBe('one ');
  await rig.set({ kind: 'jam' });
  client.write('two ');
  client.end('three');
  expect(await nextChunk(client, SILENCE_MS)).toBeUndefined();
  await rig.set();
  expect(String(await readAll(client))).toBe('two three');
});

test('a connection made while jammed is accepted and served after heal', async () => {
  await using rig = await startRig();
  await rig.set({ kind: 'jam' });
  const client = await rig.connect();
  client.write('held');
  expect(await nextChunk(client, SILENCE_MS)).toBeUndefined();
  await rig.set();
  expect(await nextChunk(client, 2_000)).toBe('held');
});

test('refuse resets what is there, refuses what is new, and listens again after heal', async () => {
  await using rig = await startRig();
  const client = await rig.connect();
  const [port] = rig.proxy.listening;
  client.write('x');
  await nextChunk(client, 2_000);
  const ended = expect(readAll(client)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await rig.set({ kind: 'refuse' });
  await ended;
  const refused = createConnection({ port: port!, host: '127.0.0.1' });
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  await rig.set();
  const again = await rig.connect();
  again.write('back');
  expect(await nextChunk(again, 2_000)).toBe('back');
});

test('a port that is taken when refuse goes: said, the rest is done, and it is tried again', async () => {
  await using rig = await startRig(undefined, { portCount: 2 });
  const [first] = rig.proxy.listening;
  const client = await rig.connect();
  await rig.set({ kind: 'refuse', params: { existing: 'keep' } }, { kind: 'jam' });
  client.write('held');
  const other = createServer().listen(first, '127.0.0.1');
  await once(other, 'listening');
  await expect(rig.set()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(await nextChunk(client, 2_000)).toBe('held');
  expect(rig.proxy.listening[0]).toBe(0);
  expect(rig.proxy.listening[1]).toBeGreaterThan(0);
  other.close();
  await expect.poll(() => rig.proxy.listening[0], { timeout: 10_000 }).toBe(first);
  expect(rig.changes).toEqual(['set', 'set']);
});

test('two faults that a link cannot have both are refused, also when one begins later', async () => {
  await using rig = await startRig();
  await rig.set({ kind: 'loss', params: { p: 0.01 } });
  const two = rig.set(
    { kind: 'loss', params: { p: 0.01 } },
    { kind: 'loss', params: { p: 0.02 }, afterMs: 60_000 },
  );
  await expect(two).rejects.toThrow('f1 is loss side=src already');
  expect(rig.proxy.state.faults).toHaveLength(1);
});

test('reset ends old and new connections with ECONNRESET', async () => {
  await using rig = await startRig();
  const old = await rig.connect();
  old.write('x');
  await nextChunk(old, 2_000);
  const ended = expect(readAll(old)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await rig.set({ kind: 'reset' });
  await ended;
  // The reset may be there before the dialler has seen its connect succeed.
  const fresh = rig.connect().then(readAll);
  await expect(fresh).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a reset that stays set is not done again when another fault joins it', async () => {
  await using rig = await startRig();
  await rig.set({ kind: 'refuse', id: 'p1' });
  await rig.set();
  const client = await rig.connect();
  client.write('x');
  await nextChunk(client, 2_000);
  await rig.set({ kind: 'latency', id: 'f1', params: { delay: 0, jitter: 0 } });
  client.write('still here');
  expect(await nextChunk(client, 2_000)).toBe('still here');
});

test('drop asks for the packets to be dropped, once, and lets go of them at heal', async () => {
  await using rig = await startRig();
  await rig.set({ kind: 'drop' });
  expect(rig.plan().input.at(-1)).toBe('counter drop comment "0"');
  await rig.set();
  expect(rig.plan().input).toEqual([]);
});

test('latency delays each way, is pipelined, and keeps the order', async () => {
  await using rig = await startRig();
  const client = await rig.connect();
  await rig.set({ kind: 'latency', params: { delay: 60, jitter: 20 } });
  const startedMs = performance.now();
  let got = '';
  for (let i = 0; i < 20; i += 1) {
    client.write(`${i};`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  while (!got.endsWith('19;')) got += await nextChunk(client, 2_000);
  const tookMs = performance.now() - startedMs;
  expect(got).toBe(Array.from({ length: 20 }, (_, i) => `${i};`).join(''));
  expect(tookMs).toBeGreaterThanOrEqual(2 * 40); // both ways, at least delay minus jitter each
  expect(tookMs).toBeLessThan(20 * 2 * 40); // serial delays would take at least this
});

test('a dialler that goes is noticed, though its node went first and latency holds that back', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'latency', params: { delay: 60_000 }, scope: { direction: 'down' } });
  server.socket.resetAndDestroy();
  await silence();
  client.socket.write('to nobody');
  await silence();
  client.socket.resetAndDestroy();
  await expect.poll(() => rig.proxy.state.connections.open, { timeout: 5_000 }).toBe(0);
});

test('removing latency lets the queue go at once and loses nothing', async () => {
  await using rig = await startRig();
  const client = await rig.connect();
  await rig.set({ kind: 'latency', params: { delay: 60_000, jitter: 0 } });
  client.write('queued');
  expect(await nextChunk(client, SILENCE_MS)).toBeUndefined();
  await rig.set();
  expect(await nextChunk(client, 2_000)).toBe('queued');
});

test('a reset does not overtake the bytes that latency holds, and is no orderly end', async () => {
  await using rig = await startRig((socket) =>
    socket.on('data', () => socket.write('hello', () => socket.resetAndDestroy())),
  );
  const client = await rig.connect();
  await rig.set({ kind: 'latency', params: { delay: 80, jitter: 0 } });
  client.write('x');
  expect(await nextChunk(client, 2_000)).toBe('hello');
  const ended = Promise.race([once(client, 'error'), once(client, 'end')]);
  client.resume();
  await ended;
  expect(client.remotePort, 'a socket that was reset has no peer').toBeUndefined();
});

test('a proxy that stops while it holds bytes resets: lost bytes are no orderly end', async () => {
  await using rig = await startRig();
  const client = await rig.connect();
  await rig.set({ kind: 'jam' });
  client.write('held');
  await expect.poll(() => rig.accepted.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
  const ended = once(rig.accepted[0]!, 'error');
  await rig.set({ kind: 'latency', params: { delay: 60_000, jitter: 0 } });
  client.write('more');
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
  await rig.proxy.stop();
  expect(((await ended) as [NodeJS.ErrnoException])[0].code).toBe('ECONNRESET');
});

test('a change made from an old revision is refused and changes nothing', async () => {
  await using rig = await startRig();
  await rig.set({ kind: 'jam' });
  const { revision } = rig.proxy.state;
  expect(await rig.proxy.set(revision - 1, [])).toBe(false);
  expect(rig.proxy.state.faults.map(({ kind }) => kind)).toEqual(['jam']);
});

test('a fault with a deadline is removed by the proxy itself, others stay', async () => {
  await using rig = await startRig();
  await rig.set(
    { kind: 'jam', id: 'p1', forMs: 100 },
    { kind: 'latency', id: 'f2', params: { delay: 1, jitter: 0 } },
  );
  const client = await rig.connect();
  client.write('x');
  expect(rig.proxy.state.faults.map(({ id }) => id)).toEqual(['p1', 'f2']);
  expect(await nextChunk(client, 3_000)).toBe('x');
  expect(rig.proxy.state.faults.map(({ id }) => id)).toEqual(['f2']);
});
