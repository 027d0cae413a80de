// Which part of the reference server answers a request, in and outside of its dialogs; its own requests and its deadlines. Called by the server side and the player; plays no flow.

import { COUNTER, LINE } from '../metrics/counters.ts';
import { EXTENSION, extensionOf } from '../server/extensions.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { readUri } from '../sip/uri.ts';
import { CALL } from './calls.ts';
import { launch, openClient, setIdentity, setRemote, setTransaction } from './client.ts';
import { endCall, fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { BRANCH_KIND } from './identity.ts';
import { LADDER, PHASE } from './reference.ts';
import { authorized } from './reference-auth.ts';
import { expireSubscription, subscribe, subscribeOutside } from './reference-events.ts';
import { info } from './reference-info.ts';
import { endMade, madeResponse, refer, referralNotified, tellDue } from './reference-referral.ts';
import { change, endPending, invite, pickUp, prack, refresh, ringAgain, watchSession } from './reference-session.ts';
import { answerPlain, publish, refusesTarget, register, unsupported } from './reference-single.ts';
import { beginCall } from './requests.ts';
import { refuse } from './server.ts';
import { FAILURE } from './tally.ts';

/** A request outside every dialog that no flow takes. */
export function serveOutside(e: Engine, txn: number): void {
  const { msg } = e;
  const r = e.reference!;
  e.tally.line(r.program, msg.method - 1, LINE.RECEIVED);
  readUri(msg.buf, msg.uriStart, msg.uriEnd, r.called);
  r.extension = extensionOf(msg.buf, r.called);
  if ((e.config.challenge || r.extension === EXTENSION.AUTH) && !authorized(e, txn)) return;
  if (refusesTarget(e, txn) || unsupported(e, txn)) return;
  // RFC 3261 §8.2.2.1, RFC 3903 §6 step 1: a user who does not exist is 404 to every method.
  if (r.extension === EXTENSION.NOBODY) {
    refuse(e, txn, 404);
    return;
  }
  switch (msg.method) {
    case METHOD.INVITE:
      invite(e, txn);
      return;
    case METHOD.SUBSCRIBE:
      subscribeOutside(e, txn);
      return;
    case METHOD.REFER: {
      // RFC 3515 §2.5: the registrar itself, whose URI has no user, is referred nowhere.
      if (r.called.userStart === NONE) {
        refuse(e, txn, 405);
        return;
      }
      const call = openServed(e, txn);
      if (call === NONE) return;
      r.transfers[call] = r.extension === EXTENSION.TRANSFER ? 1 : 0;
      if (refer(e, call, txn)) released(e, call);
      else endCall(e, call, false);
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
  e.tally.single(e.reference!.program);
}

/** A call of the server with the dialog that the request in e.msg makes; NONE when it was refused. */
export function openServed(e: Engine, txn: number): number {
  const r = e.reference!;
  const call = beginCall(e, txn, r.program, NONE);
  if (call !== NONE) r.open(call);
  return call;
}

/** A new request in a dialog of the server; its transaction is e.received and belongs to the call. */
export function serveInside(e: Engine, call: number): void {
  const { msg } = e;
  const r = e.reference!;
  const txn = e.received;
  e.tally.line(r.program, msg.method - 1, LINE.RECEIVED);
  if (msg.method === METHOD.ACK) {
    // RFC 3261 §13.2.1: the answer to our offer in the 2xx.
    r.asked[call] = 0;
    if (r.byeOnAck[call] === 1) byeServed(e, call);
    return;
  }
  // A call of ours without an answer: who knows its tag has no dialog with it yet.
  if (r.phase[call] === PHASE.CALLING) {
    refuse(e, txn, 481);
    return;
  }
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
      info(e, txn);
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

/** Whether a session or a subscription is left in the dialog of a call. */
function isUsed(e: Engine, call: number): boolean {
  const r = e.reference!;
  return r.phase[call] !== PHASE.NONE || r.watch[call] !== 0 || r.referring[call] !== 0;
}

/** Ends the call when neither a session nor a subscription is left (RFC 5057 §4). */
export function released(e: Engine, call: number): void {
  const r = e.reference!;
  if (!isUsed(e, call)) endCall(e, call, true);
  else r.arm(call);
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
  if (r.referDueS[call]! > 0 && r.referDueS[call]! <= nowS) tellDue(e, call);
  if (r.sessionEndS[call]! > 0 && r.sessionEndS[call]! <= nowS) {
    if (r.made[call] === 1) {
      endMade(e, call);
      return;
    }
    if (phase === PHASE.EARLY) {
      pickUp(e, call);
      return;
    }
    if (phase === PHASE.RINGING_ON) {
      const serial = e.calls.serial[call]!;
      ringAgain(e, call);
      if (!e.calls.is(call, serial)) return;
    } else if (r.intervalS[call] === 0) {
      if (r.subscribedUntilS(call) <= nowS) expireSubscription(e, call);
      byeServed(e, call);
      return;
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

/** Sends a request of the server in the call's dialog; header lines and body are set. Its transaction, NONE when there is no room for one. */
export function request(e: Engine, call: number, method: number, ladder: number): number {
  const cseq = ++e.dialogs.localCseq[call]!;
  const txn = openClient(e, method, call, e.calls.peer[call]!, cseq);
  if (txn === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return NONE;
  }
  e.txns.line[txn] = ladder;
  setIdentity(e, call, e.calls.serial[call]!, 0);
  setRemote(e, call);
  setTransaction(e, BRANCH_KIND.TRANSACTION, txn, cseq);
  if (!launch(e, txn, e.dynamicWire('request', method, 0), call)) {
    e.tally.add(COUNTER.UNSENT);
    return NONE;
  }
  e.tally.line(e.reference!.program, ladder, LINE.SENT);
  return txn;
}

/** Ends the session of a call by BYE; its subscriptions go on (RFC 5057 §4.2). */
export function byeServed(e: Engine, call: number): void {
  const r = e.reference!;
  r.begin();
  request(e, call, METHOD.BYE, LADDER.BYE);
  r.phase[call] = PHASE.NONE;
  r.sessionEndS[call] = 0;
  r.byeOnAck[call] = 0;
  e.calls.flags[call]! |= CALL.RELEASED;
  released(e, call);
}

/** RFC 5057 §5.1: refusals that end the dialog with all its usages; any other ends the one it was sent for. */
const DIALOG_ENDING: readonly number[] = [404, 410, 416, 482, 483, 484, 485, 502, 604];

/** A response to a request of the server. */
export function servedResponse(e: Engine, call: number, txn: number): void {
  const { status, cseqMethod } = e.msg;
  const r = e.reference!;
  if (cseqMethod === METHOD.INVITE && r.made[call] === 1) {
    madeResponse(e, call, txn);
    return;
  }
  if (cseqMethod === METHOD.NOTIFY && status >= 200) {
    if (DIALOG_ENDING.includes(status)) fail(e, call, FAILURE.UNEXPECTED_RESPONSE, METHOD.NOTIFY, status);
    else notified(e, call, txn, status < 300);
  } else if (cseqMethod === METHOD.UPDATE && (status === 481 || status === 408))
    fail(e, call, FAILURE.UNEXPECTED_RESPONSE, METHOD.UPDATE, status);
}

/** A NOTIFY has had its answer. RFC 6665 §4.2.2: one that is refused ends its subscription. */
function notified(e: Engine, call: number, txn: number, taken: boolean): void {
  const r = e.reference!;
  if (r.referNotify[call] === txn + 1) {
    referralNotified(e, call, taken);
    released(e, call);
  } else if (!taken && r.watchNotify[call] === txn + 1) {
    r.unwatch(call);
    released(e, call);
  }
}

/** RFC 6665 §4.2.2, RFC 5057 §5.1: a NOTIFY without an answer ends its subscription; true when the dialog has other uses and goes on. */
export function servedFailure(e: Engine, call: number, txn: number): boolean {
  if (e.txns.method[txn] !== METHOD.NOTIFY) return false;
  const r = e.reference!;
  if (r.referNotify[call] === txn + 1) referralNotified(e, call, false);
  else if (r.watchNotify[call] === txn + 1) r.unwatch(call);
  if (!isUsed(e, call)) return false;
  r.arm(call);
  return true;
}
