// The two drawings over time: rate and concurrency, and latency percentiles. Data to charts; no markup.

import type { Interval } from '../../metrics/interval.ts';
import type { Summary } from '../../metrics/summary.ts';
import { number, rate, seconds, time } from '../format.ts';
import type { Chart, Line, Panel } from './chart.ts';
import { linear, logarithmic, span } from './scale.ts';

/** More would be narrower than a pixel. */
const MOST_POINTS = 500;

/** Rows as drawn: several in one when the run is long; then counts are added and percentiles are the worst. */
export function thinned(rows: readonly Interval[], most = MOST_POINTS): { rows: Interval[]; per: number } {
  const per = Math.max(1, Math.ceil(rows.length / most));
  const out: Interval[] = [];
  for (let i = 0; i < rows.length; i += per) out.push(rows.slice(i, i + per).reduce(joined));
  return { rows: out, per };
}

const ADDED = [
  'planned',
  'started',
  'succeeded',
  'failed',
  'dropped',
  'late',
  'sent',
  'received',
  'retransmitted',
  'unexpected',
  'rxDropped',
] as const;
const WORST = [
  'srdP50Us',
  'srdP99Us',
  'srdMaxUs',
  'setupP50Us',
  'setupP99Us',
  'rttP50Us',
  'rttP99Us',
  'rttMaxUs',
  'lagP99Us',
  'lagMaxUs',
  'busyFraction',
] as const;

function joined(a: Interval, b: Interval): Interval {
  const row: Record<string, number | null> = {
    t: b.t,
    durationS: a.durationS + b.durationS,
    concurrent: Math.max(a.concurrent, b.concurrent),
  };
  for (const key of ADDED) row[key] = a[key] + b[key];
  for (const key of WORST) row[key] = a[key] === null ? b[key] : b[key] === null ? a[key] : Math.max(a[key], b[key]);
  row.achievedCps = (a.started + b.started) / (a.durationS + b.durationS);
  return row as unknown as Interval;
}

/** Rows long enough to give a rate: the last may be a fraction of a second. */
function rated(rows: readonly Interval[]): readonly Interval[] {
  return rows.filter((row) => row.durationS >= 0.5);
}

export function rateChart(summary: Summary): Chart | null {
  const { rows, per } = thinned(rated(summary.intervals));
  if (rows.length === 0) return null;
  const perSecond = (n: number, row: Interval) => n / row.durationS;
  const highest = (read: (row: Interval) => number) => Math.max(...rows.map(read));
  const panels: Panel[] = [
    {
      title: 'Call rate',
      unit: 'calls a second',
      height: 150,
      lines: [
        {
          name: summary.target === null ? 'received' : 'started',
          color: 'blue',
          points: rows.map((r) => [r.t, perSecond(r.started, r)]),
        },
        // Above the other, so that both are seen where they are one.
        ...(summary.calls.planned > 0 ? [offered(rows)] : []),
      ],
      scale: (bottom, top) =>
        linear(
          highest((r) => Math.max(perSecond(r.started, r), perSecond(r.planned, r))),
          bottom,
          top,
          4,
        ),
      label: (v) => rate(v),
    },
    {
      title: 'Calls up at the same time',
      unit: 'calls',
      height: 90,
      lines: [{ name: 'concurrent', color: 'purple', area: true, points: rows.map((r) => [r.t, r.concurrent]) }],
      scale: (bottom, top) =>
        linear(
          highest((r) => r.concurrent),
          bottom,
          top,
          3,
        ),
      label: (v) => number(v, 1),
    },
  ];
  const troubles = (
    [
      { name: 'failed', color: 'red', read: (r: Interval) => r.failed },
      { name: 'dropped', color: 'grey', read: (r: Interval) => r.dropped },
      { name: 'retransmitted', color: 'orange', read: (r: Interval) => r.retransmitted },
    ] as const
  ).filter(({ read }) => rows.some((r) => read(r) > 0));
  if (troubles.length > 0) {
    panels.push({
      title: 'Trouble',
      unit: 'a second',
      height: 70,
      lines: troubles.map(({ name, color, read }) => ({
        name,
        color,
        points: rows.map((r) => [r.t, perSecond(read(r), r)] as const),
      })),
      scale: (bottom, top) =>
        linear(Math.max(...troubles.map(({ read }) => highest((r) => perSecond(read(r), r)))), bottom, top, 2),
      label: (v) => rate(v),
    });
  }
  return {
    id: 'chart-rate',
    title: 'Call rate and concurrency over time',
    description: `${number(summary.calls.started)} calls started in ${seconds(summary.elapsedS)}, at most ${number(summary.calls.peakConcurrent)} at a time; the highest rate in one interval was ${rate(highest((r) => perSecond(r.started, r)))} calls a second.`,
    panels,
    ...timeAxis(rows, per),
    notes: rows.map((r) => ({
      from: r.t - r.durationS,
      to: r.t,
      text: `${seconds(r.t)}: ${rate(perSecond(r.started, r))} calls/s, ${number(r.concurrent)} up, ${number(r.failed)} failed, ${number(r.dropped)} dropped, ${number(r.retransmitted)} retransmitted`,
    })),
  };
}

