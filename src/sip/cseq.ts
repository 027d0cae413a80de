// CSeq (RFC 3261 §20.16), RAck and RSeq (RFC 3262 §7): numbers and a method. Allocates nothing.

import { methodAt } from './header-table.ts';
import { BAD, type Message, NONE } from './message.ts';
import { HEADER } from './names.ts';
import { readDecimal } from './numbers.ts';
import { skipSpace, skipToken } from './scan.ts';
import { viewOf } from './words.ts';

/** RFC 3261 §8.1.1.5: a CSeq number is below 2^31. */
const MOST_CSEQ = 2_147_483_647;
/** RFC 3262 §7.1: an RSeq number is below 2^32. */
const MOST_RSEQ = 4_294_967_295;

/** What `readCseq` and `readRack` fill. */
export class Cseq {
  /** RAck: the number of the reliable provisional response. */
  rseq = NONE;
  number = NONE;
  /** Method id, 0 for one without a name here. */
  method = 0;
  methodStart = NONE;
  methodEnd = NONE;
}

/** Reads `number method` from `[start, end)`. @returns 0 or BAD */
export function readCseq(buf: Uint8Array, start: number, end: number, out: Cseq): number {
  let p = start;
  let number = 0;
  // RFC 3261 §8.1.1.5: the number is below 2^31, and a method follows it.
  for (; p < end && buf[p]! >= 48 && buf[p]! <= 57 && number <= MOST_CSEQ; p++) number = number * 10 + buf[p]! - 48;
  out.number = p === start || number > MOST_CSEQ ? BAD : number;
  out.method = 0;
  out.methodStart = NONE;
  out.methodEnd = NONE;
  const at = skipSpace(buf, p, end);
  if (out.number === BAD || at === p || at === end) return BAD;
  const known = methodAt(viewOf(buf), buf, at, end);
  p = known === 0 ? skipToken(buf, at, end) : at + (known >> 8);
  if (p !== end) return BAD;
  out.methodStart = at;
  out.methodEnd = p;
  out.method = known & 255;
  return 0;
}

/** RFC 3262 §7.2: reads `number number method` from `[start, end)`. @returns 0 or BAD */
export function readRack(buf: Uint8Array, start: number, end: number, out: Cseq): number {
  let p = start;
  while (p < end && buf[p]! >= 48 && buf[p]! <= 57) p++;
  out.rseq = readDecimal(buf, start, p, MOST_RSEQ);
  // RFC 3262 §7.2: the number of the response, then CSeq number and method of the request it answers.
  const next = skipSpace(buf, p, end);
  const result = readCseq(buf, next, end, out);
  return out.rseq === BAD || next === p ? BAD : result;
}

/** RFC 3262 §7.1: the number in RSeq: NONE without the field, BAD when it is none. */
export function rseqOf(msg: Message): number {
  const field = msg.first[HEADER.RSEQ]!;
  return field === NONE ? NONE : readDecimal(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, MOST_RSEQ);
}
