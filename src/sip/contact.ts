// Contact (RFC 3261 §20.10): an address with expiry and preference, or `*`. Spans and integers; allocates nothing.

import { Address, readAddress } from './address.ts';
import { bytesOf } from './bytes.ts';
import { NONE } from './message.ts';
import { readQ, readSeconds } from './numbers.ts';
import { findParam } from './params.ts';
import { Span } from './scan.ts';

const STAR = 42;
const EXPIRES = bytesOf('expires');
const Q = bytesOf('q');

/** What `readContact` fills. */
export class Contact {
  readonly address = new Address();
  /** All contacts: `*` in the place of an address (RFC 3261 §10.2.2). */
  star = false;
  /** NONE without the parameter, BAD when it is no number. */
  expiresS = NONE;
  /** Thousandths; NONE without the parameter, BAD when it is no number from 0 to 1. */
  q = NONE;
}

const value = new Span();

/** Reads the contact that begins at `at`; returns where it ends: at a comma, or at `end`. */
export function readContact(buf: Uint8Array, at: number, end: number, out: Contact): number {
  const { address } = out;
  const stop = readAddress(buf, at, end, address);
  const { uriStart, uriEnd, paramsStart, paramsEnd } = address;
  // RFC 3261 §10.2.2: an asterisk in the place of an address means all of them.
  out.star = uriEnd - uriStart === 1 && buf[uriStart] === STAR;
  out.expiresS = NONE;
  out.q = NONE;
  if (paramsStart === paramsEnd) return stop;
  if (findParam(buf, paramsStart, paramsEnd, EXPIRES, value)) out.expiresS = readSeconds(buf, value.start, value.end);
  if (findParam(buf, paramsStart, paramsEnd, Q, value)) out.q = readQ(buf, value.start, value.end);
  return stop;
}
