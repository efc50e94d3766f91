// What a fault is narrowed to, and how several of them compose and go one by one.
import { expect, test } from 'vitest';
import { STAGES } from '../../../src/faults/fault.ts';
import { faultKinds } from '../../../src/faults/index.ts';
import { ActiveFault } from '../../../src/proxy/active-fault.ts';
import { LineOfEffects } from '../../../src/proxy/effects.ts';
import { asIs, type Pair, SILENCE_MS, silence, startRig, type Watched } from './real-sockets.ts';

/** Sends a word and says whether it came within the time that counts as silence. */
async function passes(from: Watched, to: Watched): Promise<boolean> {
  const had = to.bytes.length;
  from.socket.write('word');
  for (let waited = 0; waited < SILENCE_MS && to.bytes.length === had; waited += 10)
    await silence(10);
  return to.bytes.length > had;
}

for (const direction of ['up', 'down'] as const)
  test(`direction=${direction}: the other one goes on`, async () => {
    await using rig = await startRig(asIs);
    const { client, server } = await rig.pair();
    await rig.set({ kind: 'jam', scope: { direction } });
    expect(await passes(client, server)).toBe(direction === 'down');
    expect(await passes(server, client)).toBe(direction === 'up');
  });

test('conns: those that were there, or those that came since', async () => {
  await using rig = await startRig(asIs);
  const old = await rig.pair();
  await rig.set({ kind: 'jam', id: 'n', scope: { conns: 'new' } });
  const fresh = await rig.pair();
  expect(await passes(old.client, old.server)).toBe(true);
  expect(await passes(fresh.client, fresh.server)).toBe(false);
  await rig.set();
  await fresh.server.got(4);
  await rig.set({ kind: 'jam', id: 'e', scope: { conns: 'existing' } });
  const last = await rig.pair();
  expect(await passes(old.client, old.server)).toBe(false);
  expect(await passes(last.client, last.server)).toBe(true);
});

test('port: one port of the edge', async () => {
  await using rig = await startRig(asIs, { portCount: 2 });
  const pairs = [await rig.pair(0), await rig.pair(1)];
  const ports = [...rig.events].map(({ port }) => port);
  const scope = { port: Math.max(...ports) };
  await rig.set({ kind: 'jam', scope }, { kind: 'refuse', params: { existing: 'keep' }, scope });
  const passed = await Promise.all(pairs.map(({ client, server }) => passes(client, server)));
  const accepted = rig.events.filter(({ event }) => event === 'accepted');
  expect(passed).toEqual(accepted.map(({ port }) => port !== scope.port));
  const listening = rig.proxy.listening.filter(Boolean);
  expect(listening).toEqual(ports.filter((port) => port !== scope.port).slice(0, 1));
});

/** Numbers of the connections that a fault hit, of 40, and which it holds. */
async function shared(seed: number): Promise<number[]> {
  await using rig = await startRig(asIs);
  const jam = { kind: 'jam', id: 'j', seed, scope: { share: 0.4 }, firstNew: 20 };
  const hit = () => rig.events.filter(({ event, kind }) => event === 'hit' && kind === 'jam');
  const pairs: Pair[] = [];
  while (pairs.length < 40) {
    if (pairs.length === 20) await rig.set(jam);
    pairs.push(await rig.pair());
  }
  const numbers = hit().map(({ connection }) => connection);
  for (const { client } of pairs) client.socket.write('word');
  const others = pairs.filter((_, i) => !numbers.includes(i));
  await Promise.all(others.map(({ server }) => server.got(4)));
  // Not drawn again when others come and go.
  await rig.set({ kind: 'latency', id: 'l', params: { delay: 1 } }, jam);
  await rig.set(jam);
  await silence(50);
  const held = [...pairs.keys()].filter((i) => pairs[i]!.server.bytes.length === 0);
  expect(held).toEqual(numbers);
  expect(hit().length).toBe(numbers.length);
  return numbers;
}

test('share: drawn once for each connection, and again the same from the seed', async () => {
  const [first, again, other] = await Promise.all([shared(11), shared(11), shared(12)]);
  expect(first.length).toBeGreaterThan(5);
  expect(first.length).toBeLessThan(30);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('share: as many as said, of many', () => {
  const fault = { id: 'x', kind: 'jam', from: 'fault', params: {}, seed: 3, scope: { share: 0.3 } };
  const active = new ActiveFault(fault, 'a:b');
  const hit = [...Array(20_000).keys()].filter((number) => active.appliesTo(number, 1));
  expect(hit.length / 20_000).toBeCloseTo(0.3, 1);
});

test('afterBytes: that many pass in each direction, to the byte, and no more', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  client.socket.write('not counted: before the fault');
  await server.got(29);
  await rig.set({ kind: 'jam', scope: { afterBytes: 1_000 } });
  client.socket.write(Buffer.alloc(2_500, 'u'));
  server.socket.write(Buffer.alloc(1_001, 'd'));
  await Promise.all([server.got(1_029), client.got(1_000)]);
  await silence();
  expect([server.bytes.length, client.bytes.length]).toEqual([1_029, 1_000]);
  await rig.set();
  await Promise.all([server.got(2_529), client.got(1_001)]);
});

test('afterBytes of half a byte is a whole one', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'jam', scope: { afterBytes: 2.5 } });
  client.socket.write('1234');
  await server.got(3);
  await silence(30);
  expect(server.text).toBe('123');
});

