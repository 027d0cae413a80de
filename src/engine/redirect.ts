// Where a 3xx sends a call (RFC 3261 §8.1.3.4): its best Contact, kept for the next INVITE of the call. Sends nothing; a host that is a name is not asked for.

import { sameBytes } from '../sip/bytes.ts';
import { Contact, readContact } from '../sip/contact.ts';
import { copyWithin } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { putRequestUri, readUri, SCHEME, Uri } from '../sip/uri.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';

const contact = new Contact();
const uri = new Uri();
/** [0]: length of the URI kept last. */
export const kept = new Int32Array(1);

/** Takes the Contact with the highest q of the 3xx in e.msg that can be called; false when there is none. */
export function takeRedirect(e: Engine, call: number): boolean {
  const { msg, calls, bytes } = e;
  let best = -1;
  let start = 0;
  let end = 0;
  for (let field = msg.first[HEADER.CONTACT]!; field !== NONE; field = msg.next[field]!) {
    const stop = msg.valueEnd[field]!;
    for (let at = msg.valueStart[field]!; at < stop; at++) {
      at = readContact(bytes, at, stop, contact);
      const { uriStart, uriEnd } = contact.address;
      // RFC 3261 §20.10: q from 0 to 1; a Contact without one counts as wanted most.
      const q = contact.q === NONE ? 1_000 : contact.q;
      if (q <= best || readUri(bytes, uriStart, uriEnd, uri) !== 0 || uri.kind !== SCHEME.SIP) continue;
      if (e.peers.ofUri(bytes, uriStart, uriEnd, calls.peer[call]!) === NONE || isTried(e, call, uriStart, uriEnd))
        continue;
      best = q;
      start = uriStart;
      end = uriEnd;
    }
  }
  if (best < 0) return false;
  forgetRedirect(e, call);
  const chunk = keepUri(e, start, end);
  if (chunk === NONE) return false;
  calls.peer[call] = e.peers.ofUri(bytes, start, end, calls.peer[call]!);
  calls.redirectLength[call] = kept[0]!;
  calls.redirectChunk[call] = chunk + 1;
  return true;
}

/** RFC 3261 §8.1.3.4: a URI that has been tried is not tried again: that of the first INVITE of the call, and that of the last one. */
function isTried(e: Engine, call: number, start: number, end: number): boolean {
  const { bytes, calls, fields, calledAt } = e;
  const stop = putRequestUri(bytes, calledAt, bytes, start, end);
  e.users.setFields(e.users.row(call));
  e.users.setTarget(calls.program[call]!);
  const target = fields.start[FIELD.TARGET]!;
  if (sameBytes(bytes, calledAt, stop, target, target + fields.length[FIELD.TARGET]!)) return true;
  if (calls.redirectChunk[call] === 0) return false;
  const last = calls.redirectChunk[call]! - 1;
  return sameBytes(bytes, calledAt, stop, last, last + calls.redirectLength[call]!);
}

/** Keeps the URI `[start, end)` as a Request-URI: RFC 3261 §19.1.1 has neither method nor headers in one. Its chunk, or NONE; its length is in `kept`. */
export function keepUri(e: Engine, start: number, end: number): number {
  kept[0] = putRequestUri(e.bytes, e.calledAt, e.bytes, start, end) - e.calledAt;
  const chunk = e.memory.alloc(kept[0]!);
  if (chunk !== NONE) copyWithin(e.bytes, chunk, e.calledAt, kept[0]!);
  return chunk;
}

/** Gives the INVITE of a call that was sent elsewhere its Request-URI; the transaction keeps a copy. False for want of memory. */
export function applyRedirect(e: Engine, call: number, txn: number): boolean {
  const { calls, links } = e;
  if (calls.redirectChunk[call] === 0) return true;
  const length = calls.redirectLength[call]!;
  const chunk = e.memory.alloc(length);
  if (chunk === NONE) return false;
  const from = calls.redirectChunk[call]! - 1;
  e.bytes.copyWithin(chunk, from, from + length);
  links.uri[txn] = chunk + 1;
  links.uriLength[txn] = length;
  return true;
}

export function forgetRedirect(e: Engine, call: number): void {
  const { calls } = e;
  if (calls.redirectChunk[call] === 0) return;
  e.outbox.freeLater(calls.redirectChunk[call]! - 1, calls.redirectLength[call]!);
  calls.redirectChunk[call] = 0;
}
