// REFER at the reference server (RFC 3515 §2.4): taken, the call it asks for made where that is wanted, and its outcome told by NOTIFY. Plays no flow.

import { LINE } from '../metrics/counters.ts';
import { RING_LIMIT_S } from '../server/extensions.ts';
import { Address, readAddress } from '../sip/address.ts';
import { bytesOf, equalsIgnoreCase, putDecimal, putText } from '../sip/bytes.ts';
import { isSingle, secondsOf, tokenIs } from '../sip/fields.ts';
import { hostText } from '../sip/host.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { findParam, Param } from '../sip/params.ts';
import { reasonPhrase } from '../sip/phrases.ts';
import { Span } from '../sip/scan.ts';
import { putUnescaped, readUri, readUriHeader, SCHEME, Uri } from '../sip/uri.ts';
import { placeOf } from '../transport/transport.ts';
import { CALL } from './calls.ts';
import { closeTransaction, launch, openClient, setIdentity, setOutside, setTransaction } from './client.ts';
import { confirmDialog } from './dialog-usage.ts';
import { fail, hangUp } from './ending.ts';
import type { Engine } from './engine.ts';
import { BRANCH_KIND } from './identity.ts';
import { acceptCall, sendAck } from './player.ts';
import { keepUri, kept } from './redirect.ts';
import { LADDER, PHASE, TEXT } from './reference.ts';
import { byeServed, released, request } from './reference-calls.ts';
import { keepPast } from './reference-replaces.ts';
import { send } from './reference-single.ts';
import { refuse } from './server.ts';
import { FAILURE } from './tally.ts';
import { TXN } from './transactions.ts';

/** RFC 3515 §3.10: the least time between two NOTIFYs of a referral. */
const NOTIFY_GAP_S = 1;
/** Calls made for REFER requests at a time on one worker. */
const MOST_MADE = 10_000;
/** How long a subscription to refer is said to last: the call it tells of has an end before. */
const LASTS_S = RING_LIMIT_S + 60;

const EVENT = bytesOf('Event: refer');
const ID = bytesOf(';id=');
const ACTIVE = bytesOf(`Subscription-State: active;expires=${LASTS_S}\r\n`);
const EXPIRES = bytesOf('Expires: ');
const VERSION = bytesOf('SIP/2.0 ');
const SUPPORTED = bytesOf('Supported: replaces\r\n');
const REPLACES = bytesOf('Replaces: ');
const REFERRED_BY = bytesOf('Referred-By: ');
const FALSE = bytesOf('false');
const REPLACES_NAME = bytesOf('replaces');
const METHOD_PARAM = bytesOf('method');
const INVITE = bytesOf('invite');
const address = new Address();
const uri = new Uri();
const header = new Param();
const span = new Span();
/** Status lines by status, made when first told. */
const phrases = new Map<number, Uint8Array>();

/** REFER in e.msg, in the dialog of `call`. False when it was refused. */
export function refer(e: Engine, call: number, txn: number): boolean {
  const { msg } = e;
  const r = e.reference!;
  const to = msg.first[HEADER.REFER_TO]!;
  // RFC 3515 §2.4.2: none or several Refer-To values are 400.
  let outcome = isSingle(msg, HEADER.REFER_TO) ? readTarget(e, to) : 400;
  let made = NONE;
  if (outcome === 0) {
    if (r.transfers[call] === 0 && !e.config.referCalls) outcome = 200;
    // One call at a time for each dialog, and so many in all.
    else if (r.referring[call] === 1 || r.madeCalls >= MOST_MADE) outcome = 503;
  }
  if (outcome !== 0 && outcome !== 200) {
    refuse(e, txn, outcome);
    return false;
  }
  if (outcome === 0) {
    outcome = destination(e);
    if (outcome === 0) made = openMade(e);
    if (outcome === 0 && made === NONE) {
      e.tally.dropped(r.program);
      refuse(e, txn, 503);
      return false;
    }
  }
  r.begin();
  // RFC 4488 §4: no subscription is made where none is wanted.
  const quiet = tokenIs(msg, HEADER.REFER_SUB, FALSE);
  if (quiet) r.add(TEXT.REFER_SUB);
  // RFC 7647 §5: never 202, which RFC 3515 had.
  send(e, txn, 200, call);
  if (!quiet) {
    // RFC 3515 §2.4.6: the second and later subscriptions of a dialog are told apart by the CSeq of their REFER.
    r.referId[call] = r.refers[call]!++ > 0 ? msg.cseq : 0;
    r.referring[call] = 1;
    r.referTold[call] = 0;
    r.referStatus[call] = made === NONE ? outcome : 100;
    if (r.phase[call] === PHASE.NONE) e.dialogs.confirm(call);
    // RFC 3515 §2.4.4: the first NOTIFY follows at once.
    notifyReferral(e, call);
  }
  if (made === NONE) return true;
  if (!quiet) {
    r.partner[call] = made + 1;
    r.partnerSerial[call] = e.calls.serial[made]!;
    r.partner[made] = call + 1;
    r.partnerSerial[made] = e.calls.serial[call]!;
  }
  callOut(e, made, to);
  return true;
}

