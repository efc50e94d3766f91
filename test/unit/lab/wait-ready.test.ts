// What moves the end of a wait.
import { expect, test } from 'vitest';
import { watchProgress } from '../../../src/lab/wait-ready.ts';

test('a wait goes on while a node gets further than it ever was, or its steps do', () => {
  const goesOn = watchProgress();
  const at = (progress: number | undefined, words?: string) =>
    goesOn(
      new Map([['a', progress === undefined ? {} : { progress }]]),
      new Map(words ? [['a', words]] : []),
    );
  expect(at(undefined)).toBe(false);
  expect(at(10)).toBe(true);
  expect(at(10)).toBe(false);
  expect(at(5)).toBe(false);
  expect(at(10)).toBe(false);
  expect(at(11)).toBe(true);
  expect(at(undefined, '9 transactions behind')).toBe(true);
  expect(at(undefined, '9 transactions behind')).toBe(false);
  expect(at(undefined, '8 transactions behind')).toBe(true);
});
