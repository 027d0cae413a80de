// The one histogram shape every series has (1 µs to 2 minutes, three significant digits): adding, taking apart, percentiles, encoding. Pure.

import { decodeFromCompressedBase64, encodeIntoCompressedBase64, Float64Histogram } from 'hdr-histogram-js';
import type { HistogramState } from './snapshot.ts';

/** Highest trackable value; what is above is recorded as this and counted as clipped. */
export const HIGHEST_US = 120_000_000;
export const DIGITS = 3;

const SHAPE = new Float64Histogram(1, HIGHEST_US, DIGITS);
export const PLACES = SHAPE.countsArrayLength;

/** Largest value that is counted in each place. */
const UPPER_US = Float64Array.from({ length: PLACES }, (_, i) => SHAPE.highestEquivalentValue(SHAPE.valueFromIndex(i)));
const LOWER_US = Float64Array.from({ length: PLACES }, (_, i) => SHAPE.valueFromIndex(i));

/** Counts of the occupied part, from place `first` on. min, max, sum and total are those of the values as recorded. */
export interface Histogram {
  readonly first: number;
  readonly counts: Float64Array;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly total: number;
  readonly clipped: number;
}

/** One histogram of several; null when none has a record. */
export function addHistograms(parts: readonly (HistogramState | Histogram)[]): Histogram | null {
  let first = PLACES;
  let end = 0;
  let min = HIGHEST_US;
  let [max, sum, total, clipped] = [0, 0, 0, 0];
  for (const part of parts) {
    if (part.total === 0) continue;
    first = Math.min(first, part.first);
    end = Math.max(end, part.first + part.counts.length);
    min = Math.min(min, part.min);
    max = Math.max(max, part.max);
    sum += part.sum;
    total += part.total;
    clipped += part.clipped;
  }
  if (total === 0) return null;
  const counts = new Float64Array(end - first);
  for (const part of parts) {
    if (part.total === 0) continue;
    const shift = part.first - first;
    for (let i = 0; i < part.counts.length; i++) counts[i + shift]! += part.counts[i]!;
  }
  return { first, counts, min, max, sum, total, clipped };
}

/**
 * What was recorded between two states of one series; null when nothing was. The places are exact; min and max are the bounds of
 * the outermost places (within the histogram's precision), for the values themselves are gone.
 */
export function differenceOf(later: Histogram | null, earlier: Histogram | null): Histogram | null {
  if (later === null) return null;
  if (earlier === null) return later;
  const counts = later.counts.slice();
  const shift = earlier.first - later.first;
  let total = 0;
  for (let i = 0; i < earlier.counts.length; i++) counts[i + shift]! -= earlier.counts[i]!;
  let lowest = -1;
  let highest = -1;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! === 0) continue;
    total += counts[i]!;
    if (lowest < 0) lowest = i;
    highest = i;
  }
  if (total === 0) return null;
  return {
    first: later.first,
    counts,
    min: Math.max(LOWER_US[later.first + lowest]!, later.min),
    max: Math.min(UPPER_US[later.first + highest]!, later.max),
    sum: later.sum - earlier.sum,
    total,
    clipped: later.clipped - earlier.clipped,
  };
}

/** The value that `percent` of the records do not exceed, µs; never above the largest record. */
export function percentileOf(h: Histogram, percent: number): number {
  // 0.9999 × 10,000 must ask for record 9,999 though the product is a hair above it.
  const rank = Math.max(1, Math.ceil((percent / 100) * h.total * (1 - 1e-12)));
  let seen = 0;
  for (let i = 0; i < h.counts.length; i++) {
    seen += h.counts[i]!;
    if (seen >= rank) return Math.min(UPPER_US[h.first + i]!, h.max);
  }
  return h.max;
}

export function meanOf(h: Histogram): number {
  return h.sum / h.total;
}

/** Points of the percentile curve: five for each halving of what is left above, as far as there are records. */
export function curveOf(h: Histogram): [percent: number, us: number][] {
  const points: [number, number][] = [];
  const perHalf = 5;
  for (let i = 0; ; i++) {
    const left = 2 ** -(i / perHalf);
    if (left * h.total < 1) break;
    points.push([round(100 * (1 - left), 9), percentileOf(h, 100 * (1 - left))]);
  }
  points.push([100, h.max]);
  return points;
}

/** The library's portable V2 form, compressed, in base64. */
export function encodeHistogram(h: Histogram): string {
  const whole = new Float64Histogram(1, HIGHEST_US, DIGITS);
  for (let i = 0; i < h.counts.length; i++) if (h.counts[i]! > 0) whole.setCountAtIndex(h.first + i, h.counts[i]!);
  whole.establishInternalTackingValues();
  return encodeIntoCompressedBase64(whole);
}

/** From the V2 form again; min, max and sum are then known only within the histogram's precision. */
export function decodeHistogram(base64: string): Histogram | null {
  const whole = decodeFromCompressedBase64(base64, 64) as Float64Histogram;
  if (whole.numberOfSignificantValueDigits !== DIGITS || whole.countsArrayLength !== PLACES)
    throw new RangeError('this histogram has another shape than 1 µs to 2 minutes with 3 digits');
  const counts = Float64Array.from({ length: PLACES }, (_, i) => whole.getCountAtIndex(i));
  const first = counts.findIndex((n) => n > 0);
  if (first < 0) return null;
  const last = counts.findLastIndex((n) => n > 0);
  return {
    first,
    counts: counts.slice(first, last + 1),
    min: LOWER_US[first]!,
    max: Math.min(UPPER_US[last]!, HIGHEST_US),
    sum: whole.mean * whole.totalCount,
    total: whole.totalCount,
    clipped: 0,
  };
}

function round(x: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(x * scale) / scale;
}
