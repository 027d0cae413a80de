// Rate and latency: the drawings, and the tables that stand behind them.

import type { Interval } from '../../metrics/interval.ts';
import type { Latency, Summary } from '../../metrics/summary.ts';
import { number, percent, rate, time } from '../format.ts';
import { timersOf } from '../timers.ts';
import { drawChart } from './chart.ts';
import { curveChart } from './curve-chart.ts';
import { html, type Markup } from './markup.ts';
import { latencyChart, rateChart, thinned, timerOverTime } from './time-charts.ts';

/** A table has no use for more; intervals.csv has every row. */
const MOST_ROWS = 120;

export function overTime(s: Summary): Markup | null {
  const chart = rateChart(s);
  if (chart === null) return null;
  const { rows, per } = thinned(s.intervals, MOST_ROWS);
  const cells = (r: Interval) =>
    [
      number(r.t, 1),
      rate(r.achievedCps),
      number(r.concurrent),
      number(r.succeeded),
      number(r.failed),
      number(r.dropped),
      number(r.late),
      number(r.sent),
      number(r.received),
      number(r.retransmitted),
      number(r.unexpected),
    ].map((c) => html`<td class="n">${c}</td>`);
  const names = [
    'Second',
    'Calls/s',
    'Up',
    'Succeeded',
    'Failed',
    'Dropped',
    'Late',
    'Sent',
    'Received',
    'Retrans.',
    'Unexpected',
  ];
  return html`<section class="long"><h2>Rate over time</h2><div class="scroll">${drawChart(chart)}</div>
<details><summary>Table${per > 1 && `, ${per} intervals in a row (intervals.csv has all)`}</summary><div class="scroll"><table><thead><tr>${names.map((n) => html`<th scope="col" class="n">${n}</th>`)}</tr></thead><tbody>
${rows.map(
  (r) => html`<tr>${cells(r)}</tr>
`,
)}</tbody></table></div></details></section>`;
}

export function latency(s: Summary): Markup | null {
  const timers = timersOf(s);
  if (timers.length === 0) return null;
  const time_ = latencyChart(s);
  const curve = curveChart(s);
  return html`<section class="long"><h2>Latency</h2><p class="hint">Counted from the instant each message was due by the schedule, so that waiting before the send is not hidden. The rows “from send” count from the instant it left; the difference arose in the generator.</p>
${table(s, timers)}
${time_ !== null && html`<h3>Over time</h3><div class="scroll">${drawChart(time_)}</div>${timeTable(s)}`}
${curve !== null && html`<h3>By percentile</h3><div class="scroll">${drawChart(curve)}</div>${curveTable(s, timers)}`}
${ratios(s)}</section>`;
}

const COLUMNS = [
  ['min', (l: Latency) => time(l.min)],
  ['mean', (l: Latency) => time(l.mean)],
  ['p50', (l: Latency) => time(l.p50)],
  ['p90', (l: Latency) => time(l.p90)],
  ['p95', (l: Latency) => time(l.p95)],
  ['p99', (l: Latency) => time(l.p99)],
  ['p99.9', (l: Latency) => time(l.p999)],
  ['max', (l: Latency) => time(l.max)],
] as const;

function table(s: Summary, timers: readonly string[]): Markup {
  const row = (name: string, origin: string, l: Latency) =>
    html`<tr><th scope="row">${name}</th><td>${origin}</td><td class="n">${number(l.count)}</td>${COLUMNS.map(([, read]) => html`<td class="n">${read(l)}</td>`)}</tr>
`;
  return html`<div class="scroll"><table><thead><tr><th scope="col">Timer</th><th scope="col">Counted</th><th scope="col" class="n">Records</th>${COLUMNS.map(([name]) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead><tbody>
${timers.map((name) => {
  const sent = s.latencyFromSendUs[name];
  return html`${row(name, 'from due', s.latencyUs[name]!)}${sent !== undefined && row(name, 'from send', sent)}`;
})}</tbody></table></div>`;
}

function timeTable(s: Summary): Markup | null {
  const timer = timerOverTime(s);
  if (timer === null) return null;
  const { rows } = thinned(s.intervals, MOST_ROWS);
  const cells = (r: Interval) =>
    [number(r.t, 1), time(timer.p50(r)), time(timer.p99(r)), time(timer.max(r))].map(
      (c) => html`<td class="n">${c}</td>`,
    );
  return html`<details><summary>Table</summary><div class="scroll"><table><thead><tr><th scope="col" class="n">Second</th>${['p50', 'p99', 'max'].map((n) => html`<th scope="col" class="n">${timer.name} ${n}</th>`)}</tr></thead><tbody>
${rows.map(
  (r) => html`<tr>${cells(r)}</tr>
`,
)}</tbody></table></div></details>`;
}

const SHOWN = [50, 75, 90, 95, 99, 99.9, 99.99, 100];

/** The percentiles the drawing marks. */
function curveTable(s: Summary, timers: readonly string[]): Markup {
  const columns = timers.flatMap((name) => {
    const sent = s.latencyFromSendUs[name];
    return [{ name, l: s.latencyUs[name]! }, ...(sent === undefined ? [] : [{ name: `${name} from send`, l: sent }])];
  });
  const at = (l: Latency, p: number) =>
    ({ 50: l.p50, 75: l.p75, 90: l.p90, 95: l.p95, 99: l.p99, 99.9: l.p999, 99.99: l.p9999 })[p] ?? l.max;
  return html`<details><summary>Table</summary><div class="scroll"><table><thead><tr><th scope="col">Percentile</th>${columns.map(({ name }) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead><tbody>
${SHOWN.map(
  (p) => html`<tr><th scope="row">${p} %</th>${columns.map(({ l }) => html`<td class="n">${time(at(l, p))}</td>`)}</tr>
`,
)}</tbody></table></div></details>`;
}

function ratios(s: Summary): Markup | null {
  const all = Object.entries(s.ratios);
  if (all.every(([, r]) => r.percent === null)) {
    const [first] = all;
    return first === undefined
      ? null
      : html`<h3>Session ratios</h3><p class="hint">Not computed: ${first[1].note}.</p>`;
  }
  return html`<h3>Session ratios</h3><div class="scroll"><table><thead><tr><th scope="col">Ratio</th><th scope="col" class="n">Value</th><th scope="col" class="n">Sessions</th><th scope="col" class="n">Of</th><th scope="col" class="after rest">Meaning</th></tr></thead><tbody>
${all.map(
  ([
    name,
    r,
  ]) => html`<tr><th scope="row">${name}</th><td class="n">${percent(r.percent)}</td><td class="n">${r.numerator === null ? '–' : number(r.numerator)}</td><td class="n">${r.denominator === null ? '–' : number(r.denominator)}</td><td class="after">${r.note === '' ? (s.definitions[name]?.text ?? '') : r.note}</td></tr>
`,
)}</tbody></table></div>`;
}
