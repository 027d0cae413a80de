// A message before it is bytes: start line, header rows in order, body. A case overrides, removes, reorders or corrupts any of it. Pure.

import { canonical } from './reading.ts';

export type Row = readonly [name: string, value: string];

/** Text or number: in the place of the field, or added at the end. List: one row each. null: the field goes. Function: from the value it would have. */
export type Override =
  | string
  | number
  | readonly string[]
  | null
  | ((was: string) => string | readonly string[] | null);

export interface Parts {
  /** Whom it is for: an extension of the profile (`'answer'`), or a URI. Request-URI and To. */
  readonly to?: string;
  /** The Request-URI alone. */
  readonly uri?: string;
  /** Header fields by name, in any case or compact; the name is written as given here. */
  readonly headers?: Readonly<Record<string, Override>>;
  /** '' for none. Content-Length follows unless `headers` says otherwise. */
  readonly body?: string;
  /** Content-Type. */
  readonly type?: string;
  /** In the place of the whole start line. */
  readonly startLine?: string;
  /** The last word on the text, before it becomes bytes. */
  readonly edit?: (text: string) => string;
}

export interface Draft {
  readonly startLine: string;
  readonly rows: readonly Row[];
  readonly body: string;
  readonly edit: ((text: string) => string) | undefined;
}

/** @param rows those of a valid message, without Content-Type and Content-Length */
export function draft(startLine: string, rows: readonly Row[], parts: Parts, body: string, type: string): Draft {
  const text = parts.body ?? body;
  const full: Row[] = [...rows];
  if (text !== '') full.push(['Content-Type', parts.type ?? type]);
  full.push(['Content-Length', String(Buffer.byteLength(text))]);
  return {
    startLine: parts.startLine ?? startLine,
    rows: override(full, parts.headers ?? {}),
    body: text,
    edit: parts.edit,
  };
}

export function override(rows: readonly Row[], headers: Readonly<Record<string, Override>>): Row[] {
  let result: Row[] = [...rows];
  for (const [name, wanted] of Object.entries(headers)) {
    const key = canonical(name);
    const at = result.findIndex((row) => canonical(row[0]) === key);
    const was = at < 0 ? '' : result[at]![1];
    const value = typeof wanted === 'function' ? wanted(was) : wanted;
    const values = value === null ? [] : Array.isArray(value) ? (value as readonly string[]) : [String(value)];
    const place = at < 0 ? insertAt(result) : at;
    const before = result.slice(0, place).filter((row) => canonical(row[0]) !== key);
    const after = result.slice(place).filter((row) => canonical(row[0]) !== key);
    result = [...before, ...values.map((one): Row => [name, one]), ...after];
  }
  return result;
}

/** New rows stand before those of the body. */
function insertAt(rows: readonly Row[]): number {
  const at = rows.findIndex(([name]) => /^content-(type|length)$/i.test(name));
  return at < 0 ? rows.length : at;
}

export function render({ startLine, rows, body, edit }: Draft): string {
  const text = `${startLine}\r\n${rows.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
  return edit === undefined ? text : edit(text);
}
