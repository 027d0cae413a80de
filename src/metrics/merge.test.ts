// Merging does not depend on order, loses nothing, and names the worker that is missing.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COUNTER, COUNTER_COUNT, LINE_COUNTERS } from './counters.ts';
import { addHistograms, percentileOf } from './histogram.ts';
import { IntervalLog, intervalOf } from './interval.ts';
import { Merger, merge, type Totals } from './merge.ts';
import { Recorder } from './recorder.ts';
import type { Snapshot } from './snapshot.ts';

const WORKERS = 3;

interface Step {
  readonly started: number;
  readonly sent: number;
  readonly latencies: readonly number[];
}

const step: fc.Arbitrary<Step> = fc.record({
  started: fc.nat(20),
  sent: fc.nat(50),
  latencies: fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 12 }),
});

/** Snapshots of one worker: each a second later, cumulative, the last final when `ends`. */
function story(index: number, steps: readonly Step[], ends: boolean): Snapshot[] {
  const recorder = new Recorder();
  const srd = recorder.series('srd');
  const counters = new Float64Array(COUNTER_COUNT);
  return steps.map((s, i) => {
    counters[COUNTER.CALLS_STARTED]! += s.started;
    counters[COUNTER.MESSAGES_SENT]! += s.sent;
    counters[COUNTER.BUSY_US]! += 300_000;
    counters[COUNTER.LONGEST_SLICE_US] = 100 * (index + 1);
    for (const us of s.latencies) recorder.record(srd, us);
    return {
      type: 'snapshot',
      index,
      final: ends && i === steps.length - 1,
      atUs: (i + 1) * 1e6 + index,
      counters: counters.slice(),
      planned: counters[COUNTER.CALLS_STARTED]!,
      methodCounts: Float64Array.of(0, 0, counters[COUNTER.CALLS_STARTED]!, 0),
      statusCounts: new Float64Array(4),
      inviteFinals: new Float64Array(2),
      lineCounts: [new Float64Array(LINE_COUNTERS).fill(counters[COUNTER.CALLS_STARTED]!)],
      histograms: recorder.snapshot(),
      failures: [{ reason: `reason ${index % 2}`, count: i + 1, example: `of worker ${index}` }],
      discarded: [],
      rules: [],
      sendErrors: { ENOBUFS: 1 },
      connections: {},
      slots: { transactions: 1, calls: 2, chunkBytes: 3, connections: 0 },
      refusedBy: index === 1 ? ['127.0.0.1:9'] : [],
      heard: index === 2,
    };
  });
}

const stories = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: WORKERS, maxLength: WORKERS });

