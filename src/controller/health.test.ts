// Each sign that the generator was the bottleneck, on its own and at its limit; nothing of the target's makes it unhealthy.
import { describe, expect, it } from 'vitest';
import { COUNTER, COUNTER_COUNT } from '../metrics/counters.ts';
import { addHistograms } from '../metrics/histogram.ts';
import { type Interval, intervalOf } from '../metrics/interval.ts';
import { merge, type Totals } from '../metrics/merge.ts';
import { Recorder } from '../metrics/recorder.ts';
import { judgeHealth } from './health.ts';

type Counts = Partial<Record<keyof typeof COUNTER, number>>;

const NOTHING = merge([], 0);

function totals(counts: Counts, rest: Partial<Totals> = {}): Totals {
  const counters = new Float64Array(COUNTER_COUNT);
  const all: Counts = { CALLS_STARTED: 1_000, ...counts };
  for (const [name, n] of Object.entries(all)) counters[COUNTER[name as keyof typeof COUNTER]] = n;
  return { ...NOTHING, counters, planned: 1_000, heard: true, ...rest };
}

function lagOf(...us: number[]): Pick<Totals, 'histograms'> {
  const recorder = new Recorder();
  const id = recorder.series('lag');
  for (const one of us) recorder.record(id, one);
  return { histograms: new Map([['lag', addHistograms(recorder.snapshot())!]]) };
}

function second(busyFraction: number | null, durationS = 1): Interval {
  return { ...intervalOf(null, NOTHING), durationS, busyFraction };
}

function reasons(
  given: Totals,
  rows: Interval[] = [],
  { open = true, deaths = [] as string[], stopped = false } = {},
): readonly string[] {
  const health = judgeHealth(given, rows, open, deaths, stopped);
  expect(health.saturated).toBe(health.reasons.length > 0);
  return health.reasons;
}

describe('judgeHealth', () => {
  it('finds nothing wrong with a clean run', () => {
    expect(reasons(totals({}, lagOf(10, 20, 30)), [second(0.5), second(0.5)])).toEqual([]);
  });

  it('says that rows of the data file were too few', () => {
    expect(reasons(totals({ CALLS_DROPPED: 3, ROWS_USED_UP: 3 }))).toEqual([
      expect.stringMatching(/^3 calls were not started because every row .* \(--data-order unique\): give more rows/),
    ]);
  });

  it('does not hold the failures of the target against the generator', () => {
    const bad = totals({
      CALLS_FAILED: 900,
      RETRANSMITTED: 5_000,
      UNEXPECTED: 100,
      MALFORMED: 3,
      STRAY: 3,
      ICMP_REFUSED: 3,
      REFUSED: 10,
      CALLS_ABANDONED: 4,
    });
    expect(reasons(bad)).toEqual([]);
  });

  it('lag at p99 above 20 ms', () => {
    expect(reasons(totals({}, lagOf(20_000)))).toEqual([]);
    expect(reasons(totals({}, lagOf(20_100)))).toEqual([
      expect.stringMatching(/^calls left 20\.1 ms late at p99 \(limit 20\.0 ms\)/),
    ]);
  });

  it('one slow call in a thousand is no lag', () => {
    expect(reasons(totals({}, lagOf(...new Array<number>(999).fill(100), 900_000)))).toEqual([]);
  });

  it('more than a tenth of the calls late', () => {
    expect(reasons(totals({ CALLS_LATE: 100 }, lagOf(100)))).toEqual([]);
    expect(reasons(totals({ CALLS_LATE: 101 }, lagOf(100)))).toEqual(['101 of 1000 calls left more than 10 ms late']);
  });

  it('says once that the schedule was not kept', () => {
    expect(reasons(totals({ CALLS_LATE: 900 }, lagOf(50_000)))).toHaveLength(1);
  });

  it('a closed model has no schedule to be late for', () => {
    const late = totals({ CALLS_LATE: 900, CALLS_STARTED: 5 }, lagOf(50_000));
    expect(reasons(late, [], { open: false })).toEqual([]);
  });

  it('datagrams dropped at our own socket', () => {
    expect(reasons(totals({ RX_DROPPED: 1 }))).toEqual([expect.stringMatching(/own socket dropped 1 datagrams/)]);
    expect(reasons(totals({ RX_DROPPED: 1 }), [], { open: false })).toHaveLength(1);
  });

  it('busy in most seconds but the first', () => {
    expect(reasons(totals({}), [second(1)])).toEqual([]);
    expect(reasons(totals({}), [second(1), second(0.98), second(0.5)])).toEqual([]);
    expect(reasons(totals({}), [second(0), second(0.98), second(0.98), second(0.5)])).toEqual([
      'a worker was busy over 97 % of the time in 2 of 3 seconds',
    ]);
    expect(reasons(totals({}), [second(0), second(0.97)])).toEqual([]);
  });

  it('leaves out rests of seconds and those without data', () => {
    expect(reasons(totals({}), [second(0), second(1, 0.3), second(null)])).toEqual([]);
  });

  it('fewer calls started than planned', () => {
    expect(reasons(totals({ CALLS_STARTED: 990 }))).toEqual([]);
    expect(reasons(totals({ CALLS_STARTED: 989 }))).toEqual(['only 989 of 1000 planned calls were started']);
  });

  it('calls dropped on purpose (--concurrency) are not missing', () => {
    expect(reasons(totals({ CALLS_STARTED: 500, CALLS_DROPPED: 500 }))).toEqual([]);
    expect(reasons(totals({ CALLS_STARTED: 500, CALLS_DROPPED: 489 }))).toHaveLength(1);
  });

  it('a run that the user ended is not short', () => {
    expect(reasons(totals({ CALLS_STARTED: 10 }), [], { stopped: true })).toEqual([]);
    expect(reasons(totals({ CALLS_STARTED: 10 }), [], { open: false })).toEqual([]);
  });

  it('messages that found no memory', () => {
    expect(reasons(totals({ UNSENT: 2 }))).toEqual([expect.stringMatching(/^2 messages could not be sent/)]);
  });

  it('datagrams the system refused, by errno', () => {
    expect(reasons(totals({}, { sendErrors: { ENOBUFS: 3, EPERM: 1 } }))).toEqual([
      'the system refused to send 3 datagrams (ENOBUFS)',
      'the system refused to send 1 datagrams (EPERM)',
    ]);
  });

  it('a worker that died', () => {
    expect(reasons(totals({}), [], { deaths: ['worker 1 died: out of memory'] })).toEqual([
      'worker 1 died: out of memory',
    ]);
    expect(reasons(totals({}), [], { deaths: ['worker 1 died: x'], open: false, stopped: true })).toHaveLength(1);
  });

  it('says all that was wrong', () => {
    const bad = totals({ CALLS_STARTED: 5, RX_DROPPED: 1, UNSENT: 1 }, { ...lagOf(90_000), sendErrors: { EPERM: 1 } });
    expect(reasons(bad, [second(1), second(1)], { deaths: ['worker 0 died: x'] })).toHaveLength(7);
  });
});
