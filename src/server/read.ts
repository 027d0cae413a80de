// How the reference server reads header values: whole numbers, first tokens, media types, the address a request is about. Spans and integers only.

import { equalsIgnoreCase } from '../sip/bytes.ts';
import { finishHash, mixSpan } from '../sip/hash.ts';
import { type Message, NONE } from '../sip/message.ts';

/** A number that cannot be read. */
export const BAD = -2;
/** RFC 3261 §20.19: an expiry is below 2^32; what is above counts as that. */
const LARGEST = 4_294_967_295;

/** Delta-seconds and the like of the first field of `id`: NONE when there is none, BAD when it is no number. */
export function wholeNumber(msg: Message, id: number): number {
  const field = msg.first[id]!;
  if (field === NONE) return NONE;
  return digits(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!);
}

/** `[start, end)` as a whole number, up to a semicolon or white space; BAD when it is none. */
export function digits(buf: Uint8Array, start: number, end: number): number {
  let value = 0;
  let at = start;
  for (; at < end && buf[at]! >= 48 && buf[at]! <= 57; at++) value = Math.min(LARGEST, value * 10 + buf[at]! - 48);
  if (at === start) return BAD;
  return at === end || buf[at] === 59 || buf[at]! <= 32 ? value : BAD;
}

/** Where the value of the first field of `id` ends without its parameters; NONE when there is no such field. */
export function tokenEnd(msg: Message, id: number): number {
  const field = msg.first[id]!;
  if (field === NONE) return NONE;
  const { buf } = msg;
  const end = msg.valueEnd[field]!;
  let at = msg.valueStart[field]!;
  while (at < end && buf[at] !== 59 && buf[at]! > 32) at++;
  return at;
}

/** Whether the first field of `id`, without its parameters, is `text` (lower case) in any case. */
export function tokenIs(msg: Message, id: number, text: Uint8Array): boolean {
  const end = tokenEnd(msg, id);
  return end !== NONE && equalsIgnoreCase(msg.buf, msg.valueStart[msg.first[id]!]!, end, text);
}

/** RFC 3261 §20.1: whether the Accept fields allow the media type `type/subtype` (lower case): listed, by a range, or no field at all. */
export function accepts(msg: Message, id: number, type: Uint8Array): boolean {
  const slash = type.indexOf(47);
  let field = msg.first[id]!;
  if (field === NONE) return true;
  const { buf } = msg;
  for (; field !== NONE; field = msg.next[field]!) {
    const end = msg.valueEnd[field]!;
    for (let at = msg.valueStart[field]!; at < end; at++) {
      while (at < end && (buf[at]! <= 32 || buf[at] === 44)) at++;
      const from = at;
      while (at < end && buf[at]! > 32 && buf[at] !== 44 && buf[at] !== 59) at++;
      if (equalsIgnoreCase(buf, from, at, type)) return true;
      if (at - from >= 2 && buf[at - 1] === 42 && buf[at - 2] === 47) {
        if (at - from === 3 && buf[from] === 42) return true;
        if (at - from === slash + 2 && equalsIgnoreCase(buf, from, from + slash + 1, type.subarray(0, slash + 1)))
          return true;
      }
      while (at < end && buf[at] !== 44) at++;
    }
  }
  return false;
}

/**
 * The key of the resource that the URI in `[start, end)` names: user part as it stands, host in any case, without port and
 * parameters (RFC 3261 §10.3 step 5). Mixed into `out`, which the caller has seeded.
 */
export function mixResource(buf: Uint8Array, start: number, end: number, out: Int32Array): void {
  let at = start;
  while (at < end && buf[at] !== 58) at++;
  const userStart = at < end ? at + 1 : start;
  let sign = userStart;
  while (sign < end && buf[sign] !== 64) sign++;
  const hasUser = sign < end;
  let userEnd = userStart;
  if (hasUser) while (userEnd < sign && buf[userEnd] !== 58) userEnd++;
  mixSpan(buf, userStart, hasUser ? userEnd : userStart, 0, out);
  const hostStart = hasUser ? sign + 1 : userStart;
  let hostEnd = hostStart;
  if (buf[hostStart] === 91) while (hostEnd < end && buf[hostEnd] !== 93) hostEnd++;
  while (hostEnd < end && buf[hostEnd] !== 58 && buf[hostEnd] !== 59 && buf[hostEnd] !== 63) hostEnd++;
  mixSpan(buf, hostStart, hostEnd, 0x20202020, out);
}

/** The hash of a span alone. */
export function hashSpan(buf: Uint8Array, start: number, end: number, out: Int32Array): void {
  out[0] = 1;
  out[1] = 2;
  mixSpan(buf, start, end, 0, out);
  finishHash(out);
}
