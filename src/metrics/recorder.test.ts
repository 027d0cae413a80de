// The recorder counts where the library would, keeps exact bounds, and copies what it posts.

import fc from 'fast-check';
import { Int32Histogram } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { addHistograms, DIGITS, HIGHEST_US, highestOf, lowestOf, PLACES, percentileOf, place } from './histogram.ts';
import { Recorder } from './recorder.ts';

const library = new Int32Histogram(1, HIGHEST_US, DIGITS);

describe('place', () => {
  test('is the library’s at every power of two, its neighbours, and the ends', () => {
    const values = [0, 1, HIGHEST_US];
    for (let bit = 1; bit < 27; bit++)
      for (const d of [-2, -1, 0, 1, 2]) values.push(2 ** bit + d, 3 * 2 ** (bit - 1) + d);
    for (const v of values.filter((v) => v >= 0 && v <= HIGHEST_US))
      expect([v, place(v)]).toEqual([v, library.countsArrayIndex(v)]);
  });
  test('is the library’s for any value', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: HIGHEST_US }), (v) => place(v) === library.countsArrayIndex(v)),
      { numRuns: 5000 },
    );
  });
});

describe('places', () => {
  test('are as many as the library has, and hold what it counts in them', () => {
    expect(PLACES).toBe(library.countsArrayLength);
    for (let at = 0; at < PLACES; at++) {
      const lowest = library.valueFromIndex(at);
      expect([at, lowestOf(at), highestOf(at)]).toEqual([at, lowest, library.highestEquivalentValue(lowest)]);
    }
  });
});

describe('Recorder', () => {
  test('the same name is the same series', () => {
    const r = new Recorder();
    const srd = r.series('srd');
    expect(r.series('lag')).not.toBe(srd);
    expect(r.series('srd')).toBe(srd);
  });

  test('only series with a record are posted, with their occupied part', () => {
    const r = new Recorder();
    r.series('empty');
    const id = r.series('srd');
    r.record(id, 1000);
    r.record(id, 1003.4);
    const [state, ...rest] = r.snapshot();
    expect(rest).toEqual([]);
    expect(state).toMatchObject({ name: 'srd', first: 1000, min: 1000, max: 1003, sum: 2003, total: 2, clipped: 0 });
    expect([...state!.counts]).toEqual([1, 0, 0, 1]);
  });

  test('a snapshot does not change with later records, nor does one series with another', () => {
    const r = new Recorder();
    const a = r.series('a');
    r.record(a, 7);
    const before = r.snapshot();
    const b = r.series('b');
    r.record(b, 7);
    r.record(a, 7);
    expect([...before[0]!.counts]).toEqual([1]);
    expect(r.snapshot().map((s) => s.total)).toEqual([2, 1]);
  });

  test('values above two minutes stand at two minutes and are counted; below zero at zero; NaN is misuse', () => {
    const r = new Recorder();
    const id = r.series('srd');
    r.record(id, HIGHEST_US);
    r.record(id, HIGHEST_US + 1);
    r.record(id, Number.POSITIVE_INFINITY);
    r.record(id, -3);
    expect(r.snapshot()[0]).toMatchObject({ min: 0, max: HIGHEST_US, total: 4, clipped: 2 });
    expect(() => r.record(id, Number.NaN)).toThrow(RangeError);
    expect(r.snapshot()[0]!.total).toBe(4);
  });

  test('percentiles are the library’s own, but never above the largest record', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: HIGHEST_US, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (values) => {
          const r = new Recorder();
          const id = r.series('srd');
          const whole = new Int32Histogram(1, HIGHEST_US, DIGITS);
          for (const v of values) {
            r.record(id, v);
            whole.recordValue(Math.floor(v + 0.5));
          }
          const h = addHistograms(r.snapshot())!;
          for (const p of [1, 50, 75, 90, 95, 99, 99.9, 99.99, 100])
            expect(percentileOf(h, p)).toBe(Math.min(whole.getValueAtPercentile(p), h.max));
          expect(h.total).toBe(values.length);
        },
      ),
    );
  });
});
