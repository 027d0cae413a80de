// Histograms in the portable V2 form of HdrHistogram, which other tools read: there and back. Apart from the shape, so that only who writes results loads the library.

// By file: the package's own entry also compiles its WebAssembly and its log writer, 20 ms that nothing here uses.
import { decompress, doDecode } from 'hdr-histogram-js/dist/JsHistogram.encoding.js';
import { constructorFromBucketSize } from 'hdr-histogram-js/dist/JsHistogramFactory.js';
import { DIGITS, HIGHEST_US, type Histogram, highestOf, lowestOf, PLACES } from './histogram.ts';

const Float64Histogram = constructorFromBucketSize(64);

/** The library's portable V2 form, compressed, in base64. */
export function encodeHistogram(h: Histogram): string {
  const whole = new Float64Histogram(1, HIGHEST_US, DIGITS);
  for (let i = 0; i < h.counts.length; i++) if (h.counts[i]! > 0) whole.setCountAtIndex(h.first + i, h.counts[i]!);
  whole.establishInternalTackingValues();
  return whole.encodeIntoCompressedBase64();
}

/** From the V2 form again; min, max and sum are then known only within the histogram's precision. */
export function decodeHistogram(base64: string): Histogram | null {
  const whole = doDecode(decompress(Buffer.from(base64, 'base64')), 64);
  if (whole.numberOfSignificantValueDigits !== DIGITS || whole.countsArrayLength !== PLACES)
    throw new RangeError('this histogram has another shape than 1 µs to 2 minutes with 3 digits');
  const counts = Float64Array.from({ length: PLACES }, (_, i) => whole.getCountAtIndex(i));
  const first = counts.findIndex((n) => n > 0);
  if (first < 0) return null;
  const last = counts.findLastIndex((n) => n > 0);
  return {
    first,
    counts: counts.slice(first, last + 1),
    min: lowestOf(first),
    max: Math.min(highestOf(last), HIGHEST_US),
    sum: whole.mean * whole.totalCount,
    total: whole.totalCount,
    clipped: 0,
  };
}
