// What a response copies from its request (RFC 3261 §8.2.6.2): taken from the message at hand, or kept for later. Copies; decides nothing.

import { putText } from '../sip/bytes.ts';
import { copyWithin } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import type { Engine } from './engine.ts';
import { ECHO_FIELDS, FIELD, FIRST_ECHO } from './fields.ts';
import { TAG_LENGTH } from './identity.ts';

const VIA_NAME = Buffer.from('Via: ');
const RR_NAME = Buffer.from('Record-Route: ');
const RECEIVED = Buffer.from(';received=');
/** Bytes before the copies in a kept chunk: a length for each field. */
const KEPT_HEAD = ECHO_FIELDS * 4;

/** Fills the ECHO fields from e.msg, which came from `peer`. Via and Record-Route lines are put together in the scratch. */
export function setEcho(e: Engine, peer: number): void {
  const { msg, fields, bytes } = e;
  let at = e.scratch;
  const viaFrom = at;
  let via = msg.first[HEADER.VIA]!;
  let top = true;
  while (via !== NONE) {
    at = putText(bytes, at, VIA_NAME);
    at = top ? putTopVia(e, at, via, peer) : putSpan(bytes, at, msg.valueStart[via]!, msg.valueEnd[via]!);
    bytes[at++] = 13;
    bytes[at++] = 10;
    top = false;
    via = msg.next[via]!;
  }
  fields.set(FIELD.ECHO_VIA, viaFrom, at - viaFrom);
  const routeFrom = at;
  for (let rr = msg.first[HEADER.RECORD_ROUTE]!; rr !== NONE; rr = msg.next[rr]!) {
    at = putText(bytes, at, RR_NAME);
    at = putSpan(bytes, at, msg.valueStart[rr]!, msg.valueEnd[rr]!);
    bytes[at++] = 13;
    bytes[at++] = 10;
  }
  fields.set(FIELD.ECHO_RECORD_ROUTE, routeFrom, at - routeFrom);
  setValue(e, FIELD.ECHO_FROM, HEADER.FROM);
  setValue(e, FIELD.ECHO_TO, HEADER.TO);
  setValue(e, FIELD.ECHO_CALL_ID, HEADER.CALL_ID);
  setValue(e, FIELD.ECHO_CSEQ, HEADER.CSEQ);
  // Length 0 here says that the request had a To tag; setToTag puts ours where it had none.
  fields.set(FIELD.ECHO_TO_TAG, e.tagAt, msg.toTagStart === NONE ? 1 : 0);
}

function setValue(e: Engine, field: number, id: number): void {
  const at = e.msg.first[id]!;
  if (at === NONE) e.fields.set(field, 0, 0);
  else e.fields.set(field, e.msg.valueStart[at]!, e.msg.valueEnd[at]! - e.msg.valueStart[at]!);
}

function putSpan(bytes: Uint8Array, at: number, start: number, end: number): number {
  copyWithin(bytes, at, start, end - start);
  return at + end - start;
}

/** RFC 3581 §4: an empty rport gets the source port, and received the source address. RFC 3261 §18.2.1: received where sent-by differs. */
function putTopVia(e: Engine, to: number, field: number, peer: number): number {
  const { msg, bytes, transport } = e;
  const start = msg.valueStart[field]!;
  const rport = msg.viaRportEnd;
  const address = transport.peerAddress(peer);
  let at: number;
  if (rport === NONE) {
    at = putSpan(bytes, to, start, msg.viaEnd);
    // RFC 3261 §25.1: an IPv6 address has brackets in sent-by, and none in received.
    const bracket = bytes[msg.viaHostStart] === 91 ? 1 : 0;
    if (sameText(bytes, msg.viaHostStart + bracket, msg.viaHostEnd - bracket, address))
      return putSpan(bytes, at, msg.viaEnd, msg.valueEnd[field]!);
  } else {
    at = putSpan(bytes, to, start, rport);
    bytes[at++] = 61; // =
    at = putNumber(bytes, at, transport.peerPort(peer));
    at = putSpan(bytes, at, rport, msg.viaEnd);
  }
  at = putText(bytes, at, RECEIVED);
  for (let i = 0; i < address.length; i++) bytes[at + i] = address.charCodeAt(i);
  at += address.length;
  return putSpan(bytes, at, msg.viaEnd, msg.valueEnd[field]!);
}

function putNumber(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let v = value; v >= 10; v = (v / 10) | 0) digits++;
  for (let i = digits - 1, v = value; i >= 0; i--, v = (v / 10) | 0) bytes[at + i] = 48 + (v % 10);
  return at + digits;
}

function sameText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Completes the To of a response: the tag of (slot, serial), unless the request had one. */
export function setToTag(e: Engine, slot: number, serial: number): void {
  const { fields } = e;
  if (fields.length[FIELD.ECHO_TO_TAG] === 0) return;
  e.identity.putTag(e.bytes, e.tagAt + 5, slot, serial);
  fields.set(FIELD.ECHO_TO_TAG, e.tagAt, TAG_LENGTH + 5);
}

/** Keeps what later responses to the request in e.msg copy from it. */
export function saveEcho(e: Engine, txn: number): void {
  const { fields, bytes, links } = e;
  setEcho(e, e.receivedPeer);
  let total = KEPT_HEAD;
  for (let i = 0; i < ECHO_FIELDS; i++) total += fields.length[FIRST_ECHO + i]!;
  const chunk = e.memory.alloc(total);
  if (chunk === NONE) return; // the response will fail for want of memory, and say so
  links.echo[txn] = chunk + 1;
  links.echoLength[txn] = total;
  let at = chunk + KEPT_HEAD;
  for (let i = 0; i < ECHO_FIELDS; i++) {
    const field = FIRST_ECHO + i;
    const length = fields.length[field]!;
    const head = chunk + i * 4;
    bytes[head] = length & 255;
    bytes[head + 1] = (length >> 8) & 255;
    bytes[head + 2] = length >> 16;
    if (field !== FIELD.ECHO_TO_TAG) copyWithin(bytes, at, fields.start[field]!, length);
    at += length;
  }
}

/** Fills the ECHO fields from what was kept. */
export function restoreEcho(e: Engine, txn: number): void {
  const { fields, bytes } = e;
  const chunk = e.links.echo[txn]! - 1;
  let at = chunk + KEPT_HEAD;
  for (let i = 0; i < ECHO_FIELDS; i++) {
    const head = chunk + i * 4;
    const length = chunk < 0 ? 0 : bytes[head]! | (bytes[head + 1]! << 8) | (bytes[head + 2]! << 16);
    fields.set(FIRST_ECHO + i, at, length);
    at += length;
  }
}
