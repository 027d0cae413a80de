// Thresholds such as `srd.p99<200ms`: parsed with a message that names the column, evaluated on what was measured. Pure.

import { RATIO_NAMES, type RatioName } from './ratios.ts';
import type { Latency, Measured, ThresholdResult } from './summary.ts';

export type Comparison = '<' | '<=' | '>' | '>=';

export interface Threshold {
  /** As the user wrote it. */
  readonly expression: string;
  /** e.g. `srd.p99` */
  readonly metric: string;
  readonly comparison: Comparison;
  /** In the unit of the metric: µs, percent, a count, calls a second. */
  readonly limit: number;
  readonly unit: ThresholdResult['unit'];
}

/** What is wrong with an expression, where, and what to write; `column` is 1-based. */
export class ThresholdError extends Error {
  readonly column: number;
  constructor(expression: string, column: number, what: string) {
    super(`threshold "${expression}", column ${column}: ${what}`);
    this.name = 'ThresholdError';
    this.column = column;
  }
}

/** Columns of a latency series. */
const COLUMNS = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'p9999', 'max', 'count'] as const;
type Column = (typeof COLUMNS)[number];
const ALIASES: Readonly<Record<string, Column>> = { 'p99.9': 'p999', 'p99.99': 'p9999' };
const TIMERS = ['srd', 'setup', 'sdd', 'rrd', 'lag'];

/** The number, or why there is none. */
type Reader = (m: Measured) => number | string;

function share(part: number, of: number, none: string): number | string {
  return of > 0 ? (part / of) * 100 : none;
}

const NO_USERS = 'no user was to be registered';

/** Failed calls among those that were taken beside the ones made. */
function received(m: Measured): number | string {
  const beside = m.flows.filter(({ role }) => role === 'callee');
  return beside.length === 0 ? 'no call was to be received' : beside.reduce((n, { failed }) => n + failed, 0);
}

const NUMBERS: Readonly<Record<string, readonly [unit: ThresholdResult['unit'], read: Reader]>> = {
  'calls.planned': ['count', (m) => m.calls.planned],
  'calls.started': ['count', (m) => m.calls.started],
  'calls.succeeded': ['count', (m) => m.calls.succeeded],
  'calls.failed': ['count', (m) => m.calls.failed],
  'calls.dropped': ['count', (m) => m.calls.dropped],
  'calls.late': ['count', (m) => m.calls.late],
  'calls.peakConcurrent': ['count', (m) => m.calls.peakConcurrent],
  'calls.abandoned': ['count', (m) => m.calls.abandoned],
  'received.failed': ['count', (m) => received(m)],
  'registrations.failed': ['count', (m) => m.registrations?.failed ?? NO_USERS],
  'registrations.atStart': ['count', (m) => m.registrations?.atStart ?? NO_USERS],
  'rate.offeredCps': ['cps', (m) => m.rate.offeredCps],
  'rate.achievedCps': ['cps', (m) => m.rate.achievedCps],
  'failed.rate': ['percent', (m) => share(m.calls.failed, m.calls.started, 'no call was started')],
  'succeeded.rate': ['percent', (m) => share(m.calls.succeeded, m.calls.started, 'no call was started')],
  'dropped.rate': ['percent', (m) => share(m.calls.dropped, m.calls.started + m.calls.dropped, 'no call was due')],
  'late.rate': ['percent', (m) => share(m.calls.late, m.calls.started, 'no call was started')],
  'retransmitted.rate': ['percent', (m) => share(m.messages.retransmitted, m.messages.sent, 'no message was sent')],
  'unexpected.rate': ['percent', (m) => share(m.messages.unexpected, m.messages.received, 'no message was received')],
  'messages.sent': ['count', (m) => m.messages.sent],
  'messages.received': ['count', (m) => m.messages.received],
  'messages.retransmitted': ['count', (m) => m.messages.retransmitted],
  'messages.unexpected': ['count', (m) => m.messages.unexpected],
  'messages.malformed': ['count', (m) => m.messages.malformed],
  'messages.stray': ['count', (m) => m.messages.stray],
  'rules.violations': ['count', (m) => m.rules.violations.reduce((n, v) => n + v.count, 0)],
  'generator.rxDropped': ['count', (m) => m.generator.rxDropped],
};