/** Reads Refer-To into `address` and `uri`: 0, or the status a REFER to it is refused with. */
function readTarget(e: Engine, field: number): number {
  const { msg, bytes } = e;
  readAddress(bytes, msg.valueStart[field]!, msg.valueEnd[field]!, address);
  if (readUri(bytes, address.uriStart, address.uriEnd, uri) !== 0) return 400;
  // RFC 3515 §2.4.2: what cannot be contacted for its scheme is not accepted.
  if (uri.kind !== SCHEME.SIP) return 416;
  // What would write header lines of its own.
  return putReplaces(e, e.reference!.bodyAt) === NONE ? 400 : 0;
}

/**
 * Whether the server calls the target that was read: 0, or the status that tells why not.
 * RFC 3515 §5.1: who refers must not send us anywhere he likes: without --refer-calls only to us, or to the address he asks from.
 */
function destination(e: Engine): number {
  const { bytes, transport } = e;
  const { uriStart, uriEnd } = address;
  const other =
    findParam(bytes, uri.paramsStart, uri.paramsEnd, METHOD_PARAM, span) &&
    !equalsIgnoreCase(bytes, span.start, span.end, INVITE);
  if (other) return 501;
  const peer = e.peers.ofUri(bytes, uriStart, uriEnd, e.receivedPeer);
  if (peer === NONE) return 503;
  const host = transport.peerAddress(peer);
  if (e.config.referCalls || host === transport.peerAddress(e.receivedPeer)) return 0;
  const ours = e.endsAt[placeOf(peer)]!;
  return hostText(host) === ours.localHost && transport.peerPort(peer) === ours.localPort ? 0 : 603;
}

/**
 * Writes the value of the header Replaces in the URI at hand at `to` (RFC 3261 §19.1.1), escapes resolved; the offset after it: `to` when there is
 * none, NONE when it holds what is no printable ASCII and would write lines of its own.
 */
function putReplaces(e: Engine, to: number): number {
  const { bytes } = e;
  if (uri.headersStart === NONE) return to;
  for (let at = uri.headersStart; at < uri.headersEnd; at++) {
    at = readUriHeader(bytes, at, uri.headersEnd, header);
    if (header.valueStart === NONE || !equalsIgnoreCase(bytes, header.nameStart, header.nameEnd, REPLACES_NAME))
      continue;
    const end = putUnescaped(bytes, to, bytes, header.valueStart, header.valueEnd);
    for (let i = to; i < end; i++) if (bytes[i]! < 32 || bytes[i]! > 126) return NONE;
    return end;
  }
  return to;
}

function openMade(e: Engine): number {
  const r = e.reference!;
  const made = acceptCall(e, r.program, NONE, NONE);
  if (made === NONE) return NONE;
  r.open(made);
  r.made[made] = 1;
  r.madeCalls++;
  return made;
}

