// The live screen and its one-line form. Pure: draws into strings.

import type { Live } from '../metrics/live.ts';
import type { Ladder, LadderRow } from '../metrics/summary.ts';
import { number, percent, rate, time } from './format.ts';
import { clean, line, type Piece } from './paint.ts';

export interface ProgressContext {
  /** e.g. `basic → udp:127.0.0.1:5070`, or `answering on udp:127.0.0.1:5070`. */
  readonly title: string;
  /** Rate by schedule right now, calls a second; null when there is none (answer, closed model). */
  readonly offeredCps: number | null;
  /** Seconds the run will take; null when not known. */
  readonly totalS: number | null;
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Keys that do something, e.g. `+ - rate · p pause · q quit`; '' when none do. */
  readonly keys: string;
}

const COUNTS = [
  { name: 'Sent', read: (r: LadderRow) => r.sent, trouble: false },
  { name: 'Recvd', read: (r: LadderRow) => r.received, trouble: false },
  { name: 'Retrans', read: (r: LadderRow) => r.retransmitted, trouble: true },
  { name: 'Timeout', read: (r: LadderRow) => r.timedOut, trouble: true },
  { name: 'Unexp', read: (r: LadderRow) => r.unexpected, trouble: true },
] as const;

/** A row per message of the flow with its counts, as SIPp's scenario screen has; then rate, calls, latency. No line is wider than `width`. */
export function progressLines(live: Live, context: ProgressContext): string[] {
  const lines: Piece[][] = [
    [
      [context.title, 'bold'],
      `   ${clock(live.elapsedS)}${context.totalS === null ? '' : ` of ${clock(context.totalS)}`}`,
    ],
    [rateText(live, context), `   ${number(live.concurrent)} calls up`],
    [],
    ...live.ladder.flatMap((ladder) => ladderLines(ladder, live.ladder.length > 1, context.width)),
    [],
    [
      `${number(live.started)} started   ${number(live.succeeded)} succeeded   `,
      alarm(live.failed, `${number(live.failed)} failed`),
      '   ',
      alarm(live.dropped, `${number(live.dropped)} dropped`),
      `   ${number(live.late)} late`,
    ],
    [
      `${live.timer}   p50 ${time(live.p50Us)}   p99 ${time(live.p99Us)}`,
      [`   last second p50 ${time(live.intervalP50Us)}   p99 ${time(live.intervalP99Us)}`, 'faint'],
    ],
    generatorLine(live),
  ];
  if (live.failure !== '')
    lines.push([
      ['most failed:  ', 'faint'],
      [clean(live.failure), 'red'],
    ]);
  if (context.keys !== '') lines.push([[context.keys, 'faint']]);
  return lines.map((pieces) => line(pieces, context.color, context.width));
}

/** One line for logs and pipes: no colours. */
export function progressLine(live: Live, context: Pick<ProgressContext, 'offeredCps' | 'totalS'>): string {
  const of = context.totalS === null ? '' : `/${clock(context.totalS)}`;
  return [
    `${clock(live.elapsedS)}${of}`,
    rateText(live, context),
    `${number(live.concurrent)} up`,
    `${number(live.started)} started`,
    `${number(live.failed)} failed`,
    ...(live.dropped > 0 ? [`${number(live.dropped)} dropped`] : []),
    `${number(live.retransmitted)} retransmitted`,
    `${live.timer} p50 ${time(live.intervalP50Us)} p99 ${time(live.intervalP99Us)}`,
    ...(live.rxDropped > 0 ? [`${number(live.rxDropped)} dropped at our socket`] : []),
  ].join(', ');
}

function rateText(live: Live, context: Pick<ProgressContext, 'offeredCps'>): string {
  const offered = context.offeredCps === null ? '' : ` of ${rate(context.offeredCps)} offered`;
  return `${rate(live.intervalCps)} calls/s${offered}`;
}

function ladderLines(ladder: Ladder, named: boolean, width: number): Piece[][] {
  const column = Math.max(8, Math.min(11, Math.floor((width - 24) / COUNTS.length)));
  const label = Math.max(8, Math.min(30, width - COUNTS.length * column - 8));
  const head = COUNTS.map(({ name }) => name.padStart(column)).join('');
  return [
    [
      [`  ${(named ? ladder.flow : '').padEnd(label + 5)}`, 'bold'],
      [head, 'faint'],
    ],
    ...ladder.lines.map((row) => rowLine(row, ladder.role, label, column)),
  ];
}

function rowLine(row: LadderRow, role: Ladder['role'], label: number, column: number): Piece[] {
  const text = `${row.label}${row.note === '' ? '' : ` ${row.note}`}`;
  const shown = text.length > label ? `${text.slice(0, label - 1)}…` : text.padEnd(label);
  if (row.from === null) return [[`  ···· ${shown}`, 'faint']];
  const arrow = row.from === 'caller' ? '───▶' : '◀───';
  const cells = COUNTS.map(({ read, trouble }, i): Piece => {
    // What only comes in is never sent, and the other way round.
    if (i === (row.from === role ? 1 : 0)) return ' '.repeat(column);
    const n = read(row);
    const cell = number(n).padStart(column);
    return trouble && n > 0 ? [cell, 'red'] : n === 0 ? [cell, 'faint'] : cell;
  });
  return [[`  ${arrow} `, 'faint'], shown, ...cells];
}

function generatorLine(live: Live): Piece[] {
  const busy = live.busyFraction === null ? '–' : percent(Math.round(live.busyFraction * 100));
  return [
    ['generator   ', 'faint'],
    (live.busyFraction ?? 0) >= 0.8 ? [`${busy} busy`, 'yellow'] : `${busy} busy`,
    `   lag p99 ${time(live.lagP99Us)}   `,
    alarm(live.rxDropped, `${number(live.rxDropped)} dropped at our socket`),
  ];
}

function alarm(n: number, text: string): Piece {
  return n > 0 ? [text, 'red'] : text;
}

/** 0:07, 12:30, 1:00:00. */
function clock(s: number): string {
  const whole = Math.floor(s);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
