// What the live screen shows, taken from totals and the latest interval. Pure data; draws nothing.

import { COUNTER } from './counters.ts';
import { percentileOf } from './histogram.ts';
import { type Interval, otherTimer } from './interval.ts';
import { type LadderSource, laddersOf } from './measure.ts';
import type { Totals } from './merge.ts';
import type { Ladder } from './summary.ts';

export interface Live {
  readonly elapsedS: number;
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly dropped: number;
  readonly late: number;
  readonly concurrent: number;
  readonly sent: number;
  readonly received: number;
  readonly retransmitted: number;
  readonly unexpected: number;
  readonly rxDropped: number;
  readonly ladder: readonly Ladder[];
  /** The flow's first timer and its percentiles so far and in the last interval; null while there is no data. */
  readonly timer: string;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly intervalP50Us: number | null;
  readonly intervalP99Us: number | null;
  readonly intervalCps: number | null;
  readonly busyFraction: number | null;
  readonly lagP99Us: number | null;
  /** Most frequent reason of a failed call so far, '' when none has failed. */
  readonly failure: string;
}

export function liveOf(totals: Totals, programs: readonly LadderSource[], interval: Interval | null): Live {
  const { counters } = totals;
  const timer = totals.histograms.has('srd') ? 'srd' : otherTimer(totals);
  const histogram = totals.histograms.get(timer) ?? null;
  const isSrd = timer === 'srd';
  return {
    elapsedS: totals.atUs / 1e6,
    started: counters[COUNTER.CALLS_STARTED]!,
    succeeded: counters[COUNTER.CALLS_SUCCEEDED]!,
    failed: counters[COUNTER.CALLS_FAILED]!,
    dropped: counters[COUNTER.CALLS_DROPPED]!,
    late: counters[COUNTER.CALLS_LATE]!,
    concurrent: counters[COUNTER.CALLS_CURRENT]!,
    sent: counters[COUNTER.MESSAGES_SENT]!,
    received: counters[COUNTER.MESSAGES_RECEIVED]!,
    retransmitted: counters[COUNTER.RETRANSMITTED]!,
    unexpected: counters[COUNTER.UNEXPECTED]!,
    rxDropped: counters[COUNTER.RX_DROPPED]!,
    ladder: laddersOf(totals, programs),
    timer,
    p50Us: histogram === null ? null : percentileOf(histogram, 50),
    p99Us: histogram === null ? null : percentileOf(histogram, 99),
    intervalP50Us: (isSrd ? interval?.srdP50Us : interval?.rttP50Us) ?? null,
    intervalP99Us: (isSrd ? interval?.srdP99Us : interval?.rttP99Us) ?? null,
    intervalCps: interval?.achievedCps ?? null,
    busyFraction: interval?.busyFraction ?? null,
    lagP99Us: interval?.lagP99Us ?? null,
    failure: totals.failures[0]?.reason ?? '',
  };
}
