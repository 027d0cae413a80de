// The one histogram shape every series has (1 µs to 2 minutes, three significant digits): places, adding, taking apart, percentiles. Pure.

import type { HistogramState } from './snapshot.ts';

/** Highest trackable value; what is above is recorded as this and counted as clipped. */
export const HIGHEST_US = 120_000_000;
export const DIGITS = 3;

/** Values below this have a place each; from there on a place holds 2, 4, 8 … values, a thousand places to each doubling. */
const SINGLE = 2048;
/** Places, as hdr-histogram-js counts them. */
export const PLACES = (bucketOf(HIGHEST_US) + 2) << 10;

function bucketOf(us: number): number {
  return 21 - Math.clz32(us | (SINGLE - 1));
}

/** Where a value in [0, HIGHEST_US] is counted: the place the library gives it. */
export function place(us: number): number {
  const bucket = bucketOf(us);
  return (bucket << 10) + (us >> bucket);
}

/** Smallest value that is counted in a place. */
export function lowestOf(at: number): number {
  const bucket = at < SINGLE ? 0 : (at >> 10) - 1;
  return (at - (bucket << 10)) << bucket;
}

/** Largest value that is counted in a place. */
export function highestOf(at: number): number {
  return lowestOf(at + 1) - 1;
}

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
    min: Math.max(lowestOf(later.first + lowest), later.min),
    max: Math.min(highestOf(later.first + highest), later.max),
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
    if (seen >= rank) return Math.min(highestOf(h.first + i), h.max);
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

function round(x: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(x * scale) / scale;
}
