// A 64-bit hash of spans and integers, in two words that the caller seeds. Allocates nothing; not for secrets.

/** Mixes length and bytes of a span; NONE counts as empty. `fold` is OR-ed to each four bytes. Cost: bench/match.ts. */
export function mixSpan(buf: Uint8Array, start: number, end: number, fold: number, out: Int32Array): void {
  let a = out[0]! ^ (end - start);
  let b = out[1]!;
  let at = start;
  // Each round is a bijection of (a, b) for a given word, so that rounds lose nothing.
  for (; at + 4 <= end; at += 4) {
    const word = buf[at]! | (buf[at + 1]! << 8) | (buf[at + 2]! << 16) | (buf[at + 3]! << 24) | fold;
    a = Math.imul(a ^ word, 0x9e3779b1);
    a = (((a << 13) | (a >>> 19)) + b) | 0;
    b = Math.imul(b ^ ((word << 16) | (word >>> 16)), 0x85ebca77);
    b = (((b << 17) | (b >>> 15)) + a) | 0;
  }
  if (at < end) {
    let word = buf[at]!;
    if (at + 1 < end) word |= buf[at + 1]! << 8;
    if (at + 2 < end) word |= buf[at + 2]! << 16;
    word |= fold;
    a = Math.imul(a ^ word, 0x9e3779b1);
    a = (((a << 13) | (a >>> 19)) + b) | 0;
    b = Math.imul(b ^ ((word << 16) | (word >>> 16)), 0x85ebca77);
    b = (((b << 17) | (b >>> 15)) + a) | 0;
  }
  out[0] = a;
  out[1] = b;
}

/** Mixes one integer. */
export function mixWord(word: number, out: Int32Array): void {
  const a = Math.imul(out[0]! ^ word, 0x9e3779b1);
  out[0] = ((a << 13) | (a >>> 19)) + out[1]!;
  const b = Math.imul(out[1]! ^ ((word << 16) | (word >>> 16)), 0x85ebca77);
  out[1] = ((b << 17) | (b >>> 15)) + out[0]!;
}

/** Spreads every bit over both words: the last step. */
export function finishHash(out: Int32Array): void {
  let a = out[0]!;
  let b = out[1]!;
  for (let i = 0; i < 2; i++) {
    a = Math.imul(a ^ (a >>> 16) ^ b, 0x21f0aaad);
    b = Math.imul(b ^ (b >>> 15) ^ a, 0x735a2d97);
  }
  out[0] = a ^ (a >>> 15);
  out[1] = b ^ (b >>> 16);
}
