// Small operations on bytes: numbers in and out, comparisons. Allocates nothing.

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
