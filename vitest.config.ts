// Test runner settings: unit tests beside the source, then real-peer tests one file at a time. Never retries a failure.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    retry: 0,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'suites/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        // These load both processors with real traffic: one at a time, after the unit tests.
        extends: true,
        test: {
          name: 'peers',
          include: ['tests/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
