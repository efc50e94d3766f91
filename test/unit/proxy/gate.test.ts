// Faults that end, stall or swallow whole connections, on real sockets: exact bytes, and FIN or RST
// at the end.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { asIs, SILENCE_MS, silence, startRig } from './real-sockets.ts';

/** The error code of a new dial. */
async function dialError(port: number): Promise<string | undefined> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code;
}

test('jam: not a byte passes either way, the sender blocks, and all goes on after heal', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'jam' });
  const sent = Buffer.alloc(30_000_000, 'jam.');
  client.socket.write(sent);
  server.socket.write('down');
  await silence();
  expect([server.bytes.length, client.bytes.length]).toEqual([0, 0]);
  expect(client.socket.writableLength, 'the window is shut').toBeGreaterThan(0);
  await rig.set();
  await server.got(sent.length);
  await client.got(4);
  expect(Buffer.compare(server.bytes, sent)).toBe(0);
  expect(client.text).toBe('down');
  expect(client.end ?? server.end).toBeUndefined();
});

test('jam: what is held is told by the hits of the fault', async () => {
  await using rig = await startRig(asIs);
  const { client } = await rig.pair();
  await rig.set({ kind: 'jam' });
  client.socket.write(Buffer.alloc(10_000));
  await expect
    .poll(() => rig.proxy.hits())
    .toEqual([{ connections: 1, heldBytes: 10_000, droppedBytes: 0, droppedPackets: 0 }]);
});

test('a reset right behind data stays a reset, also when the hits were asked for', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'latency', params: { delay: 30 } });
  await rig.proxy.hits();
  server.socket.write('last words', () => server.socket.resetAndDestroy());
  expect(await client.ended()).toBe('rst');
});

test('jam: a proxy that stops resets, as bytes may wait in its kernel', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'jam' });
  client.socket.write('unread');
  await silence(20);
  await rig.proxy.stop();
  expect([await client.ended(), await server.ended()]).toEqual(['rst', 'rst']);
});

test('blackhole: bytes are taken, acknowledged and lost; heal resets', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  client.socket.write('before');
  await server.got(6);
  await rig.set({ kind: 'blackhole' });
  const sent = 5_000_000;
  await new Promise((resolve) => client.socket.write(Buffer.alloc(sent), resolve));
  await expect
    .poll(() => rig.proxy.hits())
    .toEqual([{ connections: 1, heldBytes: 0, droppedBytes: sent, droppedPackets: 0 }]);
  expect(server.text).toBe('before');
  expect(client.end ?? server.end).toBeUndefined();
  await rig.set();
  expect([await client.ended(), await server.ended()]).toEqual(['rst', 'rst']);
  expect(server.text).toBe('before');
});

test('blackhole: a connection that lost nothing goes on after heal', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'blackhole' });
  await silence(20);
  await rig.set();
  client.socket.write('whole');
  await server.got(5);
  expect(server.text).toBe('whole');
});

test('blackhole: the end of a stream is lost too, and a stop of the proxy resets', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'blackhole' });
  client.socket.end('gone');
  await silence();
  expect(server.end).toBeUndefined();
  await rig.proxy.stop();
  expect(await server.ended()).toBe('rst');
  expect(server.bytes.length).toBe(0);
});

test('blackhole after=: reset after that long, not before', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  const startMs = performance.now();
  await rig.set({ kind: 'blackhole', params: { after: 120 } });
  client.socket.write('gone');
  expect([await client.ended(), await server.ended()]).toEqual(['rst', 'rst']);
  expect(client.endMs - startMs).toBeGreaterThanOrEqual(119);
  expect(server.bytes.length).toBe(0);
});

for (const [existing, end] of [
  ['rst', 'rst'],
  ['fin', 'fin'],
  ['keep', undefined],
] as const)
  test(`refuse existing=${existing}: new ones refused, old ones end by ${end}`, async () => {
    await using rig = await startRig(asIs);
    const { client, server } = await rig.pair();
    const [port] = rig.proxy.listening;
    client.socket.write('up');
    server.socket.write('down');
    await Promise.all([server.got(2), client.got(4)]);
    await rig.set({ kind: 'refuse', params: { existing } });
    expect(await dialError(port!)).toBe('ECONNREFUSED');
    if (end) expect([await client.ended(), await server.ended()]).toEqual([end, end]);
    else {
      client.socket.write(' on');
      await server.got(5);
    }
    expect([server.text, client.text]).toEqual([end ? 'up' : 'up on', 'down']);
    await rig.set();
    const fresh = await rig.pair();
    fresh.client.socket.write('new');
    await fresh.server.got(3);
  });

test('refuse that begins later meets the connections that are there by then', async () => {
  await using rig = await startRig(asIs);
  await rig.set({ kind: 'refuse', afterMs: 100 });
  const { client } = await rig.pair();
  expect(await client.ended()).toBe('rst');
  expect(rig.changes).toEqual(['set', 'began']);
});

test('reset bytes=: both ends are reset behind that many bytes of a direction', async () => {
  await using rig = await startRig(asIs);
  await rig.set({ kind: 'reset', params: { bytes: 1_000 } });
  const { client, server } = await rig.pair();
  client.socket.write(Buffer.alloc(999, 'a'));
  server.socket.write(Buffer.alloc(999, 'b'));
  await Promise.all([server.got(999), client.got(999)]);
  await silence(30);
  expect(client.end ?? server.end).toBeUndefined();
  client.socket.write('xyz');
  expect([await client.ended(), await server.ended()]).toEqual(['rst', 'rst']);
  expect(server.text).toBe(`${'a'.repeat(999)}x`);
});

