// Whatever is done to a pipe while bytes flow, what arrives is what was sent, in order, and whole.
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAll, startRig } from './real-sockets.ts';

const faults = fc.oneof(
  fc.constant({ kind: 'jam' }),
  fc.record({
    kind: fc.constant('latency'),
    params: fc.record({ delay: fc.nat(8), jitter: fc.nat(8) }),
  }),
);

const plan = fc.record({
  chunks: fc.array(fc.uint8Array({ minLength: 1, maxLength: 5_000 }), {
    minLength: 1,
    maxLength: 20,
  }),
  /** Fault lists set while the chunks are being written. */
  changes: fc.array(fc.array(faults, { maxLength: 2 }), { maxLength: 4 }),
});

test('jam and latency, set and removed at random, lose and reorder nothing', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ chunks, changes }) => {
      await using rig = await startRig();
      const client = await rig.connect();
      const arrived = readAll(client);
      for (const [i, chunk] of chunks.entries()) {
        if (!client.write(chunk)) await once(client, 'drain');
        const change = i % 5 === 0 ? changes[i / 5] : undefined;
        if (change) await rig.set(...change);
      }
      client.end();
      await rig.set();
      expect(Buffer.compare(await arrived, Buffer.concat(chunks))).toBe(0);
    }),
    { numRuns: 60 },
  );
});
