import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dockerBytes,
  formatBytes,
  formatDuration,
  parseDuration,
} from '../../../src/stack/units.ts';

describe('durations', () => {
  test.each([
    ['30s', 30_000],
    ['250ms', 250],
    ['1m30s', 90_000],
    ['1.5s', 1_500],
    ['2h', 7_200_000],
    ['100us', 0.1],
    ['100µs', 0.1],
    ['1ns', 0.000_001],
    ['0s', 0],
    [' 5s ', 5_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ms });
  });

  test.each([
    ['30', 'has no unit; write 30s or 30ms'],
    ['0', 'has no unit; write 0s or 0ms'],
    ['1.5', 'has no unit; write 1.5s or 1.5ms'],
    ['-5s', 'is negative; a duration is 0s or more'],
    ['', 'is not a duration; write it like 250ms, 30s or 1m30s (units: ns us ms s m h)'],
    ['30sec', 'is not a duration; write it like 250ms, 30s or 1m30s (units: ns us ms s m h)'],
    ['5 m', 'is not a duration; write it like 250ms, 30s or 1m30s (units: ns us ms s m h)'],
    ['1.2.3s', 'is not a duration; write it like 250ms, 30s or 1m30s (units: ns us ms s m h)'],
    ['9999h', 'is longer than 24 days, the most that labctl counts'],
  ])('%j %s', (text, problem) => {
    expect(parseDuration(text)).toEqual({ problem });
  });

  test.each([
    [90_000, '1m30s'],
    [3_600_000, '1h'],
    [3_601_500, '1h1.5s'],
    [250, '250ms'],
    [0.5, '500us'],
    [0, '0s'],
  ])('%d ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('what is written is read as the same, to the nanosecond', () => {
    const limitNs = 24 * 24 * 3_600 * 1e9;
    const ns = fc.oneof(fc.integer({ min: 0, max: 1e10 }), fc.integer({ min: 0, max: limitNs }));
    fc.assert(
      fc.property(ns, (count) => {
        expect(parseDuration(formatDuration(count / 1e6))).toEqual({ ms: count / 1e6 });
      }),
    );
  });
});

describe('sizes as docker writes them', () => {
  test.each([
    ['512', 512],
    ['512b', 512],
    ['64k', 65_536],
    ['256M', 268_435_456],
    ['1.5g', 1_610_612_736],
    ['2GiB', 2_147_483_648],
  ])('%s is %d bytes', (text, bytes) => {
    expect(dockerBytes(text)).toBe(bytes);
  });

  test.each(['', 'much', '-1m', '1 m', '1t', 'm'])('"%s" is no size', (text) => {
    expect(dockerBytes(text)).toBeNaN();
  });

  test('what is shown of a size is right to a tenth of its unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (bytes) => {
        const shown = dockerBytes(formatBytes(bytes));
        expect(Math.abs(shown - bytes)).toBeLessThanOrEqual(Math.max(0, bytes * 0.051));
      }),
    );
    expect(formatBytes(31_518_720)).toBe('30.1m');
  });
});
