// Two load runs side by side: every number worth a look, and the failures by reason. Pure; judges nothing.

import { relativeChange } from './change.ts';
import type { Measured, ThresholdResult } from './summary.ts';
import { metricOf, observe } from './thresholds.ts';

export interface LoadRow {
  /** As in a threshold: `srd.p99`. */
  readonly metric: string;
  readonly unit: ThresholdResult['unit'];
  /** null where a run has no such number. */
  readonly before: number | null;
  readonly after: number | null;
  /** Of `before`; null where there is none, or it is 0. */
  readonly changePercent: number | null;
}

export interface LoadComparison {
  readonly rows: readonly LoadRow[];
  readonly failures: readonly { readonly reason: string; readonly before: number; readonly after: number }[];
}

const COLUMNS = ['p50', 'p90', 'p99', 'p999', 'max'];
const OTHERS = [
  'calls.started',
  'calls.failed',
  'failed.rate',
  'rate.achievedCps',
  'dropped.rate',
  'retransmitted.rate',
  'unexpected.rate',
  'rules.violations',
  'ser',
  'seer',
];

export function compareLoad(before: Measured, after: Measured): LoadComparison {
  const timers = [...new Set([...Object.keys(before.latencyUs), ...Object.keys(after.latencyUs)])];
  const metrics = [...timers.flatMap((timer) => COLUMNS.map((column) => `${timer}.${column}`)), ...OTHERS];
  const number = (metric: string, m: Measured) => {
    const observed = observe(metric, m);
    return typeof observed === 'string' ? null : observed;
  };
  const rows = metrics.map((metric) => {
    const [a, b] = [number(metric, before), number(metric, after)];
    const changePercent = a === null || b === null || (a === 0 && b !== 0) ? null : relativeChange(a, b);
    return { metric, unit: metricOf(metric, metric, 1).unit, before: a, after: b, changePercent };
  });
  const counts = (m: Measured) => new Map(m.failures.map(({ reason, count }) => [reason, count]));
  const [a, b] = [counts(before), counts(after)];
  return {
    rows: rows.filter((row) => row.before !== null || row.after !== null),
    failures: [...new Set([...a.keys(), ...b.keys()])]
      .map((reason) => ({ reason, before: a.get(reason) ?? 0, after: b.get(reason) ?? 0 }))
      .sort((x, y) => Math.abs(y.after - y.before) - Math.abs(x.after - x.before)),
  };
}
