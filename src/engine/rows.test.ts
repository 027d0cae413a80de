// The orders in which calls get rows: every row in turn, none twice at a time, and shards that together are the whole. Sends nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rows } from './rows.ts';

const take = (rows: Rows, n: number) => Array.from({ length: n }, () => rows.take());

describe('sequential', () => {
  it('goes from the top again after the last row', () => {
    expect(take(new Rows('sequential', 3, 0, 1, 1), 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it('gives call k of the whole run row k, however many shards there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), (count, shards) => {
        const all = Array.from({ length: shards }, (_, i) => new Rows('sequential', count, i, shards, 1));
        const given = Array.from({ length: 100 }, (_, k) => all[k % shards]!.take());
        expect(given).toEqual(Array.from({ length: 100 }, (_, k) => k % count));
      }),
    );
  });
});

describe('per-shard', () => {
  it('gives a worker its own rows only, in turn', () => {
    expect(take(new Rows('per-shard', 7, 1, 3, 1), 5)).toEqual([1, 4, 1, 4, 1]);
    expect(take(new Rows('per-shard', 7, 0, 3, 1), 4)).toEqual([0, 3, 6, 0]);
  });

  it('shares every row out once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }), (count, shards) => {
        fc.pre(count >= shards);
        const all = Array.from({ length: shards }, (_, i) => new Rows('per-shard', count, i, shards, 1));
        const given = all.flatMap((rows) => take(rows, rows.own)).sort((a, b) => a - b);
        expect(given).toEqual(Array.from({ length: count }, (_, row) => row));
      }),
    );
  });
});

describe('random', () => {
  it('is the same for the same seed, and reaches every row', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => take(new Rows('random', 10, 0, 1, seed), 200));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    expect(new Set(a).size).toBe(10);
  });

  it('differs between shards', () => {
    const [a, b] = [0, 1].map((first) => take(new Rows('random', 1_000, first, 2, 1), 50));
    expect(a).not.toEqual(b);
  });
});

describe('unique', () => {
  it('has no row left when all are in use, and gives the one that has been free for longest', () => {
    const rows = new Rows('unique', 3, 0, 1, 1);
    expect(take(rows, 4)).toEqual([0, 1, 2, -1]);
    rows.release(1);
    rows.release(0);
    expect(take(rows, 3)).toEqual([1, 0, -1]);
  });

  it('never gives a row to two calls at a time, in whatever order they end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(), { maxLength: 300 }),
        (count, shards, ends) => {
          fc.pre(count >= shards);
          const rows = new Rows('unique', count, shards - 1, shards, 1);
          const used: number[] = [];
          for (const end of ends) {
            if (end % 2 === 0 && used.length > 0) rows.release(used.splice(end % used.length, 1)[0]!);
            else {
              const row = rows.take();
              if (used.length === rows.own) expect(row).toBe(-1);
              else {
                expect(used).not.toContain(row);
                expect(row % shards).toBe(shards - 1);
                used.push(row);
              }
            }
          }
        },
      ),
    );
  });
});
