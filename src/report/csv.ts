// The tables of a run as CSV. Pure: text out. Cells that a spreadsheet would take for a formula are escaped.

import { stringify } from 'csv-stringify/sync';
import type { Interval } from '../metrics/interval.ts';
import type { Latency, Summary } from '../metrics/summary.ts';
import { caseResults } from './cases.ts';
import { sharesOf } from './shares.ts';

type Cell = string | number | null;

function csv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return stringify([columns, ...rows] as Cell[][], { escape_formulas: true });
}

const INTERVAL_COLUMNS: readonly (keyof Interval)[] = [
  't',
  'durationS',
  'planned',
  'started',
  'succeeded',
  'failed',
  'dropped',
  'late',
  'concurrent',
  'sent',
  'received',
  'retransmitted',
  'unexpected',
  'achievedCps',
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
  'rxDropped',
  'busyFraction',
];

/** A row for each interval; empty cells where it has no data. */
export function intervalsCsv(s: Summary): string {
  return csv(
    INTERVAL_COLUMNS,
    s.intervals.map((row) => INTERVAL_COLUMNS.map((column) => row[column])),
  );
}

const LATENCY_COLUMNS = ['count', 'min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'p9999', 'max'] as const;

/** A row for each timer and origin, microseconds. */
export function latencyCsv(s: Summary): string {
  const row = (timer: string, origin: string, l: Latency): Cell[] => [
    timer,
    origin,
    'us',
    ...LATENCY_COLUMNS.map((column) => l[column]),
  ];
  return csv(
    ['timer', 'origin', 'unit', ...LATENCY_COLUMNS],
    [
      ...Object.entries(s.latencyUs).map(([timer, l]) => row(timer, 'due', l)),
      ...sharesOf(s).flatMap(({ flow, latencyUs }) =>
        Object.entries(latencyUs).map(([timer, l]) => row(`${flow}/${timer}`, 'due', l)),
      ),
      ...Object.entries(s.latencyFromSendUs).map(([timer, l]) => row(timer, 'sent', l)),
    ],
  );
}

/** Rows of three kinds: a method, a status, a line of a ladder. */
export function messagesCsv(s: Summary): string {
  const rows: Cell[][] = [];
  for (const [name, n] of Object.entries(s.messages.byMethod))
    rows.push(['method', '', '', '', name, n.sent, n.received, null, null, null]);
  for (const [name, n] of Object.entries(s.messages.byStatus))
    rows.push(['status', '', '', '', name, n.sent, n.received, null, null, null]);
  for (const { flow, role, lines } of s.ladder) {
    for (const line of lines) {
      const name = line.note === '' ? line.label : `${line.label} ${line.note}`;
      const { from, sent, received, retransmitted, timedOut, unexpected } = line;
      rows.push(['line', flow, role, from, name, sent, received, retransmitted, timedOut, unexpected]);
    }
  }
  return csv(
    ['kind', 'flow', 'role', 'from', 'name', 'sent', 'received', 'retransmitted', 'timedOut', 'unexpected'],
    rows,
  );
}

/** A row for each conformance case. */
export function conformanceCsv(s: Summary): string {
  const columns = [
    'id',
    'rfc',
    'section',
    'level',
    'role',
    'methods',
    'requirements',
    'verdict',
    'known',
    'health',
    'elapsedMs',
    'title',
    'expected',
    'actual',
    'attempts',
    'rules',
    'notes',
  ];
  const rows = caseResults(s).map((one): Cell[] => [
    one.id,
    one.rfc,
    one.section,
    one.level,
    one.role,
    one.methods.join(' '),
    one.req.join(' '),
    one.verdict,
    one.known,
    one.health,
    one.elapsedMs,
    one.title,
    one.expected,
    one.actual,
    one.attempts.join(' '),
    one.rules.join(' '),
    one.notes.join('\n'),
  ]);
  return csv(columns, rows);
}
