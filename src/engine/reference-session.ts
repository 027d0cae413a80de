// The INVITE sessions of the reference server: ringing, the answer to an offer, its changes and its timer (RFC 3261 §13, §14, RFC 3262, RFC 3311, RFC 4028). Finds no call; plays no flow.

import { COUNTER } from '../metrics/counters.ts';
import {
  EARLY_LIMIT_S,
  EXTENSION,
  LONGEST_CALL_S,
  RING_AGAIN_S,
  RING_LIMIT_S,
  refusalOf,
} from '../server/extensions.ts';
import { putAnswer } from '../server/session-answer.ts';
import { bytesOf } from '../sip/bytes.ts';
import { secondsOf, tokenIs } from '../sip/fields.ts';
import { accepts } from '../sip/media.ts';
import { NONE } from '../sip/message.ts';
import { findPart, PART } from '../sip/multipart.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { Span } from '../sip/scan.ts';
import { REFRESHER, readSessionExpires, SessionExpires } from '../sip/session-timer.ts';
import { STATE } from '../transaction/constants.ts';
import { ownerOf } from './client.ts';
import { fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { LADDER, PHASE, TEXT } from './reference.ts';
import { openServed, request } from './reference-calls.ts';
import { endReplaced, replacedBy } from './reference-replaces.ts';
import { ALLOW_EVENTS_LINE, refuseWith } from './reference-single.ts';
import { moveTarget } from './requests.ts';
import { refuse, respond } from './server.ts';
import { FAILURE } from './tally.ts';

const APPLICATION_SDP = bytesOf('application/sdp');
const APPLICATION = bytesOf('application');
const SDP = bytesOf('sdp');
const part = new Span();

const interval = new SessionExpires();
const SESSION_EXPIRES = bytesOf('Session-Expires: ');
const BY_UAC = bytesOf(';refresher=uac\r\n');
const BY_UAS = bytesOf(';refresher=uas\r\n');

/** RFC 4028 §5: the smallest session interval. */
const MIN_SE_S = 90;
/** Of a session interval: below that. */
const TOO_SMALL = -2;

export function invite(e: Engine, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  const { extension } = r;
  const refusal = refusalOf(extension);
  if (refusal !== 0) {
    refuse(e, txn, refusal);
    return;
  }
  // RFC 3261 §8.2.2.2: the same request by another way while its call is there is 482.
  if (r.merging.find(msg) !== NONE) {
    refuse(e, txn, 482);
    return;
  }
  const described = describes(e);
  if (described === NONE) {
    // RFC 3261 §8.2.3: a body that cannot be read is refused with what could.
    refuseWith(e, txn, 415, TEXT.ACCEPT_SDP);
    return;
  }
  // RFC 3261 §20.1, §21.4.7: a caller that takes no SDP in our answer cannot have one.
  if (!accepts(msg, HEADER.ACCEPT, APPLICATION_SDP)) {
    refuse(e, txn, 406);
    return;
  }
  const wanted = intervalWanted(e);
  if (wanted === TOO_SMALL) {
    refuseWith(e, txn, 422, TEXT.MIN_SE);
    return;
  }
  const replaced = replacedBy(e);
  if (replaced < NONE) {
    refuse(e, txn, -replaced);
    return;
  }
  const answer = described === 1 ? putSession(e, 1) : 0;
  // RFC 3261 §13.3.1.3: an offer that cannot be taken is 488, and Warning says why.
  if (answer === NONE) {
    refuseWith(e, txn, 488, TEXT.WARNING);
    return;
  }
  const call = openServed(e, txn);
  if (call === NONE) return;
  r.merging.add(call);
  r.sdpVersion[call] = 1;
  r.tellsPackages[call] = msg.first[HEADER.RECV_INFO] === NONE ? 0 : 1;
  r.transfers[call] = extension === EXTENSION.TRANSFER ? 1 : 0;
  if (replaced !== NONE) {
    r.replaces[call] = replaced + 1;
    r.replacesSerial[call] = e.calls.serial[replaced]!;
  }
  agreeInterval(e, call, wanted);
  if (extension === EXTENSION.RING) {
    r.phase[call] = PHASE.RINGING_ON;
    const expiresS = secondsOf(msg, HEADER.EXPIRES);
    // RFC 3261 §13.3.1: an invitation that is not answered when its Expires has passed is ended with 487.
    const expires = expiresS >= 0 && expiresS < RING_LIMIT_S;
    r.ringEndS[call] = r.nowS() + (expires ? expiresS : RING_LIMIT_S);
    r.ringEndStatus[call] = expires ? 487 : 480;
    if (ring(e, call, txn, answer, 180, e.requires100rel())) ringOn(e, call);
  } else if (e.offers100rel()) {
    r.phase[call] = extension === EXTENSION.EARLY ? PHASE.EARLY : PHASE.RELIABLE;
    ring(e, call, txn, answer, 183, true);
  } else {
    r.phase[call] = PHASE.RINGING;
    if (!ring(e, call, txn, answer, 180, false)) return;
    if (e.delayLane === NONE) pickUp(e, call);
    else e.lanes.start(e.callNode(call, 0), e.delayLane);
  }
}

/** Sends the provisional; keeps the session description where the 200 comes later and must carry it. False when the call failed over it. */
function ring(e: Engine, call: number, txn: number, answer: number, status: number, reliable: boolean): boolean {
  const r = e.reference!;
  r.begin();
  if (reliable) {
    // RFC 3262 §5: the first reliable provisional carries the answer, or the offer where the INVITE had none.
    r.described[call] = 1;
    r.asked[call] = answer > 0 ? 0 : 1;
    describe(e, answer);
    if (r.tellsPackages[call] === 1) r.add(TEXT.RECV_INFO);
    return respondOrFail(e, call, txn, status, true);
  }
  if (answer > 0 && (e.delayLane !== NONE || r.phase[call] === PHASE.RINGING_ON)) keepSession(e, call, answer);
  if (!respondOrFail(e, call, txn, status, false)) return false;
  // Where the 200 follows at once the answer still stands where it was put.
  r.sdpLen[call] = answer;
  return true;
}

/** The next turn of a user who rings: a minute on, or the end. */
function ringOn(e: Engine, call: number): void {
  const r = e.reference!;
  r.sessionEndS[call] = Math.min(r.ringEndS[call]!, r.nowS() + RING_AGAIN_S);
  r.arm(call);
}

/** A turn of a user who rings. */
export function ringAgain(e: Engine, call: number): void {
  const r = e.reference!;
  if (r.ringEndS[call]! <= r.nowS()) {
    refuse(e, e.calls.inviteServer[call]!, r.ringEndStatus[call]!);
    r.phase[call] = PHASE.NONE;
    r.sessionEndS[call] = 0;
    return;
  }
  // RFC 3262 §3: reliably where the first was, and not before that one's PRACK.
  const reliable = r.described[call] === 1;
  if (!reliable || e.calls.keptChunk[call] === NONE) {
    r.begin();
    if (!respondOrFail(e, call, e.calls.inviteServer[call]!, 180, reliable)) return;
  }
  ringOn(e, call);
}

function keepSession(e: Engine, call: number, length: number): void {
  const r = e.reference!;
  const chunk = e.memory.alloc(length);
  if (chunk === NONE) return; // the 200 will fail for want of memory, and say so
  e.bytes.copyWithin(chunk, r.bodyAt, r.bodyAt + length);
  r.sdpChunk[call] = chunk + 1;
  r.sdpLen[call] = length;
}

/** The 200 to the INVITE. */
export function pickUp(e: Engine, call: number): void {
  const r = e.reference!;
  const txn = e.calls.inviteServer[call]!;
  r.begin();
  // RFC 3261 §13.3.1.4: what the caller can use in this call, besides Allow.
  r.add(TEXT.SUPPORTED);
  if (r.described[call] === 0) {
    r.asked[call] = r.sdpLen[call]! > 0 ? 0 : 1;
    if (r.sdpChunk[call]! > 0) describeAt(e, r.sdpChunk[call]! - 1, r.sdpLen[call]!);
    else describe(e, r.sdpLen[call]!);
  }
  addInterval(e, call);
  // RFC 6665 §4.4.4: a notifier says which packages it has wherever a dialog begins.
  r.add(ALLOW_EVENTS_LINE);
  // RFC 6086 §5.2.3: who says in the INVITE which packages it takes learns in the 200 which we do, and only then.
  if (r.tellsPackages[call] === 1) r.add(TEXT.RECV_INFO);
  if (!respondOrFail(e, call, txn, 200, false)) return;
  r.dropSdp(call);
  r.phase[call] = PHASE.UP;
  watchSession(e, call);
  if (r.replaces[call] !== 0) endReplaced(e, call);
}

/** Body and Content-Type: the answer of this length that stands at bodyAt, or our offer for length 0. */
function describe(e: Engine, length: number): void {
  const r = e.reference!;
  if (length > 0) describeAt(e, r.bodyAt, length);
  else describeAt(e, r.offerAt, r.offerLength);
}

function describeAt(e: Engine, at: number, length: number): void {
  e.reference!.add(TEXT.SDP);
  e.reference!.body(at, length);
}

/** Whether e.msg describes a session: 1, or 0; NONE for a body we do not understand. In a multipart body that part becomes the body. */
function describes(e: Engine): number {
  const { msg } = e;
  if (msg.bodyEnd === msg.bodyStart) return 0;
  if (tokenIs(msg, HEADER.CONTENT_TYPE, APPLICATION_SDP)) return 1;
  const found = findPart(msg, APPLICATION, SDP, part);
  if (found !== PART.FOUND) return found === PART.NONE ? 0 : NONE;
  msg.bodyStart = part.start;
  msg.bodyEnd = part.end;
  return 1;
}

/** Writes the answer to the offer in e.msg at bodyAt: its length, NONE when there is none. */
function putSession(e: Engine, version: number): number {
  const { msg } = e;
  const r = e.reference!;
  const end = putAnswer(e.bytes, msg.bodyStart, msg.bodyEnd, r.bodyAt, r.answer, version);
  return end === NONE ? NONE : end - r.bodyAt;
}

function respondOrFail(e: Engine, call: number, txn: number, status: number, reliable: boolean): boolean {
  const wire = e.dynamicWire('response', METHOD.INVITE, status, reliable);
  if (txn !== NONE && respond(e, txn, wire, call)) return true;
  fail(e, call, txn === NONE ? FAILURE.NOTHING_TO_ANSWER : FAILURE.MEMORY_FULL, METHOD.INVITE, status);
  return false;
}

/** Session-Expires in seconds, NONE when there is none that counts, TOO_SMALL when the request must be refused for it. */
function intervalWanted(e: Engine): number {
  const { msg } = e;
  const field = msg.first[HEADER.SESSION_EXPIRES]!;
  if (field === NONE) return NONE;
  const value = readSessionExpires(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, interval);
  if (value >= MIN_SE_S) return value;
  // RFC 4028 §9: an interval below what we accept is refused with the least, if the caller knows what that means.
  return value >= 0 && e.offersTimer() ? TOO_SMALL : NONE;
}

/** RFC 4028 §9, table 2: the interval asked for (NONE: none) is taken; the refresher named, else the caller if he knows how. */
function agreeInterval(e: Engine, call: number, wanted: number): void {
  const { msg } = e;
  const r = e.reference!;
  r.intervalS[call] = wanted === NONE ? 0 : Math.min(wanted, 86_400);
  r.knowsTimer[call] = e.offersTimer() ? 1 : 0;
  r.weRefresh[call] = 1 - r.knowsTimer[call]!;
  if (wanted === NONE || r.weRefresh[call] === 1) return;
  const field = msg.first[HEADER.SESSION_EXPIRES]!;
  readSessionExpires(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, interval);
  r.weRefresh[call] = interval.refresher === REFRESHER.UAS ? 1 : 0;
}

function addInterval(e: Engine, call: number): void {
  const r = e.reference!;
  if (r.intervalS[call] === 0) return;
  // RFC 4028 §9: a caller who knows the timer is told to mind it, whoever refreshes.
  if (r.knowsTimer[call] === 1) r.add(TEXT.REQUIRE_TIMER);
  r.add(SESSION_EXPIRES);
  r.addNumber(r.intervalS[call]!);
  r.add(r.weRefresh[call] === 1 ? BY_UAS : BY_UAC);
}

/** RFC 6086 §5.2.3: the 2xx to a PRACK, UPDATE or re-INVITE says which packages we take where the request does. */
function addPackages(e: Engine): void {
  if (e.msg.first[HEADER.RECV_INFO] !== NONE) e.reference!.add(TEXT.RECV_INFO);
}

/** RFC 4028 §10: we refresh at half the interval, or give the call up a while before its end; without an interval, after LONGEST_CALL_S. */
export function watchSession(e: Engine, call: number): void {
  const r = e.reference!;
  const s = r.intervalS[call]!;
  const left = s === 0 ? LONGEST_CALL_S : r.weRefresh[call] === 1 ? s / 2 : s - Math.min(32, s / 3);
  r.sessionEndS[call] = r.nowS() + left;
  r.arm(call);
}

/** RFC 3261 §15.1.2, §9.2: an INVITE without a final response gets 487. */
export function endPending(e: Engine, call: number): void {
  const r = e.reference!;
  const txn = e.calls.inviteServer[call]!;
  if (r.phase[call] !== PHASE.UP && r.phase[call] !== PHASE.NONE) {
    if (txn !== NONE && ownerOf(e, txn) === call && e.txns.state[txn] === STATE.PROCEEDING) refuse(e, txn, 487);
    r.phase[call] = PHASE.NONE;
    r.sessionEndS[call] = 0;
  }
}

export function prack(e: Engine, call: number, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  r.begin();
  // RFC 3262 §5: the answer to our offer may come in the PRACK; any other session description there is an offer, answered in its 2xx.
  const offered = msg.bodyEnd > msg.bodyStart && r.asked[call] === 0;
  r.asked[call] = 0;
  if (offered) {
    const length = putSession(e, ++r.sdpVersion[call]!);
    if (length === NONE) {
      refuseWith(e, txn, 488, TEXT.WARNING);
      return;
    }
    describe(e, length);
  }
  addPackages(e);
  if (!respond(e, txn, e.dynamicWire('response', METHOD.PRACK, 200), call)) e.tally.add(COUNTER.UNSENT);
  if (r.phase[call] === PHASE.EARLY && !offered) {
    if (e.calls.rseq[call]! === 1) {
      r.begin();
      respondOrFail(e, call, e.calls.inviteServer[call]!, 180, true);
    } else {
      r.sessionEndS[call] = r.nowS() + EARLY_LIMIT_S;
      r.arm(call);
    }
    return;
  }
  if (r.phase[call] !== PHASE.RELIABLE && r.phase[call] !== PHASE.EARLY) return;
  if (e.delayLane === NONE) pickUp(e, call);
  else e.lanes.start(e.callNode(call, 0), e.delayLane);
}

/** A re-INVITE or an UPDATE: an offer gets its answer, a re-INVITE without one gets ours (RFC 3261 §14.2, RFC 3311 §5.2). */
export function change(e: Engine, call: number, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  const described = describes(e);
  if (described === NONE) {
    refuseWith(e, txn, 415, TEXT.ACCEPT_SDP);
    return;
  }
  // RFC 3311 §5.2: an offer while the INVITE's is unanswered gets 500 with Retry-After.
  if (
    described === 1 &&
    r.described[call] === 0 &&
    (r.phase[call] === PHASE.RINGING || r.phase[call] === PHASE.RINGING_ON)
  ) {
    refuse(e, txn, 500);
    return;
  }
  if (r.phase[call] === PHASE.NONE) {
    refuse(e, txn, 481);
    return;
  }
  // RFC 3311 §5.2: an offer while ours waits for its answer is 491.
  if (described === 1 && r.asked[call] === 1) {
    refuse(e, txn, 491);
    return;
  }
  const wanted = intervalWanted(e);
  if (wanted === TOO_SMALL) {
    refuseWith(e, txn, 422, TEXT.MIN_SE);
    return;
  }
  r.begin();
  if (described === 1) {
    const length = putSession(e, r.sdpVersion[call]! + 1);
    if (length === NONE) {
      refuseWith(e, txn, 488, TEXT.WARNING);
      return;
    }
    r.sdpVersion[call]!++;
    describe(e, length);
  } else if (msg.method === METHOD.INVITE) {
    describe(e, 0);
    r.asked[call] = 1;
  }
  if (msg.method === METHOD.INVITE) r.add(TEXT.SUPPORTED);
  addPackages(e);
  // RFC 6141 §4.6: a request that is accepted moves the remote target, one that is refused does not.
  moveTarget(e, call);
  if (wanted !== NONE || r.intervalS[call]! > 0) {
    if (wanted !== NONE) agreeInterval(e, call, wanted);
    addInterval(e, call);
    watchSession(e, call);
  }
  if (!respond(e, txn, e.dynamicWire('response', msg.method, 200), call)) {
    refuse(e, txn, 500);
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  if (described === 1 && r.phase[call] === PHASE.EARLY) pickUp(e, call);
}

/** RFC 4028 §7.4: a session refresh by UPDATE. */
export function refresh(e: Engine, call: number): void {
  const r = e.reference!;
  r.begin();
  r.add(TEXT.SUPPORTED);
  r.add(SESSION_EXPIRES);
  r.addNumber(r.intervalS[call]!);
  r.add(BY_UAC);
  request(e, call, METHOD.UPDATE, LADDER.UPDATE);
}
