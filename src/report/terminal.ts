// The final summary for people, as text for stderr. Pure: writes nothing.

import type { Latency, Summary } from '../metrics/summary.ts';
import { number, percent, plural, rate, seconds, share, time } from './format.ts';
import { healthOf } from './health.ts';
import { observed } from './observed.ts';
import { clean, line, type Paint, type Piece } from './paint.ts';
import { leadOf, shareName, sharesOf } from './shares.ts';
import { timersOf } from './timers.ts';

export interface TextOptions {
  readonly color: boolean;
  /** Where the results are; [] when none were written. */
  readonly files: readonly string[];
}

const WORDS: Readonly<Record<Summary['verdict'], readonly [word: string, paint: Paint]>> = {
  pass: ['✓ PASS', 'green'],
  fail: ['✕ FAIL', 'red'],
  inconclusive: ['? INCONCLUSIVE', 'yellow'],
};
const MOST_FAILURES = 8;
const NAME = 12;

/** Lines joined with \n, with one at the end. */
export function summaryText(s: Summary, options: TextOptions): string {
  const lines = [
    ...verdictLines(s),
    [],
    ...callLines(s),
    ...shareLines(s),
    ...latencyLines(s),
    ...thresholdLines(s),
    ...failureLines(s),
    ...ruleLines(s),
    ...discardLines(s),
    ...generatorLines(s),
    ...fileLines(options.files),
  ];
  return `${lines.map((pieces) => line(pieces, options.color)).join('\n')}\n`;
}

function verdictLines(s: Summary): Piece[][] {
  const [word, paint] = WORDS[s.verdict];
  const what = s.target === null ? `answering: ${s.flow}` : `${s.flow} → ${s.target}`;
  return [
    [[word, paint], `  ${what}  `, [seconds(s.elapsedS), 'faint']],
    ...s.reasons.map((reason) => [`  ${clean(reason)}`]),
  ];
}

function callLines(s: Summary): Piece[][] {
  const { calls, rate: r, messages: m } = s;
  const alarm = (n: number, text: string): Piece => (n > 0 ? [text, 'red'] : text);
  const lines: Piece[][] = [
    [
      name('Calls'),
      `${number(calls.started)} started, ${number(calls.succeeded)} succeeded, `,
      alarm(
        calls.failed,
        `${number(calls.failed)} failed${calls.failed > 0 ? ` (${share(calls.failed, calls.started)})` : ''}`,
      ),
      ', ',
      alarm(calls.dropped, `${number(calls.dropped)} dropped`),
      `, ${number(calls.late)} late, at most ${number(calls.peakConcurrent)} at a time`,
    ],
  ];
  if (s.target !== null) lines.push([name('Rate'), `${rate(r.achievedCps)} calls/s of ${rate(r.offeredCps)} offered`]);
  lines.push([
    name('Messages'),
    `${number(m.sent)} sent, ${number(m.received)} received, ${number(m.retransmitted)} retransmitted (${share(m.retransmitted, m.sent)}), ${number(m.unexpected)} unexpected`,
    alarm(m.malformed + m.stray, m.malformed + m.stray > 0 ? `, ${number(m.malformed + m.stray)} discarded` : ''),
  ]);
  const users = s.registrations;
  if (users !== null)
    lines.push([
      name('Users'),
      `${number(users.atStart)} of ${number(users.users)} registered before the first call, ${number(users.refreshed)} refreshed, ${number(users.removed)} unregistered, `,
      alarm(users.failed, `${number(users.failed)} registrations failed`),
    ]);
  const known = Object.entries(s.ratios).filter(([, ratio]) => ratio.percent !== null);
  if (known.length > 0)
    lines.push([name('Ratios'), known.map(([n, ratio]) => `${n} ${percent(ratio.percent)}`).join(', ')]);
  return lines;
}

/** The flows of a mix side by side. */
function shareLines(s: Summary): Piece[][] {
  const flows = sharesOf(s);
  if (flows.length === 0) return [];
  const names = flows.map((flow) => shareName(flow, s));
  const width = Math.max(24, ...names.map((text) => text.length));
  const cell = (text: string) => text.padStart(11);
  const head = ['started', 'succeeded', 'failed', 'dropped', 'p50', 'p99'].map(cell).join('');
  return [
    [],
    [
      ['Flows'.padEnd(width + 2), 'bold'],
      [head, 'faint'],
    ],
    ...flows.map((flow, i): Piece[] => {
      const lead = leadOf(flow);
      const times = lead === null ? [] : [cell(time(lead[1].p50)), cell(time(lead[1].p99)), ` ${lead[0]}`];
      const failed = cell(number(flow.failed));
      return [
        `  ${names[i]!.padEnd(width)}${cell(number(flow.started))}${cell(number(flow.succeeded))}`,
        flow.failed > 0 ? [failed, 'red'] : failed,
        `${cell(number(flow.dropped))}${times.join('')}`,
      ];
    }),
  ];
}

