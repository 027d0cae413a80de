// Which transaction a message belongs to: 64-bit keys of requests (RFC 3261 §17.2.3, §9.2), and the test for responses (§17.1.3). Pure; keeps nothing.

import { equalSpans, equalsIgnoreCase } from '../sip/bytes.ts';
import { finishHash, mixSpan, mixWord } from '../sip/hash.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';

/** RFC 3261 §8.1.1.7: `z9hG4bK`, lower case: parameter values are compared without regard to case (§7.3.1). */
const COOKIE = Uint8Array.of(0x7a, 0x39, 0x68, 0x67, 0x34, 0x62, 0x6b);
/** ASCII letters to lower case, four at a time; of what may stand in a host nothing else is brought together by it. */
const FOLD = 0x20202020;

/**
 * The key of the server transaction that `msg` (a request) belongs to or would create, into out[0] and out[1].
 * The caller compares keys only. Two different transactions get the same key with a chance of 2^-64: with two million alive,
 * about one in ten million that any two of them collide; the later request is then taken for a retransmission. The seeds
 * (random, per process) make the keys of one run useless in another; they do not withstand somebody who can watch the keys.
 * @returns true when the key is made of the branch, false for the RFC 2543 rules
 */
export function serverKey(msg: Message, seedA: number, seedB: number, out: Int32Array): boolean {
  // RFC 3261 §17.2.3: an ACK belongs to the INVITE with its branch.
  return key(msg, msg.method === METHOD.ACK ? METHOD.INVITE : msg.method, seedA, seedB, out);
}

/** The key of the transaction of `method` that `msg`, a CANCEL, wants to cancel. */
export function cancelKey(msg: Message, method: number, seedA: number, seedB: number, out: Int32Array): boolean {
  // RFC 3261 §9.2: the transaction to cancel is the one that would match if the method were that of the request to cancel.
  return key(msg, method, seedA, seedB, out);
}

/** RFC 3261 §17.1.3: a response belongs to a client transaction when the branch and the method in CSeq are those of its request. */
export function clientMatches(
  msg: Message,
  bytes: Uint8Array,
  branchStart: number,
  branchEnd: number,
  method: number,
): boolean {
  return msg.cseqMethod === method && sameText(msg.buf, msg.branchStart, msg.branchEnd, bytes, branchStart, branchEnd);
}

/**
 * RFC 3261 §17.2.3: without the cookie, an ACK for a 300–699 must also carry the To tag of our response: the key leaves it out, as
 * the INVITE has none. `[tagStart, tagEnd)` in `bytes` is that tag.
 */
export function ackTagMatches(msg: Message, bytes: Uint8Array, tagStart: number, tagEnd: number): boolean {
  return sameText(msg.buf, msg.toTagStart, msg.toTagEnd, bytes, tagStart, tagEnd);
}

/** RFC 3261 §8.1.1.7: a branch with the magic cookie is unique in space and time; the cookie and nothing is not (RFC 4475 §3.2.1). */
export function hasCookie(msg: Message): boolean {
  const { buf, branchStart } = msg;
  const end = branchStart + COOKIE.length;
  return branchStart !== NONE && end < msg.branchEnd && equalsIgnoreCase(buf, branchStart, end, COOKIE);
}

function key(msg: Message, method: number, seedA: number, seedB: number, out: Int32Array): boolean {
  const { buf } = msg;
  out[0] = seedA;
  out[1] = seedB;
  mixWord(method, out);
  if (method === METHOD.UNKNOWN) mixSpan(buf, msg.methodStart, msg.methodEnd, 0, out);
  const byBranch = hasCookie(msg);
  if (byBranch) {
    // RFC 3261 §17.2.3: branch, sent-by and method. A branch is compared byte by byte, since many are base64.
    mixSpan(buf, msg.branchStart, msg.branchEnd, 0, out);
    mixSpan(buf, msg.viaHostStart, msg.viaHostEnd, FOLD, out);
    mixWord(msg.viaPort, out);
  } else {
    // RFC 3261 §17.2.3: a peer of RFC 2543: Request-URI, From tag, Call-ID, CSeq, top Via and, but for INVITE and its ACK and CANCEL, the To tag.
    mixSpan(buf, msg.uriStart, msg.uriEnd, 0, out);
    mixSpan(buf, msg.fromTagStart, msg.fromTagEnd, 0, out);
    mixSpan(buf, msg.callIdStart, msg.callIdEnd, 0, out);
    mixWord(msg.cseq, out);
    const via = msg.first[HEADER.VIA]!;
    if (via !== NONE) mixSpan(buf, msg.valueStart[via]!, msg.viaEnd, 0, out);
    if (method !== METHOD.INVITE) mixSpan(buf, msg.toTagStart, msg.toTagEnd, 0, out);
  }
  finishHash(out);
  return byBranch;
}

/** Equal byte for byte, or both missing. */
function sameText(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  if (aStart === NONE || bStart === NONE) return aStart === bStart;
  return equalSpans(a, aStart, aEnd, b, bStart, bEnd);
}
