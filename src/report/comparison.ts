// Runs side by side as one document, and as people read it on a terminal: differences first. Pure.

import type { CaseRow } from '../conformance/compare.ts';
import type { ChangeResult } from '../metrics/change.ts';
import type { LoadComparison, LoadRow } from '../metrics/compare.ts';
import type { Summary, ThresholdResult } from '../metrics/summary.ts';
import { number, percent, plural, rate, time } from './format.ts';
import { clean, line, type Paint, type Piece } from './paint.ts';

export interface Comparison {
  readonly schemaVersion: 1;
  readonly runs: readonly ComparedRun[];
  readonly load: LoadComparison | null;
  readonly changes: readonly ChangeResult[];
  readonly cases: readonly CaseRow[];
  readonly notes: readonly string[];
  readonly verdict: Summary['verdict'];
  readonly reasons: readonly string[];
  readonly exitCode: number;
}

export interface ComparedRun {
  /** Short, and of no other run. */
  readonly name: string;
  readonly folder: string;
  readonly target: string | null;
  readonly verdict: Summary['verdict'];
  readonly startedAt: string;
}

/** A number of a metric in its unit. */
export function amount(value: number | null, unit: ThresholdResult['unit']): string {
  if (value === null) return '–';
  if (unit === 'us') return time(value);
  if (unit === 'percent') return percent(value);
  return unit === 'cps' ? rate(value) : number(value);
}

/** `+12 %`, `new` where there was none. */
export function changeOf({ before, after, changePercent }: LoadRow): string {
  if (before === null || after === null) return '';
  if (changePercent === null) return 'new';
  if (changePercent === 0) return '=';
  const digits = Math.abs(changePercent) < 10 ? 1 : 0;
  return `${changePercent > 0 ? '+' : '−'}${Math.abs(changePercent).toFixed(digits)} %`;
}

const LOOK: Readonly<Record<string, Paint>> = {
  pass: 'green',
  'non-strict': 'yellow',
  fail: 'red',
  inconclusive: 'yellow',
  error: 'red',
};
const VERDICT_PAINT = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const;

export function comparisonText(
  c: Comparison,
  options: { readonly color: boolean; readonly files: readonly string[] },
): string {
  const lines: Piece[][] = [
    ...c.runs.map((run, i): Piece[] => [
      [letter(i), 'bold'],
      `  ${clean(run.name)}  ${clean(run.target ?? '')}  `,
      [run.verdict, VERDICT_PAINT[run.verdict]],
      [`  ${run.startedAt}`, 'faint'],
    ]),
    ...c.notes.map((note): Piece[] => [['note ', 'yellow'], clean(note)]),
    [],
    ...(c.load === null ? [] : loadLines(c.load)),
    ...changeLines(c.changes),
    ...(c.cases.length === 0 ? [] : caseLines(c)),
    [[c.verdict, VERDICT_PAINT[c.verdict]], c.reasons.length === 0 ? '' : `: ${clean(c.reasons.join('; '))}`],
    ...options.files.map((file): Piece[] => [['written: ', 'faint'], file]),
  ];
  return `${lines.map((pieces) => line(pieces, options.color)).join('\n')}\n`;
}

/** Runs are columns A, B, … on a terminal. */
function letter(i: number): string {
  return i < 26 ? String.fromCharCode(65 + i) : `#${i + 1}`;
}

function loadLines({ rows, failures }: LoadComparison): Piece[][] {
  const row = (cells: readonly string[]) =>
    `${cells[0]!.padEnd(20)}${cells
      .slice(1)
      .map((one) => one.padStart(12))
      .join('')}`;
  return [
    [[row(['', 'A', 'B', 'change']), 'faint']],
    ...rows.map((one): Piece[] => [
      row([one.metric, amount(one.before, one.unit), amount(one.after, one.unit), changeOf(one)]),
    ]),
    [],
    ...failures.map((one): Piece[] => [
      row(['failed', number(one.before), number(one.after)]),
      `  ${clean(one.reason)}`,
    ]),
    ...(failures.length > 0 ? [[]] : []),
  ];
}

function changeLines(changes: readonly ChangeResult[]): Piece[][] {
  if (changes.length === 0) return [];
  return [
    ...changes.map((one): Piece[] => [
      one.crossed ? ['✕ crossed  ', 'red'] : ['✓ kept     ', 'green'],
      `${clean(one.expression)}  ${amount(one.before, one.unit)} → ${amount(one.after, one.unit)}`,
      one.note === '' ? '' : `  ${clean(one.note)}`,
    ]),
    [],
  ];
}

function caseLines({ cases, runs }: Comparison): Piece[][] {
  const differing = cases.filter(({ differs }) => differs);
  const width = 13;
  const lines: Piece[][] = [
    [['Differences', 'bold'], ` (${plural(differing.length, 'case')} of ${number(cases.length)})`],
    [[`  ${runs.map((_, i) => letter(i).padEnd(width)).join('')}`, 'faint']],
  ];
  let at = '';
  for (const { id, rfc, section, cells } of differing) {
    if (at !== `${rfc} ${section}`) lines.push([[`  RFC ${rfc} §${section}`, 'bold']]);
    at = `${rfc} ${section}`;
    lines.push([
      '  ',
      ...cells.map((one): Piece => [(one?.verdict ?? 'not run').padEnd(width), LOOK[one?.verdict ?? ''] ?? 'faint']),
      id,
    ]);
  }
  const words = ['pass', 'non-strict', 'fail', 'info', 'unsupported', 'skip', 'inconclusive', 'error'];
  lines.push([], [['All cases', 'bold']]);
  for (const word of words) {
    const counts = runs.map((_, i) => cases.filter(({ cells }) => cells[i]?.verdict === word).length);
    if (counts.some((n) => n > 0))
      lines.push(['  ', ...counts.map((n): Piece => [number(n).padEnd(width), LOOK[word] ?? 'plain']), word]);
  }
  return [...lines, []];
}
