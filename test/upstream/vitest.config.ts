import { defineConfig } from 'vitest/config';

// npm run test:upstream: what needs the real programs. Apart from the others, because where their
// images cannot be had nothing of it can be judged; then it says so and ends with 125.
export default defineConfig({
  test: {
    include: ['test/upstream/**/*.test.ts'],
    globalSetup: 'test/upstream/global-setup.ts',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