const COLUMNS = [
  ['p50', (l: Latency) => l.p50],
  ['p90', (l: Latency) => l.p90],
  ['p99', (l: Latency) => l.p99],
  ['p99.9', (l: Latency) => l.p999],
  ['max', (l: Latency) => l.max],
] as const;

function latencyLines(s: Summary): Piece[][] {
  const timers = timersOf(s);
  if (timers.length === 0) return [];
  const cell = (text: string) => text.padStart(10);
  const row = (label: string, l: Latency) => [
    `  ${label.padEnd(24)}`,
    cell(number(l.count)),
    ...COLUMNS.map(([, read]) => cell(time(read(l)))),
  ];
  const head: Piece[] = [
    ['Latency'.padEnd(26), 'bold'],
    [[cell('count'), ...COLUMNS.map(([n]) => cell(n))].join(''), 'faint'],
  ];
  const rows = timers.flatMap((timer): Piece[][] => {
    const sent = s.latencyFromSendUs[timer];
    return [
      row(timer, s.latencyUs[timer]!),
      ...(sent === undefined ? [] : [[[row('  from send', sent).join(''), 'faint'] as const]]),
    ];
  });
  return [[], head, ...rows];
}

function thresholdLines(s: Summary): Piece[][] {
  if (s.thresholds.length === 0) return [];
  const width = Math.max(...s.thresholds.map((t) => t.expression.length));
  return [
    [],
    [['Thresholds', 'bold']],
    ...s.thresholds.map((t): Piece[] => [
      '  ',
      t.passed ? ['✓', 'green'] : ['✕', 'red'],
      ` ${t.expression.padEnd(width)}  ${t.note === '' ? observed(t) : t.note}`,
    ]),
  ];
}

function failureLines(s: Summary): Piece[][] {
  if (s.failures.length === 0) return [];
  const width = Math.max(...s.failures.map((f) => number(f.count).length));
  const rest = s.failures.length - MOST_FAILURES;
  return [
    [],
    [['Failures', 'bold']],
    ...s.failures
      .slice(0, MOST_FAILURES)
      .map((f): Piece[] => ['  ', [number(f.count).padStart(width), 'red'], `  ${clean(f.reason)}`]),
    ...(rest > 0 ? [[`  and ${plural(rest, 'more reason')} in the report`]] : []),
  ];
}

function ruleLines(s: Summary): Piece[][] {
  if (s.rules.violations.length === 0) return [];
  return [
    [],
    [['Rules broken by the peer', 'bold']],
    ...s.rules.violations
      .slice(0, MOST_FAILURES)
      .map((v): Piece[] => [
        `  ${number(v.count)} × ${v.title} `,
        [v.rfc > 0 ? `${v.id}, ${v.level} RFC ${v.rfc} §${v.section}` : v.id, 'faint'],
      ]),
  ];
}

function discardLines(s: Summary): Piece[][] {
  if (s.discarded.length === 0) return [];
  return [
    [],
    [['Discarded', 'bold']],
    ...s.discarded.slice(0, MOST_FAILURES).map((d): Piece[] => [`  ${number(d.count)} × ${clean(d.reason)}`]),
  ];
}

function generatorLines(s: Summary): Piece[][] {
  const g = s.generator;
  const bad = healthOf(s).filter((row) => row.good === false);
  const facts = [
    `${plural(g.workers, 'worker')} (${g.io})`,
    ...(g.busyFraction === null ? [] : [`${percent(Math.round(g.busyFraction * 100))} busy`]),
    ...(g.scheduleLagUs.p99 === null ? [] : [`schedule lag p99 ${time(g.scheduleLagUs.p99)}`]),
    `${number(g.rxDropped)} dropped at its socket`,
    ...(g.cpuUsPerCall === null ? [] : [`${time(g.cpuUsPerCall)} CPU per call`]),
  ];
  return [
    [],
    [name('Generator'), facts.join(', ')],
    ...bad.map((row): Piece[] => ['  ', ['✕', 'red'], ` ${row.name}: ${row.value}. ${row.meaning}`]),
  ];
}

function fileLines(files: readonly string[]): Piece[][] {
  return files.map((file, i) => [i === 0 ? name('Files') : ' '.repeat(NAME), file]);
}

function name(text: string): Piece {
  return [text.padEnd(NAME), 'bold'];
}

/** What is said even under `--quiet` when the exit code is not 0: why. */
export function verdictLine({ verdict, reasons }: Summary): string {
  return `busyhour: ${verdict}${reasons.length === 0 ? '' : `: ${clean(reasons.join('; '))}`}\n`;
}
