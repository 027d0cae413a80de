// Small operations on bytes: texts and numbers in and out, comparisons. Allocates nothing, but for `bytesOf`.

const HEX_DIGITS = new Uint8Array(16);
for (let i = 0; i < 16; i++) HEX_DIGITS[i] = '0123456789abcdef'.charCodeAt(i);
const HEX_VALUES = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) HEX_VALUES['0123456789abcdef'.charCodeAt(i)] = i;

/** A text as bytes of its own (UTF-8): for constants, never per message. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
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
