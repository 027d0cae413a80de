// The reference server as a user agent: INVITE sessions from the first ring to BYE (RFC 3261 §13–15, 3262, 3311, 4028, 6086). Called by the server and the player; plays no flow.

import { COUNTER, LINE } from '../metrics/counters.ts';
import { EXTENSION, extensionOf, RING_LIMIT_S, refusalOf } from '../server/extensions.ts';
import { digits, tokenIs } from '../server/read.ts';
import { putAnswer } from '../server/session-answer.ts';
import { bytesOf } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { STATE } from '../transaction/constants.ts';
import { CALL } from './calls.ts';
import { launch, openClient, ownerOf, setIdentity, setRemote, setTransaction } from './client.ts';
import type { Engine } from './engine.ts';
import { BRANCH_KIND } from './identity.ts';
import { acceptCall, endCall, fail } from './player.ts';
import { LADDER, PHASE, TEXT } from './reference.ts';
import { authorized } from './reference-auth.ts';
import { expireSubscription, refer, subscribe, subscribeOutside } from './reference-events.ts';
import { answerPlain, publish, refuseWith, register, unsupported } from './reference-single.ts';
import { adopt, dialogPeer, refuse, respond } from './server.ts';
import { FAILURE } from './tally.ts';

const APPLICATION_SDP = bytesOf('application/sdp');
const DTMF = bytesOf('dtmf');
const REFRESHER = bytesOf('refresher=');
const SESSION_EXPIRES = bytesOf('Session-Expires: ');
const BY_UAC = bytesOf(';refresher=uac\r\n');
const BY_UAS = bytesOf(';refresher=uas\r\n');
/** RFC 4028 §5: the smallest session interval. */
const MIN_SE_S = 90;

/** A request outside every dialog that no flow takes. */
export function serveOutside(e: Engine, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  e.tally.line(r.program, msg.method - 1, LINE.RECEIVED);
  if ((e.config.challenge || extensionOf(msg) === EXTENSION.AUTH) && !authorized(e, txn)) return;
  if (unsupported(e, txn)) return;
  switch (msg.method) {
    case METHOD.INVITE:
      invite(e, txn);
      return;
    case METHOD.SUBSCRIBE:
      subscribeOutside(e, txn);
      return;
    case METHOD.REFER: {
      const call = openServed(e, txn);
      if (call !== NONE) endCall(e, call, refer(e, call, txn));
      return;
    }
    case METHOD.REGISTER:
      single(e);
      register(e, txn);
      return;
    case METHOD.PUBLISH:
      single(e);
      publish(e, txn);
      return;
    case METHOD.OPTIONS:
    case METHOD.MESSAGE:
      single(e);
      answerPlain(e, txn, NONE);
      return;
    case METHOD.UNKNOWN:
      refuse(e, txn, 501);
      return;
    default:
      // RFC 3261 §15.1.2, RFC 3262 §3, RFC 3311 §5.2, RFC 6086 §4.2.2, RFC 6665 §4.1.3: BYE, PRACK, UPDATE, INFO and NOTIFY live in a dialog.
      refuse(e, txn, 481);
  }
}

/** A request that is answered at once is a call that has succeeded. */
function single(e: Engine): void {
  e.tally.add(COUNTER.CALLS_STARTED);
  e.tally.add(COUNTER.CALLS_SUCCEEDED);
}

/** A call of the server with the dialog that the request in e.msg makes; NONE when it was refused. */
export function openServed(e: Engine, txn: number): number {
  const r = e.reference!;
  if (e.stopping || !e.admit()) {
    refuse(e, txn, 503);
    return NONE;
  }
  const call = acceptCall(e, r.program, e.receivedPeer);
  if (call === NONE) {
    e.tally.add(COUNTER.CALLS_DROPPED);
    refuse(e, txn, 503);
    return NONE;
  }
  r.open(call);
  adopt(e, txn, call);
  if (e.dialogs.establishUas(call, e.msg) < 0) {
    // RFC 3261 §8.1.1.8, RFC 6665 §4.1.2.1, RFC 3515 §2.2: exactly one Contact in a request that makes a dialog.
    refuse(e, txn, 400);
    fail(e, call, FAILURE.NO_CONTACT, e.msg.method, 0);
    return NONE;
  }
  dialogPeer(e, call);
  return call;
}

