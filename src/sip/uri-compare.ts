// Whether two URIs are one (RFC 3261 §19.1.4): part by part, over spans. Allocates nothing, resolves nothing.

import { bytesOf, equalsIgnoreCase, sameBytes, sameLetters } from './bytes.ts';
import { NONE } from './message.ts';
import { readUri, SCHEME, Uri } from './uri.ts';

const PERCENT = 37;
const AMPERSAND = 38;
const SEMICOLON = 59;
const EQUALS = 61;

const RESERVED = new Uint8Array(256);
for (const c of bytesOf(';/?:@&=+$,')) RESERVED[c] = 1;

/** A URI without one of these does not mean what a URI with it means, whatever its value. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'].map((name) => bytesOf(name));

const a = new Uri();
const b = new Uri();

/** RFC 3261 §19.1.4: the user in its own case, everything else in any; the order of parameters and headers does not matter. */
export function sameUri(buf: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  if (sameBytes(buf, aStart, aEnd, bStart, bEnd)) return true;
  readUri(buf, aStart, aEnd, a);
  readUri(buf, bStart, bEnd, b);
  if (a.kind !== b.kind) return false;
  if (a.kind !== SCHEME.SIP && a.kind !== SCHEME.SIPS) return sameLetters(buf, aStart, aEnd, bStart, bEnd);
  return (
    sameOptional(buf, a.userStart, a.userEnd, b.userStart, b.userEnd) &&
    sameOptional(buf, a.passwordStart, a.passwordEnd, b.passwordStart, b.passwordEnd) &&
    sameLetters(buf, a.hostStart, a.hostEnd, b.hostStart, b.hostEnd) &&
    a.port === b.port &&
    paramsAgree(buf, a, b) &&
    paramsAgree(buf, b, a) &&
    headersAgree(buf, a, b) &&
    headersAgree(buf, b, a)
  );
}

function sameOptional(buf: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  if (aStart === NONE || bStart === NONE) return aStart === bStart;
  return sameDecoded(buf, aStart, aEnd, bStart, bEnd, false);
}

/** RFC 3261 §19.1.4: a character is its escape, but for reserved ones. */
function sameDecoded(
  buf: Uint8Array,
  aStart: number,
  aEnd: number,
  bStart: number,
  bEnd: number,
  anyCase: boolean,
): boolean {
  let i = aStart;
  let j = bStart;
  while (i < aEnd && j < bEnd) {
    const x = escapeAt(buf, i, aEnd);
    const y = escapeAt(buf, j, bEnd);
    const c = x === NONE ? buf[i]! : x;
    const d = y === NONE ? buf[j]! : y;
    if (c !== d && !(anyCase && lower(c) === lower(d))) return false;
    if ((x === NONE) !== (y === NONE) && RESERVED[c] === 1) return false;
    i += x === NONE ? 1 : 3;
    j += y === NONE ? 1 : 3;
  }
  return i >= aEnd && j >= bEnd;
}

function lower(c: number): number {
  return c >= 65 && c <= 90 ? c | 32 : c;
}

/** The character that an escape at `at` stands for, NONE when there is none. */
function escapeAt(buf: Uint8Array, at: number, end: number): number {
  if (buf[at] !== PERCENT || at + 2 >= end) return NONE;
  const high = digit(buf[at + 1]!);
  const low = digit(buf[at + 2]!);
  return high < 0 || low < 0 ? NONE : high * 16 + low;
}

function digit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : NONE;
}

/** Writes `[start, end)` at `to` without escapes; where it ends. */
export function putUnescaped(bytes: Uint8Array, to: number, buf: Uint8Array, start: number, end: number): number {
  let at = to;
  for (let i = start; i < end; ) {
    const escaped = escapeAt(buf, i, end);
    bytes[at++] = escaped === NONE ? buf[i]! : escaped;
    i += escaped === NONE ? 1 : 3;
  }
  return at;
}

/** Each parameter of `one` is in `other` with the same value, or says nothing where it is missing. */
function paramsAgree(buf: Uint8Array, one: Uri, other: Uri): boolean {
  for (let at = one.paramsStart; at < one.paramsEnd; ) {
    const start = at + 1;
    const end = partEnd(buf, start, one.paramsEnd, SEMICOLON);
    const name = partEnd(buf, start, end, EQUALS);
    const same = find(buf, start, name, other.paramsStart, other.paramsEnd, SEMICOLON);
    if (same === NONE) {
      for (let i = 0; i < DECISIVE.length; i++) if (equalsIgnoreCase(buf, start, name, DECISIVE[i]!)) return false;
    } else if (!sameDecoded(buf, start, end, same, partEnd(buf, same, other.paramsEnd, SEMICOLON), true)) return false;
    at = end;
  }
  return true;
}

/** RFC 3261 §19.1.4: a header of one is a header of the other, with the same value. */
function headersAgree(buf: Uint8Array, one: Uri, other: Uri): boolean {
  if (one.headersStart === NONE) return true;
  if (other.headersStart === NONE) return false;
  for (let at = one.headersStart - 1; at < one.headersEnd; ) {
    const start = at + 1;
    const end = partEnd(buf, start, one.headersEnd, AMPERSAND);
    const name = partEnd(buf, start, end, EQUALS);
    const same = find(buf, start, name, other.headersStart - 1, other.headersEnd, AMPERSAND);
    if (same === NONE) return false;
    const sameEnd = partEnd(buf, same, other.headersEnd, AMPERSAND);
    if (!sameDecoded(buf, name, end, same + name - start, sameEnd, false)) return false;
    at = end;
  }
  return true;
}

function partEnd(buf: Uint8Array, start: number, end: number, mark: number): number {
  let at = start;
  while (at < end && buf[at] !== mark) at++;
  return at;
}

/** Where the part named `[start, end)` begins among those of a list whose first mark stands at `from`; NONE when there is none. */
function find(buf: Uint8Array, start: number, end: number, from: number, to: number, mark: number): number {
  for (let at = from; at < to; ) {
    const part = at + 1;
    at = partEnd(buf, part, to, mark);
    if (sameLetters(buf, start, end, part, partEnd(buf, part, at, EQUALS))) return part;
  }
  return NONE;
}
