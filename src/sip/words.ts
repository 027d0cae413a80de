// Four bytes at a time: words read at any offset through a view of the same bytes, and the scans that gain by it. Allocates a view when the buffer is another than before, else nothing.

let viewed: Uint8Array = new Uint8Array(0);
let view = new DataView(viewed.buffer);

/** The view of `buf`: `getInt32(at, true)` has the byte at `at` lowest. A worker has one buffer, so that this is one comparison (bench/decode.ts). */
export function viewOf(buf: Uint8Array): DataView {
  if (buf !== viewed) {
    viewed = buf;
    view = new DataView(buf.buffer, buf.byteOffset, buf.length);
  }
  return view;
}

/** The word that `text` of four characters is. For constants. */
export function wordOf(text: string): number {
  return Buffer.from(text, 'latin1').readInt32LE(0);
}

const ONES = 0x01010101;
const HIGHS = -2139062144; // 0x80808080
const ZEROS = 0x30303030;
const SEMICOLONS = 0x3b3b3b3b;

/** The first byte `c` in `[at, end)`, or `end`. */
export function byteAt(words: DataView, buf: Uint8Array, at: number, end: number, c: number): number {
  const all = Math.imul(c, ONES);
  let p = at;
  // Two words a round: the second is cheaper than the first, since nothing has to be checked again.
  for (; p + 8 <= end; p += 8) {
    const x = words.getInt32(p, true) ^ all;
    const y = words.getInt32(p + 4, true) ^ all;
    // Where a byte is zero, taking one from it borrows from its highest bit; the lowest bit found so is always right.
    const found = (x - ONES) & ~x & HIGHS;
    if (found !== 0) return p + ((31 - Math.clz32(found & -found)) >> 3);
    const later = (y - ONES) & ~y & HIGHS;
    if (later !== 0) return p + 4 + ((31 - Math.clz32(later & -later)) >> 3);
  }
  while (p < end && buf[p] !== c) p++;
  return p;
}

/** What a value that is not quoted may have: no white space, no comma, no semicolon. */
const IN_VALUE = new Uint8Array(256).fill(1, 33);
IN_VALUE[44] = 0;
IN_VALUE[59] = 0;

/** Where a parameter's value that starts at `at` and is not quoted ends: at white space, a comma, a semicolon, or `end`. */
export function valueEnd(words: DataView, buf: Uint8Array, at: number, end: number): number {
  let p = at;
  // Words of letters, digits and what stands beyond `0` but the semicolon; whatever else is looked at byte by byte.
  for (; p + 4 <= end; p += 4) {
    const word = words.getInt32(p, true);
    const x = word ^ SEMICOLONS;
    if (((((word - ZEROS) & ~word) | ((x - ONES) & ~x)) & HIGHS) !== 0) break;
  }
  while (p < end && IN_VALUE[buf[p]!] === 1) p++;
  return p;
}
