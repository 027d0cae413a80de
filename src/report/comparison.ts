// Runs side by side as one document, and as people read it on a terminal: differences first. Pure.

import type { CaseCell, CaseRow, RowKind } from '../conformance/compare.ts';
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

/** Whether the verdict is of bounds and doubts, and not only that the runs could be put side by side. */
export function isJudged({ verdict, changes }: Comparison): boolean {
  return verdict !== 'pass' || changes.length > 0;
}

/** What the exit code says where no bound was set. */
export const UNJUDGED =
  'no bound is set: exit 0 says only that the runs could be put side by side; what each run is worth says its own verdict';

/** The kinds of rows that are told, in this order, and in what words. */
export const TOLD: readonly (readonly [kind: RowKind, title: string, hint: string])[] = [
  ['broken', 'What fails', 'at least one server breaks the requirement'],
  ['missed', 'Not strict', 'a SHOULD is missed, or a variant is tolerated; nobody fails'],
  ['unlike', 'Other differences', 'the servers that were asked do not agree; nobody fails'],
];

/** Each kind with its rows. */
export function rowsByKind(cases: readonly CaseRow[]): ReadonlyMap<RowKind, readonly CaseRow[]> {
  const found = new Map<RowKind, CaseRow[]>();
  for (const row of cases) {
    const rows = found.get(row.kind);
    if (rows === undefined) found.set(row.kind, [row]);
    else rows.push(row);
  }
  return found;
}

/** True for a cell whose reason is to be told: neither passed nor left out. */
export function hasReason(cell: CaseCell | null): cell is CaseCell {
  return cell !== null && cell.verdict !== 'pass' && cell.verdict !== 'skip';
}

/** What all the cells with a reason expected, '' where they expected different things or nothing. */
export function expectedByAll({ cells }: CaseRow): string {
  const expected = new Set(
    cells
      .filter(hasReason)
      .map((one) => one.expected)
      .filter((text) => text !== ''),
  );
  return expected.size === 1 ? [...expected][0]! : '';
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
    isJudged(c)
      ? [[c.verdict, VERDICT_PAINT[c.verdict]], c.reasons.length === 0 ? '' : `: ${clean(c.reasons.join('; '))}`]
      : [['compared', 'bold'], `: ${UNJUDGED}`],
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

const WIDTH = 13;

function caseLines(c: Comparison): Piece[][] {
  const { cases, runs } = c;
  const found = rowsByKind(cases);
  const lines: Piece[][] = [];
  for (const [kind, title, hint] of TOLD) {
    const rows = found.get(kind) ?? [];
    lines.push([[title, 'bold'], ` (${plural(rows.length, 'case')} of ${number(cases.length)}: ${hint})`]);
    if (rows.length > 0) lines.push([[`  ${runs.map((_, i) => letter(i).padEnd(WIDTH)).join('')}`, 'faint']]);
    lines.push(...rowLines(rows, kind === 'broken'), []);
  }
  const some = found.get('some')?.length ?? 0;
  if (some > 0)
    lines.push(
      [`${plural(some, 'more case')} were put to some of the servers only, and none fails: in report.html`],
      [],
    );
  lines.push([['All cases', 'bold']], [[`  ${runs.map((_, i) => letter(i).padEnd(WIDTH)).join('')}`, 'faint']]);
  const words = ['pass', 'non-strict', 'fail', 'info', 'unsupported', 'skip', 'inconclusive', 'error'];
  for (const word of words) {
    const counts = runs.map((_, i) => cases.filter(({ cells }) => cells[i]?.verdict === word).length);
    if (counts.some((n) => n > 0))
      lines.push([
        '  ',
        ...counts.map((n): Piece => [number(n).padEnd(WIDTH), n > 0 ? (LOOK[word] ?? 'plain') : 'faint']),
        word,
      ]);
  }
  return [...lines, []];
}

/** A line for each case, by section; below it, where asked for, what was expected and what came from whom. */
function rowLines(rows: readonly CaseRow[], reasons: boolean): Piece[][] {
  const lines: Piece[][] = [];
  let at = '';
  for (const row of rows) {
    const { id, rfc, section, cells } = row;
    if (at !== `${rfc} ${section}`) lines.push([[`  RFC ${rfc} §${section}`, 'bold']]);
    at = `${rfc} ${section}`;
    lines.push([
      '  ',
      ...cells.map((one): Piece => [(one?.verdict ?? 'not run').padEnd(WIDTH), LOOK[one?.verdict ?? ''] ?? 'faint']),
      id,
    ]);
    if (!reasons) continue;
    const shared = expectedByAll(row);
    if (shared !== '') lines.push([['      expected ', 'faint'], clean(shared)]);
    for (const [i, cell] of cells.entries()) {
      if (!hasReason(cell)) continue;
      const own = shared === '' && cell.expected !== '' ? ` instead of ${cell.expected}` : '';
      const known = cell.known === '' ? '' : ` (known: ${cell.known})`;
      lines.push([[`      ${letter(i)} got    `, 'faint'], clean(`${cell.actual}${own}${known}`)]);
    }
  }
  return lines;
}
