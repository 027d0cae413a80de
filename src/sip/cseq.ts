// CSeq (RFC 3261 §20.16), RAck and RSeq (RFC 3262 §7): numbers and a method. Allocates nothing.

import { methodOf } from './header-table.ts';
import { BAD, type Message, NONE } from './message.ts';
import { HEADER } from './names.ts';
import { readDecimal } from './numbers.ts';
import { skipSpace, skipToken } from './scan.ts';

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
  while (p < end && buf[p]! >= 48 && buf[p]! <= 57) p++;
  out.number = readDecimal(buf, start, p, MOST_CSEQ);
  out.method = 0;
  out.methodStart = NONE;
  out.methodEnd = NONE;
  const method = skipSpace(buf, p, end);
  if (out.number === BAD || method === p) return BAD;
  p = skipToken(buf, method, end);
  if (p === method || p !== end) return BAD;
  out.methodStart = method;
  out.methodEnd = p;
  out.method = methodOf(buf, method, p);
  return 0;
}

/** RFC 3262 §7.2: reads `number number method` from `[start, end)`. @returns 0 or BAD */
export function readRack(buf: Uint8Array, start: number, end: number, out: Cseq): number {
  let p = start;
  while (p < end && buf[p]! >= 48 && buf[p]! <= 57) p++;
  out.rseq = readDecimal(buf, start, p, MOST_RSEQ);
  const next = skipSpace(buf, p, end);
  const result = readCseq(buf, next, end, out);
  return out.rseq === BAD || next === p ? BAD : result;
}

/** RFC 3262 §7.1: the number in RSeq: NONE without the field, BAD when it is none. */
export function rseqOf(msg: Message): number {
  const field = msg.first[HEADER.RSEQ]!;
  return field === NONE ? NONE : readDecimal(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, MOST_RSEQ);
}
