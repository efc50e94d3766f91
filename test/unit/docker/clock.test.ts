// An engine whose clock is another than this machine's.
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { engineClock } from '../../../src/docker/clock.ts';

const HOUR_MS = 3_600_000;

test('the time is that of the engine, and goes on', async () => {
  const SystemTime = new Date(Date.now() - HOUR_MS).toISOString().replace('Z', '123456Z');
  const clock = await engineClock({ info: async () => ({ SystemTime }) } as unknown as Docker);
  const first = clock();
  expect(Date.now() - first).toBeGreaterThanOrEqual(HOUR_MS);
  expect(Date.now() - first).toBeLessThan(HOUR_MS + 60_000);
  await expect.poll(clock, { interval: 1 }).toBeGreaterThan(first);
});

test('an engine that is gone is named', async () => {
  const info = () => Promise.reject(Object.assign(new Error('gone'), { statusCode: 500 }));
  await expect(engineClock({ info } as unknown as Docker)).rejects.toMatchObject({
    code: expect.stringMatching(/^docker-/),
  });
});
