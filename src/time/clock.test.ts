// The clock moves only when it is read. No timing is asserted.

import { expect, test } from 'vitest';
import { Clock } from './clock.ts';

test('the clock stands still between reads and never goes back', () => {
  const clock = new Clock();
  expect(clock.now[0]).toBe(0);
  clock.read();
  const first = clock.now[0]!;
  expect(first).toBeGreaterThanOrEqual(0);
  expect(clock.now[0]).toBe(first);
  for (let i = 0; i < 1000; i++) {
    const before = clock.now[0]!;
    clock.read();
    expect(clock.now[0]).toBeGreaterThanOrEqual(before);
  }
});
