// The distributions that delays are drawn from, by their moments, and what correlation does.
import { expect, test } from 'vitest';
import { DISTRIBUTIONS, drawDelay } from '../../../src/faults/draw.ts';
import { seeded } from '../../../src/faults/seed.ts';

const COUNT = 40_000;
const [DELAY, JITTER] = [1_000, 100];

function draws(params: object, seed = 1): number[] {
  const draw = drawDelay({ delay: DELAY, jitter: JITTER, ...params }, seeded(seed));
  return Array.from({ length: COUNT }, draw);
}

const mean = (all: readonly number[]): number => all.reduce((sum, x) => sum + x, 0) / all.length;

const deviation = (all: readonly number[]): number => {
  const middle = mean(all);
  return Math.sqrt(mean(all.map((x) => (x - middle) ** 2)));
};

/** Of each with the one before it. */
function correlation(all: readonly number[]): number {
  const middle = mean(all);
  const products = all.slice(1).map((x, i) => (x - middle) * (all[i]! - middle));
  return mean(products) / deviation(all) ** 2;
}

/** Deviation in jitters; the tail of pareto has no fourth moment, so a sample's is rough. */
const deviations: Readonly<Record<string, readonly [number, number]>> = {
  uniform: [0.57, 0.585],
  normal: [0.98, 1.02],
  pareto: [0.85, 1.15],
  paretonormal: [0.8, 1.1],
};

for (const dist of DISTRIBUTIONS)
  for (const corr of [0, 0.5, 0.9])
    test(`${dist} with corr=${corr}: mean, deviation and correlation`, () => {
      const all = draws({ dist, corr });
      const [least, most] = deviations[dist]!;
      const slack = corr === 0.9 ? 1.2 : 1; // like draws say less about the whole
      expect(Math.abs(mean(all) - DELAY)).toBeLessThan(2 * slack);
      expect(deviation(all) / JITTER).toBeGreaterThan(least / slack);
      expect(deviation(all) / JITTER).toBeLessThan(most * slack);
      // A heavy tail hides some of the correlation of what it is made from.
      const isNormal = dist === 'normal' || dist === 'uniform';
      expect(correlation(all)).toBeGreaterThan(isNormal ? corr - 0.04 : corr * 0.6 - 0.04);
      expect(correlation(all)).toBeLessThan(corr + 0.04);
    });

test('uniform stays within jitter of the delay, pareto never below its least', () => {
  const uniform = draws({ dist: 'uniform' });
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(DELAY - JITTER);
  expect(Math.max(...uniform)).toBeLessThanOrEqual(DELAY + JITTER);
  expect(Math.min(...draws({ dist: 'pareto' }))).toBeGreaterThan(DELAY - 0.6 * JITTER);
});

test('no delay is negative, and without jitter none is drawn', () => {
  expect(Math.min(...draws({ dist: 'normal', delay: 10 }))).toBe(0);
  expect(new Set(draws({ jitter: 0, dist: 'pareto' }))).toEqual(new Set([DELAY]));
});

test('the same seed draws the same, another one others', () => {
  const params = { dist: 'paretonormal', corr: 0.3 };
  expect(draws(params, 7)).toEqual(draws(params, 7));
  expect(draws(params, 7).slice(0, 5)).not.toEqual(draws(params, 8).slice(0, 5));
});
