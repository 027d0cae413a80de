// The data file: a CSV with a header line, one row for a call. Reads and checks it whole; says file, line and the mend.

import { readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import { CELL_BYTES, type DataTable } from '../engine/protocol.ts';
import { UsageError } from './usage-error.ts';

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** @throws UsageError for a file that cannot be read, is no CSV, or has a cell no message can hold */
export function readData(file: string): DataTable {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
  return parseData(text, file);
}

export function parseData(text: string, file: string): DataTable {
  let lines: Line[];
  try {
    lines = parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      comment: '#',
      comment_no_infix: true,
    }) as unknown as Line[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(`${file}: ${error.message}; give one row a line, as many cells as the header line has`);
  }
  const [head, ...rows] = lines;
  if (head === undefined)
    throw new UsageError(`${file} is empty; begin with a line of column names, such as user,password`);
  const columns = head.record;
  for (const [i, name] of columns.entries()) {
    if (!/^[\w-]+$/.test(name))
      throw new UsageError(`${file}:${head.info.lines}: "${name}" is no column name; use letters, digits, - and _`);
    if (columns.indexOf(name) !== i)
      throw new UsageError(`${file}:${head.info.lines}: column ${name} stands twice; rename one`);
  }
  if (rows.length === 0) throw new UsageError(`${file} has no row; add one under the column names`);
  return tableOf(columns, rows, file);
}

function tableOf(columns: readonly string[], rows: readonly Line[], file: string): DataTable {
  const offsets = new Int32Array(new SharedArrayBuffer((rows.length * columns.length + 1) * 4));
  const parts: Buffer[] = [];
  let total = 0;
  let at = 0;
  for (const { record, info } of rows)
    for (const [c, cell] of record.entries()) {
      if (/[\r\n\0]/.test(cell))
        throw new UsageError(`${file}:${info.lines}: ${columns[c]} has a line end in it; write it on one line`);
      const raw = Buffer.from(cell);
      if (raw.length > CELL_BYTES)
        throw new UsageError(`${file}:${info.lines}: ${columns[c]} is longer than ${CELL_BYTES} bytes; shorten it`);
      parts.push(raw);
      total += raw.length;
      offsets[++at] = total;
    }
  const cells = new Uint8Array(new SharedArrayBuffer(Math.max(1, total)));
  let to = 0;
  for (const raw of parts) {
    cells.set(raw, to);
    to += raw.length;
  }
  return { columns, cells: cells.buffer, offsets: offsets.buffer };
}
