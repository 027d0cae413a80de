// Which call a new request belongs to, or begins: CANCEL, requests in a dialog, requests outside of one (RFC 3261 §8.2, §9.2, §12.2.2). Answers what no call takes; runs no timer.

import { DIALOG, ESTABLISH } from '../dialog/dialogs.ts';
import { OP, ROW } from '../flow/program.ts';
import { COUNTER } from '../metrics/counters.ts';
import { Cseq, readRack } from '../sip/cseq.ts';
import { BAD, NONE } from '../sip/message.ts';
import { HEADER, METHOD, METHOD_COUNT } from '../sip/names.ts';
import { MACHINE, STATE } from '../transaction/constants.ts';
import { cancelKey } from '../transaction/match.ts';
import { placeOf } from '../transport/transport.ts';
import { CALL } from './calls.ts';
import { ownerOf } from './client.ts';
import { fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { TAG_LENGTH } from './identity.ts';
import { acceptCall, callRequest, rowFor } from './player.ts';
import { serveOutside } from './reference-calls.ts';
import { calledRow } from './registering.ts';
import { refuse } from './server.ts';
import { FAILURE } from './tally.ts';
import { statusInside, statusOutside } from './unexpected.ts';
import { usageAcknowledged } from './usage.ts';

const rack = new Cseq();

export function adopt(e: Engine, txn: number, call: number): void {
  e.txns.call[txn] = call;
  e.links.owner[txn] = e.calls.serial[call]!;
  if (e.msg.method === METHOD.INVITE) e.calls.inviteServer[call] = txn;
  else e.calls.otherServer[call] = txn;
}

/** RFC 3261 §9.2: a CANCEL is answered 200 when its transaction is known, 481 when not; the INVITE's user decides what follows. */
export function takeCancel(e: Engine, txn: number): void {
  const { txns } = e;
  const invite = cancelled(e, METHOD.INVITE);
  if (invite === NONE || txns.machine[invite] !== MACHINE.INVITE_SERVER) {
    refuse(e, txn, knowsOther(e) ? 200 : 481);
    return;
  }
  const call = ownerOf(e, invite);
  if (call === NONE || txns.state[invite] !== STATE.PROCEEDING) {
    refuse(e, txn, 200);
    return;
  }
  adopt(e, txn, call);
  if (callRequest(e, call)) return;
  refuse(e, txn, 200);
  if (!e.calls.is(call, e.links.owner[invite]!)) return;
  refuse(e, invite, 487);
  fail(e, call, FAILURE.CANCELLED, METHOD.CANCEL, 0);
}

/** The server transaction of this method that the CANCEL in e.msg is for, NONE when there is none. */
function cancelled(e: Engine, method: number): number {
  cancelKey(e.msg, method, e.seeds[0]!, e.seeds[1]!, e.key);
  return e.index.find(e.key[0]!, e.key[1]!);
}

/** RFC 3261 §9.2: a CANCEL of anything but an INVITE is answered 200 and changes nothing. */
function knowsOther(e: Engine): boolean {
  for (let method = METHOD.INVITE + 1; method < METHOD_COUNT; method++)
    if (method !== METHOD.ACK && method !== METHOD.CANCEL && cancelled(e, method) !== NONE) return true;
  return false;
}

/** A request with a To tag: RFC 3261 §12.2.2. */
export function inDialog(e: Engine, txn: number, call: number): void {
  const { msg, dialogs, calls } = e;
  // RFC 3261 §12.2.2: a dialog is known by both tags: with another remote one it is that of a fork, and none of ours.
  if (call === NONE || isOtherDialog(e, call)) {
    refuse(e, txn, 481);
    return;
  }
  // RFC 3261 §12.2.2: a CSeq lower than the last one is out of order and gets 500.
  if (dialogs.takeRemoteCseq(call, msg.cseq) !== 0) {
    refuse(e, txn, 500);
    return;
  }
  if (msg.method === METHOD.INVITE && inviteStatus(e, call) !== 0) {
    refuse(e, txn, inviteStatus(e, call));
    return;
  }
  adopt(e, txn, call);
  if (msg.method === METHOD.PRACK && !prackMatches(e, call)) {
    // RFC 3262 §3: a PRACK that acknowledges nothing outstanding gets 481.
    refuse(e, txn, 481);
    return;
  }
  if (msg.method === METHOD.PRACK) usageAcknowledged(e, call);
  if (msg.method === METHOD.INVITE) {
    calls.peerInviteCseq[call] = msg.cseq;
    calls.flags[call]! &= ~CALL.PEER_ACKED;
  }
  if (dialogs.state[call] === DIALOG.NONE) {
    // RFC 6665 §4.1.2.4: a NOTIFY may come before the 2xx to its SUBSCRIBE, and makes the dialog.
    if (msg.method === METHOD.NOTIFY && e.reference === null && dialogs.establishUas(call, msg) >= 0)
      dialogPeer(e, call);
  } else if (refreshesTarget(msg.method) && !takesOffers(e, call)) moveTarget(e, call);
  const serial = calls.serial[call]!;
  if (callRequest(e, call)) return;
  if (!calls.is(call, serial)) return;
  refuse(e, txn, statusInside(e, call));
  if (msg.method === METHOD.BYE) calls.flags[call]! |= CALL.RELEASED;
  fail(e, call, FAILURE.UNEXPECTED_REQUEST, msg.method, 0);
}

/** Whether the request in e.msg has our tag, but not that of the peer. */
function isOtherDialog(e: Engine, call: number): boolean {
  const { msg, dialogs } = e;
  if (dialogs.state[call] === DIALOG.NONE) return false;
  return msg.fromTagStart !== NONE && !dialogs.sameRemoteTag(call, msg, msg.fromTagStart, msg.fromTagEnd);
}

/** RFC 6141 §4.6: what may still refuse the request refreshes the target when it accepts it: the reference server, of INVITE and UPDATE. */
function takesOffers(e: Engine, call: number): boolean {
  const { method } = e.msg;
  return (method === METHOD.INVITE || method === METHOD.UPDATE) && e.reference?.owns(call) === true;
}

/** RFC 3261 §12.2.2: our requests in the dialog go to the Contact of the request in e.msg from now on. */
export function moveTarget(e: Engine, call: number): void {
  e.dialogs.refreshTarget(call, e.msg);
  dialogPeer(e, call);
}

/** What an INVITE in the dialog is refused with while another is pending: 0 when none is. */
function inviteStatus(e: Engine, call: number): number {
  const { calls, txns } = e;
  const theirs = calls.inviteServer[call]!;
  // RFC 3261 §14.2: 500 with Retry-After before the final response to the first, 491 while one of ours is on its way.
  if (theirs !== NONE && ownerOf(e, theirs) === call && txns.state[theirs] === STATE.PROCEEDING) return 500;
  const ours = calls.inviteClient[call]!;
  if (ours === NONE || ownerOf(e, ours) !== call) return 0;
  return txns.state[ours] === STATE.CALLING || txns.state[ours] === STATE.PROCEEDING ? 491 : 0;
}

/** RFC 3262 §3: RAck names the RSeq of the outstanding provisional, and CSeq number and method of its INVITE. */
function prackMatches(e: Engine, call: number): boolean {
  const { msg, calls, bytes } = e;
  const field = msg.first[HEADER.RACK]!;
  if (field === NONE || calls.keptChunk[call] === NONE || calls.keptStatus[call]! >= 200) return false;
  if (readRack(bytes, msg.valueStart[field]!, msg.valueEnd[field]!, rack) === BAD || rack.method !== METHOD.INVITE)
    return false;
  const invite = calls.inviteServer[call]!;
  return rack.rseq === calls.rseq[call] && invite !== NONE && rack.number === e.txns.cseq[invite];
}

/** A request without a To tag: begins a call when a flow waits for it. */
export function outOfDialog(e: Engine, txn: number): void {
  const { msg, programs } = e;
  let program = NONE;
  let lacks100rel = false;
  let unmet = false;
  const named = e.calleeOf();
  for (let p = 0; p < programs.length && program === NONE; p++) {
    const { rows } = programs[p]!;
    if (e.answers[p] === 0 || (named !== NONE && p !== named)) continue;
    if (rows[ROW.OP] !== OP.RECV_REQUEST || rows[ROW.METHOD] !== msg.method) continue;
    if (!meetsFirst(e, p)) unmet = true;
    else if (suits(e, p)) program = p;
    else lacks100rel = true;
  }
  if (program === NONE && e.reference !== null) {
    serveOutside(e, txn);
    return;
  }
  if (program === NONE) {
    if (unmet) e.tally.add(COUNTER.UNEXPECTED);
    // RFC 3262 §3: a flow that must send its provisionals reliably refuses a peer without 100rel by 421. Who is not meant by any `where` gets 403.
    refuse(e, txn, lacks100rel ? 421 : unmet ? 403 : statusOutside(e));
    return;
  }
  const again = e.redirects && msg.method === METHOD.INVITE ? redirected(e) : NONE;
  if (again !== NONE) {
    comeAgain(e, txn, again);
    return;
  }
  let row = NONE;
  if (e.registrations !== null) {
    row = calledRow(e, e.registrations);
    if (row === NONE) {
      // RFC 3261 §8.2.2.1: the Request-URI names nobody here.
      refuse(e, txn, 404);
      return;
    }
  }
  const call = beginCall(e, txn, program, row);
  if (call !== NONE) callRequest(e, call);
}

/** The call that a 3xx of ours sent here, by the user part of the Request-URI; NONE when it is none of ours, or waits for nothing. */
function redirected(e: Engine): number {
  const { msg, bytes, calls } = e;
  const start = msg.uriStart + 4; // behind `sip:`
  const slot = e.identity.tagSlot(bytes, start, start + TAG_LENGTH);
  if (slot === NONE || bytes[start + TAG_LENGTH] !== 64 || !calls.is(slot, e.identity.serial)) return NONE;
  // It may come before the ACK of its 3xx, which went another way.
  return rowFor(e, slot, OP.RECV_REQUEST, METHOD.INVITE, 0) === NONE ? NONE : slot;
}

/** RFC 3261 §8.1.3.4: the INVITE that follows a redirection goes on with its call, in a dialog of its own. */
function comeAgain(e: Engine, txn: number, call: number): void {
  adopt(e, txn, call);
  e.calls.peerInviteCseq[call] = e.msg.cseq;
  e.calls.peer[call] = e.receivedPeer;
  if (makeDialog(e, txn, call)) callRequest(e, call);
}

/** The request in e.msg, outside a dialog, begins a call of `program`, and its dialog where it makes one; NONE when it was refused. */
export function beginCall(e: Engine, txn: number, program: number, row: number): number {
  const { msg } = e;
  // Who also makes calls takes those of its own run to the end.
  if ((e.stopping && e.isCallee) || !e.admit()) {
    refuse(e, txn, 503);
    return NONE;
  }
  const call = acceptCall(e, program, e.receivedPeer, row);
  if (call === NONE) {
    e.tally.dropped(program);
    refuse(e, txn, 503);
    return NONE;
  }
  adopt(e, txn, call);
  if (msg.method === METHOD.INVITE) e.calls.peerInviteCseq[call] = msg.cseq;
  if (!makesDialog(msg.method)) return call;
  return makeDialog(e, txn, call) ? call : NONE;
}

/** The request in e.msg makes the dialog of `call`; when it cannot, it is refused and the call has failed. */
function makeDialog(e: Engine, txn: number, call: number): boolean {
  const { msg } = e;
  const result = e.dialogs.establishUas(call, msg);
  if (result === ESTABLISH.OK) {
    dialogPeer(e, call);
    return true;
  }
  // RFC 3261 §8.1.1.8, RFC 6665 §4.1.2.1, RFC 3515 §2.2: a request that may make a dialog carries exactly one Contact.
  const full = result === ESTABLISH.NO_MEMORY;
  refuse(e, txn, full ? 503 : 400);
  fail(e, call, full ? FAILURE.MEMORY_FULL : FAILURE.NO_CONTACT, msg.method, 0);
  return false;
}

/** Methods whose 2xx makes a dialog outside of one: RFC 3261 §12.1, RFC 6665 §4.1, RFC 3515 §2.4.4. */
export function makesDialog(method: number): boolean {
  return method === METHOD.INVITE || method === METHOD.SUBSCRIBE || method === METHOD.REFER;
}

/** RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665 §4.1.2.2, RFC 3515 §2.2: requests whose Contact becomes the remote target. */
function refreshesTarget(method: number): boolean {
  return makesDialog(method) || method === METHOD.UPDATE || method === METHOD.NOTIFY;
}

/** Whether the request meets the `where` of the first line of program `p`. */
function meetsFirst(e: Engine, p: number): boolean {
  const where = e.programs[p]!.rows[ROW.WHERE]!;
  e.matching = p;
  return where === NONE || e.meets(where);
}

/** Whether program `p` can be played with this request: a reliable provisional needs a peer that knows 100rel (RFC 3262 §3). */
function suits(e: Engine, p: number): boolean {
  return !e.needs100rel[p] || e.offers100rel();
}

/** The next hop of the call's requests, once a dialog is there (RFC 3261 §12.2.1.1): first route or remote target. */
export function dialogPeer(e: Engine, call: number): void {
  const near = e.calls.peer[call]!;
  const next = e.nextHop(call, near);
  if (next !== NONE && !leadsTo(e, near, next)) e.calls.peer[call] = next;
}

/** Whether the connection in use is one with the place `next`. */
function leadsTo(e: Engine, near: number, next: number): boolean {
  const { transport } = e;
  return (
    near !== NONE &&
    placeOf(near) === placeOf(next) &&
    e.reliable(near) &&
    transport.peerPort(near) === transport.peerPort(next) &&
    transport.peerAddress(near) === transport.peerAddress(next)
  );
}