const US_PER: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6, m: 60e6 };

/** @throws ThresholdError */
export function parseThreshold(expression: string): Threshold {
  const at = /^(\s*)([^<>=\s]*)(\s*)([<>=]*)(\s*)(.*?)\s*$/s.exec(expression)!;
  const [, lead, name, gap, sign, space, value] = at as unknown as string[];
  const signColumn = lead!.length + name!.length + gap!.length + 1;
  const nameColumn = lead!.length + 1;
  const valueColumn = signColumn + sign!.length + space!.length;
  if (name === '') throw new ThresholdError(expression, nameColumn, 'a metric must come first, e.g. srd.p99<200ms');
  const { metric, unit } = metricOf(expression, name!, nameColumn);
  if (sign === '') throw new ThresholdError(expression, signColumn, `one of < <= > >= must follow ${name}`);
  if (sign !== '<' && sign !== '<=' && sign !== '>' && sign !== '>=')
    throw new ThresholdError(expression, signColumn, `"${sign}" is not a comparison; known: < <= > >=`);
  const limit = limitOf(expression, value!, valueColumn, unit);
  return { expression: expression.trim(), metric, comparison: sign, limit, unit };
}

/** The metric of a name at `column` of an expression. @throws ThresholdError */
export function metricOf(
  expression: string,
  name: string,
  column: number,
): { metric: string; unit: ThresholdResult['unit'] } {
  if (Object.hasOwn(NUMBERS, name)) return { metric: name, unit: NUMBERS[name]![0] };
  if (isRatio(name)) return { metric: name, unit: 'percent' };
  if (isSeries(name))
    throw new ThresholdError(
      expression,
      column + name.length,
      `a column must follow ${name}; known: ${COLUMNS.join(' ')}`,
    );
  // p99.9 has a dot of its own.
  const split = /^(.+?)\.(p99\.99?|[^.]*)$/.exec(name);
  const series = split?.[1] ?? name;
  if (split === null || !isSeries(series)) {
    const known = [...TIMERS.map((t) => `${t}.p99`), ...RATIO_NAMES, ...Object.keys(NUMBERS)];
    // `sdr.p99` means a timer; `call.failed` one of the numbers.
    const near = nearest(name, known) ?? nearestTimer(series, split?.[2]);
    const hint = near === null ? '' : ` (did you mean ${near}?)`;
    const timers = TIMERS.map((t) => `${t}.*`).join(' ');
    throw new ThresholdError(
      expression,
      column,
      `"${name}" is not known${hint}; known: ${timers} rtt.METHOD.* ${RATIO_NAMES.join(' ')} ${Object.keys(NUMBERS).join(' ')}`,
    );
  }
  const wanted = split[2]!;
  const percentile =
    COLUMNS.find((c) => c === wanted) ?? (Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : undefined);
  if (percentile === undefined) {
    const near = nearest(wanted, COLUMNS);
    throw new ThresholdError(
      expression,
      column + series.length + 1,
      `"${wanted}" is not a column of ${series}${near === null ? '' : ` (did you mean ${near}?)`}; known: ${COLUMNS.join(' ')}`,
    );
  }
  return { metric: `${series}.${percentile}`, unit: percentile === 'count' ? 'count' : 'us' };
}

function isRatio(name: string): name is RatioName {
  return (RATIO_NAMES as readonly string[]).includes(name);
}

function isSeries(name: string): boolean {
  const own = /^[a-z0-9][a-z0-9-]*\/(.+)$/.exec(name);
  if (own !== null) return !own[1]!.endsWith('.sent') && isSeries(own[1]!);
  const base = name.endsWith('.sent') ? name.slice(0, -'.sent'.length) : name;
  return TIMERS.includes(base) || /^rtt\.[A-Za-z0-9-]+$/.test(base);
}

