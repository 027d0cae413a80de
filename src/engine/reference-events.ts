// The reference server as a notifier: subscriptions (RFC 6665 §4.2). What a REFER subscribes to is reference-referral.ts.

import { BRIEF, grantedS } from '../server/expiry.ts';
import { EXTENSION } from '../server/extensions.ts';
import { PACKAGE, PACKAGES } from '../server/packages.ts';
import { Address, readAddress } from '../sip/address.ts';
import { bytesOf, putDecimal, putText, sameBytes } from '../sip/bytes.ts';
import { secondsOf, tokenIs } from '../sip/fields.ts';
import { accepts } from '../sip/media.ts';
import { copyWithin } from '../sip/memory.ts';
import { BAD, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { findParam } from '../sip/params.ts';
import { Span } from '../sip/scan.ts';
import type { Engine } from './engine.ts';
import { LADDER, TEXT } from './reference.ts';
import { openServed, released, request } from './reference-calls.ts';
import { subscribeReferral } from './reference-referral.ts';
import { ALLOW_EVENTS_LINE, refuseWith, send } from './reference-single.ts';
import { refuse } from './server.ts';

const NAMES = PACKAGES.map(({ name }) => bytesOf(name));
const TYPES = PACKAGES.map(({ type }) => bytesOf(type));
const TYPE_LINES = PACKAGES.map(({ type }) => bytesOf(`Content-Type: ${type}\r\n`));
/** Pieces of each package's body: text, or NONE of it where entity (0) or version (1) is filled in. */
const BODIES = PACKAGES.map(({ body }) =>
  body.split(/(\{\{\w+\}\})/).map((piece) => ({
    text: bytesOf(piece),
    fill: piece === '{{entity}}' ? 0 : piece === '{{version}}' ? 1 : NONE,
  })),
);
const EVENT = bytesOf('Event: ');
const ACTIVE = bytesOf('Subscription-State: active;expires=');
const EXPIRES = bytesOf('Expires: ');
const REFER = bytesOf('refer');
const ID_NAME = bytesOf('id');
const id = new Span();
const kept = new Span();
const local = new Address();
/** Publications that are composed into one document. */
const published = new Int32Array(16);
const AMP = bytesOf('&amp;');
const LT = bytesOf('&lt;');
const QUOT = bytesOf('&quot;');

function packageOf(e: Engine): number {
  for (let id = 1; id < NAMES.length; id++) if (tokenIs(e.msg, HEADER.EVENT, NAMES[id]!)) return id;
  return PACKAGE.UNKNOWN;
}

/** How long the SUBSCRIBE in e.msg is granted, seconds; NONE when something is wrong with it, which is answered. */
function grant(e: Engine, txn: number, event: number): number {
  const { msg } = e;
  if (event === PACKAGE.UNKNOWN) {
    // RFC 6665 §4.2.1.1: a package we do not know is 489 with those we do.
    refuseWith(e, txn, 489, ALLOW_EVENTS_LINE);
    return NONE;
  }
  if (!accepts(msg, HEADER.ACCEPT, TYPES[event]!)) {
    refuse(e, txn, 406);
    return NONE;
  }
  const wanted = secondsOf(msg, HEADER.EXPIRES);
  if (wanted === BAD) {
    refuse(e, txn, 400);
    return NONE;
  }
  const granted = grantedS(wanted);
  if (granted === BRIEF) {
    // RFC 6665 §4.2.1.1: too brief is 423 with the least.
    refuseWith(e, txn, 423, TEXT.MIN_EXPIRES);
    return NONE;
  }
  return granted;
}

/** A SUBSCRIBE outside a dialog makes one. */
export function subscribeOutside(e: Engine, txn: number): void {
  // RFC 3515 §2.4.4: only a REFER makes a subscription to refer.
  if (tokenIs(e.msg, HEADER.EVENT, REFER)) {
    refuse(e, txn, 403);
    return;
  }
  const event = packageOf(e);
  const granted = grant(e, txn, event);
  if (granted === NONE) return;
  const call = openServed(e, txn);
  if (call !== NONE) accept(e, call, txn, event, granted, e.reference!.extension === EXTENSION.LATER);
}

/** A SUBSCRIBE in a dialog refreshes or ends the subscription it has, or adds one. */
export function subscribe(e: Engine, call: number, txn: number): void {
  const r = e.reference!;
  if (tokenIs(e.msg, HEADER.EVENT, REFER)) {
    subscribeReferral(e, call, txn);
    return;
  }
  const event = packageOf(e);
  const granted = grant(e, txn, event);
  if (granted === NONE) return;
  if (r.watch[call]! > 0 && (r.event[call] !== event || !sameId(e, call))) {
    // RFC 6665 §4.5.2: another package, or another id, is a new subscription: one to a dialog is enough.
    refuse(e, txn, 403);
    return;
  }
  accept(e, call, txn, event, granted, false);
}

/** Whether Event in e.msg has the id that the subscription of the call was made with, or none as it has none. */
function sameId(e: Engine, call: number): boolean {
  const { msg } = e;
  const r = e.reference!;
  const field = msg.first[HEADER.EVENT]!;
  const at = r.eventChunk[call]! - 1;
  const named = findParam(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, ID_NAME, id);
  if (findParam(e.bytes, at, at + r.eventLen[call]!, ID_NAME, kept) !== named) return false;
  return !named || sameBytes(e.bytes, id.start, id.end, kept.start, kept.end);
}

/** 200, and the NOTIFY that follows at once (RFC 6665 §4.2.1.2): the last one where the subscription is put off. */
function accept(e: Engine, call: number, txn: number, event: number, expires: number, later: boolean): void {
  const r = e.reference!;
  if (r.watch[call] === 0 && !watch(e, call, event)) {
    refuse(e, txn, 503);
    released(e, call);
    return;
  }
  r.watchers.expiresS[r.watch[call]! - 1] = r.nowS() + expires;
  r.begin();
  r.add(EXPIRES);
  r.addNumber(expires);
  r.add(TEXT.END);
  send(e, txn, 200, call);
  e.dialogs.confirm(call);
  // RFC 6665 §4.1.3: retry-after tells when another try is worth making.
  notify(e, call, expires === 0 ? TEXT.TIMED_OUT : later ? TEXT.LATER : null);
  if (expires === 0 || later) r.unwatch(call);
  released(e, call);
}

/** Puts the call among the watchers of the resource in the Request-URI; keeps the Event value, whose id parameter comes back in each NOTIFY. */
function watch(e: Engine, call: number, event: number): boolean {
  const { msg } = e;
  const r = e.reference!;
  const field = msg.first[HEADER.EVENT]!;
  const length = msg.valueEnd[field]! - msg.valueStart[field]!;
  const chunk = e.memory.alloc(length);
  if (chunk === NONE) return false;
  r.publications.resource(msg.buf, msg.uriStart, msg.uriEnd, event, r.key);
  const row = r.watchers.add(r.key[0]!, r.key[1]!);
  if (row === NONE) {
    e.memory.free(chunk, length);
    return false;
  }
  copyWithin(e.bytes, chunk, msg.valueStart[field]!, length);
  r.eventChunk[call] = chunk + 1;
  r.eventLen[call] = length;
  r.event[call] = event;
  r.notified[call] = 0;
  r.watch[call] = row + 1;
  r.watchCall[row] = call;
  return true;
}

/** Sends a NOTIFY with the state of the resource; `ended` is the Subscription-State of the last one. */
function notify(e: Engine, call: number, ended: Uint8Array | null): void {
  const r = e.reference!;
  const event = r.event[call]!;
  r.begin();
  r.add(EVENT);
  r.addSpan(r.eventChunk[call]! - 1, r.eventChunk[call]! - 1 + r.eventLen[call]!);
  r.add(TEXT.END);
  if (ended !== null) r.add(ended);
  else {
    r.add(ACTIVE);
    r.addNumber(Math.max(0, Math.ceil(r.subscribedUntilS(call) - r.nowS())));
    r.add(TEXT.END);
  }
  r.add(TYPE_LINES[event]!);
  const row = r.watch[call]! - 1;
  r.key[0] = r.watchers.keyA[row]!;
  r.key[1] = r.watchers.keyB[row]!;
  if (event !== PACKAGE.PRESENCE || !putPublished(e)) putState(e, call, event);
  r.notified[call]!++;
  r.watchNotify[call] = request(e, call, METHOD.NOTIFY, LADDER.NOTIFY) + 1;
}

/** RFC 3903 §3: what was published of the resource in r.key, composed, as the body; false when nothing was. */
function putPublished(e: Engine): boolean {
  const r = e.reference!;
  const { publications, composition, key } = r;
  const count = publications.newest(key, r.nowS(), published);
  if (count === 0) return false;
  const newest = published[0]!;
  if (count === 1) {
    r.body(publications.bodyStart(newest), publications.bodyLength(newest));
    return true;
  }
  composition.begin(r.bodyAt, publications.bodyStart(newest), publications.bodyLength(newest));
  for (let i = 1; i < count; i++)
    composition.add(publications.bodyStart(published[i]!), publications.bodyLength(published[i]!));
  r.body(r.bodyAt, composition.length);
  return true;
}

/** The state of a resource of which nothing was published, as the body. */
function putState(e: Engine, call: number, event: number): void {
  const { bytes, dialogs } = e;
  const r = e.reference!;
  const pieces = BODIES[event]!;
  let at = r.bodyAt;
  for (let i = 0; i < pieces.length; i++) {
    const { text, fill } = pieces[i]!;
    if (fill === 0) {
      const start = dialogs.localNameStart[call]!;
      readAddress(bytes, start, start + dialogs.localNameLen[call]!, local);
      at = putEscaped(bytes, at, local.uriStart, local.uriEnd);
    } else if (fill === 1) at = putDecimal(bytes, at, r.notified[call]!);
    else at = putText(bytes, at, text);
  }
  r.body(r.bodyAt, at - r.bodyAt);
}

/** A URI inside an XML attribute; longer than a kilobyte it is cut. */
function putEscaped(bytes: Uint8Array, to: number, start: number, end: number): number {
  let at = to;
  for (let i = start; i < Math.min(end, start + 1024); i++) {
    const c = bytes[i]!;
    const escaped = c === 38 ? AMP : c === 60 ? LT : c === 34 ? QUOT : null;
    if (escaped === null) bytes[at++] = c;
    else at = putText(bytes, at, escaped);
  }
  return at;
}

/** RFC 3903 §6 step 7: what was published is told to those who watch the resource. */
export function notifyWatchers(e: Engine, key: Int32Array): void {
  const r = e.reference!;
  const keyA = key[0]!;
  const keyB = key[1]!;
  for (let row = r.watchers.first(keyA, keyB); row !== NONE; row = r.watchers.next[row]!)
    notify(e, r.watchCall[row]!, null);
}

/** The time of a subscription is over: RFC 6665 §4.2.2 has the last NOTIFY say so. */
export function expireSubscription(e: Engine, call: number): void {
  notify(e, call, TEXT.TIMED_OUT);
  e.reference!.unwatch(call);
}
