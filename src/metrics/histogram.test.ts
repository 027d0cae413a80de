// Adding, taking apart, percentiles within the stated precision, and the portable encoding there and back.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHistogram, encodeHistogram } from './encoding.ts';
import { addHistograms, curveOf, differenceOf, HIGHEST_US, type Histogram, percentileOf } from './histogram.ts';
import { Recorder } from './recorder.ts';

function histogram(values: readonly number[]): Histogram | null {
  const r = new Recorder();
  const id = r.series('x');
  for (const v of values) r.record(id, v);
  return addHistograms(r.snapshot());
}

const latencies = fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: HIGHEST_US })), {
  maxLength: 150,
});

describe('percentiles', () => {
  test('are within a thousandth of the sorted data’s', () => {
    fc.assert(
      fc.property(
        latencies.filter((v) => v.length > 0),
        fc.constantFrom(1, 25, 50, 90, 99, 99.9, 100),
        (values, p) => {
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil((p / 100) * sorted.length - 1e-9)) - 1]!;
          const found = percentileOf(histogram(values)!, p);
          expect(found).toBeGreaterThanOrEqual(exact);
          expect(found - exact).toBeLessThanOrEqual(Math.max(0, exact * 0.001));
        },
      ),
    );
  });

  test('99.99 % of 10,000 records is record 9,999, not the largest', () => {
    const h = histogram([...Array.from({ length: 9999 }, () => 10), 1000])!;
    expect(percentileOf(h, 99.99)).toBe(10);
    expect(percentileOf(h, 99.999)).toBe(1000);
  });
});

describe('adding and taking apart', () => {
  test('the sum of parts is the whole', () => {
    fc.assert(
      fc.property(fc.array(latencies, { maxLength: 4 }), (parts) => {
        const sum = addHistograms(parts.map(histogram).filter((h) => h !== null));
        expect(sum).toEqual(histogram(parts.flat()));
      }),
      { numRuns: 30 },
    );
  });

  test('the difference of two states is what came between', () => {
    fc.assert(
      fc.property(latencies, latencies, (before, between) => {
        const difference = differenceOf(histogram([...before, ...between]), histogram(before));
        const exact = histogram(between);
        if (exact === null) {
          expect(difference).toBeNull();
          return;
        }
        expect(difference!.total).toBe(exact.total);
        expect(difference!.sum).toBe(exact.sum);
        for (const p of [50, 99]) {
          const at = percentileOf(exact, p);
          expect(Math.abs(percentileOf(difference!, p) - at)).toBeLessThanOrEqual(at * 0.001);
        }
        expect(Math.abs(difference!.max - exact.max)).toBeLessThanOrEqual(exact.max * 0.001);
        expect(difference!.min).toBeLessThanOrEqual(exact.min);
      }),
    );
  });

  test('nothing and nothing is nothing', () => {
    expect(addHistograms([])).toBeNull();
    expect(differenceOf(null, null)).toBeNull();
  });
});

describe('encoding', () => {
  test('decodes to the same counts', () => {
    fc.assert(
      fc.property(
        latencies.filter((v) => v.length > 0),
        (values) => {
          const h = histogram(values)!;
          const back = decodeHistogram(encodeHistogram(h))!;
          expect([...back.counts]).toEqual([...h.counts]);
          expect(back.first).toBe(h.first);
          expect(back.total).toBe(h.total);
          expect(Math.abs(back.max - h.max)).toBeLessThanOrEqual(h.max * 0.001);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('begins with the V2 compressed cookie', () => {
    const bytes = Buffer.from(encodeHistogram(histogram([1, 2, 3])!), 'base64');
    expect(bytes.readUInt32BE(0)).toBe(0x1c849314);
  });

  test('counts beyond 32 bits survive', () => {
    const h = { ...histogram([5])!, counts: Float64Array.of(2 ** 33), total: 2 ** 33 };
    expect(decodeHistogram(encodeHistogram(h))!.total).toBe(2 ** 33);
  });
});

test('the curve rises, ends at the maximum, and stops where the records do', () => {
  const h = histogram(Array.from({ length: 1000 }, (_, i) => i * 3))!;
  const curve = curveOf(h);
  expect(curve[0]![0]).toBe(0);
  expect(curve.at(-1)).toEqual([100, h.max]);
  expect(curve.at(-2)![0]).toBeLessThanOrEqual(99.9);
  for (let i = 1; i < curve.length; i++) {
    expect(curve[i]![0]).toBeGreaterThan(curve[i - 1]![0]);
    expect(curve[i]![1]).toBeGreaterThanOrEqual(curve[i - 1]![1]);
  }
});
