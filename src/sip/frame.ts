// Where one message ends and the next begins in a stream of bytes. Pure: no socket, no copy; it looks at each byte once, however the stream is cut.

import * as ERR from './errors.ts';
import { headerOf } from './header-table.ts';
import { NONE } from './message.ts';
import { HEADER } from './names.ts';
import { TOKEN } from './scan.ts';
import { viewOf } from './words.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
const COLON = 58;

/** RFC 3261 §18.1.1: as long as a message in a datagram may be. */
export const MAX_MESSAGE_BYTES = 65_535;
export const MAX_HEADER_BYTES = 32_768;

const PHASE = {
  /** Before a start line: line ends are skipped. */
  BETWEEN: 0,
  START_LINE: 1,
  FIELDS: 2,
  BODY: 3,
  /** The place of the next message is not known any more. */
  LOST: 4,
} as const;

/**
 * The state of one stream. The caller keeps the bytes and may move them between calls; all that is remembered here is
 * relative to the `start` of the next call:
 * - after a result ≥ 0 (the end of a whole message, which begins at `from`) the next call starts at that end;
 * - after ERR_NEED_MORE it starts on the same byte as `from`: what lies before need not be kept, what lies behind must;
 * - any other result is final, and every later call gives it again.
 */
export class Framer {
  /** First byte of the message found, or of what must be kept, or of the message that cannot be framed. */
  from = 0;
  /** After a final error: end of the header fields of the message at `from` where they came whole, else NONE. */
  headEnd = NONE;
  /** Keepalives seen so far, each to be answered by one CRLF. */
  pings = 0;

  private readonly maxHeaderBytes: number;
  private readonly maxMessageBytes: number;
  private phase: number = PHASE.BETWEEN;
  private error = 0;
  /** How much of CRLF CRLF has been seen between messages. */
  private lineEnds = 0;
  /** Relative to `start`: the first byte not looked at, the line it is in, the value of an open Content-Length. */
  private seen = 0;
  private line = 0;
  private value = NONE;
  private contentLength = NONE;
  /** Fault of a Content-Length, told at the end of the header fields. */
  private fault = 0;
  /** Length of the whole message, known at the end of its header fields. */
  private whole = 0;

