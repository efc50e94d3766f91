// What a fault promises beyond what it does: the same draws again, an end without a hole, and a
// proxy that goes on when the kernel cannot do what is asked.
import { expect, test } from 'vitest';
import { EdgeProxy } from '../../../src/proxy/edge-proxy.ts';
import { type NetnsPlan, NO_PLAN } from '../../../src/proxy/netns-plan.ts';
import { asIs, startRig } from './real-sockets.ts';

const PARAMS = { share: 0.4 };

/** Numbers of the connections that a jam of this id and seed holds, of twenty. */
async function held(id: string, seed: number): Promise<number[]> {
  await using rig = await startRig(asIs);
  await rig.set({ kind: 'jam', id, seed, scope: PARAMS });
  for (let i = 0; i < 20; i += 1) await rig.connect();
  await expect.poll(() => rig.proxy.state.connections.total).toBe(20);
  return rig.events.filter(({ event }) => event === 'hit').map(({ connection }) => connection);
}

test('the same seed draws the same connections, whatever the id', async () => {
  const [first, again, other] = await Promise.all([held('a', 7), held('b', 7), held('a', 8)]);
  expect(first.length).toBeGreaterThan(0);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('close: bytes that were thrown away behind its FIN reset the connection when it goes', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'close', params: { side: 'dst' } });
  await expect.poll(() => server.end).toBe('fin');
  client.socket.write('lost');
  await expect.poll(async () => (await rig.proxy.hits())[0]!.droppedBytes).toBe(4);
  await rig.set();
  await expect.poll(() => client.end).toBe('rst');
});

test('close: without a hole when it goes, the first byte into the ended direction resets', async () => {
  await using rig = await startRig(asIs);
  const { client, server } = await rig.pair();
  await rig.set({ kind: 'close', params: { side: 'dst' } });
  await expect.poll(() => server.end).toBe('fin');
  await rig.set();
  server.socket.write('the other way lives');
  await client.got(19);
  client.socket.write('too late');
  await expect.poll(() => client.end).toBe('rst');
});

/** A proxy whose kernel refuses rules from the moment that `refuses` says so. */
async function startRefusing() {
  const kernel = { refuses: false, known: 'no such thing' as string | null, plan: NO_PLAN };
  const proxy = new EdgeProxy({
    edge: 'a:b',
    upstream: '127.0.0.1',
    host: '127.0.0.1',
    ports: new Map(),
    netns: {
      apply: async (plan: NetnsPlan) => {
        if (kernel.refuses && plan.input.length) throw new Error('no such thing');
        kernel.plan = plan;
      },
      counts: async () => new Map(),
      problem: async () => kernel.known,
    },
    save: () => {},
    changed: () => {},
  });
  await proxy.start(0, []);
  const set = (...faults: object[]) =>
    proxy.set(
      proxy.state.revision,
      faults.map((fault, i) => ({
        id: `f${i}`,
        kind: 'drop',
        from: 'fault',
        params: {},
        ...fault,
      })),
    );
  const kinds = () => proxy.state.faults.map(({ kind }) => kind);
  return { kernel, proxy, set, kinds, [Symbol.asyncDispose]: () => proxy.stop() };
}

test('a packet fault for later fails at once where the kernel cannot do it', async () => {
  await using rig = await startRefusing();
  await expect(rig.set({ afterMs: 60_000 })).rejects.toThrow('no such thing');
  expect(rig.kinds()).toEqual([]);
});

test('one that cannot begin when its time has come goes, and keeps no other from ending', async () => {
  await using rig = await startRefusing();
  rig.kernel.known = null;
  await rig.set({ afterMs: 50 }, { kind: 'jam', forMs: 100 });
  rig.kernel.refuses = true;
  await expect.poll(rig.kinds, { timeout: 3_000 }).toEqual([]);
});

test('a proxy that is started with rules its kernel refuses starts without them', async () => {
  await using rig = await startRefusing();
  rig.kernel.refuses = true;
  const stored = ['drop', 'jam'].map((kind) => ({
    id: kind,
    kind,
    from: 'fault',
    params: {},
    firstNew: 0,
  }));
  await rig.proxy.start(3, stored);
  expect(rig.kinds()).toEqual(['jam']);
});
