// How rules read header values: comparisons and walks over spans. Allocates nothing and never judges.

import { type Message, NONE } from '../sip/message.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const SEMICOLON = 59;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const BACKSLASH = 92;

/** ASCII letters of a name to compare with; lower case. For constants at module level only. */
export function lower(text: string): Uint8Array {
  return Uint8Array.from(text.toLowerCase(), (c) => c.charCodeAt(0));
}

/** White space inside a header value: SP, HTAB, or a fold. */
export function isSpace(c: number): boolean {
  return c === SPACE || c === TAB || c === CR || c === LF;
}

/** Equal byte for byte; four at a time, since a branch or Call-ID has some 30 bytes (bench/rules.ts). */
export function sameBytes(buf: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  const apart = bStart - aStart;
  if (bEnd - aEnd !== apart) return false;
  let i = aStart;
  for (let j = i + apart; i <= aEnd - 4; i += 4, j += 4) {
    const first = (buf[i]! ^ buf[j]!) | (buf[i + 1]! ^ buf[j + 1]!);
    if ((first | (buf[i + 2]! ^ buf[j + 2]!) | (buf[i + 3]! ^ buf[j + 3]!)) !== 0) return false;
  }
  for (; i < aEnd; i++) if (buf[i] !== buf[i + apart]) return false;
  return true;
}

function fold(c: number): number {
  return c >= 65 && c <= 90 ? c + 32 : c;
}

/** Equal but for the case of ASCII letters. */
export function sameLetters(buf: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let a = aStart, b = bStart; a < aEnd; a++, b++) if (fold(buf[a]!) !== fold(buf[b]!)) return false;
  return true;
}

/** Whether `name` (made by `lower`) stands at `at`, in any case. */
export function nameAt(buf: Uint8Array, at: number, end: number, name: Uint8Array): boolean {
  const { length } = name;
  if (end - at < length) return false;
  for (let i = 0; i < length; i++) if (fold(buf[at + i]!) !== name[i]) return false;
  return true;
}

/** `at` moved over white space. */
export function skipSpace(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && isSpace(buf[i]!)) i++;
  return i;
}

/** Where a token that starts at `at` ends. */
export function tokenEnd(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const c = buf[i]!;
    if (isSpace(c) || c === COMMA || c === SEMICOLON || c === EQUALS) break;
    i++;
  }
  return i;
}

/** Just past the quoted string that opens at `at`. */
function pastQuoted(buf: Uint8Array, at: number, end: number): number {
  let i = at + 1;
  while (i < end && buf[i] !== QUOTE) i += buf[i] === BACKSLASH ? 2 : 1;
  return i < end ? i + 1 : end;
}

/** End of the list element that starts at `at`: the next comma outside quotes and angle brackets, or `end`. */
export function elementEnd(buf: Uint8Array, at: number, end: number): number {
  let i = at;
  let inAngle = false;
  while (i < end) {
    const c = buf[i]!;
    if (c === QUOTE) {
      i = pastQuoted(buf, i, end);
      continue;
    }
    if (c === LESS) inAngle = true;
    else if (c === GREATER) inAngle = false;
    else if (c === COMMA && !inAngle) return i;
    i++;
  }
  return end;
}

/** Number of values of header `id` over all its fields, comma-separated ones counted singly. */
export function valueCount(msg: Message, id: number): number {
  let n = 0;
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    const end = msg.valueEnd[i]!;
    let at = msg.valueStart[i]!;
    if (at === end) continue;
    n++;
    for (at = elementEnd(msg.buf, at, end); at < end; at = elementEnd(msg.buf, at + 1, end)) n++;
  }
  return n;
}

/** Whether header `id` has exactly one value; quicker than counting. */
export function isSingle(msg: Message, id: number): boolean {
  const i = msg.first[id]!;
  if (i === NONE || msg.next[i] !== NONE) return false;
  const { buf } = msg;
  const start = msg.valueStart[i]!;
  const end = msg.valueEnd[i]!;
  if (start >= end) return false;
  let at = start;
  if (buf[at] === LESS) while (at < end && buf[at] !== GREATER) at++; // bench/rules.ts: nearly every Contact begins so
  return elementEnd(buf, at, end) === end;
}

/** Whether one of the comma-separated tokens of header `id` is `name` (made by `lower`), in any case. */
export function hasToken(msg: Message, id: number, name: Uint8Array): boolean {
  const { buf } = msg;
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    const end = msg.valueEnd[i]!;
    for (let at = msg.valueStart[i]!; at < end; at++) {
      at = skipSpace(buf, at, end);
      if (nameAt(buf, at, end, name) && tokenEnd(buf, at, end) === at + name.length) return true;
      at = elementEnd(buf, at, end);
    }
  }
  return false;
}

/** Where the value of parameter `name` begins in one list element `[start, end)`: just past its name when it has no value; NONE when absent. */
export function paramAt(buf: Uint8Array, start: number, end: number, name: Uint8Array): number {
  let i = start;
  let inAngle = false;
  while (i < end) {
    const c = buf[i]!;
    if (c === QUOTE) {
      i = pastQuoted(buf, i, end);
      continue;
    }
    if (c === LESS) inAngle = true;
    else if (c === GREATER) inAngle = false;
    else if (c === SEMICOLON && !inAngle) {
      const at = skipSpace(buf, i + 1, end);
      const stop = at + name.length;
      if (nameAt(buf, at, end, name) && tokenEnd(buf, at, end) === stop) {
        const equals = skipSpace(buf, stop, end);
        return equals < end && buf[equals] === EQUALS ? skipSpace(buf, equals + 1, end) : stop;
      }
    }
    i++;
  }
  return NONE;
}

/** Whether every value of header `id` has parameter `name`. */
export function everyHasParam(msg: Message, id: number, name: Uint8Array): boolean {
  const { buf } = msg;
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    const end = msg.valueEnd[i]!;
    for (let at = msg.valueStart[i]!; at < end; ) {
      const stop = elementEnd(buf, at, end);
      if (paramAt(buf, at, stop, name) === NONE) return false;
      at = stop + 1;
    }
  }
  return true;
}

/** The decimal number at the start of header `id`, at most 2^53; NONE when it is absent or begins with something else. */
export function decimalOf(msg: Message, id: number): number {
  const i = msg.first[id]!;
  if (i === NONE) return NONE;
  return decimalAt(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!);
}

/** The decimal number at `at`; NONE when there is no digit or more than 15. */
export function decimalAt(buf: Uint8Array, at: number, end: number): number {
  let value = 0;
  let i = at;
  for (; i < end && i - at < 16; i++) {
    const c = buf[i]!;
    if (c < ZERO || c > NINE) break;
    value = value * 10 + (c - ZERO);
  }
  return i === at || i - at > 15 ? NONE : value;
}

/** Whether `[start, end)` is digits and nothing else. */
export function isDecimal(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buf[i]! < ZERO || buf[i]! > NINE) return false;
  return start < end;
}
