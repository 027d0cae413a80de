// The builder refuses what would make a table ambiguous.

import { expect, test } from 'vitest';
import { EFFECT, EVENT, STATE } from './constants.ts';
import { ROW_KIND, Rows } from './rows.ts';

test('a pair is listed once', () => {
  const rows = new Rows('x', STATE.TRYING, 0);
  rows.on(STATE.TRYING, EVENT.RECV_1XX, STATE.PROCEEDING, EFFECT.TU_MESSAGE);
  const twice = 'x: TRYING on RECV_1XX: listed twice';
  expect(() => rows.on(STATE.TRYING, EVENT.RECV_1XX, STATE.TRYING, 0)).toThrow(twice);
  expect(() => rows.ignore(STATE.TRYING, EVENT.RECV_2XX, EVENT.RECV_1XX)).toThrow(twice);
  expect(() => rows.refuse(STATE.TRYING, EVENT.RECV_1XX)).toThrow(twice);
  expect(rows.kind(STATE.TRYING, EVENT.RECV_1XX)).toBe(ROW_KIND.ON);
});

test('no row leads out of Terminated, and names must exist', () => {
  const rows = new Rows('x', STATE.TRYING, 0);
  expect(() => rows.on(STATE.TERMINATED, EVENT.RECV_1XX, STATE.TRYING, 0)).toThrow(/no way out/);
  expect(() => rows.ignore(STATE.TRYING, 13)).toThrow(/no such name/);
  expect(() => rows.ignore(7, 0)).toThrow(/no such name/);
});
