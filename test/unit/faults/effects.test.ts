// What stream faults declare, without sockets and clocks: exact times, sizes and chances.
import { expect, test } from 'vitest';
import type { FaultParams, StreamContext, StreamEffect } from '../../../src/faults/fault.ts';
import { faultKinds } from '../../../src/faults/index.ts';
import { seeded } from '../../../src/faults/seed.ts';
import { completeParams } from '../../../src/lab/faults/fault-params.ts';

/** Connections that share one edge. */
function edge(kind: string, params: FaultParams, seed = 1): () => StreamEffect {
  const all = completeParams(kind, params);
  let things: unknown;
  let connection = 0;
  const shared = <T>(make: () => T) => {
    things ??= make();
    return things as T;
  };
  return () => {
    const random = seeded(seed, connection);
    connection += 1;
    const context: StreamContext = { direction: 'up', existing: false, random, shared };
    return [faultKinds[kind]!.stream!(all, context)].flat()[0]!;
  };
}

const one = (kind: string, params: FaultParams, seed?: number) => edge(kind, params, seed)();

/** When each of so many pieces leaves, asked for as the one before has left. */
function leaveTimes(effect: StreamEffect, count: number, bytes: number, startMs = 10_000) {
  let nowMs = startMs;
  return Array.from({ length: count }, () => {
    nowMs = effect.leave!(nowMs, bytes);
    return nowMs - startMs;
  });
}

test('rate: a burst at once, then bytes per second to the byte', () => {
  const effect = one('rate', { rate: 100_000, burst: 5_000 });
  expect(leaveTimes(effect, 8, 1_000)).toEqual([0, 0, 0, 0, 0, 10, 20, 30]);
});

test('rate: a pause earns the burst again, and no more', () => {
  const effect = one('rate', { rate: 100_000, burst: 2_000 });
  expect(leaveTimes(effect, 4, 1_000)).toEqual([0, 0, 10, 20]);
  expect(leaveTimes(effect, 4, 1_000, 70_000)).toEqual([0, 0, 10, 20]);
});

test('rate: who wakes late catches up within the burst', () => {
  const effect = one('rate', { rate: 100_000, burst: 10_000 });
  leaveTimes(effect, 10, 1_000);
  const times = [10_015, 10_025].map((nowMs) => effect.leave!(nowMs, 1_000));
  expect(times, 'both had been paid for by then').toEqual([10_015, 10_025]);
});

test('rate: connections share the bucket of the edge, unless each has its own', () => {
  const last = (per: string) => {
    const next = edge('rate', { rate: 100_000, burst: 0, per });
    const effects = [next(), next()];
    const times = [1, 2, 3].flatMap(() => effects.map((effect) => effect.leave!(10_000, 1_000)));
    return times.at(-1)! - 10_000;
  };
  expect([last('edge'), last('conn')]).toEqual([60, 30]);
});

test('rate: pieces are 10 ms long, and never shorter than a segment', () => {
  const sizes = (rate: number) =>
    one('rate', { rate }).pieces!(Buffer.alloc(30_000)).map(({ length }) => length);
  expect(sizes(1_000_000)).toEqual([10_000, 10_000, 10_000]);
  expect(sizes(1_000).slice(0, 2)).toEqual([1_460, 1_460]);
  expect(sizes(1_000).reduce((sum, bytes) => sum + bytes)).toBe(30_000);
});

test('slice: sizes within vary, the same for a seed, no byte more or less', () => {
  const data = Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 251));
  const slices = (seed: number) =>
    one('slice', { size: 100, vary: 40 }, seed).pieces!(data) as Buffer[];
  const lengths = (seed: number) => slices(seed).map(({ length }) => length);
  expect(Buffer.compare(Buffer.concat(slices(1)), data)).toBe(0);
  const whole = lengths(1).slice(0, -1);
  expect(Math.min(...whole)).toBeGreaterThanOrEqual(60);
  expect(Math.max(...whole)).toBeLessThanOrEqual(140);
  expect(new Set(whole).size).toBeGreaterThan(10);
  expect(lengths(1)).toEqual(lengths(1));
  expect(lengths(1)).not.toEqual(lengths(2));
});