/** A number with a unit that fits the metric. @throws ThresholdError */
export function limitOf(expression: string, value: string, column: number, unit: ThresholdResult['unit']): number {
  const parts = /^(\d+(?:\.\d+)?)\s*(\S*)$/.exec(value);
  if (parts === null)
    throw new ThresholdError(
      expression,
      column,
      value === '' ? 'a limit is missing' : `"${value}" is not a number with a unit`,
    );
  const number = Number(parts[1]);
  const suffix = parts[2]!;
  const unitColumn = column + value.length - suffix.length;
  switch (unit) {
    case 'us':
      if (suffix === '')
        throw new ThresholdError(expression, unitColumn, `a latency needs a unit: ${value}ms, ${value}us or ${value}s`);
      if (!Object.hasOwn(US_PER, suffix))
        throw new ThresholdError(expression, unitColumn, `"${suffix}" is not a unit of time; known: us ms s m`);
      return number * US_PER[suffix]!;
    case 'percent':
      // A share may also be written as a number from 0 to 1; 5 without a sign is a mistake for either.
      if (suffix === '%') return number;
      if (suffix === '' && number <= 1) return number * 100;
      throw new ThresholdError(
        expression,
        suffix === '' ? column : unitColumn,
        `a share is written in percent (${parts[1]}%) or from 0 to 1`,
      );
    default:
      if (suffix !== '')
        throw new ThresholdError(
          expression,
          unitColumn,
          `"${suffix}" does not belong here: the limit is a plain number`,
        );
      return number;
  }
}

/** Each threshold with what was observed. One on a series without data is not passed. */
export function evaluateThresholds(thresholds: readonly Threshold[], measured: Measured): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { expression, unit } = threshold;
    const observed = observe(threshold.metric, measured);
    if (typeof observed === 'string') return { expression, observed: null, unit, passed: false, note: observed };
    return { expression, observed, unit, passed: holds(observed, threshold.comparison, threshold.limit), note: '' };
  });
}

export function holds(observed: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return observed < limit;
    case '<=':
      return observed <= limit;
    case '>':
      return observed > limit;
    case '>=':
      return observed >= limit;
  }
}

/** The number, or why there is none. */
export function observe(metric: string, m: Measured): number | string {
  if (Object.hasOwn(NUMBERS, metric)) return NUMBERS[metric]![1](m);
  if (isRatio(metric)) {
    const ratio = m.ratios[metric];
    return ratio.percent ?? `${metric} cannot be computed: ${ratio.note}`;
  }
  const dot = metric.lastIndexOf('.');
  const series = metric.slice(0, dot);
  const column = metric.slice(dot + 1) as Column;
  if (series.includes('/')) return ofFlow(series, column, m);
  const fromSend = series.endsWith('.sent');
  const latency: Latency | undefined = fromSend
    ? m.latencyFromSendUs[series.slice(0, -'.sent'.length)]
    : m.latencyUs[series];
  if (latency === undefined) {
    const names = Object.keys(fromSend ? m.latencyFromSendUs : m.latencyUs);
    return `${series} has no data; series with data: ${names.length === 0 ? 'none' : names.join(' ')}`;
  }
  return latency[column];
}

/** `basic/srd` of a mix. */
function ofFlow(series: string, column: Column, m: Measured): number | string {
  const [name, timer] = series.split('/') as [string, string];
  const flow = m.flows.find((one) => one.role === 'caller' && one.flow === name);
  const callers = m.flows.filter(({ role }) => role === 'caller');
  if (flow === undefined)
    return `no flow of this run is called ${name}; flows: ${callers.map((one) => one.flow).join(' ')}`;
  const latency = callers.length === 1 ? m.latencyUs[timer] : flow.latencyUs[timer];
  if (latency !== undefined) return latency[column];
  const names = Object.keys(flow.latencyUs);
  return `${series} has no data; series of ${name} with data: ${names.length === 0 ? 'none' : names.join(' ')}`;
}

function nearestTimer(series: string, column: string | undefined): string | null {
  const near = nearest(series, TIMERS);
  return near === null ? null : `${near}.${column ?? 'p99'}`;
}

/** The closest of `known`, when it is close enough to be a slip of the finger. */
function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

/** Edit distance; two neighbours swapped count once. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let d = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, before[j - 2]! + 1);
      next.push(d);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
