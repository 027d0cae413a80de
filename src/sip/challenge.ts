// Challenges and credentials (RFC 3261 §20.44, RFC 7616 §3.3): a scheme, then name=value with commas between. Spans only; computes nothing.

import { equalsIgnoreCase } from './bytes.ts';
import { BAD, NONE } from './message.ts';
import type { Param } from './params.ts';
import { type Span, skipQuoted, skipSpace, skipToken, wordEnd } from './scan.ts';

const SP = 32;
const QUOTE = 34;
const COMMA = 44;
const EQUALS = 61;

/** Reads the scheme of `[start, end)` into `scheme`; returns where the parameters begin, BAD without a scheme. */
export function readScheme(buf: Uint8Array, start: number, end: number, scheme: Span): number {
  scheme.start = skipSpace(buf, start, end);
  scheme.end = wordEnd(buf, scheme.start, end);
  return scheme.end === scheme.start ? BAD : skipSpace(buf, scheme.end, end);
}

/**
 * Reads the next `name=value` from `at` on, white space and commas before it passed over.
 * @returns where it ends: at a comma or at `end`; NONE when there is none any more; BAD when what stands there is none
 */
export function readAuthParam(buf: Uint8Array, at: number, end: number, out: Param): number {
  let p = at;
  // RFC 3261 §20.44: commas divide the parameters of one challenge, so that two challenges do not share a row.
  while (p < end && (buf[p]! <= SP || buf[p] === COMMA)) p++;
  if (p >= end) return NONE;
  out.nameStart = p;
  p = skipToken(buf, p, end);
  out.nameEnd = p;
  out.valueStart = NONE;
  out.valueEnd = NONE;
  p = skipSpace(buf, p, end);
  if (out.nameEnd === out.nameStart || p >= end || buf[p] !== EQUALS) return BAD;
  p = skipSpace(buf, p + 1, end);
  out.valueStart = p;
  if (p < end && buf[p] === QUOTE) {
    p = skipQuoted(buf, p, end);
    out.valueEnd = p === NONE ? end : p;
    if (p === NONE) return BAD;
  } else while (p < end && buf[p]! > SP && buf[p] !== COMMA && buf[p] !== QUOTE) p++;
  out.valueEnd = p;
  if (p === out.valueStart) return BAD;
  p = skipSpace(buf, p, end);
  return p < end && buf[p] !== COMMA ? BAD : p;
}

/** Whether a parameter `name` (lower case) stands among those from `at` on, as far as they can be read. */
export function hasAuthParam(buf: Uint8Array, at: number, end: number, name: Uint8Array, param: Param): boolean {
  for (let p = readAuthParam(buf, at, end, param); p >= 0; p = readAuthParam(buf, p, end, param))
    if (equalsIgnoreCase(buf, param.nameStart, param.nameEnd, name)) return true;
  return false;
}