test('slice: half a byte is no piece', () => {
  const pieces = one('slice', { size: 1.5, vary: 1.4 }).pieces!(Buffer.alloc(50));
  expect(Math.min(...pieces.map(({ length }) => length))).toBeGreaterThanOrEqual(1);
});

for (const [kind, params] of [
  ['rate', { rate: 0 }],
  ['drop-nth', { every: 0 }],
  ['slice', { size: 0 }],
  ['stutter', { prob: 0.1, rto: 0 }],
  ['limit', {}],
] as const)
  test(`${kind} ${JSON.stringify(params)} is refused`, () => {
    expect(() => completeParams(kind, params)).toThrow();
  });

test('slice: the gap is between writes, and a pause is not added to it', () => {
  const effect = one('slice', { size: 1, gap: 5 });
  expect(leaveTimes(effect, 3, 1)).toEqual([0, 5, 10]);
  expect(effect.leave!(20_000, 1)).toBe(20_000);
});

test('stutter: hits double, up to the most, and are as frequent as said', () => {
  expect(one('stutter', { prob: 1, rto: 200, max: 1_000 }).due!(5)).toBe(1_005);
  expect(one('stutter', { prob: 0 }).due!(5)).toBe(5);
  const effect = one('stutter', { prob: 0.2, rto: 100 });
  const waits = Array.from({ length: 20_000 }, () => effect.due!(0));
  const share = (of: (waitMs: number) => boolean) => waits.filter(of).length / waits.length;
  expect(share((waitMs) => waitMs > 0)).toBeCloseTo(0.2, 1);
  expect(share((waitMs) => waitMs >= 300)).toBeCloseTo(0.04, 1);
  expect(waits.every((waitMs) => [0, 100, 300, 700, 1_500, 3_100, 6_300].includes(waitMs))).toBe(
    true,
  );
});

const differing = (a: Buffer, b: Buffer) => [...a].flatMap((byte, i) => (byte === b[i] ? [] : i));

test('corrupt: as many bytes as said, neighbours, one bit each with flip', () => {
  const data = Buffer.alloc(1_000, 0x55);
  const effect = one('corrupt', { prob: 1, bytes: 3, offset: 10 });
  const changed = effect.change!(data);
  expect(differing(data, changed)).toEqual([10, 11, 12]);
  const bits = [10, 11, 12].map((at) => changed[at]! ^ 0x55);
  expect(bits.every((bit) => (bit & (bit - 1)) === 0)).toBe(true);
  expect(
    data.every((byte) => byte === 0x55),
    'the sender keeps its own',
  ).toBe(true);
  expect(one('corrupt', { prob: 1, bytes: 3, offset: 998 }).change!(data).length).toBe(1_000);
});

test('corrupt: chance per chunk and per byte', () => {
  const data = Buffer.alloc(100, 1);
  const perChunk = one('corrupt', { prob: 0.3, mode: 'zero' });
  const hit = Array.from({ length: 5_000 }, () => differing(data, perChunk.change!(data)).length);
  expect(hit.filter(Boolean).length / hit.length).toBeCloseTo(0.3, 1);
  expect(Math.max(...hit)).toBe(1);
  const perByte = one('corrupt', { prob: 0.02, per: 'byte', mode: 'zero' });
  const bytes = Array.from({ length: 1_000 }, () => differing(data, perByte.change!(data)).length);
  expect(bytes.reduce((sum, n) => sum + n) / 100_000).toBeCloseTo(0.02, 2);
});

test('corrupt: the same seed changes the same bytes', () => {
  const data = Buffer.alloc(5_000, 9);
  const change = (seed: number) =>
    one('corrupt', { prob: 0.1, per: 'byte', mode: 'random' }, seed).change!(data);
  expect(change(3)).toEqual(change(3));
  expect(change(3)).not.toEqual(change(4));
});

test('connect-latency: drawn within jitter', () => {
  const params = completeParams('connect-latency', { delay: 100, jitter: 30 });
  const random = seeded('connect');
  const all = Array.from({ length: 1_000 }, () =>
    faultKinds['connect-latency']!.dialDelayMs!(params, random),
  );
  expect(Math.min(...all)).toBeGreaterThanOrEqual(70);
  expect(Math.max(...all)).toBeLessThanOrEqual(130);
  expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(50);
});
