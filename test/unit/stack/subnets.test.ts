import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LabError } from '../../../src/errors.ts';
import { allocateSubnets } from '../../../src/stack/subnets.ts';
import { errorOf } from './fake.ts';

const RANGE = '10.213.0.0/16';
const none = new Map<string, string>();
const wants = (...addresses: number[]) =>
  addresses.map((count, i) => ({ name: `n${i}`, addresses: count }));
const allocate = (
  list: ReturnType<typeof wants>,
  taken: string[] = [],
  keep: ReadonlyMap<string, string> = none,
  range = RANGE,
) => [...allocateSubnets(list, range, taken, keep).values()];

/** First and last address of a block, by another way than the code's. */
function ends(cidr: string): [bigint, bigint] {
  const [address, prefix] = cidr.split('/') as [string, string];
  const bits = address.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0'));
  const fixed = bits.join('').slice(0, Number(prefix));
  return [BigInt(`0b${fixed.padEnd(32, '0')}`), BigInt(`0b${fixed.padEnd(32, '1')}`)];
}

const cidrs = fc
  .tuple(
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 18, max: 32 }),
  )
  .map(([a, b, prefix]) => `10.213.${a}.${b}/${prefix}`);

describe('allocateSubnets', () => {
  test('gives the lowest blocks that are free, as large as they must be', () => {
    expect(allocate(wants(3, 29, 30, 3))).toEqual([
      '10.213.0.0/27',
      '10.213.0.32/27',
      '10.213.0.64/26',
      '10.213.0.128/27',
    ]);
  });

  test('goes around what is taken and leaves alone what a network has', () => {
    const keep = new Map([['n1', '10.213.0.32/27']]);
    expect(allocate(wants(3, 3, 3), ['10.213.0.0/28', '10.213.0.70/32'], keep)).toEqual([
      '10.213.0.96/27',
      '10.213.0.32/27',
      '10.213.0.128/27',
    ]);
  });

  test('default routes, halved ones, IPv6 and nonsense do not count', () => {
    const routes = ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', 'fd00::/8', 'default', '999.1.1.1/8'];
    expect(allocate(wants(3), routes)).toEqual(['10.213.0.0/27']);
  });

  test('blocks are within the range and overlap nothing', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, fc.array(cidrs, { maxLength: 20 }), (counts, taken) => {
        let blocks: string[];
        try {
          blocks = allocate(wants(...counts), taken);
        } catch (error) {
          expect((error as LabError).code).toBe('subnet-exhausted');
          return;
        }
        const [low, high] = ends(RANGE);
        const all = [...blocks, ...taken].map(ends);
        blocks.forEach((cidr, i) => {
          const [first, last] = ends(cidr);
          expect(first >= low && last <= high).toBe(true);
          expect(last - first + 1n >= BigInt(counts[i]! + 3)).toBe(true);
          expect(all.filter(([f, l]) => f <= last && l >= first)).toHaveLength(1);
        });
      }),
    );
  });

  test('a full range is full only when it is', () => {
    expect(allocate(wants(...Array(8).fill(3)), [], none, '10.1.0.0/24').at(-1)).toBe(
      '10.1.0.224/27',
    );
    expect(
      errorOf(() => allocate(wants(...Array(9).fill(3)), [], none, '10.1.0.0/24')),
    ).toMatchInlineSnapshot(`
      "error: 10.1.0.0/24 has no free /27 left: 8 of the lab's 9 networks have a block, and 0 networks and routes of this machine are in the range too  (subnet-exhausted)
      hint: Take down labs that are not needed, or name another range with up --subnets."
    `);
    expect(
      errorOf(() => allocate(wants(3, 3), ['10.1.0.0/25'], none, '10.1.0.0/26')),
    ).toMatchInlineSnapshot(`
      "error: 10.1.0.0/26 has no free /27 left: 10.1.0.0/25, a network or route of this machine, covers all of it  (subnet-exhausted)
      hint: Take down labs that are not needed, or name another range with up --subnets."
    `);
    expect(
      errorOf(() => allocate(wants(3, 3), ['10.1.0.0/28', '10.1.0.48/29'], none, '10.1.0.0/26')),
    ).toMatchInlineSnapshot(`
      "error: 10.1.0.0/26 has no free /27 left: 0 of the lab's 2 networks have a block, and 2 networks and routes of this machine are in the range too  (subnet-exhausted)
      hint: Take down labs that are not needed, or name another range with up --subnets."
    `);
  });

  test('a wrong range', () => {
    const range = (text: string) => errorOf(() => allocate(wants(3), [], none, text));
    expect(range('10.213')).toMatchInlineSnapshot(`
      "error: the subnet range "10.213" is not an IPv4 block such as 10.213.0.0/16  (usage)
      hint: up --subnets takes the range, for example 10.213.0.0/16"
    `);
    expect(range('10.213.0.5/16')).toMatchInlineSnapshot(`
      "error: the subnet range "10.213.0.5/16" begins within a block; write 10.213.0.0/16  (usage)
      hint: up --subnets takes the range, for example 10.213.0.0/16"
    `);
    expect(range('10.213.0.0/28')).toMatchInlineSnapshot(`
      "error: the subnet range "10.213.0.0/28" is smaller than a /27, the least that one network needs  (usage)
      hint: up --subnets takes the range, for example 10.213.0.0/16"
    `);
    expect(range('300.0.0.0/16')).toMatch(/is not an IPv4 block/);
  });

  test('a network that is there and would need more room', () => {
    const keep = new Map([['n0', '10.213.0.0/27']]);
    expect(allocate(wants(29), [], keep)).toEqual(['10.213.0.0/27']);
    expect(errorOf(() => allocate(wants(30), [], keep))).toMatchInlineSnapshot(`
      "error: network n0 is 10.213.0.0/27, with room for 29 containers, not 30  (subnet-exhausted)
      hint: labctl up --fresh makes larger networks, and a new lab"
    `);
  });
});