test('afterMs and forMs: begins and ends by itself, and says so', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  const setMs = performance.now();
  await rig.set({ kind: 'jam', afterMs: 200, forMs: 200 });
  const { startsAt, until } = rig.proxy.state.faults[0]!;
  expect(until! - startsAt!).toBe(200);
  client.socket.write('a');
  await server.got(1);
  await expect.poll(() => rig.changes.at(-1)).toBe('began');
  expect(performance.now() - setMs).toBeGreaterThanOrEqual(198);
  const revision = rig.proxy.state.revision;
  client.socket.write('b');
  await server.got(2);
  expect(performance.now() - setMs).toBeGreaterThanOrEqual(398);
  expect(rig.changes).toEqual(['set', 'began', 'expired']);
  expect(rig.proxy.state).toMatchObject({ faults: [], revision: revision + 1 });
});

test('a list made before a fault began is refused: it would meet other connections', async () => {
  await using rig = await startRig(asIs);
  await rig.set({ kind: 'reset', params: { once: true }, afterMs: 30 });
  const { revision } = rig.proxy.state;
  await expect.poll(() => rig.changes.at(-1)).toBe('began');
  expect(await rig.proxy.set(revision, rig.proxy.state.faults)).toBe(false);
});

test('faults compose by stage, whatever the order they were set in', () => {
  const kinds = ['limit', 'rate', 'slice', 'latency', 'corrupt', 'jam', 'stutter', 'slow-close'];
  const line = new LineOfEffects(() => {});
  const faults = kinds.map(
    (kind) => new ActiveFault({ id: kind, kind, from: 'fault', params: {} }, 'a:b'),
  );
  const met: string[] = [];
  const effects = ({ kind, fault }: ActiveFault) => ({
    change: (data: Buffer) => {
      met.push(`${STAGES.indexOf(kind.stage)} ${fault.kind}`);
      return data;
    },
  });
  const { added } = line.set(new Map(faults.map((fault) => [fault, () => [effects(fault)]])));
  for (const slot of added) line.meet(slot);
  line.change(Buffer.alloc(1));
  expect(met).toEqual([...met].sort());
  expect(met.length).toBe(kinds.length);
});

test('corrupt comes before limit: the bytes that pass are changed, and counted as they are', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set(
    { kind: 'limit', params: Object.fromEntries([['bytes', 10], ['then', 'jam']]) }, // biome-ignore format: one line
    { kind: 'corrupt', params: { prob: 1, per: 'byte', mode: 'zero' } },
  );
  client.socket.write(Buffer.alloc(30, 1));
  await server.got(10);
  await silence(50);
  expect(server.bytes).toEqual(Buffer.alloc(10));
});

const BYTES = 150_000;

test('latency goes while rate stays: what waited leaves at the rate, and all of it', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  const rate = { kind: 'rate', id: 'r', params: { rate: 500_000, burst: 0 } };
  await rig.set(rate, { kind: 'latency', id: 'l', params: { delay: 60_000 } });
  client.socket.write(Buffer.alloc(BYTES, 'x'));
  await silence();
  expect(server.bytes.length).toBe(0);
  const goneMs = performance.now();
  await rig.set(rate);
  await server.got(BYTES);
  expect(server.timesMs.at(-1)! - goneMs).toBeGreaterThanOrEqual(299);
  expect(server.bytes.length).toBe(BYTES);
});

test('rate goes while latency stays: what waited leaves in time, and all of it', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  const latency = { kind: 'latency', id: 'l', params: { delay: 300 } };
  await rig.set({ kind: 'rate', id: 'r', params: { rate: 1_000, burst: 0 } }, latency);
  const sentMs = performance.now();
  client.socket.write(Buffer.alloc(BYTES, 'x'));
  await silence(50);
  await rig.set(latency);
  await server.got(BYTES);
  expect(server.timesMs[0]! - sentMs).toBeGreaterThanOrEqual(299);
  expect(server.bytes.length).toBe(BYTES);
});

test('rate stays as another fault goes: what left is paid for once', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  const rate = { kind: 'rate', id: 'r', params: { rate: 20_000, burst: 0 } };
  await rig.set(rate);
  const sentMs = performance.now();
  client.socket.write(Buffer.alloc(10_000));
  for (let i = 0; i < 10; i += 1) {
    await rig.set(rate, { kind: 'latency', id: 'l', params: { delay: 0 } });
    await rig.set(rate);
  }
  await server.got(10_000);
  expect(server.timesMs.at(-1)! - sentMs, 'ten pieces more').toBeLessThan(500 + 10 * 73);
});

test('a lossy fault that goes resets what lost bytes, though others stay', async () => {
  await using rig = await startRig(asIs);
  const [hit, spared] = [await rig.pair(), await rig.pair()];
  const latency = { kind: 'latency', id: 'l', params: { delay: 5 } };
  await rig.set(latency, { kind: 'blackhole', id: 'b' });
  hit.client.socket.write('lost');
  await expect.poll(async () => (await rig.proxy.hits())[1]!.droppedBytes).toBe(4);
  await rig.set(latency);
  expect([await hit.client.ended(), await hit.server.ended()]).toEqual(['rst', 'rst']);
  spared.client.socket.write('word');
  await spared.server.got(4);
});

test('two jams on one edge: one going leaves the other', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'jam', id: 'a' }, { kind: 'jam', id: 'b' });
  await rig.set({ kind: 'jam', id: 'b' });
  expect(await passes(client, server)).toBe(false);
  await rig.set();
  await server.got(4);
});

test('every kind has a stage of the order in which they compose', () => {
  expect(Object.values(faultKinds).filter(({ stage }) => !STAGES.includes(stage))).toEqual([]);
});