function invite(e: Engine, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  const extension = extensionOf(msg);
  const refusal = refusalOf(extension);
  if (refusal !== 0) {
    refuse(e, txn, refusal);
    return;
  }
  const described = msg.bodyEnd > msg.bodyStart;
  if (described && !tokenIs(msg, HEADER.CONTENT_TYPE, APPLICATION_SDP)) {
    // RFC 3261 §8.2.3: a body that cannot be read is refused with what could.
    refuseWith(e, txn, 415, TEXT.ACCEPT_SDP);
    return;
  }
  // RFC 4028 §9: an interval below what we accept is refused with the least.
  const wanted = intervalWanted(e);
  if (wanted !== NONE && wanted < MIN_SE_S) {
    refuseWith(e, txn, 422, TEXT.MIN_SE);
    return;
  }
  const answer = described ? putSession(e, 1) : 0;
  // RFC 3261 §13.3.1.3: an offer that cannot be taken is 488.
  if (answer === NONE) {
    refuse(e, txn, 488);
    return;
  }
  const call = openServed(e, txn);
  if (call === NONE) return;
  e.calls.peerInviteCseq[call] = msg.cseq;
  r.sdpVersion[call] = 1;
  agreeInterval(e, call, wanted);
  if (extension === EXTENSION.RING) {
    r.phase[call] = PHASE.RINGING_ON;
    ring(e, call, txn, answer, 180);
    r.sessionEndS[call] = r.nowS() + RING_LIMIT_S;
    r.arm(call);
  } else if (e.offers100rel()) {
    r.phase[call] = PHASE.RELIABLE;
    r.described[call] = 1;
    ring(e, call, txn, answer, 183);
  } else {
    r.phase[call] = PHASE.RINGING;
    ring(e, call, txn, answer, 180);
    if (e.delayLane === NONE) pickUp(e, call);
    else e.lanes.start(e.callNode(call, 0), e.delayLane);
  }
}

