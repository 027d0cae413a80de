// URIs (RFC 3261 §19.1, RFC 3966): their parts as spans, and what routing asks of them. Allocates nothing, resolves nothing.

import { bytesOf, equalsIgnoreCase, putUnfolded } from './bytes.ts';
import { BAD, NONE } from './message.ts';
import { readDecimal } from './numbers.ts';
import type { Param } from './params.ts';
import { isSpace } from './scan.ts';

const PERCENT = 37;
const AMPERSAND = 38;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const QUESTION = 63;
const AT = 64;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

export const SCHEME = { OTHER: 0, SIP: 1, SIPS: 2, TEL: 3 } as const;

const SIP_NAME = bytesOf('sip');
const SIPS_NAME = bytesOf('sips');
const TEL_NAME = bytesOf('tel');
const LR = bytesOf('lr');
const METHOD = bytesOf('method');

const ALPHANUM = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const UNRESERVED = `${ALPHANUM}-_.!~*'()`;

/** What may stand in a part, besides escapes, which `%` begins. */
function allowing(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const c of Buffer.from(characters)) table[c] = 1;
  return table;
}
const IN_SCHEME = allowing(`${ALPHANUM}+-.`);
// RFC 3261 §25.1: user, password, host, IPv6reference, pname and pvalue, hname and hvalue.
const IN_USER = allowing(`${UNRESERVED}&=+$,;?/`);
const IN_PASSWORD = allowing(`${UNRESERVED}&=+$,`);
const IN_HOST = allowing(`${ALPHANUM}-.`);
const IN_REFERENCE = allowing('0123456789abcdefABCDEF:.');
const IN_PARAMS = allowing(`${UNRESERVED}[]/:&+$;=`);
const IN_HEADERS = allowing(`${UNRESERVED}[]/?:+$&=`);

/** What `readUri` fills: the parts as their marks divide them, whatever stands in them. */
export class Uri {
  /** SCHEME. */
  kind = 0;
  schemeStart = NONE;
  schemeEnd = NONE;
  /** NONE without an at sign. */
  userStart = NONE;
  userEnd = NONE;
  passwordStart = NONE;
  passwordEnd = NONE;
  /** With the brackets of an IPv6 reference. Of a tel URI: the number. */
  hostStart = NONE;
  hostEnd = NONE;
  /** NONE when it is not written, BAD when it is no number from 0 to 65535. */
  port = NONE;
  /** From the first semicolon on; empty where there is none. */
  paramsStart = NONE;
  paramsEnd = NONE;
  /** Behind the question mark; NONE without one. */
  headersStart = NONE;
  headersEnd = NONE;
}

/** Divides the URI `[start, end)` into its parts. @returns 0, or BAD when a sip or sips URI breaks the grammar of RFC 3261 §25.1, or any URI has no scheme */
export function readUri(buf: Uint8Array, start: number, end: number, out: Uri): number {
  let p = start;
  while (p < end && IN_SCHEME[buf[p]!] === 1) p++;
  const named = p > start && p < end && buf[p] === COLON;
  out.schemeStart = named ? start : NONE;
  out.schemeEnd = named ? p : NONE;
  out.kind = named ? schemeOf(buf, start, p) : SCHEME.OTHER;
  p = named ? p + 1 : start;

  out.userStart = NONE;
  out.userEnd = NONE;
  out.passwordStart = NONE;
  out.passwordEnd = NONE;
  let sign = p;
  while (sign < end && buf[sign] !== AT) sign++;
  if (sign < end) {
    out.userStart = p;
    while (p < sign && buf[p] !== COLON) p++;
    out.userEnd = p;
    if (p < sign) {
      out.passwordStart = p + 1;
      out.passwordEnd = sign;
    }
    p = sign + 1;
  }

  out.hostStart = p;
  if (p < end && buf[p] === OPEN_BRACKET) {
    while (p < end && buf[p] !== CLOSE_BRACKET) p++;
    if (p < end) p++;
  } else while (p < end && buf[p] !== COLON && buf[p] !== SEMICOLON && buf[p] !== QUESTION) p++;
  out.hostEnd = p;
  out.port = NONE;
  if (p < end && buf[p] === COLON) {
    const digits = p + 1;
    while (p < end && buf[p] !== SEMICOLON && buf[p] !== QUESTION) p++;
    out.port = readDecimal(buf, digits, p, 65_535);
  }
  // What is neither port, parameters nor headers behind the bracket of a reference goes to the parameters, where the grammar refuses it.
  out.paramsStart = p;
  while (p < end && buf[p] !== QUESTION) p++;
  out.paramsEnd = p;
  out.headersStart = p < end ? p + 1 : NONE;
  out.headersEnd = p < end ? end : NONE;
  return named && (out.kind !== SCHEME.SIP && out.kind !== SCHEME.SIPS ? true : isSipGrammar(buf, out)) ? 0 : BAD;
}

