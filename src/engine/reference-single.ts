// Requests that the reference server answers at once and keeps no dialog for: OPTIONS, MESSAGE, REGISTER, PUBLISH; and what every request is asked first (RFC 3261 §8.2). Plays no flow.

import { COUNTER } from '../metrics/counters.ts';
import { refusalOf } from '../server/extensions.ts';
import { ALLOW_EVENTS } from '../server/packages.ts';
import { bytesOf, equalsIgnoreCase } from '../sip/bytes.ts';
import { Elements, tokenIs } from '../sip/fields.ts';
import { accepts } from '../sip/media.ts';
import { BAD, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { SCHEME } from '../sip/uri.ts';
import type { Engine } from './engine.ts';
import { TEXT } from './reference.ts';
import { notifyWatchers } from './reference-events.ts';
import { refuse, respond } from './server.ts';

const SDP = bytesOf('application/sdp');
const IDENTITY = bytesOf('identity');
const KNOWN = ['100rel', 'timer', 'norefersub', 'path', 'replaces'].map((name) => bytesOf(name));
const UNSUPPORTED = bytesOf('Unsupported: ');
const COMMA = bytesOf(', ');
export const ALLOW_EVENTS_LINE = bytesOf(`Allow-Events: ${ALLOW_EVENTS}\r\n`);
const TEXTS = ['text/plain', 'text/html', 'message/cpim', 'multipart/mixed'].map((t) => bytesOf(t));
const SIP_ETAG = bytesOf('SIP-ETag: ');
const EXPIRES = bytesOf('Expires: ');
const required = new Elements();
/** RFC 3428 §8: more than this is not a page but a session. */
const LONGEST_MESSAGE = 32_768;

/** A refusal that has something to say. */
export function refuseWith(e: Engine, txn: number, status: number, line: Uint8Array): void {
  const r = e.reference!;
  r.begin();
  r.add(line);
  send(e, txn, status, NONE);
  e.tally.add(COUNTER.REFUSED);
}

/** Sends the response whose header lines and body are set. */
export function send(e: Engine, txn: number, status: number, call: number): void {
  const wire = e.dynamicWire('response', e.txns.method[txn]!, status);
  if (!respond(e, txn, wire, call)) e.tally.add(COUNTER.UNSENT);
}

/** Answers a Request-URI that is none of ours: RFC 3261 §8.2.2.1: 416 to a scheme we do not know; §21.4.1: 400 to one whose port is no number. */
export function refusesTarget(e: Engine, txn: number): boolean {
  const { kind, port } = e.reference!.called;
  const status = kind === SCHEME.OTHER ? 416 : port === BAD ? 400 : 0;
  if (status !== 0) refuse(e, txn, status);
  return status !== 0;
}

/** Answers 420, 415 or 400 to a request that wants what we do not know, or what cannot be; true when it did. */
export function unsupported(e: Engine, txn: number): boolean {
  const { msg } = e;
  const r = e.reference!;
  if (msg.first[HEADER.REQUIRE] !== NONE) {
    // RFC 3261 §8.2.2.3: option tags we do not know come back in Unsupported.
    r.begin();
    let found = false;
    required.open(msg, HEADER.REQUIRE);
    while (required.next()) {
      if (knows(msg.buf, required.start, required.end)) continue;
      r.add(found ? COMMA : UNSUPPORTED);
      r.addSpan(required.start, required.end);
      found = true;
    }
    if (found) {
      r.add(TEXT.END);
      e.tally.add(COUNTER.REFUSED);
      send(e, txn, 420, NONE);
      return true;
    }
  }
  // RFC 3891 §3: Replaces stands in INVITE alone, once, and not beside a Join (RFC 3911).
  const replaces = msg.first[HEADER.REPLACES]!;
  if (
    replaces !== NONE &&
    (msg.method !== METHOD.INVITE || msg.next[replaces] !== NONE || msg.first[HEADER.JOIN] !== NONE)
  ) {
    refuse(e, txn, 400);
    return true;
  }
  // RFC 3261 §8.2.3: an encoding we do not know is 415 with Accept-Encoding.
  if (msg.first[HEADER.CONTENT_ENCODING] !== NONE && !tokenIs(msg, HEADER.CONTENT_ENCODING, IDENTITY)) {
    refuseWith(e, txn, 415, TEXT.IDENTITY);
    return true;
  }
  return false;
}

function knows(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = 0; i < KNOWN.length; i++) if (equalsIgnoreCase(buf, start, end, KNOWN[i]!)) return true;
  return false;
}

/** OPTIONS with all we can do (RFC 3261 §11.2), or 200 to a MESSAGE (RFC 3428 §7). */
export function answerPlain(e: Engine, txn: number, call: number): void {
  const { msg } = e;
  const r = e.reference!;
  if (msg.method === METHOD.MESSAGE) {
    if (msg.bodyEnd - msg.bodyStart > LONGEST_MESSAGE) refuse(e, txn, 413);
    else if (msg.first[HEADER.CONTENT_TYPE] !== NONE && !isText(e)) refuseWith(e, txn, 415, TEXT.ACCEPT_TEXT);
    else refuse(e, txn, 200);
    return;
  }
  // RFC 3261 §11.2: the status is the one an INVITE would get.
  const refusal = call === NONE ? refusalOf(r.extension) : 0;
  r.begin();
  r.add(TEXT.IDENTITY);
  r.add(TEXT.LANGUAGE);
  r.add(TEXT.SUPPORTED);
  r.add(ALLOW_EVENTS_LINE);
  // RFC 3261 §11.2: the media we can do, unless Accept leaves application/sdp out.
  if (refusal === 0 && accepts(msg, HEADER.ACCEPT, SDP)) {
    r.add(TEXT.SDP);
    r.body(r.mediaAt, r.mediaLength);
  }
  send(e, txn, refusal === 0 ? 200 : refusal, call);
}

function isText(e: Engine): boolean {
  for (let i = 0; i < TEXTS.length; i++) if (tokenIs(e.msg, HEADER.CONTENT_TYPE, TEXTS[i]!)) return true;
  return false;
}

export function register(e: Engine, txn: number): void {
  const r = e.reference!;
  r.begin();
  const status = r.registrar.register(e.msg, r.nowS(), r.at);
  r.addTo(r.registrar.end);
  // RFC 3261 §10.3 step 8: a client without a clock learns the time.
  if (status === 200) r.add(r.date);
  if (status === 503 || status === 500) {
    refuse(e, txn, status);
    return;
  }
  if (status !== 200) e.tally.add(COUNTER.REFUSED);
  send(e, txn, status, NONE);
}

export function publish(e: Engine, txn: number): void {
  const r = e.reference!;
  const { publications } = r;
  const status = publications.publish(e.msg, r.nowS());
  switch (status) {
    case 200:
      r.begin();
      r.add(SIP_ETAG);
      r.addTo(publications.putTag(r.at));
      r.add(TEXT.END);
      r.add(EXPIRES);
      r.addNumber(publications.expiresS);
      r.add(TEXT.END);
      send(e, txn, 200, NONE);
      if (publications.changed) notifyWatchers(e, publications.key);
      return;
    case 415:
      refuseWith(e, txn, 415, TEXT.ACCEPT_PIDF);
      return;
    case 423:
      refuseWith(e, txn, 423, TEXT.MIN_EXPIRES);
      return;
    case 489:
      refuseWith(e, txn, 489, ALLOW_EVENTS_LINE);
      return;
    default:
      refuse(e, txn, status);
  }
}
