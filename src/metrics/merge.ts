// The latest snapshot of each worker, added up. Order of arrival changes nothing; a missing worker is named, never waited for.

import { COUNTER, COUNTER_COUNT } from './counters.ts';
import { addHistograms, type Histogram } from './histogram.ts';
import type { HistogramState, Snapshot } from './snapshot.ts';

export interface WorkerState {
  readonly index: number;
  readonly final: boolean;
  readonly atUs: number;
  readonly busyUs: number;
}

/** Cumulative state of the whole run. */
export interface Totals {
  /** Those heard from, by index. */
  readonly workers: readonly WorkerState[];
  /** Workers without a final snapshot: while the run goes on all of them, after it those that were lost. */
  readonly incomplete: readonly number[];
  /** Microseconds since the start: of the worker that has come furthest. */
  readonly atUs: number;
  /**
   * By COUNTER: sums, but for LONGEST_SLICE_US, which is the longest of all. CALLS_PEAK is the sum of the workers' peaks: exact
   * with one worker, with more an upper bound, for they need not have fallen together.
   */
  readonly counters: Float64Array;
  readonly planned: number;
  /** [sent, received] pairs by method id; by status − 100. */
  readonly methodCounts: Float64Array;
  readonly statusCounts: Float64Array;
  /** By status − 100; null when a worker does not count them. */
  readonly inviteFinals: Float64Array | null;
  /** Per program, FLOW_COUNTERS each; null when a worker does not count them. */
  readonly flowCounts: Float64Array | null;
  /** Per program, per ladder line, LINE_COUNTERS each. */
  readonly lineCounts: readonly Float64Array[];
  /** By series name. */
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** Most frequent first. */
  readonly failures: Snapshot['failures'];
  readonly discarded: Snapshot['discarded'];
  readonly rules: Snapshot['rules'];
  readonly sendErrors: Readonly<Record<string, number>>;
  readonly connections: Readonly<Record<string, number>>;
  readonly slots: Snapshot['slots'];
  readonly refusedBy: readonly string[];
  readonly heard: boolean;
}

/** Keeps the latest snapshot of each worker. */
export class Merger {
  private readonly latest: (Snapshot | null)[];

  /** @param workers how many there are: indices 0 to workers − 1 */
  constructor(workers: number) {
    this.latest = Array.from({ length: workers }, () => null);
  }

  add(snapshot: Snapshot): void {
    const { index } = snapshot;
    if (!(index in this.latest)) throw new RangeError(`snapshot of worker ${index} of ${this.latest.length}`);
    const known = this.latest[index]!;
    if (known === null || isLater(snapshot, known)) this.latest[index] = snapshot;
  }

  totals(): Totals {
    const parts = this.latest.filter((s) => s !== null);
    const counters = sum(
      parts.map((s) => s.counters),
      COUNTER_COUNT,
    );
    counters[COUNTER.LONGEST_SLICE_US] = Math.max(0, ...parts.map((s) => s.counters[COUNTER.LONGEST_SLICE_US] ?? 0));
    const programs = Math.max(0, ...parts.map((s) => s.lineCounts.length));
    const flows = parts.map((s) => s.flowCounts).filter((f) => f !== undefined);
    const finals = parts.map((s) => s.inviteFinals).filter((f) => f !== undefined);
    return {
      workers: parts.map((s) => ({
        index: s.index,
        final: s.final,
        atUs: s.atUs,
        busyUs: s.counters[COUNTER.BUSY_US]!,
      })),
      incomplete: this.latest.flatMap((s, index) => (s?.final === true ? [] : [index])),
      atUs: Math.max(0, ...parts.map((s) => s.atUs)),
      counters,
      planned: parts.reduce((n, s) => n + s.planned, 0),
      methodCounts: sum(parts.map((s) => s.methodCounts)),
      statusCounts: sum(parts.map((s) => s.statusCounts)),
      inviteFinals: parts.length > 0 && finals.length === parts.length ? sum(finals) : null,
      flowCounts: parts.length > 0 && flows.length === parts.length ? sum(flows) : null,
      lineCounts: Array.from({ length: programs }, (_, i) => sum(parts.flatMap((s) => s.lineCounts[i] ?? []))),
      histograms: mergeHistograms(parts),
      failures: mergeExamples(
        parts.flatMap((s) => s.failures),
        (f) => f.reason,
      ),
      discarded: mergeExamples(
        parts.flatMap((s) => s.discarded),
        (d) => d.reason,
      ),
      rules: mergeExamples(
        parts.flatMap((s) => s.rules),
        (r) => r.id,
      ),
      sendErrors: mergeNamed(parts.map((s) => s.sendErrors)),
      connections: mergeNamed(parts.map((s) => s.connections)),
      slots: {
        transactions: parts.reduce((n, s) => n + s.slots.transactions, 0),
        calls: parts.reduce((n, s) => n + s.slots.calls, 0),
        chunkBytes: parts.reduce((n, s) => n + s.slots.chunkBytes, 0),
        connections: parts.reduce((n, s) => n + s.slots.connections, 0),
      },
      refusedBy: [...new Set(parts.flatMap((s) => s.refusedBy))].sort(),
      heard: parts.some((s) => s.heard),
    };
  }
}

/** Totals of snapshots in any order, with several of one worker or none. */
export function merge(snapshots: Iterable<Snapshot>, workers: number): Totals {
  const merger = new Merger(workers);
  for (const snapshot of snapshots) merger.add(snapshot);
  return merger.totals();
}

function isLater(a: Snapshot, b: Snapshot): boolean {
  if (a.final !== b.final) return a.final;
  if (a.atUs !== b.atUs) return a.atUs > b.atUs;
  // Posted within one microsecond: counts never go down.
  return a.counters.reduce((n, x) => n + x, 0) > b.counters.reduce((n, x) => n + x, 0);
}

function sum(columns: readonly Float64Array[], length = 0): Float64Array {
  const out = new Float64Array(Math.max(length, ...columns.map((c) => c.length)));
  for (const column of columns) for (let i = 0; i < column.length; i++) out[i]! += column[i]!;
  return out;
}

function mergeHistograms(parts: readonly Snapshot[]): Map<string, Histogram> {
  const byName = new Map<string, HistogramState[]>();
  for (const part of parts) {
    for (const state of part.histograms) {
      const list = byName.get(state.name);
      if (list === undefined) byName.set(state.name, [state]);
      else list.push(state);
    }
  }
  const merged = new Map<string, Histogram>();
  for (const name of [...byName.keys()].sort()) {
    const histogram = addHistograms(byName.get(name)!);
    if (histogram !== null) merged.set(name, histogram);
  }
  return merged;
}

/** Counts with one key added; the example is that of the lowest worker that has one. */
function mergeExamples<T extends { readonly count: number; readonly example: string }>(
  rows: readonly T[],
  key: (row: T) => string,
): T[] {
  const merged = new Map<string, T>();
  for (const row of rows) {
    const known = merged.get(key(row));
    merged.set(
      key(row),
      known === undefined ? row : { ...known, count: known.count + row.count, example: known.example || row.example },
    );
  }
  return [...merged.values()].sort((a, b) => b.count - a.count || (key(a) < key(b) ? -1 : 1));
}

function mergeNamed(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of parts) for (const [name, count] of Object.entries(part)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
