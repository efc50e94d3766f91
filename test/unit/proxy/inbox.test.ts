// What an inbox hands out is not written over while somebody still needs it.
import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inbox } from '../../../src/proxy/inbox.ts';
import { asIs, type Rig, startRig } from './real-sockets.ts';

/** A reader with an inbox, and what a socket would do with that. */
function startReader() {
  const chunks: Buffer[] = [];
  const reader = { keeps: false, take: (chunk: Buffer) => void chunks.push(chunk) };
  const { buffer, callback } = inbox(() => reader);
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
  read('a', 1_000);
  expect(next()).toBe(first);
  read('b');
  const second = next();
  expect(second.length).toBeGreaterThan(first.length);
  read('c');
  read('d', 1_000);
  expect(next()).toBe(second);
});

test('what the reader keeps is not used again: long reads get another buffer, short ones a copy', () => {
  const { chunks, reader, next, read } = startReader();
  read('a');
  reader.keeps = true;
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

const blocks = Array.from({ length: 24 }, () => randomBytes(2 ** 20));

function hash(parts: Iterable<Uint8Array>): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}

function pour(socket: Socket): void {
  for (const block of blocks) socket.write(block);
  socket.end();
}

/** Reads slowly, so that the kernel's buffers fill, while faults come and go. */
async function readSlowly(socket: Socket, rig: Rig): Promise<string> {
  const arrived: Buffer[] = [];
  let bytes = 0;
  const steps = [[{ kind: 'latency', params: { delay: 5 } }], [{ kind: 'jam' }], []];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    arrived.push(chunk);
    bytes += chunk.length;
    if (bytes < 2 ** 21) continue;
    bytes = 0;
    await sleep(5);
    const step = steps.shift();
    if (step) await rig.set(...step);
    if (step?.[0]?.kind === 'jam') await rig.set();
  }
  return hash(arrived);
}

test('a long answer to a slow client arrives whole, whatever faults come and go', async () => {
  await using rig = await startRig(pour);
  const client = await rig.connect();
  client.end();
  expect(await readSlowly(client, rig)).toBe(hash(blocks));
});

test('so does what a client says to a slow node', async () => {
  await using rig = await startRig(asIs);
  pour(await rig.connect());
  await expect.poll(() => rig.accepted[0]).toBeDefined();
  expect(await readSlowly(rig.accepted[0]!, rig)).toBe(hash(blocks));
});

test('words, one by one, to a node that does not listen until all buffers are full', async () => {
  await using rig = await startRig(asIs);
  const client = await rig.connect();
  const words: Buffer[] = [];
  while (!client.writableLength) {
    words.push(randomBytes(8_000));
    client.write(words.at(-1)!);
    await sleep(0);
  }
  client.end();
  const arrived: Buffer[] = [];
  for await (const chunk of rig.accepted[0] as AsyncIterable<Buffer>) arrived.push(chunk);
  expect(hash(arrived)).toBe(hash(words));
});
