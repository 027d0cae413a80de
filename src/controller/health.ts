// Whether the generator itself was the bottleneck. Pure; looks at our own figures only, never at the target's.

import { COUNTER } from '../metrics/counters.ts';
import { percentileOf } from '../metrics/histogram.ts';
import type { Interval } from '../metrics/interval.ts';
import type { Totals } from '../metrics/merge.ts';

/** Schedule lag a healthy generator stays below at p99. */
const LAG_P99_US = 20_000;
const LATE_SHARE = 0.1;
const BUSY = 0.97;
const STARTED_SHARE = 0.99;

export interface Health {
  readonly saturated: boolean;
  readonly reasons: readonly string[];
}

/** @param deaths what was said of workers that died; @param stopped the user ended the run before its schedule did */
export function judgeHealth(
  totals: Totals,
  intervals: readonly Interval[],
  openModel: boolean,
  deaths: readonly string[],
  stopped: boolean,
): Health {
  const count = (counter: number) => totals.counters[counter] ?? 0;
  const reasons = [...deaths];
  const lag = totals.histograms.get('lag');
  const started = count(COUNTER.CALLS_STARTED);
  if (openModel && lag !== undefined) {
    const p99 = percentileOf(lag, 99);
    if (p99 > LAG_P99_US)
      reasons.push(
        `calls left ${ms(p99)} late at p99 (limit ${ms(LAG_P99_US)}): the generator could not keep the schedule`,
      );
    else if (count(COUNTER.CALLS_LATE) > started * LATE_SHARE)
      reasons.push(`${count(COUNTER.CALLS_LATE)} of ${started} calls left more than 10 ms late`);
  }
  const dropped = count(COUNTER.RX_DROPPED);
  if (dropped > 0)
    reasons.push(`the generator's own socket dropped ${dropped} datagrams: receive buffer or CPU too small`);
  // Seconds of full load count; the first is start-up.
  const full = intervals.slice(1).filter((i) => i.durationS > 0.5 && i.busyFraction !== null);
  const busy = full.filter((i) => i.busyFraction! > BUSY).length;
  if (full.length > 0 && busy * 2 > full.length)
    reasons.push(`a worker was busy over ${BUSY * 100} % of the time in ${busy} of ${full.length} seconds`);
  if (
    openModel &&
    !stopped &&
    totals.planned > 0 &&
    started + count(COUNTER.CALLS_DROPPED) < totals.planned * STARTED_SHARE
  )
    reasons.push(`only ${started} of ${totals.planned} planned calls were started`);
  const rowless = count(COUNTER.ROWS_USED_UP);
  if (rowless > 0)
    reasons.push(
      `${rowless} calls were not started because every row of the data file was in use by a call (--data-order unique): give more rows, a lower rate or shorter calls`,
    );
  const unsent = count(COUNTER.UNSENT);
  if (unsent > 0) reasons.push(`${unsent} messages could not be sent: message memory or transaction table used up`);
  for (const [name, n] of Object.entries(totals.sendErrors))
    reasons.push(`the system refused to send ${n} datagrams (${name})`);
  return { saturated: reasons.length > 0, reasons };
}

function ms(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}
