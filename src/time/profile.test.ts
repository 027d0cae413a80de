// Profiles: the phases they stand for, and errors that name the column and the mend.

import { expect, test } from 'vitest';
import { ProfileError, parseProfile } from './profile.ts';

const hold = (rate: number, s: number) => ({ fromCps: rate, toCps: rate, durationUs: s * 1e6 });

test('ramp, hold and step become phases in order', () => {
  expect(parseProfile('ramp 0..500 10s, hold 500 1m, step 100..300 by 100 every 10s')).toEqual([
    { fromCps: 0, toCps: 500, durationUs: 10e6 },
    hold(500, 60),
    hold(100, 10),
    hold(200, 10),
    hold(300, 10),
  ]);
});

test('steps may go down, have fractions, or stand still', () => {
  expect(parseProfile('step 30..10 by 10 every 1s')).toEqual([hold(30, 1), hold(20, 1), hold(10, 1)]);
  expect(parseProfile('step 0.1..0.3 by 0.1 every 1s').map((phase) => phase.toCps)).toEqual([0.1, 0.2, 0.3]);
  expect(parseProfile('step 5..5 by 1 every 1s')).toEqual([hold(5, 1)]);
});

test('white space and case of the word do not matter', () => {
  expect(parseProfile('  HOLD  5   2s ,ramp 1 .. 2 500ms ')).toEqual([
    hold(5, 2),
    { fromCps: 1, toCps: 2, durationUs: 500_000 },
  ]);
});

test('the last hold may go on forever', () => {
  expect(parseProfile('ramp 1..9 1s, hold 9 forever').at(-1)).toEqual(hold(9, Number.POSITIVE_INFINITY));
});

test.each([
  ['', 1, 'empty; write a phase: hold 500 1m'],
  ['hold 5 1s,', 11, 'nothing between commas; write a phase: hold 500 1m'],
  ['hold 5 1s,, hold 6 1s', 11, 'nothing between commas'],
  ['rmap 0..5 1s', 1, '"rmap 0..5 1s" is no phase; a phase is ramp 0..500 10s, or hold 500 1m, or step'],
  ['hold 5 1s, ramp 0-5 1s', 12, '"ramp 0-5 1s" is not understood; write it like ramp 0..500 10s'],
  ['hold 5', 7, 'hold without a duration; write it like hold 500 1m'],
  ['hold 5 1s, hold 6 10', 19, 'duration "10" has no unit; write 10s or 10ms'],
  ['hold 5 0s', 8, 'duration "0s" is zero; leave the phase out'],
  ['hold 5 forever, hold 6 1s', 8, 'a phase after one that never ends; move the hold forever to the end'],
  ['hold 0 forever', 8, 'hold 0 forever makes no call'],
  ['hold 0 10s', 1, 'no phase has a rate above 0'],
  ['ramp 1..2 forever', 11, 'duration "forever" is not understood'],
  ['step 100..1000 by 400 every 10s', 1, 'steps of 400 do not lead from 100 to 1000; end at 900, or at 1300'],
  ['step 1..9 by 0 every 10s', 1, 'steps of 0 do not lead from 1 to 9; steps must be above 0'],
  ['step 1..99999 by 1 every 1s', 1, '99999 steps, the limit is 10000'],
])('%j is refused at column %d', (text, column, complaint) => {
  let error: unknown;
  try {
    parseProfile(text);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ProfileError);
  expect((error as ProfileError).message).toContain(`profile, column ${column}: ${complaint}`);
  expect((error as ProfileError).column).toBe(column);
});
