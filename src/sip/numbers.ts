// Numbers in header values. Integers in units of their name; NONE and BAD are negative. Allocates nothing.

import { BAD, NONE } from './message.ts';

const SP = 32;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const SEMICOLON = 59;

/** RFC 3261 §20.19: an interval is below 2^32; what is above counts as that. */
const LARGEST_S = 4_294_967_295;

/** The decimal number at `at`, whatever follows it; NONE when there is no digit or more than 15. */
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

/** `[start, end)` as a decimal number of at most `most` (below 2^49); BAD when it is none. Leading zeros are taken. */
export function readDecimal(buf: Uint8Array, start: number, end: number, most: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const c = buf[i]!;
    if (c < ZERO || c > NINE) return BAD;
    value = value * 10 + (c - ZERO);
    if (value > most) return BAD;
  }
  return start < end ? value : BAD;
}

/** RFC 3261 §25.1, delta-seconds: a number up to a semicolon, white space or `end`; BAD when it is none. */
export function readSeconds(buf: Uint8Array, start: number, end: number): number {
  let value = 0;
  let at = start;
  for (; at < end && buf[at]! >= ZERO && buf[at]! <= NINE; at++)
    value = Math.min(LARGEST_S, value * 10 + buf[at]! - ZERO);
  if (at === start) return BAD;
  return at === end || buf[at] === SEMICOLON || buf[at]! <= SP ? value : BAD;
}

/** A qvalue in thousandths; BAD when `[start, end)` is none. */
export function readQ(buf: Uint8Array, start: number, end: number): number {
  // RFC 3261 §25.1: from 0 to 1 with up to three decimals.
  let value = 0;
  let unit = 0;
  for (let at = start; at < end; at++) {
    const c = buf[at]!;
    if (c === POINT && unit === 0) unit = 1;
    else if (c < ZERO || c > NINE || unit > 3) return BAD;
    else {
      value = value * 10 + c - ZERO;
      if (unit > 0) unit++;
      if (value > 1000) return BAD;
    }
  }
  for (let n = Math.max(unit, 1); n < 4; n++) value *= 10;
  return end === start || value > 1000 ? BAD : value;
}