describe('merge', () => {
  test('in any order, with repetitions, is the same', () => {
    fc.assert(
      fc.property(
        stories.chain((s) => {
          const all = s.flatMap((steps, index) => story(index, steps, true));
          return fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }));
        }),
        ([all, shuffled]) => {
          expect(merge(shuffled, WORKERS)).toEqual(merge(all, WORKERS));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('percentiles are those of all data together', () => {
    fc.assert(
      fc.property(stories, (s) => {
        const totals = merge(
          s.flatMap((steps, i) => story(i, steps, true)),
          WORKERS,
        );
        const recorder = new Recorder();
        const id = recorder.series('srd');
        for (const us of s.flat().flatMap((x) => x.latencies)) recorder.record(id, us);
        const together = addHistograms(recorder.snapshot());
        expect(totals.histograms.get('srd') ?? null).toEqual(together);
        if (together === null) return;
        for (const p of [50, 99, 100])
          expect(percentileOf(totals.histograms.get('srd')!, p)).toBe(percentileOf(together, p));
      }),
      { numRuns: 30 },
    );
  });

  test('counts add up; the longest slice is the longest; examples are of the lowest worker', () => {
    const steps = [{ started: 4, sent: 9, latencies: [5] }];
    const totals = merge(
      [0, 1, 2].flatMap((i) => story(i, steps, true)),
      WORKERS,
    );
    expect(totals.counters[COUNTER.CALLS_STARTED]).toBe(12);
    expect(totals.counters[COUNTER.LONGEST_SLICE_US]).toBe(300);
    expect(totals.methodCounts[2]).toBe(12);
    expect(totals.lineCounts[0]![0]).toBe(12);
    expect(totals.failures).toEqual([
      { reason: 'reason 0', count: 2, example: 'of worker 0' },
      { reason: 'reason 1', count: 1, example: 'of worker 1' },
    ]);
    expect(totals.sendErrors).toEqual({ ENOBUFS: 3 });
    expect(totals).toMatchObject({ incomplete: [], heard: true, refusedBy: ['127.0.0.1:9'], slots: { calls: 6 } });
  });

  test('a worker without a final snapshot, or without any, is named and everything else is there', () => {
    const steps = [{ started: 4, sent: 9, latencies: [5] }];
    const totals = merge([...story(0, steps, true), ...story(2, steps, false)], WORKERS);
    expect(totals.incomplete).toEqual([1, 2]);
    expect(totals.workers.map((w) => w.index)).toEqual([0, 2]);
    expect(totals.counters[COUNTER.CALLS_STARTED]).toBe(8);
  });

  test('no worker heard from: zeros, no NaN', () => {
    const totals = merge([], 2);
    expect(totals.incomplete).toEqual([0, 1]);
    expect(totals.atUs).toBe(0);
    expect([...totals.counters].every((n) => n === 0)).toBe(true);
    expect(numbersOf(intervalOf(null, totals)).every(Number.isFinite)).toBe(true);
  });

  test('final counts even when it came before one that was posted earlier', () => {
    const [first, last] = story(
      0,
      [
        { started: 1, sent: 1, latencies: [] },
        { started: 1, sent: 1, latencies: [] },
      ],
      true,
    );
    const merger = new Merger(1);
    merger.add(last!);
    merger.add(first!);
    expect(merger.totals().counters[COUNTER.CALLS_STARTED]).toBe(2);
    expect(() => merger.add({ ...first!, index: 1 })).toThrow(RangeError);
  });

  test('without inviteFinals of every worker there are none', () => {
    const [a] = story(0, [{ started: 1, sent: 1, latencies: [] }], true);
    const { inviteFinals: _, ...b } = { ...story(1, [{ started: 1, sent: 1, latencies: [] }], true)[0]! };
    expect(merge([a!], 2).inviteFinals).not.toBeNull();
    expect(merge([a!, b], 2).inviteFinals).toBeNull();
  });
});

describe('intervals', () => {
  test('the rows add up to the totals, and no row goes below zero', () => {
    fc.assert(
      fc.property(stories, fc.integer({ min: 0, max: WORKERS }), (s, lost) => {
        const all = s.map((steps, i) => story(i, steps, i !== lost));
        const merger = new Merger(WORKERS);
        const log = new IntervalLog();
        let totals: Totals = merger.totals();
        for (let second = 0; second < 5; second++) {
          for (const snapshots of all) if (snapshots[second] !== undefined) merger.add(snapshots[second]!);
          totals = merger.totals();
          log.push(totals);
        }
        log.finish(totals);
        const sum = (key: 'started' | 'sent') => log.rows.reduce((n, row) => n + row[key], 0);
        expect(sum('started')).toBe(totals.counters[COUNTER.CALLS_STARTED]);
        expect(sum('sent')).toBe(totals.counters[COUNTER.MESSAGES_SENT]);
        for (const row of log.rows) {
          for (const n of numbersOf(row)) expect(n).toBeGreaterThanOrEqual(0);
          if (row.srdMaxUs !== null) expect(row.srdP50Us!).toBeLessThanOrEqual(row.srdMaxUs);
        }
        const t = log.rows.map((row) => row.t);
        expect([...t].sort((a, b) => a - b)).toEqual(t);
      }),
    );
  });

  test('percentiles are of the interval alone', () => {
    const steps = [
      { started: 2, sent: 2, latencies: [100, 100, 100] },
      { started: 2, sent: 2, latencies: [900] },
      { started: 0, sent: 0, latencies: [] },
    ];
    const [a, b, c] = story(0, steps, true).map((s) => merge([s], 1));
    expect(intervalOf(a!, b!)).toMatchObject({
      started: 2,
      srdP50Us: 900,
      srdP99Us: 900,
      srdMaxUs: 900,
      achievedCps: 2,
      busyFraction: 0.3,
    });
    expect(intervalOf(b!, c!)).toMatchObject({ started: 0, srdP50Us: null, srdMaxUs: null, achievedCps: 0 });
  });

  test('totals that have not moved make no row', () => {
    const totals = merge(story(0, [{ started: 1, sent: 1, latencies: [5] }], true), 1);
    const log = new IntervalLog();
    expect(log.push(totals)).not.toBeNull();
    expect(log.push(totals)).toBeNull();
    expect(log.finish(totals)).toBeNull();
    expect(log.rows).toHaveLength(1);
  });
});

function numbersOf(row: object): number[] {
  return Object.values(row).filter((v) => v !== null);
}
