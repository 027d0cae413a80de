// Test runner settings: unit tests beside the source, real-peer tests in tests/. Never retries a failure.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    pool: 'forks',
    retry: 0,
    testTimeout: 20_000,
  },
});
