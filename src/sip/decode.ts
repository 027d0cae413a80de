// Bytes to a Message in one pass: start line, header fields, and the few values every message is matched by. Never throws, never allocates, never reads at or past `end`.

import { readTag } from './address.ts';
import { Cseq, readCseq } from './cseq.ts';
import * as ERR from './errors.ts';
import { headerAt, headerOf, methodAt } from './header-table.ts';
import { BAD, MAX_HEADER_FIELDS, type Message, NONE } from './message.ts';
import { HEADER } from './names.ts';
import { readDecimal } from './numbers.ts';
import { Param } from './params.ts';
import { Span, skipToken } from './scan.ts';
import { readViaParm, ViaParm } from './via.ts';
import { byteAt, viewOf } from './words.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
const COLON = 58;

/** RFC 3261 §8.1.1.5, §20.14: CSeq is below 2^31; nothing that is longer fits a message. */
const MOST_LENGTH = 2_147_483_647;

/** No white space, no angle brackets. */
const IN_URI = new Uint8Array(256).fill(1, SP + 1);
IN_URI[60] = 0;
IN_URI[62] = 0;

const via = new ViaParm();
const cseq = new Cseq();
const param = new Param();
const tag = new Span();

function clear(msg: Message, buf: Uint8Array, start: number, end: number): void {
  for (let i = 0; i < msg.count; i++) {
    msg.first[msg.ids[i]!] = NONE;
    msg.last[msg.ids[i]!] = NONE;
  }
  msg.buf = buf;
  msg.start = start;
  msg.end = end;
  msg.isRequest = false;
  msg.method = 0;
  msg.status = 0;
  msg.methodStart = NONE;
  msg.methodEnd = NONE;
  msg.uriStart = NONE;
  msg.uriEnd = NONE;
  msg.reasonStart = NONE;
  msg.reasonEnd = NONE;
  msg.count = 0;
  msg.bodyStart = end;
  msg.bodyEnd = end;
  msg.contentLength = NONE;
  msg.cseq = NONE;
  msg.cseqMethod = 0;
  msg.cseqMethodStart = NONE;
  msg.cseqMethodEnd = NONE;
  msg.callIdStart = NONE;
  msg.callIdEnd = NONE;
  msg.fromTagStart = NONE;
  msg.fromTagEnd = NONE;
  msg.toTagStart = NONE;
  msg.toTagEnd = NONE;
  msg.branchStart = NONE;
  msg.branchEnd = NONE;
  msg.viaHostStart = NONE;
  msg.viaHostEnd = NONE;
  msg.viaPort = NONE;
  msg.viaEnd = NONE;
  msg.viaRportEnd = NONE;
  msg.viaRport = NONE;
  msg.viaReceivedStart = NONE;
  msg.viaReceivedEnd = NONE;
}

/**
 * Decodes the datagram `[start, end)` into `msg`.
 * @returns 0, or the first error found (errors.ts). After ERR_VIA and all later codes everything that could be read stands
 * in `msg`; after ERR_START_LINE, ERR_VERSION, ERR_STATUS the header fields were read too, so that a server can answer
 * (`canAnswer`). After ERR_KEEPALIVE, ERR_HEADER_LINE, ERR_NO_END and ERR_TOO_MANY_FIELDS only what came before the error.
 */
