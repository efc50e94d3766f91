import { defineConfig } from 'vitest/config';

// unit and golden: pure or on loopback, quick. docker: real labs; two files at a time on two cores.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/{unit,golden}/**/*.test.ts'] } },
      {
        test: {
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          globalSetup: 'test/docker/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