function offered(rows: readonly Interval[]): Line {
  return { name: 'offered', color: 'grey', dashed: true, points: rows.map((r) => [r.t, r.planned / r.durationS]) };
}

export interface OverTime {
  readonly name: string;
  readonly p50: (row: Interval) => number | null;
  readonly p99: (row: Interval) => number | null;
  readonly max: (row: Interval) => number | null;
}

/** The timer the drawing over time shows: srd where the flow has an INVITE. */
export function timerOverTime(summary: Summary): OverTime | null {
  if (summary.latencyUs.srd !== undefined)
    return { name: 'srd', p50: (r) => r.srdP50Us, p99: (r) => r.srdP99Us, max: (r) => r.srdMaxUs };
  const name =
    summary.latencyUs.rrd !== undefined ? 'rrd' : Object.keys(summary.latencyUs).find((n) => n.startsWith('rtt.'));
  return name === undefined ? null : { name, p50: (r) => r.rttP50Us, p99: (r) => r.rttP99Us, max: (r) => r.rttMaxUs };
}

export function latencyChart(summary: Summary): Chart | null {
  const timer = timerOverTime(summary);
  const { rows, per } = thinned(summary.intervals);
  if (timer === null || !rows.some((r) => timer.p50(r) !== null)) return null;
  const lowest = Math.min(...rows.map((r) => timer.p50(r) ?? Number.POSITIVE_INFINITY));
  const highest = Math.max(...rows.map((r) => timer.max(r) ?? 0));
  return {
    id: 'chart-latency',
    title: `Latency percentiles of ${timer.name} over time`,
    description: `From the due instant. The median stayed between ${time(lowest)} and ${time(Math.max(...rows.map((r) => timer.p50(r) ?? 0)))}; the largest value was ${time(highest)}.`,
    panels: [
      {
        title: timer.name,
        unit: `from the due instant, logarithmic${per > 1 ? `; worst of every ${per} s` : ''}`,
        height: 220,
        lines: [
          { name: 'max', color: 'grey', points: rows.map((r) => [r.t, timer.max(r)]) },
          { name: 'p99', color: 'orange', points: rows.map((r) => [r.t, timer.p99(r)]) },
          { name: 'p50', color: 'blue', points: rows.map((r) => [r.t, timer.p50(r)]) },
        ],
        scale: (bottom, top) => logarithmic(Math.max(1, lowest), Math.max(1, highest), bottom, top),
        label: tick,
      },
    ],
    ...timeAxis(rows, per),
    notes: rows.map((r) => ({
      from: r.t - r.durationS,
      to: r.t,
      text: `${seconds(r.t)}: p50 ${time(timer.p50(r))}, p99 ${time(timer.p99(r))}, max ${time(timer.max(r))}`,
    })),
  };
}

/** 500 µs, 2 ms, 1 s: ticks are round numbers. */
export function tick(us: number): string {
  if (us < 1000) return `${number(us, 1)} µs`;
  return us < 1e6 ? `${number(us / 1e3, 1)} ms` : `${number(us / 1e6, 1)} s`;
}

function timeAxis(rows: readonly Interval[], per: number): Pick<Chart, 'x' | 'xLabel' | 'xTitle'> {
  const start = rows[0]!.t - rows[0]!.durationS;
  const end = rows.at(-1)!.t;
  return {
    x: (from, to) => span(Math.max(0, start), end, from, to, 10),
    xLabel: (v) => number(v, 1),
    xTitle: per > 1 ? `seconds from the start, ${per} intervals in one point` : 'seconds from the start',
  };
}