export function decode(msg: Message, buf: Uint8Array, start: number, end: number): number {
  clear(msg, buf, start, end);
  // RFC 3261 §7.5: line ends before the start line are ignored.
  let p = start;
  while (p < end && (buf[p] === CR || buf[p] === LF)) p++;
  if (p === end) return ERR.ERR_KEEPALIVE;
  const words = viewOf(buf);
  const { ids, nameStart, nameEnd, valueStart, valueEnd, next, first, last } = msg;
  let i = 0;
  const lineEnd = byteAt(words, buf, p, end, LF);
  if (lineEnd === end) return ERR.ERR_START_LINE;
  let error = startLine(msg, words, buf, p, lineEnd > p && buf[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd);
  p = lineEnd + 1;

  for (;;) {
    if (p >= end) return error || ERR.ERR_NO_END;
    const line = p;
    let afterName = p;
    let id = 0;
    const known = headerAt(words, buf, p, end);
    if (known !== 0) {
      id = known & 255;
      afterName = p + (known >> 8);
      p = afterName + 1;
    } else {
      if (buf[p] === LF) {
        p++;
        break;
      }
      if (buf[p] === CR && p + 1 < end && buf[p + 1] === LF) {
        p += 2;
        break;
      }
      afterName = skipToken(buf, p, end);
      p = afterName;
      while (p < end && (buf[p] === SP || buf[p] === TAB)) p++;
      if (afterName === line || p >= end || buf[p] !== COLON) return error || ERR.ERR_HEADER_LINE;
      p++;
      id = headerOf(words, buf, line, afterName);
    }
    while (p < end && (buf[p] === SP || buf[p] === TAB)) p++;
    let from = p;
    p = byteAt(words, buf, p, end, LF);
    // RFC 3261 §7.3.1: a line that begins with white space continues the value.
    while (p + 1 < end && (buf[p + 1] === SP || buf[p + 1] === TAB)) p = byteAt(words, buf, p + 2, end, LF);
    if (p >= end) return error || ERR.ERR_NO_END;
    let to = p++;
    while (to > from && isBlank(buf[to - 1]!)) to--;
    while (from < to && isBlank(buf[from]!)) from++;
    if (i === MAX_HEADER_FIELDS) return error || ERR.ERR_TOO_MANY_FIELDS;
    ids[i] = id;
    nameStart[i] = line;
    nameEnd[i] = afterName;
    valueStart[i] = from;
    valueEnd[i] = to;
    next[i] = NONE;
    const before = last[id]!;
    last[id] = i;
    if (before !== NONE) next[before] = i;
    else first[id] = i;
    msg.count = ++i;
    if ((id !== 0 && id <= HEADER.CSEQ) || id === HEADER.CONTENT_LENGTH) {
      const wrong = eager(msg, buf, id, from, to, before !== NONE);
      if (error === 0) error = wrong;
    }
  }
  return finish(msg, p, end, error);
}

function finish(msg: Message, bodyStart: number, end: number, error: number): number {
  msg.bodyStart = bodyStart;
  msg.bodyEnd = end;
  if (error !== 0) return error;
  const { first } = msg;
  if (
    first[HEADER.VIA] === NONE ||
    first[HEADER.FROM] === NONE ||
    first[HEADER.TO] === NONE ||
    first[HEADER.CALL_ID] === NONE ||
    msg.callIdStart === NONE ||
    first[HEADER.CSEQ] === NONE
  )
    return ERR.ERR_MISSING;
  if (!msg.isRequest) msg.method = msg.cseqMethod;
  if (msg.contentLength !== NONE) {
    // RFC 3261 §18.3: in a datagram bytes beyond Content-Length are discarded, and fewer are an error.
    if (msg.contentLength > end - bodyStart) return ERR.ERR_BODY_SHORT;
    msg.bodyEnd = bodyStart + msg.contentLength;
  }
  return 0;
}

/** RFC 3261 §8.1.1.5: whether the method in CSeq is that of the request line. A message in which it is not can be read, but not believed. */
export function cseqMethodFits(msg: Message): boolean {
  if (msg.method !== 0 || msg.cseqMethod !== 0) return msg.method === msg.cseqMethod;
  const length = msg.methodEnd - msg.methodStart;
  if (length !== msg.cseqMethodEnd - msg.cseqMethodStart) return false;
  for (let i = 0; i < length; i++) if (msg.buf[msg.methodStart + i] !== msg.buf[msg.cseqMethodStart + i]) return false;
  return true;
}

function isBlank(c: number): boolean {
  return c === CR || c === SP || c === TAB || c === LF;
}

/** Whether `[at, at + 7)` is `SIP/2.0`, the letters in any case (RFC 3261 §7.1). */
function isVersion(buf: Uint8Array, at: number): boolean {
  return isSip(buf, at) && buf[at + 4] === 50 && buf[at + 5] === 46 && buf[at + 6] === 48;
}

function isSip(buf: Uint8Array, at: number): boolean {
  return (buf[at]! | 32) === 115 && (buf[at + 1]! | 32) === 105 && (buf[at + 2]! | 32) === 112 && buf[at + 3] === 47;
}

function startLine(msg: Message, words: DataView, buf: Uint8Array, start: number, end: number): number {
  if (end - start > 4 && isSip(buf, start)) return statusLine(msg, buf, start, end);
  msg.isRequest = true;
  const known = methodAt(words, buf, start, end);
  let p = known === 0 ? skipToken(buf, start, end) : start + (known >> 8);
  if (p === start || p >= end || buf[p] !== SP) return ERR.ERR_START_LINE;
  msg.methodStart = start;
  msg.methodEnd = p;
  msg.method = known & 255;
  p++;
  const uriStart = p;
  // RFC 3261 §7.1: one SP between the elements, no other white space; the Request-URI is not in angle brackets.
  while (p < end && IN_URI[buf[p]!] === 1) p++;
  if (p === uriStart || p >= end || buf[p] !== SP) return ERR.ERR_START_LINE;
  msg.uriStart = uriStart;
  msg.uriEnd = p;
  p++;
  if (end - p === 7 && isVersion(buf, p)) return 0;
  if (end - p < 5 || !isSip(buf, p)) return ERR.ERR_START_LINE;
  let q = p + 4;
  while (q < end && ((buf[q]! >= 48 && buf[q]! <= 57) || buf[q] === 46)) q++;
  return q === end ? ERR.ERR_VERSION : ERR.ERR_START_LINE;
}

function statusLine(msg: Message, buf: Uint8Array, start: number, end: number): number {
  if (end - start < 11 || buf[start + 7] !== SP) return end - start < 8 ? ERR.ERR_START_LINE : ERR.ERR_VERSION;
  if (!isVersion(buf, start)) return ERR.ERR_VERSION;
  let status = 0;
  let p = start + 8;
  for (; p < end && buf[p]! >= 48 && buf[p]! <= 57 && p < start + 20; p++) status = status * 10 + buf[p]! - 48;
  if (p !== start + 11 || status < 100 || status > 699) return ERR.ERR_STATUS;
  msg.status = status;
  // RFC 3261 §7.2: the reason phrase may be empty, but its SP is there; a missing one is tolerated.
  if (p < end && buf[p] !== SP) return ERR.ERR_STATUS;
  msg.reasonStart = p < end ? p + 1 : end;
  msg.reasonEnd = end;
  return 0;
}

function eager(msg: Message, buf: Uint8Array, id: number, start: number, end: number, again: boolean): number {
  switch (id) {
    case HEADER.VIA:
      return again ? 0 : topVia(msg, buf, start, end);
    case HEADER.FROM:
      return again ? ERR.ERR_DUPLICATE : fromTag(msg, buf, start, end);
    case HEADER.TO:
      return again ? ERR.ERR_DUPLICATE : toTag(msg, buf, start, end);
    case HEADER.CALL_ID:
      if (again) return ERR.ERR_DUPLICATE;
      if (end > start) {
        msg.callIdStart = start;
        msg.callIdEnd = end;
      }
      return 0;
    case HEADER.CSEQ:
      return again ? ERR.ERR_DUPLICATE : takeCseq(msg, buf, start, end);
    case HEADER.CONTENT_LENGTH:
      return takeLength(msg, buf, start, end);
    default:
      return 0;
  }
}

function topVia(msg: Message, buf: Uint8Array, start: number, end: number): number {
  const result = readViaParm(buf, start, end, via);
  msg.viaHostStart = via.hostStart;
  msg.viaHostEnd = via.hostEnd;
  msg.viaPort = via.port < 0 ? NONE : via.port;
  msg.branchStart = via.branchStart;
  msg.branchEnd = via.branchEnd;
  msg.viaRport = via.rport;
  msg.viaRportEnd = via.rportEnd;
  msg.viaReceivedStart = via.receivedStart;
  msg.viaReceivedEnd = via.receivedEnd;
  msg.viaEnd = via.end;
  return result === BAD ? ERR.ERR_VIA : 0;
}

function fromTag(msg: Message, buf: Uint8Array, start: number, end: number): number {
  const result = readTag(buf, start, end, param, tag);
  msg.fromTagStart = tag.start;
  msg.fromTagEnd = tag.end;
  return result === BAD ? ERR.ERR_ADDRESS : 0;
}

function toTag(msg: Message, buf: Uint8Array, start: number, end: number): number {
  const result = readTag(buf, start, end, param, tag);
  msg.toTagStart = tag.start;
  msg.toTagEnd = tag.end;
  return result === BAD ? ERR.ERR_ADDRESS : 0;
}

function takeCseq(msg: Message, buf: Uint8Array, start: number, end: number): number {
  if (readCseq(buf, start, end, cseq) === BAD) return ERR.ERR_CSEQ;
  msg.cseq = cseq.number;
  msg.cseqMethodStart = cseq.methodStart;
  msg.cseqMethodEnd = cseq.methodEnd;
  msg.cseqMethod = cseq.method;
  return 0;
}

function takeLength(msg: Message, buf: Uint8Array, start: number, end: number): number {
  const length = readDecimal(buf, start, end, MOST_LENGTH);
  if (length === BAD) return ERR.ERR_CONTENT_LENGTH;
  if (msg.contentLength !== NONE && msg.contentLength !== length) return ERR.ERR_DUPLICATE;
  msg.contentLength = length;
  return 0;
}

/** Whether enough was read of a broken request to answer it (RFC 3261 §8.2.6.2: Via, From, To, Call-ID and CSeq are echoed). */
export function canAnswer(msg: Message): boolean {
  const { first } = msg;
  return (
    msg.isRequest &&
    msg.methodStart !== NONE &&
    msg.viaEnd !== NONE &&
    first[HEADER.FROM] !== NONE &&
    first[HEADER.TO] !== NONE &&
    msg.callIdStart !== NONE &&
    first[HEADER.CSEQ] !== NONE
  );
}
