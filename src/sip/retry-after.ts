// Retry-After (RFC 3261 §20.33): seconds, a comment, how long the callee will then be there. Spans and integers; allocates nothing.

import { bytesOf } from './bytes.ts';
import { BAD, NONE } from './message.ts';
import { readDecimal, readSeconds } from './numbers.ts';
import { findParam } from './params.ts';
import { Span, skipSpace } from './scan.ts';

const OPEN = 40;
const CLOSE = 41;
const SEMICOLON = 59;
const BACKSLASH = 92;
const MOST_S = 4_294_967_295;

const DURATION = bytesOf('duration');

/** What `readRetryAfter` fills. */
export class RetryAfter {
  /** BAD when it is no number below 2^32. */
  seconds = NONE;
  /** What stands in the outer parentheses; NONE without them. */
  commentStart = NONE;
  commentEnd = NONE;
  /** NONE without the parameter, BAD when it is no number. */
  durationS = NONE;
}

const value = new Span();

/** Reads a Retry-After value. @returns 0, or BAD */
export function readRetryAfter(buf: Uint8Array, start: number, end: number, out: RetryAfter): number {
  let p = start;
  while (p < end && buf[p]! >= 48 && buf[p]! <= 57) p++;
  // RFC 3261 §20.33: seconds, then a comment, then parameters.
  out.seconds = readDecimal(buf, start, p, MOST_S);
  out.commentStart = NONE;
  out.commentEnd = NONE;
  out.durationS = NONE;
  if (out.seconds === BAD) return BAD;
  p = skipSpace(buf, p, end);
  if (p < end && buf[p] === OPEN) {
    const stop = commentEnd(buf, p, end);
    if (stop === NONE) return BAD;
    out.commentStart = p + 1;
    out.commentEnd = stop - 1;
    p = skipSpace(buf, stop, end);
  }
  if (p < end && buf[p] !== SEMICOLON) return BAD;
  if (findParam(buf, p, end, DURATION, value)) out.durationS = readSeconds(buf, value.start, value.end);
  return 0;
}

/** The offset after the comment that begins at `at`; comments stand in comments. NONE when one is open. */
function commentEnd(buf: Uint8Array, at: number, end: number): number {
  let depth = 0;
  for (let p = at; p < end; p++) {
    const c = buf[p]!;
    if (c === BACKSLASH) p++;
    else if (c === OPEN) depth++;
    else if (c === CLOSE && --depth === 0) return p + 1;
  }
  return NONE;
}
