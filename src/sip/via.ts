// Via (RFC 3261 §20.42, RFC 3581): one via-parm at a time. Spans and integers; allocates nothing.

import { BAD, NONE } from './message.ts';
import { readDecimal } from './numbers.ts';
import { Param, readParam } from './params.ts';
import { skipSpace } from './scan.ts';
import { valueEnd, viewOf, wordOf } from './words.ts';

const SP = 32;
const QUOTE = 34;
const COMMA = 44;
const SLASH = 47;
const COLON = 58;
const SEMICOLON = 59;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

const ITS_SIP = wordOf('SIP/');
const ITS_VERSION = wordOf('2.0/');
const ITS_BRANCH = wordOf(';bra');
const ITS_BRANCH_END = wordOf('nch=');
const ITS_RPORT = wordOf(';rpo');
const ITS_RPORT_END = 0x7472; // rt

/** Host of sent-by: up to white space, colon, semicolon or comma. */
const IN_HOST = new Uint8Array(256).fill(1, SP + 1);
IN_HOST[COLON] = 0;
IN_HOST[SEMICOLON] = 0;
IN_HOST[COMMA] = 0;

/** What `readViaParm` fills. */
export class ViaParm {
  /** `UDP` and the like. */
  transportStart = NONE;
  transportEnd = NONE;
  /** Host of sent-by, with the brackets of an IPv6 reference. */
  hostStart = NONE;
  hostEnd = NONE;
  /** Port of sent-by, NONE when it is not written. */
  port = NONE;
  branchStart = NONE;
  branchEnd = NONE;
  receivedStart = NONE;
  receivedEnd = NONE;
  maddrStart = NONE;
  maddrEnd = NONE;
  /** BAD when it is no number from 0 to 255. */
  ttl = NONE;
  /** RFC 3581: the port that was filled in, BAD when it is none; NONE without rport and without a value. */
  rport = NONE;
  /** Just behind the text `rport` where it has no value. */
  rportEnd = NONE;
  /** End of the via-parm, without white space behind it; of one that cannot be read: of what could be. */
  end = NONE;
  readonly param = new Param();
}

/** Reads the via-parm that begins at `at`. @returns where it ends: at a comma or at `end`; BAD when it cannot be read: the parts read before that stand in `out` */
export function readViaParm(buf: Uint8Array, at: number, end: number, out: ViaParm): number {
  out.transportStart = NONE;
  out.transportEnd = NONE;
  out.hostStart = NONE;
  out.hostEnd = NONE;
  out.port = NONE;
  out.branchStart = NONE;
  out.branchEnd = NONE;
  out.receivedStart = NONE;
  out.receivedEnd = NONE;
  out.maddrStart = NONE;
  out.maddrEnd = NONE;
  out.ttl = NONE;
  out.rport = NONE;
  out.rportEnd = NONE;
  out.end = NONE;
  const words = viewOf(buf);
  let p = at;
  if (p + 8 <= end && words.getInt32(p, true) === ITS_SIP && words.getInt32(p + 4, true) === ITS_VERSION) p += 8;
  else {
    // Protocol name, version and transport with white space round the slashes.
    for (let slashes = 0; slashes < 2; p++) {
      if (p >= end) return BAD;
      if (buf[p] === SLASH) slashes++;
    }
  }
  p = skipSpace(buf, p, end);
  const transport = p;
  while (p < end && buf[p]! > SP) p++;
  if (p === transport || p >= end) return BAD;
  out.transportStart = transport;
  out.transportEnd = p;
  p = skipSpace(buf, p, end);
  const host = p;
  if (p < end && buf[p] === OPEN_BRACKET) {
    while (p < end && buf[p] !== CLOSE_BRACKET) p++;
    if (p >= end) return BAD;
    p++;
  } else {
    while (p < end && IN_HOST[buf[p]!] === 1) p++;
  }
  if (p === host) return BAD;
  // RFC 3261 §20.42: sent-by is a host and, where it is not the default, a port.
  out.hostStart = host;
  out.hostEnd = p;
  let last = p;
  p = skipSpace(buf, p, end);
  if (p < end && buf[p] === COLON) {
    p = skipSpace(buf, p + 1, end);
    const digits = p;
    while (p < end && buf[p]! >= 48 && buf[p]! <= 57) p++;
    out.port = readDecimal(buf, digits, p, 65_535);
    if (out.port === BAD) return BAD;
    last = p;
    p = skipSpace(buf, p, end);
  }
  const { param } = out;
  out.end = last;
  while (p < end && buf[p] === SEMICOLON) {
    // The two that nearly every Via has (bench/decode.ts); whatever is not as it is usually written is read below.
    if (p + 8 < end) {
      const first = words.getInt32(p, true) | 0x20202000;
      if (first === ITS_BRANCH && (words.getInt32(p + 4, true) | 0x00202020) === ITS_BRANCH_END) {
        const value = p + 8;
        if (buf[value] !== QUOTE && buf[value]! > SP) {
          last = valueEnd(words, buf, value, end);
          out.branchStart = value;
          out.branchEnd = last;
          p = skipSpace(buf, last, end);
          continue;
        }
      } else if (
        first === ITS_RPORT &&
        (words.getInt16(p + 4, true) | 0x2020) === ITS_RPORT_END &&
        buf[p + 6] === SEMICOLON
      ) {
        p += 6;
        last = p;
        out.rportEnd = p;
        continue;
      }
    }
    p = readParam(buf, p, end, param);
    if (p === BAD || param.nameEnd === param.nameStart) {
      out.end = last;
      return BAD;
    }
    last = param.valueStart === NONE ? param.nameEnd : param.valueEnd;
    keep(buf, param, out);
  }
  out.end = last;
  return p < end && buf[p] !== COMMA ? BAD : p;
}

/** Names of different lengths, told apart by that first. */
function keep(buf: Uint8Array, param: Param, out: ViaParm): void {
  const { nameStart: at, valueStart, valueEnd } = param;
  switch (param.nameEnd - at) {
    case 3:
      // RFC 3261 §25.1: a ttl is at most 255.
      if (is3(buf, at, 116, 116, 108) && valueStart !== NONE) out.ttl = readDecimal(buf, valueStart, valueEnd, 255);
      return;
    case 5:
      if (is3(buf, at, 114, 112, 111) && is3(buf, at + 2, 111, 114, 116)) {
        // RFC 3581 §3: rport comes without a value and goes back with the port the request came from.
        if (valueStart === NONE) out.rportEnd = param.nameEnd;
        else out.rport = readDecimal(buf, valueStart, valueEnd, 65_535);
      } else if (is3(buf, at, 109, 97, 100) && is3(buf, at + 2, 100, 100, 114)) {
        out.maddrStart = valueStart;
        out.maddrEnd = valueEnd;
      }
      return;
    case 6:
      if (is3(buf, at, 98, 114, 97) && is3(buf, at + 3, 110, 99, 104) && valueStart !== NONE) {
        out.branchStart = valueStart;
        out.branchEnd = valueEnd;
      }
      return;
    case 8:
      if (is3(buf, at, 114, 101, 99) && is3(buf, at + 3, 101, 105, 118) && is3(buf, at + 5, 118, 101, 100)) {
        out.receivedStart = valueStart;
        out.receivedEnd = valueEnd;
      }
  }
}

/** Whether three letters (lower case) stand at `at` in any case. */
function is3(buf: Uint8Array, at: number, a: number, b: number, c: number): boolean {
  return (buf[at]! | 32) === a && (buf[at + 1]! | 32) === b && (buf[at + 2]! | 32) === c;
}
