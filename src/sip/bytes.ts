// Small operations on bytes: texts and numbers in and out, comparisons. Allocates nothing, but for `bytesOf`, `rawBytesOf` and `perByte`.

import { viewOf } from './words.ts';

const HEX_DIGITS = new Uint8Array(16);
for (let i = 0; i < 16; i++) HEX_DIGITS[i] = '0123456789abcdef'.charCodeAt(i);
const HEX_VALUES = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) HEX_VALUES['0123456789abcdef'.charCodeAt(i)] = i;

/** A text as bytes of its own (UTF-8): for constants, never per message. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
}

/** A text as bytes of its own, one for each character (Latin-1): for constants, never per message. */
export function rawBytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** A text with a character for each of its bytes in UTF-8: for constants, never per message. */
export function perByte(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Writes `text`; returns the offset after it. */
export function putText(bytes: Uint8Array, at: number, text: Uint8Array): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text[i]!;
  return at + text.length;
}

/** Writes `value` (an integer from 0 to 2^53) in decimal; returns the offset after it. */
export function putDecimal(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let v = value; v >= 10; v = Math.floor(v / 10)) digits++;
  for (let i = digits - 1, v = value; i >= 0; i--, v = Math.floor(v / 10)) bytes[at + i] = 48 + (v % 10);
  return at + digits;
}

/** Whether `[start, end)` is `lower` (lower-case letters, digits, marks) in any case. */
export function equalsIgnoreCase(buf: Uint8Array, start: number, end: number, lower: Uint8Array): boolean {
  if (end - start !== lower.length) return false;
  for (let i = 0; i < lower.length; i++) {
    const c = buf[start + i]!;
    if ((c >= 65 && c <= 90 ? c | 32 : c) !== lower[i]) return false;
  }
  return true;
}

/** Writes the low bits of `value` as `digits` lower-case hexadecimal digits. */
export function putHex(bytes: Uint8Array, at: number, value: number, digits: number): void {
  for (let i = digits - 1, v = value; i >= 0; i--, v >>>= 4) bytes[at + i] = HEX_DIGITS[v & 15]!;
}

/** Fixed-width hexadecimal as a 32-bit integer (as written: it may be negative), or NONE with `bad[0] = 1`. */
export function readHex(bytes: Uint8Array, at: number, digits: number, bad: Int32Array): number {
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const v = HEX_VALUES[bytes[at + i]!]!;
    if (v < 0) bad[0] = 1;
    value = (value << 4) | v;
  }
  return value;
}

/** Whether `lower` (lower-case letters, digits, marks) stands at `at` in any case, whatever follows. */
export function startsIgnoreCase(buf: Uint8Array, at: number, end: number, lower: Uint8Array): boolean {
  const { length } = lower;
  if (end - at < length) return false;
  for (let i = 0; i < length; i++) {
    const c = buf[at + i]!;
    if ((c >= 65 && c <= 90 ? c | 32 : c) !== lower[i]) return false;
  }
  return true;
}

/** Equal byte for byte, each span in an array of its own. */
export function equalSpans(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  const length = aEnd - aStart;
  if (bEnd - bStart !== length) return false;
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** Equal byte for byte; four at a time, since a branch or Call-ID has some 30 bytes (bench/rules.ts). */
export function sameBytes(buf: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  const length = aEnd - aStart;
  if (bEnd - bStart !== length) return false;
  if (length < 4) {
    for (let i = 0; i < length; i++) if (buf[aStart + i] !== buf[bStart + i]) return false;
    return true;
  }
  const words = viewOf(buf);
  const last = length - 4;
  for (let i = 0; i < last; i += 4) if (words.getInt32(aStart + i) !== words.getInt32(bStart + i)) return false;
  // The last four bytes, some of them for the second time.
  return words.getInt32(aStart + last) === words.getInt32(bStart + last);
}

/** Equal but for the case of ASCII letters. */
export function sameLetters(buf: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let a = aStart, b = bStart; a < aEnd; a++, b++) {
    const c = buf[a]!;
    const d = buf[b]!;
    if ((c >= 65 && c <= 90 ? c | 32 : c) !== (d >= 65 && d <= 90 ? d | 32 : d)) return false;
  }
  return true;
}

/** Copies bytes but for CR and LF, so that a folded value comes out on one line. Returns the offset after them. */
export function putUnfolded(bytes: Uint8Array, to: number, buf: Uint8Array, start: number, end: number): number {
  let next = to;
  let i = start;
  if (buf === bytes) {
    const words = viewOf(buf);
    // Four at a time as long as none of them is below 14, and so none a CR or LF.
    for (; i + 4 <= end; i += 4, next += 4) {
      const word = words.getInt32(i, true);
      if (((word - 0x0e0e0e0e) & ~word & 0x80808080) !== 0) break;
      words.setInt32(next, word, true);
    }
  }
  for (; i < end; i++) {
    const c = buf[i]!;
    if (c !== 13 && c !== 10) bytes[next++] = c;
  }
  return next;
}
