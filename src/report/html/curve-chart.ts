// Latency by percentile, so that the tail has as much room as the middle. Data to a chart; no markup.

import type { Latency, Summary } from '../../metrics/summary.ts';
import { number, time } from '../format.ts';
import { timersOf } from '../timers.ts';
import type { Chart, ColorName, Line } from './chart.ts';
import { linear, logarithmic, type Scale } from './scale.ts';
import { tick } from './time-charts.ts';

const HUES: readonly ColorName[] = ['blue', 'orange', 'green', 'purple'];

export function curveChart(summary: Summary): Chart | null {
  const names = timersOf(summary).slice(0, HUES.length);
  if (names.length === 0) return null;
  const lines: Line[] = [];
  let longest = 0;
  let highest = 1;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [i, name] of names.entries()) {
    const due = summary.latencyUs[name]!;
    const sent = summary.latencyFromSendUs[name];
    longest = Math.max(longest, due.count);
    highest = Math.max(highest, due.max, sent?.max ?? 0);
    lowest = Math.min(lowest, due.min, sent?.min ?? due.min);
    lines.push({ name, color: HUES[i]!, points: pointsOf(due) });
    if (sent !== undefined)
      lines.push({ name: `${name} from send`, color: HUES[i]!, dashed: true, unlisted: true, points: pointsOf(sent) });
  }
  const decades = Math.max(1, Math.log10(Math.max(10, longest)));
  const wide = highest / Math.max(1, lowest) > 30;
  return {
    id: 'chart-curve',
    title: 'Latency by percentile',
    description: names
      .map(
        (n) =>
          `${n}: half of the records up to ${time(summary.latencyUs[n]!.p50)}, 99 % up to ${time(summary.latencyUs[n]!.p99)}, the largest ${time(summary.latencyUs[n]!.max)}.`,
      )
      .join(' '),
    panels: [
      {
        title: 'Latency',
        unit: `solid from the due instant, dashed from the send${wide ? '; logarithmic' : ''}`,
        height: 250,
        lines,
        scale: (bottom, top) =>
          wide ? logarithmic(Math.max(1, lowest), highest, bottom, top) : linear(highest, bottom, top, 5),
        label: tick,
      },
    ],
    x: (from, to) => percentAxis(decades, from, to),
    xLabel: (v) => `${number(100 - 100 * 10 ** -v, Math.max(0, Math.ceil(v) - 2))} %`,
    xTitle: 'percentile, each step a tenth of the records above',
    notes: [],
  };
}

/** x is log10 of 1/(1 − p): 0 for p = 0, 1 for 90 %, 2 for 99 %. The largest record stands where one record in all is left. */
function pointsOf(latency: Latency): (readonly [number, number])[] {
  const end = Math.log10(Math.max(1, latency.count));
  return latency.curve.map(([percent, us]) => [percent >= 100 ? end : -Math.log10(1 - percent / 100), us] as const);
}

function percentAxis(decades: number, from: number, to: number): Scale {
  const half = Math.log10(2);
  const ticks = [0, half, ...Array.from({ length: Math.floor(decades) }, (_, i) => i + 1)];
  return { ticks, at: (v) => from + ((to - from) * v) / decades };
}
