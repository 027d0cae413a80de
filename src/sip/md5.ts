// MD5 (RFC 1321) of a span of bytes, for digest authentication at the rate of messages: no object is made. Not for anything that must withstand an attack.

import { putHex } from './bytes.ts';

/** RFC 1321 §3.4: how far each step rotates, four by four to a round, and its constant from the sine. */
const SHIFTS = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

const state = new Int32Array(4);
const words = new Int32Array(16);

/** Length of what `putMd5` writes. */
export const MD5_HEX = 32;

/** Writes the MD5 of `[start, end)` of `bytes` as 32 hexadecimal digits at `at` of `out`, which may lie inside the span. */
export function putMd5(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): void {
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  let from = start;
  for (; from + 64 <= end; from += 64) {
    for (let i = 0; i < 16; i++) {
      const w = from + i * 4;
      words[i] = bytes[w]! | (bytes[w + 1]! << 8) | (bytes[w + 2]! << 16) | (bytes[w + 3]! << 24);
    }
    mixBlock();
  }
  // RFC 1321 §3.1, §3.2: a one, zeroes, and the length in bits.
  words.fill(0);
  const rest = end - from;
  for (let i = 0; i < rest; i++) words[i >> 2]! |= bytes[from + i]! << ((i & 3) << 3);
  words[rest >> 2]! |= 0x80 << ((rest & 3) << 3);
  if (rest >= 56) {
    mixBlock();
    words.fill(0);
  }
  words[14] = (end - start) << 3;
  words[15] = (end - start) >>> 29;
  mixBlock();
  for (let i = 0; i < 4; i++) {
    const s = state[i]!;
    // Bytes go out lowest first.
    putHex(out, at + i * 8, ((s & 0xff) << 24) | ((s & 0xff00) << 8) | ((s >>> 8) & 0xff00) | (s >>> 24), 8);
  }
}

function mixBlock(): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  for (let i = 0; i < 64; i++) {
    let f: number;
    let g: number;
    if (i < 16) {
      f = (b & c) | (~b & d);
      g = i;
    } else if (i < 32) {
      f = (d & b) | (~d & c);
      g = (5 * i + 1) & 15;
    } else if (i < 48) {
      f = b ^ c ^ d;
      g = (3 * i + 5) & 15;
    } else {
      f = c ^ (b | ~d);
      g = (7 * i) & 15;
    }
    const sum = (a + f + SINES[i]! + words[g]!) | 0;
    const shift = SHIFTS[((i >> 4) << 2) | (i & 3)]!;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
}
