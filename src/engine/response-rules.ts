// Fills the rules' context for a received response and runs them, also for one that no transaction takes. Judges nothing itself.

import { DIALOG } from '../dialog/dialogs.ts';
import { sameBytes } from '../sip/bytes.ts';
import { copyWithin } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { MACHINE, STATE } from '../transaction/constants.ts';
import { placeOf } from '../transport/transport.ts';
import { ownerOf, setCall } from './client.ts';
import { DISCARD } from './discards.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';
import { BRANCH_KIND, BRANCH_LENGTH, TAG_LENGTH } from './identity.ts';
import { setTransport } from './request-rules.ts';
import { TXN } from './transactions.ts';

/**
 * @param place where the response came in; our Via names the one its request left from
 * @param matched it has the branch of the request; where not, it was found by what else is the request's
 */
export function checkResponse(e: Engine, txn: number, again: boolean, place: number, matched: boolean): void {
  const { ctx, msg, txns, dialogs } = e;
  const call = ownerOf(e, txn);
  const flags = txns.flags[txn]!;
  ctx.reset();
  setTransport(e, place);
  ctx.matched = matched;
  ctx.requestMethod = txns.method[txn]!;
  ctx.requestCseq = txns.cseq[txn]!;
  // Via as we sent it: our own prefix, and the branch, which is that by which the response was matched.
  const left = placeOf(txns.peer[txn]!);
  const branchAt = e.viaAt[left]! + e.viaPrefixLength[left]!;
  if (matched) copyWithin(e.bytes, branchAt, msg.branchStart, BRANCH_LENGTH);
  else e.identity.putBranch(e.bytes, branchAt, BRANCH_KIND.TRANSACTION, txn, e.links.serial[txn]!);
  ctx.viaStart = e.viaAt[left]!;
  ctx.viaEnd = branchAt + BRANCH_LENGTH;
  ctx.branchStart = branchAt;
  ctx.branchEnd = ctx.viaEnd;
  // A callee's Call-ID is the dialog's, which is gone with the call.
  const answered = e.answers[e.calls.programOf(e.links.owner[txn]!)] === 1;
  if (txns.call[txn]! !== NONE && (call !== NONE || !answered)) {
    setCall(e, txns.call[txn]!, e.links.owner[txn]!);
    ctx.fromTagStart = e.fields.start[FIELD.LOCAL_TAG]!;
    ctx.fromTagEnd = ctx.fromTagStart + TAG_LENGTH;
    ctx.callIdStart = e.fields.start[FIELD.CALL_ID]!;
    ctx.callIdEnd = ctx.callIdStart + e.fields.length[FIELD.CALL_ID]!;
  }
  const outside = (flags & TXN.INITIAL) !== 0 || txns.method[txn] === METHOD.CANCEL;
  if (call !== NONE && !outside && dialogs.state[call]! !== 0 && dialogs.remoteTagLen[call]! > 0) {
    ctx.toTagStart = dialogs.remoteTagStart[call]!;
    ctx.toTagEnd = ctx.toTagStart + dialogs.remoteTagLen[call]!;
    ctx.remoteTagStart = ctx.toTagStart;
    ctx.remoteTagEnd = ctx.toTagEnd;
  }
  // A response that comes after its call: whether the To of the request had a tag went with the dialog; it is judged by itself.
  if (call === NONE && !outside) {
    ctx.toTagStart = msg.toTagStart;
    ctx.toTagEnd = msg.toTagEnd;
  }
  const wire = e.links.wire[txn]!;
  if (wire > 0) {
    const { asked } = e.wires[wire >> 16]![(wire & 0xffff) - 1]!;
    ctx.requestTimestamp = asked.timestamp;
    ctx.requestExpiresS = asked.expiresS;
    ctx.requestOffered100rel = asked.offered100rel;
    ctx.requestOfferedExtensions = asked.offeredExtensions;
  }
  if (call !== NONE && txn === e.calls.inviteClient[call] && msg.cseqMethod === METHOD.INVITE)
    knowEarlier(e, call, outside);
  ctx.retransmission = again;
  ctx.finalSeen = again;
  if (again) ctx.finalStatus = txns.status[txn]!;
  e.rules!.check(msg, ctx);
}

/** What earlier responses to the INVITE of `call` have settled: the last RSeq that was taken, and how many routes lead to the early dialog. */
function knowEarlier(e: Engine, call: number, outside: boolean): void {
  const { ctx, msg, dialogs, calls } = e;
  if (dialogs.state[call] === DIALOG.NONE) return;
  if (calls.rseq[call]! > 0) {
    ctx.lastRseq = calls.rseq[call]!;
    ctx.rseqTagStart = dialogs.remoteTagStart[call]!;
    ctx.rseqTagEnd = ctx.rseqTagStart + dialogs.remoteTagLen[call]!;
  }
  if (outside && dialogs.state[call] === DIALOG.EARLY && !dialogs.isOtherFork(call, msg))
    ctx.recordRoutes = dialogs.routeCount(call);
}

/**
 * A response in e.msg that no transaction takes: it is counted and kept, and where it is known which request of ours it
 * answers, held against the rules.
 * @param txn the transaction with its branch; NONE where there is none
 */
export function discardResponse(e: Engine, why: number, txn: number, place: number): void {
  const { msg } = e;
  e.tally.stray(why, msg);
  if (e.rules === null) return;
  // RFC 3261 §17: an ACK takes no response: what answers one of ours, which has our tag, is judged by itself.
  if (msg.cseqMethod === METHOD.ACK) {
    if (e.identity.tagSlot(e.bytes, msg.fromTagStart, msg.fromTagEnd) !== NONE) checkUnread(e, place);
    return;
  }
  const answered = why === DISCARD.BRANCH ? waitingByTag(e) : txn;
  if (answered !== NONE) checkResponse(e, answered, false, place, why !== DISCARD.BRANCH);
}

/**
 * RFC 3261 §8.2.6.2: From tag, Call-ID and CSeq are the request's too. The request of ours that waits for the response in e.msg by
 * these, NONE where there is none: a response with an old branch has an old CSeq number.
 */
function waitingByTag(e: Engine): number {
  const { msg, bytes, calls, txns } = e;
  const call = e.identity.tagSlot(bytes, msg.fromTagStart, msg.fromTagEnd);
  if (call === NONE || !calls.is(call, e.identity.serial)) return NONE;
  const txn = msg.cseqMethod === METHOD.INVITE ? calls.inviteClient[call]! : calls.otherClient[call]!;
  if (txn === NONE || txns.machine[txn]! > MACHINE.NON_INVITE_CLIENT) return NONE;
  const state = txns.state[txn]!;
  const waits = state === STATE.CALLING || state === STATE.TRYING || state === STATE.PROCEEDING;
  if (!waits || txns.method[txn] !== msg.cseqMethod || txns.cseq[txn] !== msg.cseq) return NONE;
  // A dialog that the peer began has the peer's Call-ID; in one of ours it begins with our tag.
  const { callIdStart } = msg;
  if (e.answers[calls.program[call]!] === 1) return txn;
  return sameBytes(bytes, msg.fromTagStart, msg.fromTagEnd, callIdStart, callIdStart + TAG_LENGTH) ? txn : NONE;
}

/**
 * A message in e.msg that was decoded, but ends before its body does, came over a stream without Content-Length, or answers
 * what takes no answer: nobody takes it, and the rules that need to know nothing else still speak.
 */
export function checkUnread(e: Engine, place: number): void {
  if (e.rules === null) return;
  e.ctx.reset();
  setTransport(e, place);
  e.rules.check(e.msg, e.ctx);
}
