// Rows under keys against a plain model: what is found, in which order, and that every row comes back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chains } from './chains.ts';

const NONE = -1;
const CAPACITY = 12;

function rowsUnder(chains: Chains, a: number, b: number): number[] {
  const rows: number[] = [];
  for (let row = chains.first(a, b); row !== NONE; row = chains.next[row]!) rows.push(row);
  return rows;
}

describe('Chains', () => {
  it('behaves as a list of rows for each key, whatever is added and removed', () => {
    const act = fc.record({
      add: fc.boolean(),
      a: fc.integer({ min: 0, max: 2 }),
      b: fc.integer({ min: -1, max: 0 }),
      pick: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        const chains = new Chains(CAPACITY);
        const model = new Map<string, number[]>();
        let used = 0;
        for (const { add, a, b, pick } of acts) {
          const list = model.get(`${a} ${b}`) ?? [];
          model.set(`${a} ${b}`, list);
          if (add) {
            const row = chains.add(a, b);
            expect(row === NONE).toBe(used === CAPACITY);
            if (row === NONE) continue;
            list.push(row);
            used++;
          } else if (list.length > 0) {
            const [row] = list.splice(pick % list.length, 1);
            chains.remove(row!);
            used--;
          }
          expect(chains.inUse).toBe(used);
          for (const [key, rows] of model) {
            const [keyA, keyB] = key.split(' ').map(Number);
            expect(rowsUnder(chains, keyA!, keyB!)).toEqual(rows);
          }
        }
      }),
      { seed: 1 },
    );
  });

  it('finds every row that is overdue within one turn, and none that is free or has time left', () => {
    const chains = new Chains(CAPACITY);
    expect(chains.overdue(100)).toBe(NONE);
    const rows = [10, 20, 30, 40].map((expires, i) => {
      const row = chains.add(i, i);
      chains.expiresS[row] = expires;
      return row;
    });
    chains.remove(rows[0]!);
    const found = new Set(Array.from({ length: 4 }, () => chains.overdue(30)));
    expect(found).toEqual(new Set([rows[1], rows[2], NONE]));
  });
});
