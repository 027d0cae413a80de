// Addresses: name-addr or addr-spec with parameters, as in Contact, Route, Refer-To (RFC 3261 §20.10), and the tags of From and To. Spans only; resolves nothing.

import { BAD, NONE } from './message.ts';
import { type Param, readParam } from './params.ts';
import { type Span, skipQuoted, skipSpace, trimEnd } from './scan.ts';
import { byteAt, valueEnd, viewOf, wordOf } from './words.ts';

const SP = 32;
const QUOTE = 34;
const COMMA = 44;
const SEMICOLON = 59;
const LESS = 60;
const GREATER = 62;
const EQUALS = 61;
const QUESTION = 63;
const ITS_TAG = wordOf(';tag');

/** What `readAddress` fills. Empty spans where a part is absent. */
export class Address {
  /** The display name, with its quotes. */
  nameStart = NONE;
  nameEnd = NONE;
  /** The URI without brackets. */
  uriStart = NONE;
  uriEnd = NONE;
  /** The header parameters, with their first semicolon. */
  paramsStart = NONE;
  paramsEnd = NONE;
  bracketed = false;
}

/**
 * Reads the address that begins at `at` into `out`; returns where it ends: at a comma, or at `end`.
 * An address without a URI, or with an open bracket, gives an empty URI; an open quoted string runs to `end`.
 */
export function readAddress(buf: Uint8Array, at: number, end: number, out: Address): number {
  let i = at;
  // RFC 3261 §20: without angle brackets a comma or semicolon ends the URI, and what follows belongs to the header.
  while (i < end) {
    const c = buf[i]!;
    if (c === QUOTE) i = pastQuoted(buf, i, end);
    else if (c === LESS || c === SEMICOLON || c === COMMA) break;
    else i++;
  }
  let uriStart = at;
  let uriEnd = i;
  out.bracketed = i < end && buf[i] === LESS;
  if (out.bracketed) {
    out.nameStart = skipSpace(buf, at, i);
    out.nameEnd = trimEnd(buf, out.nameStart, i);
    uriStart = i + 1;
    uriEnd = uriStart;
    while (uriEnd < end && buf[uriEnd] !== GREATER) uriEnd++;
    i = uriEnd < end ? uriEnd + 1 : end;
    if (uriEnd === end) uriEnd = uriStart;
  }
  uriStart = skipSpace(buf, uriStart, uriEnd);
  out.uriStart = uriStart;
  out.uriEnd = trimEnd(buf, uriStart, uriEnd);
  if (!out.bracketed) {
    out.nameStart = uriStart;
    out.nameEnd = uriStart;
  }
  let stop = i;
  while (stop < end && buf[stop] !== COMMA) stop = buf[stop] === QUOTE ? pastQuoted(buf, stop, end) : stop + 1;
  const paramsStart = skipSpace(buf, i, stop);
  out.paramsStart = paramsStart;
  out.paramsEnd = trimEnd(buf, paramsStart, stop);
  return stop;
}

/** Whether what `readAddress` found is an address at all. Says nothing of the grammar of its URI (`readUri`). */
export function isAddress(buf: Uint8Array, address: Address): boolean {
  const { uriStart, uriEnd, paramsStart } = address;
  if (uriStart === uriEnd) return false;
  if (address.bracketed) {
    // RFC 3261 §25.1: no white space between brackets and URI.
    if (buf[uriStart - 1] !== LESS || buf[uriEnd] !== GREATER) return false;
  } else {
    // RFC 3261 §20: without brackets a URI has no question mark.
    for (let i = uriStart; i < uriEnd; i++) if (buf[i] === QUESTION || buf[i]! <= SP) return false;
  }
  return paramsStart === address.paramsEnd || buf[paramsStart] === SEMICOLON;
}

/** The offset after a quoted string, `end` when its end is missing. */
function pastQuoted(buf: Uint8Array, at: number, end: number): number {
  const stop = skipQuoted(buf, at, end);
  return stop === NONE ? end : stop;
}

/** RFC 3261 §20.20, §20.39: reads the tag of From or To `[start, end)` into `tag` (NONE without one). @returns 0, or BAD when the value is no address with parameters */
export function readTag(buf: Uint8Array, start: number, end: number, param: Param, tag: Span): number {
  tag.start = NONE;
  tag.end = NONE;
  if (end <= start) return BAD;
  const words = viewOf(buf);
  let p = start;
  // Display name, up to the bracket; without a bracket the first semicolon ends the URI.
  while (p < end && buf[p] !== LESS && buf[p] !== SEMICOLON) {
    if (buf[p] === QUOTE) {
      p = skipQuoted(buf, p, end);
      if (p === NONE) return BAD;
    } else p++;
  }
  if (p < end && buf[p] === LESS) {
    p = byteAt(words, buf, p, end, GREATER);
    if (p >= end) return BAD;
    p = skipSpace(buf, p + 1, end);
  }
  // Nearly every value ends in `;tag=` and a token (bench/decode.ts).
  if (p + 5 < end && words.getInt32(p, true) === ITS_TAG && buf[p + 4] === EQUALS && buf[p + 5] !== QUOTE) {
    const stop = valueEnd(words, buf, p + 5, end);
    if (stop === end) {
      tag.start = p + 5;
      tag.end = stop;
      return 0;
    }
  }
  // RFC 3261 §19.3: the tag is one of the parameters of the header field, never of the URI in brackets.
  while (p < end && buf[p] === SEMICOLON) {
    p = readParam(buf, p, end, param);
    if (p === BAD) return BAD;
    const { nameStart, valueStart } = param;
    if (param.nameEnd - nameStart !== 3 || valueStart === NONE || !isTag(buf, nameStart)) continue;
    if (param.valueEnd === valueStart) return BAD;
    tag.start = valueStart;
    tag.end = param.valueEnd;
  }
  return p < end ? BAD : 0;
}

function isTag(buf: Uint8Array, at: number): boolean {
  return (buf[at]! | 32) === 116 && (buf[at + 1]! | 32) === 97 && (buf[at + 2]! | 32) === 103;
}

/** Where the parameter whose value is at `valueAt` begins (its semicolon), not before `start`; NONE when there is no semicolon. */
export function paramStart(buf: Uint8Array, start: number, valueAt: number): number {
  for (let i = valueAt - 1; i >= start; i--) if (buf[i] === SEMICOLON) return i;
  return NONE;
}
