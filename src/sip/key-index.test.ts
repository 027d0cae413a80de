// The index against a Map, with keys that crowd together.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Transactions } from '../transaction/slots.ts';
import { KeyIndex } from './key-index.ts';

test('any sequence of insertions and removals finds what a Map would find', () => {
  const crowd = fc.record({ a: fc.constantFrom(0, 1, 2, 14, 15, 16, 31, -1, -2), b: fc.integer({ min: -1, max: 1 }) });
  const step = fc.record({ add: fc.boolean(), key: crowd });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const txns = new Transactions(8);
      const index = new KeyIndex(txns);
      const model = new Map<string, number>();
      for (const { add, key } of steps) {
        const name = `${key.a} ${key.b}`;
        const known = model.get(name);
        expect(index.find(key.a, key.b)).toBe(known ?? -1);
        if (add && known === undefined) {
          const slot = txns.alloc(0);
          if (slot === -1) continue;
          txns.keyA[slot] = key.a;
          txns.keyB[slot] = key.b;
          index.insert(slot);
          model.set(name, slot);
        } else if (!add && known !== undefined) {
          expect(index.remove(known)).toBe(true);
          expect(index.remove(known)).toBe(false);
          txns.free(known);
          model.delete(name);
        }
        expect(index.count).toBe(model.size);
        for (const [text, slot] of model) {
          const [a, b] = text.split(' ').map(Number) as [number, number];
          expect(index.find(a, b)).toBe(slot);
        }
      }
    }),
  );
});

test('a full table of transactions still finds an absent key absent', () => {
  const txns = new Transactions(64);
  const index = new KeyIndex(txns);
  for (let i = 0; i < 64; i++) {
    const slot = txns.alloc(0);
    txns.keyA[slot] = 5;
    txns.keyB[slot] = i;
    index.insert(slot);
  }
  expect(index.find(5, 63)).toBe(63);
  expect(index.find(5, 64)).toBe(-1);
  expect(index.find(6, 0)).toBe(-1);
});

test('it grows a few cells at a time and loses nobody, also while slots leave', () => {
  const txns = new Transactions(200_000);
  const index = new KeyIndex(txns);
  const alive: number[] = [];
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed;
  };
  for (let i = 0; i < 120_000; i++) {
    const slot = txns.alloc(0);
    txns.keyA[slot] = random();
    txns.keyB[slot] = i;
    expect(index.find(txns.keyA[slot]!, i)).toBe(-1);
    index.insert(slot);
    alive.push(slot);
    if (i % 3 === 0) {
      const gone = alive.splice((random() >>> 1) % alive.length, 1)[0]!;
      if (!index.remove(gone)) throw new Error(`slot ${gone} was not found`);
      expect(index.remove(gone)).toBe(false);
    }
  }
  expect(index.count).toBe(alive.length);
  for (const slot of alive)
    if (index.find(txns.keyA[slot]!, txns.keyB[slot]!) !== slot) throw new Error(`slot ${slot} is lost`);
});
