// A row a second: what changed between two totals. Percentiles are those of the interval alone. Pure.

import { COUNTER } from './counters.ts';
import { differenceOf, type Histogram, percentileOf } from './histogram.ts';
import type { Totals } from './merge.ts';

/** Counts of one interval; null where the interval has no data. The last row of a run may be shorter than the others. */
export interface Interval {
  /** Seconds from the start to the end of the interval, and its length. */
  readonly t: number;
  readonly durationS: number;
  /** Calls that fell due. */
  readonly planned: number;
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly dropped: number;
  readonly late: number;
  /** At the end of the interval. */
  readonly concurrent: number;
  readonly sent: number;
  readonly received: number;
  readonly retransmitted: number;
  readonly unexpected: number;
  readonly achievedCps: number | null;
  readonly srdP50Us: number | null;
  readonly srdP99Us: number | null;
  readonly srdMaxUs: number | null;
  readonly setupP50Us: number | null;
  readonly setupP99Us: number | null;
  /** The flow's first other timer, where it has neither srd nor setup (OPTIONS, REGISTER): rtt.…, rrd. */
  readonly rttP50Us: number | null;
  readonly rttP99Us: number | null;
  readonly rttMaxUs: number | null;
  readonly lagP99Us: number | null;
  readonly lagMaxUs: number | null;
  readonly rxDropped: number;
  /** Part of the time the busiest worker's loop was at work. */
  readonly busyFraction: number | null;
}

export function intervalOf(previous: Totals | null, next: Totals): Interval {
  const delta = (counter: number) => next.counters[counter]! - (previous?.counters[counter] ?? 0);
  const part = (name: string) =>
    differenceOf(next.histograms.get(name) ?? null, previous?.histograms.get(name) ?? null);
  const durationS = (next.atUs - (previous?.atUs ?? 0)) / 1e6;
  const started = delta(COUNTER.CALLS_STARTED);
  const srd = part('srd');
  const setup = part('setup');
  const rtt = part(otherTimer(next));
  const lag = part('lag');
  return {
    t: round(next.atUs / 1e6),
    durationS: round(durationS),
    planned: next.planned - (previous?.planned ?? 0),
    started,
    succeeded: delta(COUNTER.CALLS_SUCCEEDED),
    failed: delta(COUNTER.CALLS_FAILED),
    dropped: delta(COUNTER.CALLS_DROPPED),
    late: delta(COUNTER.CALLS_LATE),
    concurrent: next.counters[COUNTER.CALLS_CURRENT]!,
    sent: delta(COUNTER.MESSAGES_SENT),
    received: delta(COUNTER.MESSAGES_RECEIVED),
    retransmitted: delta(COUNTER.RETRANSMITTED),
    unexpected: delta(COUNTER.UNEXPECTED),
    achievedCps: durationS > 0 ? round(started / durationS) : null,
    srdP50Us: at(srd, 50),
    srdP99Us: at(srd, 99),
    srdMaxUs: at(srd, 100),
    setupP50Us: at(setup, 50),
    setupP99Us: at(setup, 99),
    rttP50Us: at(rtt, 50),
    rttP99Us: at(rtt, 99),
    rttMaxUs: at(rtt, 100),
    lagP99Us: at(lag, 99),
    lagMaxUs: at(lag, 100),
    rxDropped: delta(COUNTER.RX_DROPPED),
    busyFraction: busiest(previous, next),
  };
}

/** Collects the rows of a run: one for each call of `push` that is at least half a second after the last, and the rest at the end. */
export class IntervalLog {
  readonly rows: Interval[] = [];
  private previous: Totals | null = null;

  /** The new row; null when the totals have not come half a second further. */
  push(totals: Totals): Interval | null {
    return totals.atUs - (this.previous?.atUs ?? 0) < 500_000 ? null : this.append(totals);
  }

  /** The rest since the last row, so that the rows add up to the totals; null when nothing has happened since. */
  finish(totals: Totals): Interval | null {
    const before = this.previous?.counters;
    const same = before !== undefined && totals.counters.every((n, i) => n === before[i] || i === COUNTER.BUSY_US);
    return same ? null : this.append(totals);
  }

  private append(totals: Totals): Interval {
    const row = intervalOf(this.previous, totals);
    this.previous = totals;
    this.rows.push(row);
    return row;
  }
}

/** The timer that stands for a flow without a session. */
export function otherTimer(totals: Totals): string {
  if (totals.histograms.has('rrd')) return 'rrd';
  for (const name of totals.histograms.keys()) if (name.startsWith('rtt.') && !name.endsWith('.sent')) return name;
  return 'rtt';
}

function at(h: Histogram | null, percent: number): number | null {
  return h === null ? null : percentileOf(h, percent);
}

function busiest(previous: Totals | null, next: Totals): number | null {
  let most: number | null = null;
  for (const worker of next.workers) {
    const before = previous?.workers.find((w) => w.index === worker.index);
    const us = worker.atUs - (before?.atUs ?? 0);
    if (us > 0) most = Math.max(most ?? 0, (worker.busyUs - (before?.busyUs ?? 0)) / us);
  }
  return most === null ? null : round(Math.min(1, most));
}

function round(x: number): number {
  return Math.round(x * 1000) / 1000;
}
