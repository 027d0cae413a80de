// The four ratios on a hand-counted example, and why there is none.

import { expect, test } from 'vitest';
import { ratiosOf } from './ratios.ts';

function finals(counts: Record<number, number>): Float64Array {
  const out = new Float64Array(600);
  for (const [status, n] of Object.entries(counts)) out[Number(status) - 100] = n;
  return out;
}

test('RFC 6076 §4.6 to §4.9 on a hundred attempts', () => {
  const ratios = ratiosOf({
    attempts: 100,
    finals: finals({ 200: 60, 302: 20, 480: 1, 486: 8, 603: 1, 404: 2, 408: 1, 500: 2, 503: 4, 504: 1 }),
    succeeded: 57,
  });
  expect(ratios.ser).toMatchObject({ percent: 75, numerator: 60, denominator: 80 });
  expect(ratios.seer).toMatchObject({ percent: 87.5, numerator: 70, denominator: 80 });
  expect(ratios.isa).toMatchObject({ percent: 8, numerator: 8, denominator: 100 });
  expect(ratios.scr).toMatchObject({ percent: 57, numerator: 57, denominator: 100 });
});

test('a flow that succeeds by being refused completes no session', () => {
  expect(ratiosOf({ attempts: 10, finals: finals({ 487: 10 }), succeeded: 10 }).scr.percent).toBe(0);
});

test('what cannot be computed is null with a reason, not 0', () => {
  expect(ratiosOf({ attempts: null, finals: null, succeeded: 9 }).ser).toMatchObject({
    percent: null,
    note: 'the flow opens no session with INVITE',
  });
  expect(ratiosOf({ attempts: 9, finals: null, succeeded: 9 }).isa).toMatchObject({
    percent: null,
    note: 'final responses to INVITE were not counted',
  });
  expect(ratiosOf({ attempts: 0, finals: finals({}), succeeded: 0 }).scr).toMatchObject({
    percent: null,
    note: 'no session was attempted',
  });
  const redirected = ratiosOf({ attempts: 3, finals: finals({ 302: 3 }), succeeded: 0 });
  expect(redirected.ser).toMatchObject({ percent: null, note: 'every attempt was redirected (3xx)' });
  expect(redirected.isa.percent).toBe(0);
});
