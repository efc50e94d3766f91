// Sets of GTIDs: as MySQL and MariaDB write them, and that subtraction is set difference.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, formatGtids, minus, parseGtids } from '../../../src/systems/mysql/gtid.ts';

const UUID = 'a6597c85-e4d4-11f1-a9f2-02420ad500c6';
const OTHER = 'b6597c85-e4d4-11f1-a9f2-02420ad500c6';
const difference = (a: string, b: string) => formatGtids(minus(parseGtids(a), parseGtids(b)));

test('MySQL: ranges, several servers, tags, line breaks', () => {
  expect(difference(`${UUID}:1-8`, `${UUID}:1-5`)).toBe(`${UUID}:6-8`);
  expect(difference(`${UUID}:1-8`, `${UUID}:3-4:7`)).toBe(`${UUID}:1-2:5-6:8`);
  expect(difference(`${UUID}:1-3,\n${OTHER}:1`, `${UUID}:1-3`)).toBe(`${OTHER}:1`);
  expect(difference(`${UUID}:1-3:mine:1-2`, `${UUID}:1-9`)).toBe(`${UUID}:mine:1-2`);
  expect(countOf(parseGtids(''))).toBe(0);
});

test('MariaDB: numbers go on within a domain, whoever writes', () => {
  expect(difference('0-1-8,0-2-12', '0-1-8')).toBe('0-2:9-12');
  expect(difference('0-1-10', '0-1-8,0-2-12')).toBe('0-1:9-10');
  // Server 1 led again after server 2: of its 7 the last two are new.
  expect(difference('0-1-7,0-2-5', '0-1-3,0-2-5')).toBe('0-1:6-7');
  expect(difference('0-1-7,0-2-5', '0-1-7,0-2-5')).toBe('');
  // A seeded replica says its position beside its binlog's state.
  expect(difference('0-1-4,0-1-4', '0-1-4')).toBe('');
});

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 });
const write = (all: readonly number[]) =>
  all.length ? `${UUID}:${all.toSorted((a, b) => a - b).join(':')}` : '';

test('what a has and b has not, for any two sets', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const left = minus(parseGtids(write(a)), parseGtids(write(b)));
      const expected = a.filter((one) => !b.includes(one));
      expect(countOf(left)).toBe(expected.length);
      expect(countOf(minus(parseGtids(write(expected)), left))).toBe(0);
    }),
  );
});
