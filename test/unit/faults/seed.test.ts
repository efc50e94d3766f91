// Chance that can be had again: even, the same for the same words, and not alike for near ones.
import { expect, test } from 'vitest';
import { seeded } from '../../../src/faults/seed.ts';

test('the same words give the same numbers, from 0 to 1, evenly', () => {
  const draw = (...words: (string | number)[]) => {
    const random = seeded(...words);
    return Array.from({ length: 10_000 }, random);
  };
  expect(draw(1, 'a')).toEqual(draw(1, 'a'));
  const all = draw(1, 'a');
  expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...all)).toBeLessThan(1);
  for (let tenth = 0; tenth < 10; tenth += 1)
    expect(all.filter((x) => Math.floor(x * 10) === tenth).length / 1_000).toBeCloseTo(1, 0);
});

test('words are not run together, and near ones are not alike', () => {
  expect(seeded('ab', 'c')()).not.toBe(seeded('a', 'bc')());
  const firsts = Array.from({ length: 5_000 }, (_, i) => seeded(7, 'f1', i, 'up')());
  expect(new Set(firsts).size).toBe(5_000);
  expect(firsts.reduce((sum, x) => sum + x) / 5_000).toBeCloseTo(0.5, 1);
  const rising = firsts.slice(1).filter((x, i) => x > firsts[i]!).length;
  expect(rising / 5_000).toBeCloseTo(0.5, 1);
});