  constructor(maxHeaderBytes = MAX_HEADER_BYTES, maxMessageBytes = MAX_MESSAGE_BYTES) {
    this.maxHeaderBytes = maxHeaderBytes;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Whether the stream may end here: it is not inside a message. */
  get between(): boolean {
    return this.phase === PHASE.BETWEEN;
  }

  /** The end of the next whole message in `[start, end)`, ERR_NEED_MORE, or the reason why there can be no further one. */
  next(buf: Uint8Array, start: number, end: number): number {
    let from = start;
    if (this.phase === PHASE.BETWEEN) from = this.skip(buf, start, end);
    this.from = from;
    if (this.phase === PHASE.LOST) return this.error;
    if (this.phase === PHASE.BETWEEN) return ERR.ERR_NEED_MORE;
    if (this.phase !== PHASE.BODY) {
      const result = this.fields(buf, from, end);
      if (result < 0) return result;
    }
    if (end - from < this.whole) return ERR.ERR_NEED_MORE;
    this.phase = PHASE.BETWEEN;
    return from + this.whole;
  }

  /** RFC 3261 §7.5: line ends before a start line are ignored. Returns the offset of the first other byte. */
  private skip(buf: Uint8Array, start: number, end: number): number {
    let p = start;
    for (; p < end; p++) {
      const c = buf[p]!;
      if (c === CR) this.lineEnds = this.lineEnds === 2 ? 3 : 1;
      else if (c === LF) {
        // RFC 5626 §4.4.1: CRLF CRLF between messages is a ping, which is answered by one CRLF; a single CRLF is such an answer.
        if (this.lineEnds === 3) this.pings++;
        this.lineEnds = this.lineEnds === 1 ? 2 : 0;
      } else {
        this.phase = PHASE.START_LINE;
        this.lineEnds = 0;
        this.seen = 0;
        this.line = 0;
        this.value = NONE;
        this.contentLength = NONE;
        this.fault = 0;
        break;
      }
    }
    return p;
  }

  /** Start line and header fields, line by line; 0 when the empty line has been found. */
  private fields(buf: Uint8Array, from: number, end: number): number {
    const limit = end - from > this.maxHeaderBytes ? from + this.maxHeaderBytes : end;
    let line = from + this.line;
    let p = from + this.seen;
    for (;;) {
      while (p < limit && buf[p] !== LF) p++;
      if (p === limit) break;
      const first = buf[line]!;
      if (this.phase === PHASE.START_LINE) {
        if (!namesSip(buf, line, p)) return this.lose(ERR.ERR_LOST_FRAME, NONE);
        this.phase = PHASE.FIELDS;
      } else if (first !== SP && first !== TAB) {
        // RFC 3261 §7.3.1: only now is it known that no folded line follows.
        if (this.value !== NONE) this.readLength(buf, from + this.value, line);
        if (p === line || (p === line + 1 && first === CR)) return this.measure(p + 1 - from, p + 1);
        const lower = first | 32;
        this.value = lower === 99 || lower === 108 ? lengthValue(buf, line, p) : NONE;
        if (this.value !== NONE) this.value -= from;
      }
      line = ++p;
    }
    if (limit < end || p - from === this.maxHeaderBytes) return this.lose(ERR.ERR_HEADER_TOO_LONG, NONE);
    this.line = line - from;
    this.seen = p - from;
    return ERR.ERR_NEED_MORE;
  }

  /** RFC 3261 §20.14: one decimal number. Several that say the same are borne, as by the decoder. */
  private readLength(buf: Uint8Array, start: number, end: number): void {
    let p = start;
    let last = end;
    while (p < last && isBlank(buf[p]!)) p++;
    while (last > p && isBlank(buf[last - 1]!)) last--;
    let length = p === last ? NONE : 0;
    for (; p < last && length !== NONE; p++) {
      const c = buf[p]!;
      if (c < 48 || c > 57) length = NONE;
      // A number that no limit allows stays one, however many digits follow.
      else if (length <= 99_999_999) length = length * 10 + c - 48;
    }
    if (length === NONE) this.fault = ERR.ERR_CONTENT_LENGTH;
    else if (this.contentLength !== NONE && this.contentLength !== length) {
      if (this.fault === 0) this.fault = ERR.ERR_DUPLICATE;
    } else this.contentLength = length;
    this.value = NONE;
  }

  /** The header fields are whole: RFC 3261 §18.3 has Content-Length say how long the message is. */
  private measure(headBytes: number, headEnd: number): number {
    if (this.fault !== 0) return this.lose(this.fault, headEnd);
    if (this.contentLength === NONE) return this.lose(ERR.ERR_NO_CONTENT_LENGTH, headEnd);
    if (this.contentLength > this.maxMessageBytes - headBytes) return this.lose(ERR.ERR_MESSAGE_TOO_LONG, headEnd);
    this.whole = headBytes + this.contentLength;
    this.phase = PHASE.BODY;
    return 0;
  }

  private lose(error: number, headEnd: number): number {
    this.phase = PHASE.LOST;
    this.error = error;
    this.headEnd = headEnd;
    return error;
  }
}

function isBlank(c: number): boolean {
  return c === SP || c === TAB || c === CR || c === LF;
}

/** Offset of the value where the line `[line, end)` is a Content-Length (compact `l`, RFC 3261 §7.3.3), else NONE. */
function lengthValue(buf: Uint8Array, line: number, end: number): number {
  let p = line;
  while (p < end && TOKEN[buf[p]!] === 1) p++;
  if (headerOf(viewOf(buf), buf, line, p) !== HEADER.CONTENT_LENGTH) return NONE;
  while (p < end && (buf[p] === SP || buf[p] === TAB)) p++;
  return p < end && buf[p] === COLON ? p + 1 : NONE;
}

/** Whether a line has `SIP/` in it: every start line has, even most broken ones (RFC 3261 §7.1, §7.2), and no line of a body should. */
function namesSip(buf: Uint8Array, start: number, end: number): boolean {
  for (let p = end - 4; p >= start; p--) {
    if (buf[p + 3] === 47 && (buf[p + 2]! | 32) === 112 && (buf[p + 1]! | 32) === 105 && (buf[p]! | 32) === 115)
      return true;
  }
  return false;
}