test('reset after=: that long after it met each connection', async () => {
  await using rig = await startRig(asIs);
  const old = await rig.pair();
  const startMs = performance.now();
  await rig.set({ kind: 'reset', params: { after: 100 } });
  await silence(50);
  const madeMs = performance.now();
  const fresh = await rig.pair();
  expect(await old.client.ended()).toBe('rst');
  expect(old.client.endMs - startMs).toBeGreaterThanOrEqual(99);
  expect(await fresh.server.ended()).toBe('rst');
  expect(fresh.server.endMs - madeMs).toBeGreaterThanOrEqual(99);
});

test('reset once=true: those that are there, no other; and none again while it stays', async () => {
  await using rig = await startRig(asIs);
  const old = await rig.pair();
  await rig.set({ kind: 'reset', id: 'r', params: { once: true } });
  expect(await old.client.ended()).toBe('rst');
  const fresh = await rig.pair();
  await rig.set({ kind: 'reset', id: 'r', params: { once: true }, firstNew: 1 });
  await rig.set(
    { kind: 'reset', id: 'r', params: { once: true }, firstNew: 1 },
    { kind: 'jam', id: 'j', scope: { conns: 'existing' } },
  );
  await rig.set({ kind: 'reset', id: 'r', params: { once: true }, firstNew: 1 });
  fresh.client.socket.write('through');
  await fresh.server.got(7);
  expect(fresh.client.end).toBeUndefined();
});

for (const [side, ends] of [
  ['both', ['fin', 'fin']],
  ['src', ['fin', undefined]],
  ['dst', [undefined, 'fin']],
] as const)
  test(`close side=${side}: who gets a FIN, and the other direction goes on`, async () => {
    await using rig = await startRig(asIs);
    const { client, server } = await rig.pair();
    client.socket.write('up');
    server.socket.write('down');
    await Promise.all([server.got(2), client.got(4)]);
    await rig.set({ kind: 'close', params: { side } });
    await (side === 'dst' ? server : client).ended();
    client.socket.write('!');
    server.socket.write('!');
    await silence();
    expect([client.end, server.end]).toEqual(ends);
    expect([client.text, server.text]).toEqual([
      side === 'dst' ? 'down!' : 'down',
      side === 'src' ? 'up!' : 'up',
    ]);
    client.socket.end();
    server.socket.end();
    await expect.poll(() => rig.proxy.state.connections.open).toBe(0);
  });

test('close: a reset behind the FIN is passed on, so nobody keeps half a connection', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'close', params: { side: 'src' } });
  expect(await client.ended()).toBe('fin');
  server.socket.resetAndDestroy();
  await expect.poll(() => rig.proxy.state.connections.open).toBe(0);
});

test('a reset while a FIN is on its way out leaves no connection behind', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  server.socket.pause();
  client.socket.write(Buffer.alloc(9_000_000));
  await silence(50);
  await rig.set({ kind: 'close', id: 'a' }, { kind: 'reset', id: 'b' });
  await client.ended();
  server.socket.resume();
  await server.ended();
  await expect.poll(() => rig.proxy.state.connections.open).toBe(0);
});

test('close after=: not before, and behind what waits', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  const startMs = performance.now();
  await rig.set(
    { kind: 'close', params: { after: 60 } },
    { kind: 'latency', params: { delay: 150 } },
  );
  client.socket.write('waits');
  expect(await server.ended()).toBe('fin');
  expect(server.text).toBe('waits');
  expect(server.endMs - startMs).toBeGreaterThanOrEqual(149);
});

test('stall-accept: connects, is not served, and is served when it is removed', async () => {
  await using rig = await startRig(asIs);
  const old = await rig.pair();
  await rig.set({ kind: 'stall-accept' });
  const stalled = await rig.connect();
  stalled.write('waits');
  old.client.socket.write('goes on');
  await old.server.got(7);
  await silence();
  expect(rig.accepted.length).toBe(1);
  expect(rig.proxy.state.connections).toMatchObject({ open: 2, total: 2 });
  await rig.set();
  await expect.poll(() => rig.accepted.length).toBe(2);
  expect(String((await once(rig.accepted[1]!, 'data'))[0])).toBe('waits');
});

test('connect-latency: the node is dialled that much later; bytes are not delayed', async () => {
  await using rig = await startRig(asIs);
  const old = await rig.pair();
  await rig.set({ kind: 'connect-latency', params: { delay: 1_000 } });
  old.client.socket.write('old');
  await old.server.got(3);
  const startMs = performance.now();
  const { client, server } = await rig.pair();
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(999);
  const sentMs = performance.now();
  client.socket.write('x');
  await server.got(1);
  expect(server.timesMs[0]! - sentMs).toBeLessThan(1_000);
});

test('connect-latency: removed, those that wait are dialled at once', async () => {
  await using rig = await startRig(asIs);
  await rig.set({ kind: 'connect-latency', params: { delay: 60_000 } });
  await rig.connect();
  await silence(SILENCE_MS);
  expect(rig.accepted.length).toBe(0);
  await rig.set();
  await expect.poll(() => rig.accepted.length).toBe(1);
});
