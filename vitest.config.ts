// Test runner settings: unit tests beside the source, then real-peer tests, those that load the machine or time it one file at a time. Never retries a failure.
import { defineConfig } from 'vitest/config';

/** Rates of acceptance, seconds by the clock, hundreds of cases: nothing else may run beside them. */
const LOADING = ['flows', 'tcp', 'wire', 'conformance/**/*'].map((name) => `tests/${name}.test.ts`);

export default defineConfig({
  test: {
    pool: 'forks',
    retry: 0,
    globalSetup: 'tests/temporary.ts',
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'suites/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'peers',
          include: LOADING,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 30_000,
        },
      },
      {
        // A few calls each, and much waiting: two files at a time.
        extends: true,
        test: {
          name: 'dialogues',
          include: ['tests/**/*.test.ts'],
          exclude: LOADING,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
