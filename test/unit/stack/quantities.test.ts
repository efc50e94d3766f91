import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatRate,
  formatShare,
  formatSize,
  parseCount,
  parseRate,
  parseShare,
  parseSize,
} from '../../../src/stack/quantities.ts';

test.each([
  ['10B', 10],
  ['1KB', 1_000],
  ['1KiB', 1_024],
  ['64kib', 65_536],
  ['1.5MB', 1_500_000],
  ['2GiB', 2_147_483_648],
])('size %s is %d bytes', (text, value) => {
  expect(parseSize(text)).toEqual({ value });
});

test.each([
  ['1mbit', 125_000],
  ['8kbit', 1_000],
  ['1gbit', 125_000_000],
  ['125KB/s', 125_000],
  ['1MiB/s', 1_048_576],
])('rate %s is %d bytes per second', (text, value) => {
  expect(parseRate(text)).toEqual({ value });
});

test.each([
  ['5%', 0.05],
  ['0.05', 0.05],
  ['100%', 1],
  ['0', 0],
])('share %s is %d', (text, value) => {
  expect(parseShare(text)).toEqual({ value });
});

test.each([
  [parseSize, '64', /^has no unit; write it like 10B, 64KiB or 1MB$/],
  [parseSize, '64 bananas', /unknown unit \(units: B KB MB GB KiB MiB GiB\)/],
  [parseSize, '-1B', /is not a number with a unit/],
  [parseRate, '1000bps', /may mean bits or bytes/],
  [parseRate, '0kbit', /use jam/],
  [parseRate, '10', /has no unit; write it like 1mbit or 125KB\/s/],
  [parseShare, '5', /more than the whole/],
  [parseShare, 'half', /is no share/],
  [parseCount, '0', /whole number from 1/],
  [parseCount, '1.5', /whole number from 1/],
])('%o refuses %j', (parse, text, problem) => {
  expect(parse(text)).toEqual({ problem: expect.stringMatching(problem) });
});

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), (value) => {
      expect(parseSize(formatSize(value))).toEqual({ value });
      if (value) expect(parseRate(formatRate(value))).toEqual({ value });
    }),
  );
  fc.assert(
    fc.property(fc.nat(1_000), (thousandths) => {
      const value = thousandths / 1_000;
      expect(parseShare(formatShare(value))).toEqual({ value });
    }),
  );
  expect(formatSize(65_536)).toBe('64KiB');
  expect(formatRate(125_000)).toBe('1mbit');
  expect(formatShare(0.05)).toBe('5%');
});