/** Sends the INVITE that the Refer-To of e.msg asks for. */
function callOut(e: Engine, made: number, field: number): void {
  const { msg, bytes, calls, dialogs, links, txns } = e;
  const r = e.reference!;
  readAddress(bytes, msg.valueStart[field]!, msg.valueEnd[field]!, address);
  const { uriStart, uriEnd } = address;
  readUri(bytes, uriStart, uriEnd, uri);
  calls.peer[made] = e.peers.ofUri(bytes, uriStart, uriEnd, e.receivedPeer);
  r.phase[made] = PHASE.CALLING;
  r.sdpVersion[made] = 1;
  const cseq = ++dialogs.localCseq[made]!;
  const txn = openClient(e, METHOD.INVITE, made, calls.peer[made]!, cseq);
  const requestUri = txn === NONE ? NONE : keepUri(e, uriStart, uriEnd);
  if (requestUri === NONE) {
    if (txn !== NONE) closeTransaction(e, txn);
    fail(e, made, txn === NONE ? FAILURE.TABLE_FULL : FAILURE.MEMORY_FULL, METHOD.INVITE, 0);
    return;
  }
  links.uri[txn] = requestUri + 1;
  links.uriLength[txn] = kept[0]!;
  txns.flags[txn]! |= TXN.INITIAL;
  txns.line[txn] = LADDER.INVITE;
  calls.inviteClient[made] = txn;
  calls.inviteCseq[made] = cseq;
  setIdentity(e, made, calls.serial[made]!, 0);
  setOutside(e, txn);
  setTransaction(e, BRANCH_KIND.TRANSACTION, txn, cseq);
  r.begin();
  r.add(SUPPORTED);
  // RFC 3261 §19.1.5: the headers of the URI become headers of the request. Of them only Replaces is taken (RFC 3891 §4).
  const from = r.at + REPLACES.length;
  const end = putReplaces(e, from);
  if (end > from) {
    r.add(REPLACES);
    r.addTo(end);
    r.add(TEXT.END);
  }
  const by = msg.first[HEADER.REFERRED_BY]!;
  if (by !== NONE) {
    // RFC 3892 §2.2: who referred is told to whom he referred.
    r.add(REFERRED_BY);
    r.addSpan(msg.valueStart[by]!, msg.valueEnd[by]!);
    r.add(TEXT.END);
  }
  r.add(TEXT.SDP);
  r.body(r.offerAt, r.offerLength);
  if (!launch(e, txn, e.dynamicWire('request', METHOD.INVITE, 0), made)) {
    fail(e, made, FAILURE.MEMORY_FULL, METHOD.INVITE, 0);
    return;
  }
  e.tally.line(r.program, LADDER.INVITE, LINE.SENT);
  r.sessionEndS[made] = r.nowS() + RING_LIMIT_S;
  r.arm(made);
}

/** A response to the INVITE of a call that the server made. */
export function madeResponse(e: Engine, made: number, txn: number): void {
  const { calls, msg } = e;
  const { status } = msg;
  const r = e.reference!;
  if (txn !== calls.inviteClient[made] || r.phase[made] !== PHASE.CALLING || status === 100) return;
  if (status < 200) {
    tellReferrer(e, made, status);
    return;
  }
  if (status >= 300) {
    tellReferrer(e, made, status);
    r.phase[made] = PHASE.NONE;
    released(e, made);
    return;
  }
  if (!confirmDialog(e, made, txn)) {
    fail(e, made, FAILURE.NO_CONTACT, METHOD.INVITE, status);
    return;
  }
  calls.flags[made]! |= CALL.ANSWERED;
  sendAck(e, made, txn, null, false);
  r.phase[made] = PHASE.UP;
  r.sessionEndS[made] = r.nowS() + e.config.referHoldUs / 1e6;
  tellReferrer(e, made, status);
  r.arm(made);
}

/** The time of a call of ours is over: BYE, or CANCEL where it still rings. */
export function endMade(e: Engine, made: number): void {
  const r = e.reference!;
  if (r.phase[made] === PHASE.UP) {
    byeServed(e, made);
    return;
  }
  r.sessionEndS[made] = 0;
  hangUp(e, made);
}

/** A call of the server is over: who referred it, or whom it was made for, hears of it or forgets it. */
export function closeServed(e: Engine, call: number): void {
  const r = e.reference!;
  if (r.made[call] === 1) {
    r.madeCalls--;
    // RFC 3515 §2.4.5: a reference that failed without a response is told as 503.
    if (r.phase[call] === PHASE.CALLING) tellReferrer(e, call, 503);
  }
  if (r.sdpVersion[call]! > 0) keepPast(e, call);
  r.close(call);
}

