// Durations: what is read, and what the complaint says to write instead.

import { expect, test } from 'vitest';
import { DurationError, parseDuration } from './duration.ts';

test.each([
  ['250us', 250],
  ['500ms', 500_000],
  ['30s', 30_000_000],
  ['1.5m', 90_000_000],
  ['1h', 3_600_000_000],
  ['0s', 0],
  [' 2s ', 2_000_000],
])('%s is %d µs', (text, us) => {
  expect(parseDuration(text)).toBe(us);
});

test.each([
  ['', 'duration missing; write a number and a unit: 500ms, 30s, 5m, 1h'],
  ['30', 'duration "30" has no unit; write 30s or 30ms (units: us, ms, s, m, h)'],
  ['-5s', 'duration "-5s" is negative; write it without the minus'],
  ['5 sec', 'duration "5 sec" is not understood; write 5s'],
  ['10S', 'duration "10S" is not understood; write 10s'],
  ['2minutes', 'duration "2minutes" is not understood; write 2m'],
  ['1d', 'duration "1d" is not understood; write a number and a unit: 250us, 500ms, 30s, 5m, 1h'],
  ['1m30s', 'duration "1m30s" is not understood; write a number and a unit: 250us, 500ms, 30s, 5m, 1h'],
  ['99999999999h', 'duration "99999999999h" is too long; shorten it'],
])('%j is refused', (text, message) => {
  expect(() => parseDuration(text)).toThrow(new DurationError(...(message.split('; ') as [string, string])));
});