/** Sends the provisional; keeps the session description where the 200 comes later and must carry it. */
function ring(e: Engine, call: number, txn: number, answer: number, status: number): void {
  const r = e.reference!;
  r.begin();
  if (status === 183) {
    // RFC 3262 §5: the first reliable provisional carries the answer, or the offer where the INVITE had none.
    describe(e, answer);
    if (e.msg.first[HEADER.RECV_INFO] !== NONE) r.add(TEXT.RECV_INFO);
    respondOrFail(e, call, txn, status, true);
    return;
  }
  if (answer > 0 && (e.delayLane !== NONE || r.phase[call] === PHASE.RINGING_ON)) keepSession(e, call, answer);
  respondOrFail(e, call, txn, status, false);
  // Where the 200 follows at once the answer still stands where it was put.
  r.sdpLen[call] = answer;
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
function pickUp(e: Engine, call: number): void {
  const r = e.reference!;
  const txn = e.calls.inviteServer[call]!;
  r.begin();
  if (r.described[call] === 0) {
    if (r.sdpChunk[call]! > 0) describeAt(e, r.sdpChunk[call]! - 1, r.sdpLen[call]!);
    else describe(e, r.sdpLen[call]!);
  }
  addInterval(e, call);
  if (txn === e.received && e.msg.first[HEADER.RECV_INFO] !== NONE) r.add(TEXT.RECV_INFO);
  if (!respondOrFail(e, call, txn, 200, false)) return;
  r.dropSdp(call);
  r.phase[call] = PHASE.UP;
  watchSession(e, call);
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

/** Session-Expires in seconds, NONE when there is none that can be read. */
function intervalWanted(e: Engine): number {
  const { msg } = e;
  const field = msg.first[HEADER.SESSION_EXPIRES]!;
  if (field === NONE) return NONE;
  const value = digits(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!);
  return value < 0 ? NONE : value;
}

/** RFC 4028 §9: the interval asked for (NONE: none) is taken; the refresher named, else the caller. */
function agreeInterval(e: Engine, call: number, wanted: number): void {
  const { msg } = e;
  const r = e.reference!;
  r.intervalS[call] = wanted === NONE ? 0 : Math.min(wanted, 86_400);
  r.weRefresh[call] = 0;
  if (wanted === NONE) return;
  const field = msg.first[HEADER.SESSION_EXPIRES]!;
  const end = msg.valueEnd[field]!;
  for (let at = msg.valueStart[field]!; at + REFRESHER.length + 3 <= end; at++) {
    let i = 0;
    while (i < REFRESHER.length && (msg.buf[at + i]! | 32) === (REFRESHER[i]! | 32)) i++;
    if (i === REFRESHER.length && (msg.buf[at + i + 2]! | 32) === 115 /* uas */) r.weRefresh[call] = 1;
  }
}

function addInterval(e: Engine, call: number): void {
  const r = e.reference!;
  if (r.intervalS[call] === 0) return;
  // RFC 4028 §9: a caller that refreshes must know the timer: Require says so.
  if (r.weRefresh[call] === 0) r.add(TEXT.REQUIRE_TIMER);
  r.add(SESSION_EXPIRES);
  r.addNumber(r.intervalS[call]!);
  r.add(r.weRefresh[call] === 1 ? BY_UAS : BY_UAC);
}

/** RFC 4028 §10: we refresh at half the interval, or give the call up a while before its end. */
function watchSession(e: Engine, call: number): void {
  const r = e.reference!;
  const s = r.intervalS[call]!;
  r.sessionEndS[call] = s === 0 ? 0 : r.nowS() + (r.weRefresh[call] === 1 ? s / 2 : s - Math.min(32, s / 3));
  r.arm(call);
}

/** A new request in a dialog of the server; its transaction is e.received and belongs to the call. */
export function serveInside(e: Engine, call: number): void {
  const { msg } = e;
  const r = e.reference!;
  const txn = e.received;
  e.tally.line(r.program, msg.method - 1, LINE.RECEIVED);
  if (msg.method === METHOD.ACK) return;
  if (msg.method !== METHOD.CANCEL && unsupported(e, txn)) return;
  switch (msg.method) {
    case METHOD.CANCEL:
      refuse(e, txn, 200);
      endPending(e, call);
      released(e, call);
      return;
    case METHOD.BYE:
      refuse(e, txn, 200);
      endPending(e, call);
      r.phase[call] = PHASE.NONE;
      r.sessionEndS[call] = 0;
      e.calls.flags[call]! |= CALL.RELEASED;
      released(e, call);
      return;
    case METHOD.PRACK:
      prack(e, call, txn);
      return;
    case METHOD.INVITE:
    case METHOD.UPDATE:
      change(e, call, txn);
      return;
    case METHOD.INFO:
      // RFC 6086 §4.2.2: a package we have not asked for is 469, with those we have.
      if (msg.first[HEADER.INFO_PACKAGE] !== NONE && !tokenIs(msg, HEADER.INFO_PACKAGE, DTMF))
        refuseWith(e, txn, 469, TEXT.RECV_INFO);
      else refuse(e, txn, 200);
      return;
    case METHOD.REFER:
      refer(e, call, txn);
      return;
    case METHOD.SUBSCRIBE:
      subscribe(e, call, txn);
      return;
    case METHOD.OPTIONS:
    case METHOD.MESSAGE:
      answerPlain(e, txn, call);
      return;
    case METHOD.UNKNOWN:
      refuse(e, txn, 501);
      return;
    case METHOD.NOTIFY:
      // RFC 6665 §4.1.3: nobody here has subscribed.
      refuse(e, txn, 481);
      return;
    default:
      refuse(e, txn, 403);
  }
}

/** RFC 3261 §15.1.2, §9.2: an INVITE without a final response gets 487. */
function endPending(e: Engine, call: number): void {
  const r = e.reference!;
  const txn = e.calls.inviteServer[call]!;
  if (r.phase[call] !== PHASE.UP && r.phase[call] !== PHASE.NONE) {
    if (txn !== NONE && ownerOf(e, txn) === call && e.txns.state[txn] === STATE.PROCEEDING) refuse(e, txn, 487);
    r.phase[call] = PHASE.NONE;
    r.sessionEndS[call] = 0;
  }
}

/** Ends the call when neither a session nor a subscription is left (RFC 5057 §4). */
export function released(e: Engine, call: number): void {
  const r = e.reference!;
  if (r.phase[call] === PHASE.NONE && r.watch[call] === 0) endCall(e, call, true);
  else r.arm(call);
}

function prack(e: Engine, call: number, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  r.begin();
  // RFC 3262 §5: an offer in the PRACK is answered in its 2xx.
  if (msg.bodyEnd > msg.bodyStart && e.calls.rseq[call]! > 1) {
    const length = putSession(e, ++r.sdpVersion[call]!);
    if (length === NONE) {
      refuse(e, txn, 488);
      return;
    }
    describe(e, length);
  }
  if (!respond(e, txn, e.dynamicWire('response', METHOD.PRACK, 200), call)) e.tally.add(COUNTER.UNSENT);
  if (r.phase[call] !== PHASE.RELIABLE) return;
  if (e.delayLane === NONE) pickUp(e, call);
  else e.lanes.start(e.callNode(call, 0), e.delayLane);
}

/** A re-INVITE or an UPDATE: an offer gets its answer, a re-INVITE without one gets ours (RFC 3261 §14.2, RFC 3311 §5.2). */
function change(e: Engine, call: number, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  const described = msg.bodyEnd > msg.bodyStart;
  if (described && !tokenIs(msg, HEADER.CONTENT_TYPE, APPLICATION_SDP)) {
    refuseWith(e, txn, 415, TEXT.ACCEPT_SDP);
    return;
  }
  // RFC 3311 §5.2: an offer while the INVITE's is unanswered gets 500 with Retry-After.
  if (described && (r.phase[call] === PHASE.RINGING || r.phase[call] === PHASE.RINGING_ON)) {
    refuse(e, txn, 500);
    return;
  }
  if (r.phase[call] === PHASE.NONE) {
    refuse(e, txn, 481);
    return;
  }
  const wanted = intervalWanted(e);
  if (wanted !== NONE && wanted < MIN_SE_S) {
    refuseWith(e, txn, 422, TEXT.MIN_SE);
    return;
  }
  r.begin();
  if (described) {
    const length = putSession(e, r.sdpVersion[call]! + 1);
    if (length === NONE) {
      refuse(e, txn, 488);
      return;
    }
    r.sdpVersion[call]!++;
    describe(e, length);
  } else if (msg.method === METHOD.INVITE) describe(e, 0);
  if (wanted !== NONE || r.intervalS[call]! > 0) {
    if (wanted !== NONE) agreeInterval(e, call, wanted);
    addInterval(e, call);
    watchSession(e, call);
  }
  if (!respond(e, txn, e.dynamicWire('response', msg.method, 200), call)) {
    refuse(e, txn, 500);
    e.tally.add(COUNTER.UNSENT);
  }
}

/** The call's timer has fired: an answer is due, or some deadline has come nearer. */
export function serveTimer(e: Engine, call: number): void {
  const r = e.reference!;
  const phase = r.phase[call]!;
  const nowS = r.nowS();
  if (phase === PHASE.RINGING || phase === PHASE.RELIABLE) {
    pickUp(e, call);
    return;
  }
  if (r.sessionEndS[call]! > 0 && r.sessionEndS[call]! <= nowS) {
    if (phase === PHASE.RINGING_ON) {
      refuse(e, e.calls.inviteServer[call]!, 480);
      r.phase[call] = PHASE.NONE;
      r.sessionEndS[call] = 0;
    } else if (r.weRefresh[call] === 1) {
      refresh(e, call);
      watchSession(e, call);
    } else {
      // RFC 4028 §10: nobody has refreshed the session; it ends with BYE.
      fail(e, call, FAILURE.SESSION_EXPIRED, METHOD.UPDATE, 0);
      return;
    }
  }
  if (r.subscribedUntilS(call) <= nowS) expireSubscription(e, call);
  released(e, call);
}

/** RFC 4028 §7.4: a session refresh by UPDATE. */
function refresh(e: Engine, call: number): void {
  const r = e.reference!;
  r.begin();
  r.add(TEXT.SUPPORTED);
  r.add(SESSION_EXPIRES);
  r.addNumber(r.intervalS[call]!);
  r.add(BY_UAC);
  request(e, call, METHOD.UPDATE, LADDER.UPDATE);
}

/** Sends a request of the server in the call's dialog; header lines and body are set. */
export function request(e: Engine, call: number, method: number, ladder: number): void {
  const cseq = ++e.dialogs.localCseq[call]!;
  const txn = openClient(e, method, call, e.calls.peer[call]!, cseq);
  if (txn === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  e.txns.line[txn] = ladder;
  setIdentity(e, call, e.calls.serial[call]!, 0);
  setRemote(e, call);
  setTransaction(e, BRANCH_KIND.TRANSACTION, txn, cseq);
  if (launch(e, txn, e.dynamicWire('request', method, 0), call)) e.tally.line(e.reference!.program, ladder, LINE.SENT);
  else e.tally.add(COUNTER.UNSENT);
}

/** A final response to a request of the server. */
export function servedResponse(e: Engine, call: number): void {
  const { msg } = e;
  const r = e.reference!;
  if (msg.status < 300) return;
  if (msg.cseqMethod === METHOD.NOTIFY && r.watch[call]! > 0) {
    // RFC 6665 §4.2.2: a NOTIFY that is refused ends the subscription.
    r.unwatch(call);
    released(e, call);
  } else if (msg.cseqMethod === METHOD.UPDATE && (msg.status === 481 || msg.status === 408))
    fail(e, call, FAILURE.UNEXPECTED_RESPONSE, METHOD.UPDATE, msg.status);
}
