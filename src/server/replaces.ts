// Reads Replaces (RFC 3891 §6.1) and the headers that a Refer-To carries (RFC 3261 §19.1.1). Spans and bytes only; finds no dialog.

import { bytesOf, equalsIgnoreCase } from '../sip/bytes.ts';

/** What `readReplaces` fills: Call-ID, to-tag, from-tag, each as start and end; and 1 for early-only. */
export const REPLACES = { CALL_ID: 0, TO_TAG: 2, FROM_TAG: 4, EARLY_ONLY: 6 } as const;
export const REPLACES_CELLS = 7;

const TO_TAG = bytesOf('to-tag');
const FROM_TAG = bytesOf('from-tag');
const EARLY_ONLY = bytesOf('early-only');
const NAME = bytesOf('replaces');

/** Reads one Replaces value; false when it is none: a Call-ID and each of the two tags once, and one value only. */
export function readReplaces(buf: Uint8Array, start: number, end: number, out: Int32Array): boolean {
  out.fill(0);
  let at = start;
  while (at < end && buf[at] !== 59 && buf[at]! > 32 && buf[at] !== 44) at++;
  if (at === start) return false;
  out[REPLACES.CALL_ID] = start;
  out[REPLACES.CALL_ID + 1] = at;
  while (at < end) {
    while (at < end && buf[at]! <= 32) at++;
    if (at === end) break;
    if (buf[at] !== 59) return false;
    at++;
    while (at < end && buf[at]! <= 32) at++;
    const name = at;
    while (at < end && buf[at]! > 32 && buf[at] !== 61 && buf[at] !== 59 && buf[at] !== 44) at++;
    const nameEnd = at;
    while (at < end && buf[at]! <= 32) at++;
    let value = at;
    if (buf[at] === 61 && at < end) {
      at++;
      while (at < end && buf[at]! <= 32) at++;
      value = at;
      while (at < end && buf[at]! > 32 && buf[at] !== 59 && buf[at] !== 44) at++;
    }
    const tag = equalsIgnoreCase(buf, name, nameEnd, TO_TAG)
      ? REPLACES.TO_TAG
      : equalsIgnoreCase(buf, name, nameEnd, FROM_TAG)
        ? REPLACES.FROM_TAG
        : -1;
    if (tag >= 0) {
      if (value === at || out[tag + 1]! > 0) return false;
      out[tag] = value;
      out[tag + 1] = at;
    } else if (equalsIgnoreCase(buf, name, nameEnd, EARLY_ONLY)) out[REPLACES.EARLY_ONLY] = 1;
    else if (name === nameEnd) return false;
  }
  return out[REPLACES.TO_TAG + 1]! > 0 && out[REPLACES.FROM_TAG + 1]! > 0;
}

/** Where the value of the header `Replaces` of a URI begins and ends (RFC 3261 §19.1.1: behind the question mark), escapes in place; false when it has none. */
export function findReplaces(buf: Uint8Array, start: number, end: number, out: Int32Array): boolean {
  let at = start;
  while (at < end && buf[at] !== 63) at++;
  while (at < end) {
    at++;
    const name = at;
    while (at < end && buf[at] !== 61 && buf[at] !== 38) at++;
    const nameEnd = at;
    const value = at < end && buf[at] === 61 ? at + 1 : at;
    while (at < end && buf[at] !== 38) at++;
    if (!equalsIgnoreCase(buf, name, nameEnd, NAME)) continue;
    out[0] = value;
    out[1] = at;
    return true;
  }
  return false;
}

/** Copies a value with its %XX resolved; the offset after it, or -1 when an escape is broken or is no printable ASCII: it would write lines of its own. */
export function putUnescaped(bytes: Uint8Array, to: number, start: number, end: number): number {
  let next = to;
  for (let at = start; at < end; at++) {
    let c = bytes[at]!;
    if (c === 37) {
      const high = at + 2 < end ? digit(bytes[at + 1]!) : -1;
      const low = at + 2 < end ? digit(bytes[at + 2]!) : -1;
      if (high < 0 || low < 0) return -1;
      c = high * 16 + low;
      at += 2;
    }
    if (c < 32 || c > 126) return -1;
    bytes[next++] = c;
  }
  return next;
}

function digit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const low = c | 32;
  return low >= 97 && low <= 102 ? low - 87 : -1;
}
