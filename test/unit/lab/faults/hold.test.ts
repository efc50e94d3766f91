// Held partitions without a lab: the phases, and the loop that follows them, by a clock of ours.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeded } from '../../../../src/faults/seed.ts';
import { type HoldOptions, holdPartition } from '../../../../src/lab/faults/hold-partition.ts';
import {
  chasing,
  flapping,
  follow,
  type Phase,
  parseFlap,
  rolling,
  type Stage,
  within,
} from '../../../../src/lab/faults/hold-phases.ts';
import { parseUntil } from '../../../../src/lab/faults/hold-until.ts';
import type { Session } from '../../../../src/lab/session.ts';

/** A lab that writes down what is done to it; setting a cut takes `setMs`. */
function fakeStage(setMs = 0, endMs = Number.POSITIVE_INFINITY) {
  const lines: string[] = [];
  let now = 0;
  let cut = false;
  const stage: Stage = {
    now: () => now,
    sleep: async (ms) => {
      if (now + ms > endMs) throw new Error('interrupted');
      now += ms;
    },
    cut: async (node, forMs) => {
      lines.push(`${now} cut${node ? ` ${node}` : ''} for ${forMs}`);
      now += setMs;
      cut = true;
    },
    heal: async () => {
      if (cut) lines.push(`${now} heal`);
      cut = false;
    },
  };
  return { stage, lines };
}

const flap = { onMs: 2_000, offMs: 3_000, jitter: 0 };
const steady = () => 0.5;

describe('following', () => {
  test('flap alternates, and what setting takes does not add up', async () => {
    const { stage, lines } = fakeStage(50);
    await follow(within(flapping(flap, steady), 11_000), stage);
    expect(lines).toEqual([
      '0 cut for 2000',
      '2000 heal',
      '5000 cut for 2000',
      '7000 heal',
      '10000 cut for 1000',
      '11000 heal',
    ]);
  });

  test('rolling goes round', async () => {
    const { stage, lines } = fakeStage();
    await follow(within(rolling(['a', 'b'], 500), 1_250), stage);
    expect(lines).toEqual([
      '0 cut a for 500',
      '500 cut b for 500',
      '1000 cut a for 250',
      '1250 heal',
    ]);
  });

  test('an end in the middle of a phase heals', async () => {
    const { stage, lines } = fakeStage(0, 6_000);
    await expect(follow(flapping(flap, steady), stage)).rejects.toThrow('interrupted');
    expect(lines.slice(-2)).toEqual(['5000 cut for 2000', '5000 heal']);
  });

  test('chase cuts each new leader once, and stays while nobody leads', async () => {
    const { stage, lines } = fakeStage();
    const leaders = ['a', 'a', undefined, 'b', 'b', 'a'];
    const leader = async () => leaders.shift();
    await follow(chasing(leader, stage, 500, 100), stage);
    expect(lines).toEqual(['0 cut a for 500', '300 cut b for 200', '500 heal']);
  });
});

describe('phases', () => {
  const seeds = fc.record({
    seed: fc.integer(),
    onMs: fc.integer({ min: 100, max: 10_000 }),
    offMs: fc.integer({ min: 100, max: 10_000 }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    totalMs: fc.integer({ min: 100, max: 60_000 }),
  });

  test('of a flap alternate, keep to the jitter, fill the time, and follow from the seed', () => {
    fc.assert(
      fc.property(seeds, ({ seed, totalMs, ...times }) => {
        const some = (): Phase[] => {
          const phases: Phase[] = [];
          // With all of the jitter a phase may be next to nothing: a limit on how many are looked at.
          for (const phase of within(flapping(times, seeded(seed)), totalMs))
            if (phases.push(phase) === 200) break;
          return phases;
        };
        const phases = some();
        expect(some()).toEqual(phases);
        phases.forEach(({ cut, forMs }, i) => {
          const mean = cut ? times.onMs : times.offMs;
          expect(cut).toBe(i % 2 === 0);
          expect(forMs).toBeLessThanOrEqual(mean * (1 + times.jitter));
          if (i < phases.length - 1)
            expect(forMs).toBeGreaterThanOrEqual(mean * (1 - times.jitter));
        });
        const sum = phases.reduce((ms, { forMs }) => ms + forMs, 0);
        if (phases.length < 200) expect(sum).toBeCloseTo(totalMs, 3);
      }),
    );
  });
});

describe('what does not go together', () => {
  const chase = { isolate: 'leader', chase: true };
  test.each<[HoldOptions, RegExp]>([
    [{ flap, rollingMs: 1_000 }, /--flap, --rolling and --chase exclude each other/],
    [{ sides: [['a']], chase: true, forMs: 1 }, /--chase wants --isolate leader/],
    [chase, /nothing ends this: say --for or --until/],
    [{ ...chase, forMs: 1, until: 'leader-changed' }, /--timeout, not --for/],
    [{ flap, timeoutMs: 1 }, /--timeout belongs to --until/],
    [{ isolate: 'leader', rollingMs: 1_000 }, /name them without --isolate/],
  ])('%j is refused before the lab is looked at', async (options, why) => {
    const noLab = {} as Session;
    await expect(holdPartition(noLab, options, () => {})).rejects.toThrow(why);
  });
});

describe('words', () => {
  test('--flap', () => {
    expect(parseFlap('on=2s,off=3s,jitter=20%')).toEqual({
      onMs: 2_000,
      offMs: 3_000,
      jitter: 0.2,
    });
    expect(parseFlap('off=1m, on=500ms')).toEqual({ onMs: 500, offMs: 60_000, jitter: 0 });
  });

  test.each([
    ['on=2s', 'off is missing'],
    ['on=2,off=3s', 'on: 2 has no unit'],
    ['on=2s,off=1ms', 'off: a phase lasts 100 ms at least'],
    ['on=2s,off=3s,jiter=1', '"jiter" is none of on, off, jitter'],
    ['on=2s,off=3s,jitter=200%', 'jitter: 200% is more than the whole'],
  ])('--flap %s: %s', (text, why) => {
    expect(() => parseFlap(text)).toThrow(why);
  });

  test('--until', () => {
    expect(parseUntil('leader-changed')).toEqual({ kind: 'leader-changed' });
    expect(parseUntil('lag>1000')).toEqual({ kind: 'lag', entries: 1_000 });
    expect(parseUntil('log=a=b|c')).toEqual({ kind: 'log', node: undefined, pattern: /a=b|c/ });
    expect(parseUntil('log@etcd-1=x')).toEqual({ kind: 'log', node: 'etcd-1', pattern: /x/ });
    expect(() => parseUntil('leader')).toThrow('"leader" is no condition');
    expect(() => parseUntil('log=(')).toThrow('Invalid regular expression');
  });
});
