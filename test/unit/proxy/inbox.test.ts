// What an inbox hands out is not written over while somebody still needs it.
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inbox } from '../../../src/proxy/inbox.ts';
import { startRig } from './real-sockets.ts';

/** A reader with `take` and `queuedBytes`, and what a socket would do with its inbox. */
function startReader() {
  const chunks: Buffer[] = [];
  const reader = { queuedBytes: 0, take: (chunk: Buffer) => chunks.push(chunk) };
  const { buffer, callback } = inbox(() => reader as never);
  const next = () => (buffer as () => Uint8Array)();
  const read = (letter: string, bytes = next().length) => {
    const place = next().fill(letter.charCodeAt(0), 0, bytes);
    callback(bytes, place);
  };
  return { chunks, reader, next, read };
}

test('a buffer that was filled is followed by a longer one, which is used again', () => {
  const { next, read } = startReader();
  const first = next();
  read('a');
  const second = next();
  expect(second.length).toBeGreaterThan(first.length);
  read('b');
  expect(next()).toBe(second);
});

test('what waits is kept: long reads by another buffer, short ones by a copy', () => {
  const { chunks, reader, next, read } = startReader();
  read('a');
  reader.queuedBytes = 1;
  const long = next();
  read('b');
  expect(next()).not.toBe(long);
  read('c', 1_000);
  read('d');
  expect(chunks.map((chunk) => String.fromCharCode(chunk[0]!, chunk.at(-1)!))).toEqual([
    'aa',
    'bb',
    'cc',
    'dd',
  ]);
});

test('a long answer to a slow reader arrives whole, whatever faults come and go', async () => {
  const blocks = Array.from({ length: 24 }, () => randomBytes(2 ** 20));
  const hash = (parts: Iterable<Uint8Array>) => {
    const sum = createHash('sha256');
    for (const part of parts) sum.update(part);
    return sum.digest('hex');
  };
  await using rig = await startRig((socket) => {
    for (const block of blocks) socket.write(block);
    socket.end();
  });
  const client = await rig.connect();
  client.end();
  const arrived: Buffer[] = [];
  let bytes = 0;
  const steps = [[{ kind: 'latency', params: { delay: 5 } }], [{ kind: 'jam' }], []];
  for await (const chunk of client as AsyncIterable<Buffer>) {
    arrived.push(chunk);
    bytes += chunk.length;
    if (bytes < 2 ** 21) continue;
    bytes = 0;
    await sleep(5); // the kernel's buffers fill
    const step = steps.shift();
    if (step) await rig.set(...step);
    if (step?.[0]?.kind === 'jam') await rig.set();
  }
  expect(hash(arrived)).toBe(hash(blocks));
});
