// Slots: what alloc resets, what free bumps, and that unused capacity stays untouched.

import { expect, test } from 'vitest';
import { MACHINE, STATE } from './constants.ts';
import { Transactions } from './slots.ts';

test('slots are taken from the last freed, else from the high-water mark; full gives NONE', () => {
  const txns = new Transactions(3);
  expect([txns.alloc(0), txns.alloc(0), txns.alloc(0), txns.alloc(0)]).toEqual([0, 1, 2, -1]);
  txns.free(0);
  txns.free(2);
  expect(txns.inUse).toBe(1);
  expect([txns.alloc(0), txns.alloc(0), txns.alloc(0)]).toEqual([2, 0, -1]);
  expect([txns.inUse, txns.highWater]).toEqual([3, 3]);
});

test('a slot taken again has every column reset, and another generation', () => {
  const txns = new Transactions(1);
  const slot = txns.alloc(MACHINE.INVITE_SERVER);
  const columns = Object.entries(txns).filter(
    (entry): entry is [string, Int32Array] => ArrayBuffer.isView(entry[1]) && entry[0] !== 'freed',
  );
  expect(columns.length).toBeGreaterThanOrEqual(18);
  const fresh = columns.map(([name, column]) => [name, column[slot]]);
  for (const [name, column] of columns) if (name !== 'generation' && name !== 'machine') column[slot] = 77;
  txns.free(slot);
  expect(txns.state[slot]).toBe(STATE.TERMINATED);
  expect(txns.generation[slot]).toBe(1);
  txns.alloc(MACHINE.INVITE_SERVER);
  txns.generation[slot] = 0;
  expect(columns.map(([name, column]) => [name, column[slot]])).toEqual(fresh);
});

test('generations go round', () => {
  const txns = new Transactions(1);
  for (let i = 0; i < 65_537; i++) txns.free(txns.alloc(0));
  expect(txns.generation[0]).toBe(1);
});

test('a capacity that is no count is refused', () => {
  for (const capacity of [0, -1, 1.5, Number.NaN, 2 ** 31])
    expect(() => new Transactions(capacity)).toThrow(RangeError);
});
