// A bound on the change between two runs, such as `srd.p99 > +10%`: parsed with a message that names the column, evaluated on both. Pure.

import type { Measured, ThresholdResult } from './summary.ts';
import { type Comparison, holds, limitOf, metricOf, observe, ThresholdError } from './thresholds.ts';

export interface Change {
  /** As the user wrote it. */
  readonly expression: string;
  readonly metric: string;
  readonly unit: ThresholdResult['unit'];
  readonly comparison: Comparison;
  /** Signed: percent of the first run's number where `relative`, else in the unit of the metric. */
  readonly amount: number;
  readonly relative: boolean;
}

export interface ChangeResult {
  readonly expression: string;
  readonly unit: ThresholdResult['unit'];
  /** null when a run has no such number; it then counts as crossed. */
  readonly before: number | null;
  readonly after: number | null;
  readonly crossed: boolean;
  /** Why there is no number; '' otherwise. */
  readonly note: string;
}

/** `METRIC > +10%`, `METRIC > +5ms`; a share changes by `%` of itself or by `pp`, percentage points. @throws ThresholdError */
export function parseChange(expression: string): Change {
  const at = /^(\s*)([^<>=\s]*)(\s*)([<>=]*)(\s*)([+-]?)(\s*)(.*?)\s*$/s.exec(expression)!;
  const [, lead, name, gap, comparison, space, sign, blank, value] = at as unknown as string[];
  const nameColumn = lead!.length + 1;
  const comparisonColumn = nameColumn + name!.length + gap!.length;
  const signColumn = comparisonColumn + comparison!.length + space!.length;
  const valueColumn = signColumn + sign!.length + blank!.length;
  if (name === '') throw new ThresholdError(expression, nameColumn, 'a metric must come first, e.g. srd.p99 > +10%');
  const { metric, unit } = metricOf(expression, name!, nameColumn);
  if (comparison !== '<' && comparison !== '<=' && comparison !== '>' && comparison !== '>=')
    throw new ThresholdError(expression, comparisonColumn, `one of < <= > >= must follow ${name}`);
  if (sign === '')
    throw new ThresholdError(expression, signColumn, 'a change has a sign: write +10% for a tenth more, -10% for less');
  const factor = sign === '-' ? -1 : 1;
  const head = { expression: expression.trim(), metric, unit, comparison } as const;
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(value!);
  if (percent !== null) return { ...head, amount: factor * Number(percent[1]), relative: true };
  const points = /^(\d+(?:\.\d+)?)\s*pp$/.exec(value!);
  if (unit === 'percent') {
    if (points === null)
      throw new ThresholdError(expression, valueColumn, 'a share changes by % of itself or by pp, percentage points');
    return { ...head, amount: factor * Number(points[1]), relative: false };
  }
  return { ...head, amount: factor * limitOf(expression, value!, valueColumn, unit), relative: false };
}

/** Each bound with the numbers of both runs. One that a run has no number for is crossed: it says nothing good. */
export function evaluateChanges(changes: readonly Change[], before: Measured, after: Measured): ChangeResult[] {
  return changes.map(({ expression, metric, unit, comparison, amount, relative }) => {
    const a = observe(metric, before);
    const b = observe(metric, after);
    if (typeof a === 'string' || typeof b === 'string') {
      const note = typeof a === 'string' ? `in the first run ${a}` : `in the second run ${b}`;
      const number = (x: number | string) => (typeof x === 'string' ? null : x);
      return { expression, unit, before: number(a), after: number(b), crossed: true, note };
    }
    const change = relative ? relativeChange(a, b) : b - a;
    return { expression, unit, before: a, after: b, crossed: holds(change, comparison, amount), note: '' };
  });
}

/** Percent of `before`; from nothing to something is without bound. */
export function relativeChange(before: number, after: number): number {
  if (before === after) return 0;
  return before === 0 ? Math.sign(after) * Number.POSITIVE_INFINITY : ((after - before) / before) * 100;
}
