// Steps over the pieces of a header value: white space, tokens, quoted strings, elements of a list. Offsets in, offsets out; never at or past `end`.

import { NONE } from './message.ts';

const SP = 32;
const QUOTE = 34;
const COMMA = 44;
const SEMICOLON = 59;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const BACKSLASH = 92;

/** RFC 3261 §25.1: characters of a token. */
export const TOKEN = new Uint8Array(256);
for (const c of Buffer.from("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.!%*_+`'~")) TOKEN[c] = 1;

const IN_WORD = new Uint8Array(256).fill(1, SP + 1);
IN_WORD[COMMA] = 0;
IN_WORD[SEMICOLON] = 0;
IN_WORD[EQUALS] = 0;

/** A piece of a value; both NONE where it is absent. */
export class Span {
  start = NONE;
  end = NONE;
}

/** White space inside a value: SP, HTAB, a fold; and control characters, which may not stand there at all. */
export function isSpace(c: number): boolean {
  return c <= SP;
}

/** `at` moved over white space. */
export function skipSpace(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && buf[i]! <= SP) i++;
  return i;
}

/** `end` moved back over white space, not before `start`. */
export function trimEnd(buf: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && buf[i - 1]! <= SP) i--;
  return i;
}

/** `at` moved over characters of a token. */
export function skipToken(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && TOKEN[buf[i]!] === 1) i++;
  return i;
}

/** Where a word that starts at `at` ends: at white space, a comma, a semicolon or an equals sign. More than a token may hold. */
export function wordEnd(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && IN_WORD[buf[i]!] === 1) i++;
  return i;
}

/** The offset after the quoted string that begins at `at`; NONE when its end is missing. RFC 3261 §25.1: a backslash takes the next character with it. */
export function skipQuoted(buf: Uint8Array, at: number, end: number): number {
  for (let p = at + 1; p < end; p++) {
    const c = buf[p]!;
    if (c === BACKSLASH) p++;
    else if (c === QUOTE) return p + 1;
  }
  return NONE;
}

/** Writes what the quoted string `[start, end)` says, without its quotes and escapes; any other text as it stands. Returns the offset after it. */
export function putUnquoted(bytes: Uint8Array, to: number, buf: Uint8Array, start: number, end: number): number {
  const quoted = end - start >= 2 && buf[start] === QUOTE;
  const stop = quoted ? end - 1 : end;
  let next = to;
  for (let i = quoted ? start + 1 : start; i < stop; i++) {
    if (quoted && buf[i] === BACKSLASH && i + 1 < stop) i++;
    bytes[next++] = buf[i]!;
  }
  return next;
}

/** End of the list element that starts at `at`: the next comma outside quotes and angle brackets, or `end`. */
export function elementEnd(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  let inAngle = false;
  while (i < end) {
    const c = buf[i]!;
    if (c === QUOTE) {
      i = skipQuoted(buf, i, end);
      if (i === NONE) return end;
      continue;
    }
    if (c === LESS) inAngle = true;
    else if (c === GREATER) inAngle = false;
    else if (c === COMMA && !inAngle) return i;
    i++;
  }
  return end;
}