function tellReferrer(e: Engine, made: number, status: number): void {
  const r = e.reference!;
  const call = r.partner[made]! - 1;
  if (call < 0 || !e.calls.is(call, r.partnerSerial[made]!)) return;
  if (status >= 200) {
    r.partner[made] = 0;
    r.partner[call] = 0;
  }
  if (r.referring[call] === 0 || r.referStatus[call] === status) return;
  r.referStatus[call] = status;
  // One NOTIFY after the other, so that none overtakes the one before.
  if (r.referNotify[call] !== 0) return;
  notifyInTime(e, call);
  released(e, call);
}

/** A NOTIFY of a referral was answered, or was in vain. */
export function referralNotified(e: Engine, call: number, taken: boolean): void {
  const r = e.reference!;
  r.referNotify[call] = 0;
  // RFC 3515 §2.4.4: who wants to hear no more stops the subscription, not the call.
  if (!taken) r.referring[call] = 0;
  else if (r.referring[call] === 1 && r.referStatus[call] !== r.referTold[call]) notifyInTime(e, call);
}

/** Tells now or when its time has come: what the call has come to by then. */
function notifyInTime(e: Engine, call: number): void {
  const r = e.reference!;
  // RFC 3515 §3.10: no more than one NOTIFY a second.
  const dueS = r.referSentS[call]! + NOTIFY_GAP_S;
  if (dueS <= r.nowS()) notifyReferral(e, call);
  else if (r.referDueS[call] === 0) r.referDueS[call] = dueS;
}

/** The second is over that a status had to wait for. */
export function tellDue(e: Engine, call: number): void {
  const r = e.reference!;
  r.referDueS[call] = 0;
  if (r.referring[call] === 1 && r.referNotify[call] === 0) notifyReferral(e, call);
}

/** Tells what the call has come to; a final status ends the subscription. */
function notifyReferral(e: Engine, call: number): void {
  const r = e.reference!;
  const status = r.referStatus[call]!;
  sendNotify(e, call, status, status >= 200 ? TEXT.DONE : ACTIVE);
  if (status >= 200) r.referring[call] = 0;
}

function sendNotify(e: Engine, call: number, status: number, state: Uint8Array): void {
  const r = e.reference!;
  const { bytes } = e;
  r.begin();
  r.add(EVENT);
  if (r.referId[call]! > 0) {
    r.add(ID);
    r.addNumber(r.referId[call]!);
  }
  r.add(TEXT.END);
  r.add(state);
  r.add(TEXT.SIPFRAG);
  let at = putText(bytes, r.bodyAt, VERSION);
  at = putDecimal(bytes, at, status);
  at = putText(bytes, at, phraseOf(status));
  r.body(r.bodyAt, at - r.bodyAt);
  r.referTold[call] = status;
  r.referSentS[call] = r.nowS();
  r.referNotify[call] = request(e, call, METHOD.NOTIFY, LADDER.NOTIFY) + 1;
}

function phraseOf(status: number): Uint8Array {
  let text = phrases.get(status);
  if (text === undefined) {
    text = bytesOf(` ${reasonPhrase(status)}\r\n`);
    phrases.set(status, text);
  }
  return text;
}

/** SUBSCRIBE to refer in the dialog of a REFER: refreshed, or ended with the state so far (RFC 3515 §2.4.4). */
export function subscribeReferral(e: Engine, call: number, txn: number): void {
  const r = e.reference!;
  if (r.referring[call] === 0) {
    refuse(e, txn, 403);
    return;
  }
  const over = secondsOf(e.msg, HEADER.EXPIRES) === 0;
  r.begin();
  r.add(EXPIRES);
  r.addNumber(over ? 0 : LASTS_S);
  r.add(TEXT.END);
  send(e, txn, 200, call);
  sendNotify(e, call, r.referStatus[call]!, over ? TEXT.TIMED_OUT : ACTIVE);
  if (over) r.referring[call] = 0;
  released(e, call);
}