function schemeOf(buf: Uint8Array, start: number, end: number): number {
  // RFC 3986 §3.1: in any case.
  if (equalsIgnoreCase(buf, start, end, SIP_NAME)) return SCHEME.SIP;
  if (equalsIgnoreCase(buf, start, end, SIPS_NAME)) return SCHEME.SIPS;
  return equalsIgnoreCase(buf, start, end, TEL_NAME) ? SCHEME.TEL : SCHEME.OTHER;
}

function isSipGrammar(buf: Uint8Array, uri: Uri): boolean {
  if (uri.userStart !== NONE) {
    if (uri.userStart === uri.userEnd || !consists(buf, uri.userStart, uri.userEnd, IN_USER)) return false;
    if (uri.passwordStart !== NONE && !consists(buf, uri.passwordStart, uri.passwordEnd, IN_PASSWORD)) return false;
  }
  if (uri.port === BAD || !isHost(buf, uri.hostStart, uri.hostEnd)) return false;
  if (uri.paramsStart < uri.paramsEnd) {
    if (buf[uri.paramsStart] !== SEMICOLON) return false;
    let fresh = false;
    for (let i = uri.paramsStart; i < uri.paramsEnd; i++) {
      const mark = buf[i] === SEMICOLON;
      // A parameter has a name.
      if (fresh && (mark || buf[i] === EQUALS)) return false;
      fresh = mark;
    }
    if (fresh || !consists(buf, uri.paramsStart, uri.paramsEnd, IN_PARAMS)) return false;
  }
  return uri.headersStart === NONE || areHeaders(buf, uri.headersStart, uri.headersEnd);
}

/** RFC 3261 §25.1: each header has a name and an equals sign. */
function areHeaders(buf: Uint8Array, start: number, end: number): boolean {
  if (!consists(buf, start, end, IN_HEADERS)) return false;
  for (let at = start; at <= end; at++) {
    const name = at;
    while (at < end && buf[at] !== EQUALS && buf[at] !== AMPERSAND) at++;
    if (at === name || at >= end || buf[at] !== EQUALS) return false;
    for (at++; at < end && buf[at] !== AMPERSAND; at++) if (buf[at] === EQUALS) return false;
  }
  return true;
}

function consists(buf: Uint8Array, start: number, end: number, allowed: Uint8Array): boolean {
  for (let i = start; i < end; i++) {
    if (allowed[buf[i]!] === 1) continue;
    if (buf[i] !== PERCENT || i + 2 >= end || hexOf(buf[i + 1]!) < 0 || hexOf(buf[i + 2]!) < 0) return false;
    i += 2;
  }
  return true;
}

/** RFC 3261 §25.1, host: a name, an IPv4 address, or an IPv6 reference in brackets. Which of the names exist is not looked at. */
export function isHost(buf: Uint8Array, start: number, end: number): boolean {
  if (start >= end) return false;
  const reference = buf[start] === OPEN_BRACKET;
  if (reference && (end - start < 4 || buf[end - 1] !== CLOSE_BRACKET)) return false;
  const stop = reference ? end - 1 : end;
  for (let i = reference ? start + 1 : start; i < stop; i++)
    if ((reference ? IN_REFERENCE : IN_HOST)[buf[i]!] !== 1) return false;
  return true;
}

function hexOf(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : NONE;
}

/** RFC 3261 §19.1.2: writes `[start, end)` with each escape as the byte it stands for; a broken escape stays. Returns the offset after it. */
export function putUnescaped(bytes: Uint8Array, to: number, buf: Uint8Array, start: number, end: number): number {
  let next = to;
  for (let i = start; i < end; i++) {
    const high = buf[i] === PERCENT && i + 2 < end ? hexOf(buf[i + 1]!) : NONE;
    const low = high < 0 ? NONE : hexOf(buf[i + 2]!);
    if (low < 0) bytes[next++] = buf[i]!;
    else {
      bytes[next++] = (high << 4) | low;
      i += 2;
    }
  }
  return next;
}

/** Reads the header of a URI that begins at `at`, name and value as written, into `out`; returns where it ends: at an ampersand, or at `end`. */
export function readUriHeader(buf: Uint8Array, at: number, end: number, out: Param): number {
  let p = at;
  out.nameStart = p;
  while (p < end && buf[p] !== EQUALS && buf[p] !== AMPERSAND) p++;
  out.nameEnd = p;
  const valued = p < end && buf[p] === EQUALS;
  while (p < end && buf[p] !== AMPERSAND) p++;
  out.valueStart = valued ? out.nameEnd + 1 : NONE;
  out.valueEnd = valued ? p : NONE;
  return p;
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
  let next = putUnfolded(bytes, to, buf, start, at);
  while (at < end && buf[at] === SEMICOLON) {
    const stop = paramEnd(buf, at, end);
    // RFC 3261 §19.1.1: Table 1 allows neither the method parameter nor headers in a Request-URI.
    if (!nameIs(buf, at + 1, end, METHOD)) next = putUnfolded(bytes, next, buf, at, stop);
    at = stop;
  }
  return next;
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
