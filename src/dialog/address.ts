// How the dialog room reads addresses: elements of Contact and Record-Route, and the parts of a URI that decide routing. Spans only; judges nothing.

import { bytesOf } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const SEMICOLON = 59;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const QUESTION = 63;
const AT = 64;
const BACKSLASH = 92;

/** What `readAddress` fills: the URI without brackets, and the header parameters with their first semicolon. Empty spans where absent. */
export const ADDRESS = { URI_START: 0, URI_END: 1, PARAMS_START: 2, PARAMS_END: 3 } as const;

const LR = bytesOf('lr');
const METHOD = bytesOf('method');

/**
 * Reads the name-addr or addr-spec that begins at `at` into `out`; returns where it ends: at a comma, or at `end`.
 * An address without a URI, or with an open bracket, gives an empty URI.
 */
export function readAddress(buf: Uint8Array, at: number, end: number, out: Int32Array): number {
  let i = at;
  while (i < end) {
    const c = buf[i]!;
    if (c === QUOTE) i = skipQuoted(buf, i, end);
    else if (c === LESS || c === SEMICOLON || c === COMMA) break;
    else i++;
  }
  let uriStart = at;
  let uriEnd = i;
  if (i < end && buf[i] === LESS) {
    uriStart = i + 1;
    uriEnd = uriStart;
    while (uriEnd < end && buf[uriEnd] !== GREATER) uriEnd++;
    i = uriEnd < end ? uriEnd + 1 : end;
    if (uriEnd === end) uriEnd = uriStart;
  }
  while (uriStart < uriEnd && isSpace(buf[uriStart]!)) uriStart++;
  while (uriEnd > uriStart && isSpace(buf[uriEnd - 1]!)) uriEnd--;
  out[ADDRESS.URI_START] = uriStart;
  out[ADDRESS.URI_END] = uriEnd;

  let stop = i;
  while (stop < end && buf[stop] !== COMMA) stop = buf[stop] === QUOTE ? skipQuoted(buf, stop, end) : stop + 1;
  let paramsEnd = stop;
  while (i < paramsEnd && isSpace(buf[i]!)) i++;
  while (paramsEnd > i && isSpace(buf[paramsEnd - 1]!)) paramsEnd--;
  out[ADDRESS.PARAMS_START] = i;
  out[ADDRESS.PARAMS_END] = paramsEnd;
  return stop;
}

/** Whether the URI has the lr parameter: its owner is a loose router. */
export function isLooseRoute(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = paramsOf(buf, start, end); at < end && buf[at] === SEMICOLON; at = paramEnd(buf, at, end)) {
    if (nameIs(buf, at + 1, end, LR)) return true;
  }
  return false;
}

/** Copies a URI as it may stand in a Request-URI: without a method parameter and without headers. Returns the offset after it. */
export function putRequestUri(bytes: Uint8Array, to: number, buf: Uint8Array, start: number, end: number): number {
  let at = paramsOf(buf, start, end);
  let next = putBytes(bytes, to, buf, start, at);
  while (at < end && buf[at] === SEMICOLON) {
    const stop = paramEnd(buf, at, end);
    // RFC 3261 §19.1.1: Table 1 allows neither the method parameter nor headers in a Request-URI.
    if (!nameIs(buf, at + 1, end, METHOD)) next = putBytes(bytes, next, buf, at, stop);
    at = stop;
  }
  return next;
}

/** Copies bytes but for CR and LF, so that a folded value comes out on one line. Returns the offset after them. */
export function putBytes(bytes: Uint8Array, to: number, buf: Uint8Array, start: number, end: number): number {
  let next = to;
  for (let i = start; i < end; i++) {
    const c = buf[i]!;
    if (c !== CR && c !== LF) bytes[next++] = c;
  }
  return next;
}

/** Where the parameter whose value is at `valueAt` begins (its semicolon), not before `start`; NONE when there is no semicolon. */
export function paramStart(buf: Uint8Array, start: number, valueAt: number): number {
  for (let i = valueAt - 1; i >= start; i--) if (buf[i] === SEMICOLON) return i;
  return NONE;
}

/** First semicolon or question mark after host and port: a user part may hold either. */
function paramsOf(buf: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && buf[at] !== AT) at++;
  if (at === end) at = start;
  while (at < end && buf[at] !== SEMICOLON && buf[at] !== QUESTION) at++;
  return at;
}

function paramEnd(buf: Uint8Array, at: number, end: number): number {
  let i = at + 1;
  while (i < end && buf[i] !== SEMICOLON && buf[i] !== QUESTION) i++;
  return i;
}

/** Whether the name `name` (lower case) stands at `at` in any case and ends there. */
function nameIs(buf: Uint8Array, at: number, end: number, name: Uint8Array): boolean {
  const stop = at + name.length;
  if (stop > end) return false;
  for (let i = 0; i < name.length; i++) if ((buf[at + i]! | 0x20) !== name[i]) return false;
  if (stop === end) return true;
  const c = buf[stop]!;
  return c === EQUALS || c === SEMICOLON || c === QUESTION || isSpace(c);
}

function skipQuoted(buf: Uint8Array, at: number, end: number): number {
  let i = at + 1;
  while (i < end && buf[i] !== QUOTE) i += buf[i] === BACKSLASH ? 2 : 1;
  return i < end ? i + 1 : end;
}

function isSpace(c: number): boolean {
  return c === SPACE || c === TAB || c === CR || c === LF;
}
