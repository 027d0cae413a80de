// Latency histograms of one worker: records, and copies its counts for a snapshot. Never encodes, merges or judges.

import { HIGHEST_US, PLACES, place } from './histogram.ts';
import type { HistogramState } from './snapshot.ts';

/**
 * Counts stand in the places hdr-histogram-js gives them (a test proves it for every power of two and its neighbours), so that
 * merging and encoding are the library's. The place itself is found here with integers: 9 ns and nothing allocated, and a snapshot
 * of 20 series in 0.2 ms. The library's JS histogram takes 72 ns and 16 bytes a record; its WASM one 18 ns, and 0.9 ms for the
 * snapshot, which must be encoded first (bench/histogram.ts).
 */
export class Recorder {
  /** [0]: what `recordValue` records, microseconds: a cell, since a double passed to a function is boxed (bench/alloc.ts). */
  readonly value = new Float64Array(1);
  private readonly names: string[] = [];
  /** PLACES cells for each series. */
  private counts = new Uint32Array(0);
  private mins = new Int32Array(0);
  private maxs = new Int32Array(0);
  private totals = new Float64Array(0);
  private sums = new Float64Array(0);
  private clipped = new Float64Array(0);

  /** The id of a series; the same name gives the same id. Made once, at the start. */
  series(name: string): number {
    const known = this.names.indexOf(name);
    if (known >= 0) return known;
    const id = this.names.length;
    const n = id + 1;
    this.names.push(name);
    this.counts = copied(this.counts, new Uint32Array(n * PLACES));
    this.mins = copied(this.mins, new Int32Array(n));
    this.maxs = copied(this.maxs, new Int32Array(n));
    this.totals = copied(this.totals, new Float64Array(n));
    this.sums = copied(this.sums, new Float64Array(n));
    this.clipped = copied(this.clipped, new Float64Array(n));
    this.mins[id] = HIGHEST_US;
    return id;
  }

  /** Records `valueUs`. */
  record(id: number, valueUs: number): void {
    this.value[0] = valueUs;
    this.recordValue(id);
  }

  /** Records `value[0]`, rounded to whole microseconds; below zero (two clocks disagree by a hair) counts as 0. */
  recordValue(id: number): void {
    const valueUs = this.value[0]!;
    let us = 0;
    if (valueUs < HIGHEST_US) {
      if (valueUs > 0) us = (valueUs + 0.5) | 0;
    } else if (valueUs >= HIGHEST_US) {
      us = HIGHEST_US;
      if (valueUs > HIGHEST_US) this.clipped[id]!++;
    } else throw new RangeError('a latency that is not a number');
    this.counts[id * PLACES + place(us)]!++;
    if (us < this.mins[id]!) this.mins[id] = us;
    if (us > this.maxs[id]!) this.maxs[id] = us;
    this.totals[id]!++;
    this.sums[id]! += us;
  }

  /** Copies of all series that have a record: only the occupied part of each. */
  snapshot(): HistogramState[] {
    const states: HistogramState[] = [];
    for (let id = 0; id < this.names.length; id++) {
      const total = this.totals[id]!;
      if (total === 0) continue;
      const min = this.mins[id]!;
      const max = this.maxs[id]!;
      const first = place(min);
      const counts = this.counts.slice(id * PLACES + first, id * PLACES + place(max) + 1);
      const name = this.names[id]!;
      states.push({ name, first, counts, min, max, sum: this.sums[id]!, total, clipped: this.clipped[id]! });
    }
    return states;
  }
}

function copied<T extends Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
