// Parameters: `;name` or `;name=value`, the value a word or a quoted string. Spans only; judges nothing.

import { startsIgnoreCase } from './bytes.ts';
import { BAD, NONE } from './message.ts';
import { type Span, skipQuoted, skipSpace, wordEnd } from './scan.ts';
import { valueEnd, viewOf } from './words.ts';

const QUOTE = 34;
const SEMICOLON = 59;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;

/** What `readParam` fills. */
export class Param {
  nameStart = NONE;
  nameEnd = NONE;
  /** As written, quotes included; NONE without an equals sign. */
  valueStart = NONE;
  valueEnd = NONE;
}

/**
 * Reads the parameter whose semicolon (or other separator) stands at `at`.
 * @returns where it ends, white space behind it included: at the next semicolon, a comma, whatever may not stand there, or `end`; BAD for an open quoted string. A name may be empty.
 */
export function readParam(buf: Uint8Array, at: number, end: number, out: Param): number {
  let p = skipSpace(buf, at + 1, end);
  out.nameStart = p;
  p = wordEnd(buf, p, end);
  out.nameEnd = p;
  out.valueStart = NONE;
  out.valueEnd = NONE;
  p = skipSpace(buf, p, end);
  if (p >= end || buf[p] !== EQUALS) return p;
  p = skipSpace(buf, p + 1, end);
  out.valueStart = p;
  if (p < end && buf[p] === QUOTE) {
    p = skipQuoted(buf, p, end);
    out.valueEnd = p === NONE ? end : p;
    if (p === NONE) return BAD;
  } else p = valueEnd(viewOf(buf), buf, p, end);
  out.valueEnd = p;
  return skipSpace(buf, p, end);
}

/** Where the value of parameter `name` (lower case) begins in one list element `[start, end)`: just past its name when it has no value; NONE when absent. */
export function paramAt(buf: Uint8Array, start: number, end: number, name: Uint8Array): number {
  let i = start;
  let inAngle = false;
  while (i < end) {
    const c = buf[i]!;
    if (c === QUOTE) {
      i = skipQuoted(buf, i, end);
      if (i === NONE) return NONE;
      continue;
    }
    if (c === LESS) inAngle = true;
    else if (c === GREATER) inAngle = false;
    else if (c === SEMICOLON && !inAngle) {
      const at = skipSpace(buf, i + 1, end);
      const stop = at + name.length;
      if (startsIgnoreCase(buf, at, end, name) && wordEnd(buf, stop, end) === stop) {
        const equals = skipSpace(buf, stop, end);
        return equals < end && buf[equals] === EQUALS ? skipSpace(buf, equals + 1, end) : stop;
      }
    }
    i++;
  }
  return NONE;
}

/** The value of parameter `name` (lower case) in one list element, as written: false when it is absent; an empty span when it has no value. */
export function findParam(buf: Uint8Array, start: number, end: number, name: Uint8Array, out: Span): boolean {
  const at = paramAt(buf, start, end, name);
  out.start = at;
  out.end = at;
  if (at === NONE) return false;
  if (at < end && buf[at] === QUOTE) {
    const stop = skipQuoted(buf, at, end);
    out.end = stop === NONE ? end : stop;
  } else out.end = valueEnd(viewOf(buf), buf, at, end);
  return true;
}
