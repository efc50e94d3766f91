// The laws of a stream, for every kind of fault: whatever is set and removed while bytes flow, what
// arrives is what was sent, in order, from its beginning; and an orderly end means that it is whole,
// unless the fault itself ends streams.
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultKinds } from '../../../src/faults/index.ts';
import { type AskedFault, asIs, silence, startRig, type Watched } from './real-sockets.ts';

const ms = (max: number) => fc.double({ min: 0, max, noNaN: true });
const params = (record: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []) =>
  fc.record(record, { requiredKeys }) as fc.Arbitrary<Record<string, string | number | boolean>>;
const moment = { after: ms(15), bytes: fc.nat(9_000) };

/** Parameters of each kind that acts on streams, small enough for a quick test. */
const kinds: Readonly<Record<string, ReturnType<typeof params>>> = {
  latency: params(
    {
      delay: ms(10),
      jitter: ms(10),
      dist: fc.constantFrom('uniform', 'normal', 'pareto', 'paretonormal'),
      corr: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    ['delay'],
  ),
  'connect-latency': params({ delay: ms(20), jitter: ms(10) }, ['delay']),
  rate: params(
    {
      rate: fc.integer({ min: 500_000, max: 50_000_000 }),
      burst: fc.nat(10_000),
      per: fc.constantFrom('edge', 'conn'),
    },
    ['rate'],
  ),
  jam: params({}),
  'stall-accept': params({}),
  blackhole: params({ after: ms(15) }),
  refuse: params({ existing: fc.constantFrom('rst', 'fin', 'keep') }),
  reset: params({ ...moment, once: fc.boolean() }),
  close: params({ ...moment, side: fc.constantFrom('both', 'src', 'dst') }),
  'slow-close': params({ delay: ms(20) }, ['delay']),
  // biome-ignore lint/suspicious/noThenProperty: the word that users type; nobody awaits it
  limit: params({ ...moment, then: fc.constantFrom('rst', 'fin', 'jam', 'blackhole') }, ['bytes']),
  slice: params({ size: fc.integer({ min: 50, max: 3_000 }), vary: fc.nat(49), gap: ms(0.2) }, [
    'size',
  ]),
  corrupt: params(
    { prob: fc.double({ min: 0, max: 1, noNaN: true }), bytes: fc.integer({ min: 1, max: 5 }) },
    ['prob'],
  ),
  stutter: params({ prob: fc.double({ min: 0, max: 0.5, noNaN: true }), rto: fc.constant(5) }, [
    'prob',
  ]),
};

/** These may end a stream in order with bytes missing: it is what they are for. */
const ENDS_IN_ORDER = ['close', 'limit', 'refuse'];

const scope = fc.record(
  {
    direction: fc.constantFrom('up' as const, 'down' as const),
    share: fc.constantFrom(0.5, 1),
    afterBytes: fc.nat(5_000),
  },
  { requiredKeys: [] },
);

const chunks = fc.array(fc.integer({ min: 1, max: 6_000 }), { minLength: 1, maxLength: 6 });

/** What is done at once, one thing after the other, with a pause before each. */
const plan = (kind: string) =>
  fc.record({
    up: chunks,
    down: chunks,
    clientEndsFirst: fc.boolean(),
    seed: fc.nat(),
    changes: fc.array(
      fc.record({
        pauseMs: fc.nat(8),
        faults: fc.array(fc.record({ params: kinds[kind]!, scope }), { maxLength: 2 }),
        beside: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  });

/** Bytes that show their place. */
const stream = (sizes: readonly number[], salt: number): Buffer[] => {
  let at = 0;
  return sizes.map((size) =>
    Buffer.from(Array.from({ length: size }, () => ((at += 1) * 31 + (at >> 8) + salt) & 0xff)),
  );
};

async function send(socket: Socket, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return;
    if (socket.write(part)) await silence(1);
    else await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
}

/** `orderly`: that end saw a FIN which it can tell from a reset. */
function check(kind: string, got: Watched, sent: Buffer, orderly: boolean): void {
  const what = `${kind}: ${got.bytes.length} of ${sent.length} bytes, ${got.end}`;
  expect(got.bytes.length, what).toBeLessThanOrEqual(sent.length);
  if (kind !== 'corrupt')
    expect(got.bytes.equals(sent.subarray(0, got.bytes.length)), `${what}, a prefix`).toBe(true);
  if (orderly && !ENDS_IN_ORDER.includes(kind))
    expect(got.bytes.length, `${what}, an orderly end`).toBe(sent.length);
}

test('every kind that acts on streams is here', () => {
  const onStreams = Object.keys(faultKinds).filter((kind) => faultKinds[kind]!.tier === 'stream');
  expect(Object.keys(kinds).sort()).toEqual(onStreams.sort());
});

type Plan = ReturnType<typeof plan> extends fc.Arbitrary<infer P> ? P : never;

/** The fault list of each change, narrowed by what the kind takes. */
const listsOf = (kind: string, { changes, seed }: Plan): AskedFault[][] =>
  changes.map(({ faults, beside }) => {
    const list = faults.map(({ params, scope }, i): AskedFault => {
      const taken = Object.entries(scope).filter(([word]) =>
        (faultKinds[kind]!.scopes as string[]).includes(word),
      );
      return { kind, id: `${kind}${i}`, seed, params, scope: Object.fromEntries(taken) };
    });
    const latency = { kind: 'latency', id: 'beside', params: { delay: 3, jitter: 3 } };
    return beside ? [...list, latency] : list;
  });

for (const kind of Object.keys(kinds))
  test(`${kind}, set and removed at random while bytes flow both ways`, async () => {
    const { dialDelayMs, lossy, cuts, tier } = faultKinds[kind]!;
    const law = fc.asyncProperty(plan(kind), async (plan) => {
      await using rig = await startRig(asIs);
      const lists = listsOf(kind, plan);
      if (dialDelayMs) await rig.set(...lists[0]!); // what meets new connections is there before
      const pairing = rig.pair();
      if (!dialDelayMs) await pairing;
      const [up, down] = [stream(plan.up, 1), stream(plan.down, 2)];
      const flows = pairing.then(({ client, server }) => [
        send(client.socket, up),
        send(server.socket, down),
      ]);
      for (const [i, list] of lists.entries()) {
        await silence(plan.changes[i]!.pauseMs);
        await rig.set(...list);
      }
      await silence(5);
      await rig.set();
      await Promise.all(await flows);
      const { client, server } = await pairing;
      const [first, last] = plan.clientEndsFirst ? [client, server] : [server, client];
      // Only who has not yet ended its own side can tell an end from a reset.
      first.socket.end();
      const orderly = (await last.ended()) === 'fin';
      check(kind, last, Buffer.concat(last === client ? down : up), orderly);
      last.socket.end();
      await first.ended();
      check(kind, first, Buffer.concat(first === client ? down : up), false);
      if (!lossy && (!cuts || kind === 'jam')) {
        expect([first.end, last.end]).toEqual(['fin', 'fin']);
        expect(rig.proxy.state.bytes).toEqual({ up: sum(plan.up), down: sum(plan.down) });
      }
      await expect.poll(() => rig.proxy.state.connections.open).toBe(0);
    });
    expect(tier).toBe('stream');
    await fc.assert(law, { numRuns: 15, endOnFailure: true });
  });

const sum = (all: readonly number[]): number => all.reduce((total, n) => total + n, 0);
