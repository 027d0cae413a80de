// The values read with every message: top Via, and the tags of From and To. Fills the Message; allocates nothing.

import { ERR_ADDRESS, ERR_VIA } from './errors.ts';
import { type Message, NONE } from './message.ts';

const SP = 32;
const QUOTE = 34;
const COMMA = 44;
const SLASH = 47;
const COLON = 58;
const SEMICOLON = 59;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const BACKSLASH = 92;

function skipSpace(buf: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && buf[p]! <= SP) p++;
  return p;
}

/** The offset after the quoted string that begins at `at`, NONE when its end is missing. */
function skipQuoted(buf: Uint8Array, at: number, end: number): number {
  for (let p = at + 1; p < end; p++) {
    const c = buf[p]!;
    if (c === BACKSLASH) p++;
    else if (c === QUOTE) return p + 1;
  }
  return NONE;
}

/** RFC 3261 §20.42: the first via-parm of the field: sent-protocol, sent-by, parameters. */
export function readVia(msg: Message, buf: Uint8Array, start: number, end: number): number {
  let p = start;
  // Protocol name, version and transport with white space round the slashes.
  for (let slashes = 0; slashes < 2; p++) {
    if (p >= end) return ERR_VIA;
    if (buf[p] === SLASH) slashes++;
  }
  p = skipSpace(buf, p, end);
  const transport = p;
  while (p < end && buf[p]! > SP) p++;
  if (p === transport || p >= end) return ERR_VIA;
  p = skipSpace(buf, p, end);
  const host = p;
  if (p < end && buf[p] === 91) {
    while (p < end && buf[p] !== 93) p++;
    if (p >= end) return ERR_VIA;
    p++;
  } else {
    while (p < end && buf[p]! > SP && buf[p] !== COLON && buf[p] !== SEMICOLON && buf[p] !== COMMA) p++;
  }
  if (p === host) return ERR_VIA;
  msg.viaHostStart = host;
  msg.viaHostEnd = p;
  p = skipSpace(buf, p, end);
  if (p < end && buf[p] === COLON) {
    p = skipSpace(buf, p + 1, end);
    let port = 0;
    const digits = p;
    for (; p < end && buf[p]! >= 48 && buf[p]! <= 57; p++) {
      port = port * 10 + buf[p]! - 48;
      if (port > 65535) return ERR_VIA;
    }
    if (p === digits) return ERR_VIA;
    msg.viaPort = port;
    p = skipSpace(buf, p, end);
  }
  return viaParams(msg, buf, p, end);
}

function viaParams(msg: Message, buf: Uint8Array, at: number, end: number): number {
  let p = at;
  let last = p;
  while (p < end && buf[p] === SEMICOLON) {
    p = skipSpace(buf, p + 1, end);
    const name = p;
    while (p < end && buf[p]! > SP && buf[p] !== EQUALS && buf[p] !== SEMICOLON && buf[p] !== COMMA) p++;
    const nameEnd = p;
    if (nameEnd === name) return ERR_VIA;
    last = p;
    p = skipSpace(buf, p, end);
    if (p < end && buf[p] === EQUALS) {
      p = skipSpace(buf, p + 1, end);
      const value = p;
      if (p < end && buf[p] === QUOTE) {
        p = skipQuoted(buf, p, end);
        if (p === NONE) return ERR_VIA;
      } else while (p < end && buf[p]! > SP && buf[p] !== SEMICOLON && buf[p] !== COMMA) p++;
      last = p;
      if (nameEnd - name === 6 && isBranch(buf, name)) {
        msg.branchStart = value;
        msg.branchEnd = p;
      }
      p = skipSpace(buf, p, end);
    } else if (nameEnd - name === 5 && isRport(buf, name)) msg.viaRportEnd = nameEnd;
  }
  if (p < end && buf[p] !== COMMA) return ERR_VIA;
  msg.viaEnd = last;
  return 0;
}

function isBranch(buf: Uint8Array, at: number): boolean {
  return (
    (buf[at]! | 32) === 98 &&
    (buf[at + 1]! | 32) === 114 &&
    (buf[at + 2]! | 32) === 97 &&
    (buf[at + 3]! | 32) === 110 &&
    (buf[at + 4]! | 32) === 99 &&
    (buf[at + 5]! | 32) === 104
  );
}

function isRport(buf: Uint8Array, at: number): boolean {
  return (
    (buf[at]! | 32) === 114 &&
    (buf[at + 1]! | 32) === 112 &&
    (buf[at + 2]! | 32) === 111 &&
    (buf[at + 3]! | 32) === 114 &&
    (buf[at + 4]! | 32) === 116
  );
}

/** RFC 3261 §20.20, §20.39: name-addr or addr-spec, then the parameters, of which the tag is kept. */
export function readFromTo(msg: Message, buf: Uint8Array, start: number, end: number, from: boolean): number {
  let p = start;
  // Display name, up to the bracket; without a bracket the first semicolon ends the URI.
  while (p < end && buf[p] !== LESS && buf[p] !== SEMICOLON) {
    if (buf[p] === QUOTE) {
      p = skipQuoted(buf, p, end);
      if (p === NONE) return ERR_ADDRESS;
    } else p++;
  }
  if (p === start && end === start) return ERR_ADDRESS;
  if (p < end && buf[p] === LESS) {
    while (p < end && buf[p] !== GREATER) p++;
    if (p >= end) return ERR_ADDRESS;
    p = skipSpace(buf, p + 1, end);
  }
  while (p < end && buf[p] === SEMICOLON) {
    p = skipSpace(buf, p + 1, end);
    const name = p;
    while (p < end && buf[p]! > SP && buf[p] !== EQUALS && buf[p] !== SEMICOLON) p++;
    const nameEnd = p;
    p = skipSpace(buf, p, end);
    if (p >= end || buf[p] !== EQUALS) continue;
    p = skipSpace(buf, p + 1, end);
    const value = p;
    if (p < end && buf[p] === QUOTE) {
      p = skipQuoted(buf, p, end);
      if (p === NONE) return ERR_ADDRESS;
    } else while (p < end && buf[p]! > SP && buf[p] !== SEMICOLON) p++;
    if (
      nameEnd - name === 3 &&
      (buf[name]! | 32) === 116 &&
      (buf[name + 1]! | 32) === 97 &&
      (buf[name + 2]! | 32) === 103
    ) {
      if (p === value) return ERR_ADDRESS;
      if (from) {
        msg.fromTagStart = value;
        msg.fromTagEnd = p;
      } else {
        msg.toTagStart = value;
        msg.toTagEnd = p;
      }
    }
    p = skipSpace(buf, p, end);
  }
  return p < end ? ERR_ADDRESS : 0;
}
