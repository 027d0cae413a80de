// The data file: a CSV with a header line, one row for a call. Reads and checks it whole; says file, line and the mend.

import { readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import { CELL_BYTES, type DataTable } from '../engine/protocol.ts';
import { UsageError } from './usage-error.ts';

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
  const rows = new Rows(file, Buffer.byteLength(text));
  try {
    parse(text, {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      comment: '#',
      comment_no_infix: true,
      // A row goes into the table as it is read: a million of them never stand side by side as objects.
      on_record: (record: readonly string[], { lines }) => {
        rows.add(record, lines);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(`${file}: ${error.message}; give one row a line, as many cells as the header line has`);
  }
  return rows.table();
}

/** The table while it is read. */
class Rows {
  private readonly file: string;
  private columns: readonly string[] | null = null;
  private readonly cells: Uint8Array;
  private offsets = new Int32Array(1_024);
  private count = 0;
  private total = 0;

  /** @param mostBytes of all cells: no more than the file has */
  constructor(file: string, mostBytes: number) {
    this.file = file;
    this.cells = new Uint8Array(mostBytes);
  }

  add(record: readonly string[], line: number): void {
    if (this.columns === null) this.head(record, line);
    else for (let c = 0; c < record.length; c++) this.cell(this.columns[c]!, record[c]!, line);
  }

  private head(columns: readonly string[], line: number): void {
    for (const [i, name] of columns.entries()) {
      if (!/^[\w-]+$/.test(name))
        throw new UsageError(`${this.file}:${line}: "${name}" is no column name; use letters, digits, - and _`);
      if (columns.indexOf(name) !== i)
        throw new UsageError(`${this.file}:${line}: column ${name} stands twice; rename one`);
    }
    this.columns = columns;
  }

  private cell(column: string, text: string, line: number): void {
    if (/[\r\n\0]/.test(text))
      throw new UsageError(`${this.file}:${line}: ${column} has a line end in it; write it on one line`);
    const raw = Buffer.from(text);
    if (raw.length > CELL_BYTES)
      throw new UsageError(`${this.file}:${line}: ${column} is longer than ${CELL_BYTES} bytes; shorten it`);
    this.cells.set(raw, this.total);
    this.total += raw.length;
    if (++this.count === this.offsets.length) {
      const more = new Int32Array(this.count * 2);
      more.set(this.offsets);
      this.offsets = more;
    }
    this.offsets[this.count] = this.total;
  }

  table(): DataTable {
    const { columns, file, count, total } = this;
    if (columns === null)
      throw new UsageError(`${file} is empty; begin with a line of column names, such as user,password`);
    if (count === 0) throw new UsageError(`${file} has no row; add one under the column names`);
    const offsets = new Int32Array(new SharedArrayBuffer((count + 1) * 4));
    offsets.set(this.offsets.subarray(0, count + 1));
    const cells = new Uint8Array(new SharedArrayBuffer(Math.max(1, total)));
    cells.set(this.cells.subarray(0, total));
    return { columns, cells: cells.buffer, offsets: offsets.buffer };
  }
}
