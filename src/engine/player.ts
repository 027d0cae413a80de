// The transaction user that plays a ladder: moves calls through their programs and sends what the rows say. Knows transactions only through client.ts and server.ts.

import { DIALOG } from '../dialog/dialogs.ts';
import { FLAG, OP, ROW, ROW_SIZE } from '../flow/program.ts';
import { LATER, matchRow, passable, settle } from '../flow/stepper.ts';
import { COUNTER, LINE } from '../metrics/counters.ts';
import { putDecimal } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { CALL } from './calls.ts';
import { captureRow, setVariables } from './capture.ts';
import { callChallenged, sendAgain } from './challenge.ts';
import {
  closeTransaction,
  countAgain,
  launch,
  openClient,
  ownerOf,
  setIdentity,
  setOutside,
  setRemote,
  setTransaction,
} from './client.ts';
import type { Wire } from './compose.ts';
import { connectCall, sharedPeer } from './connections.ts';
import { acknowledgeFork, confirmDialog, releaseFork } from './dialog-usage.ts';
import { answerAhead, awaitsFirst, takeEarly } from './early.ts';
import { endCall, fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';
import { BRANCH_KIND } from './identity.ts';
import { keepForLater } from './postponed.ts';
import { applyRedirect, takeRedirect } from './redirect.ts';
import { servedFailure, servedResponse, serveInside, serveTimer } from './reference-calls.ts';
import { registerFailed, registerResponse } from './registering.ts';
import { dialogPeer } from './requests.ts';
import { refuse, respond } from './server.ts';
import { FAILURE } from './tally.ts';
import { TXN } from './transactions.ts';

/** Rows one message may run through; a flow that loops without waiting is cut off here. */
const MAX_ROWS = 10_000;

/** Starts a call at its due instant (e.cause). False when the table is full, or every row of the data file in use. */
export function startCall(e: Engine, program: number): boolean {
  const row = e.users.nextRow();
  if (row === NONE) {
    e.tally.add(COUNTER.ROWS_USED_UP);
    return false;
  }
  const call = e.calls.take(program);
  if (call === NONE) {
    e.users.giveBack(row);
    return false;
  }
  e.tally.started(program);
  e.users.assign(call, row);
  if (!connectCall(e, call)) return true;
  advance(e, call);
  return true;
}

/** A request outside every dialog has come: the call that plays `program` begins. NONE when the table is full. */
export function acceptCall(e: Engine, program: number, peer: number, row: number): number {
  const call = e.calls.take(program);
  if (call === NONE) return NONE;
  if (row !== NONE) e.users.assign(call, row);
  e.tally.started(program);
  e.calls.peer[call] = peer;
  return call;
}

/** Runs the call's program from where it stands until it waits or ends. */
export function advance(e: Engine, call: number): void {
  const { calls } = e;
  const rows = e.rowsOf(call);
  for (let guard = 0; guard < MAX_ROWS; guard++) {
    const pc = calls.pc[call]!;
    const row = settle(rows, pc, calls.ahead[call]!);
    moveTo(e, call, row);
    const at = row * ROW_SIZE;
    switch (rows[at + ROW.OP]) {
      case OP.SEND:
        if (!sendRow(e, call, row)) return;
        moveTo(e, call, rows[at + ROW.NEXT]!);
        break;
      case OP.PAUSE: {
        const lane = e.rowLanes[calls.program[call]!]![row]!;
        if (lane === NONE) {
          moveTo(e, call, rows[at + ROW.NEXT]!);
          break;
        }
        e.lanes.start(e.callNode(call, 0), lane);
        return;
      }
      case OP.END:
        if (e.early.first[call] !== NONE) e.early.wake(call, calls.serial[call]!);
        else endCall(e, call, true);
        return;
      default: {
        let lane = e.rowLanes[calls.program[call]!]![row]!;
        // RFC 6665 §4.1.2.4: Timer N, 64·T1, for the NOTIFY that follows a SUBSCRIBE at once.
        if (lane === NONE) lane = awaitsFirst(e, call, row) ? e.timeoutLane : e.stepLimitLane;
        e.lanes.start(e.callNode(call, 0), lane);
        if (e.early.first[call] !== NONE) e.early.wake(call, calls.serial[call]!);
        return;
      }
    }
  }
  fail(e, call, FAILURE.STEP_TIMEOUT, 0, 0);
}

/** Sets the place of a call; what was taken ahead stays taken. */
function moveTo(e: Engine, call: number, row: number): void {
  const { calls } = e;
  const moved = row - calls.pc[call]!;
  if (moved === 0) return;
  calls.pc[call] = row;
  calls.ahead[call] = moved > 0 && moved < 31 ? calls.ahead[call]! >>> moved : 0;
}

/** A received message fits `row`: counts it, and moves on when its turn has come. */
export function takeRow(e: Engine, call: number, row: number): boolean {
  const { calls } = e;
  const rows = e.rowsOf(call);
  e.countRow(call, row, LINE.RECEIVED);
  const at = row * ROW_SIZE;
  if (rows[at + ROW.CAPTURE_COUNT]! > 0 && !captureRow(e, call, row)) return false;
  const pc = calls.pc[call]!;
  if (!passable(rows, pc, calls.ahead[call]!, row)) {
    calls.ahead[call]! |= 1 << (row - pc);
    return true;
  }
  e.lanes.stop(e.callNode(call, 0));
  moveTo(e, call, rows[at + ROW.NEXT]!);
  return true;
}

/** The row of the call's program that takes the message in e.msg, NONE when none does; it came in the dialog of slot `leg`. */
export function rowFor(e: Engine, leg: number, op: number, method: number, status: number): number {
  const { calls } = e;
  const call = calls.main[leg]!;
  e.matching = calls.program[call]!;
  return matchRow(e.rowsOf(call), calls.pc[call]!, calls.ahead[call]!, op, method, status, calls.leg[leg]!, e.meets);
}

/** The transaction layer hands up a response to a request of ours; `again`: the transaction has had a final response before. */
export function clientResponse(e: Engine, txn: number, again: boolean): void {
  const { msg, calls } = e;
  if (e.registrations !== null && msg.cseqMethod === METHOD.REGISTER && e.txns.call[txn] === NONE) {
    if (!again) registerResponse(e, e.registrations, txn);
    return;
  }
  const call = ownerOf(e, txn);
  const { status, cseqMethod: method } = msg;
  if (method === METHOD.INVITE && status >= 200 && status < 300) {
    if (call === NONE || (calls.flags[call]! & CALL.ANSWERED && !sameDialog(e, call))) {
      // RFC 3261 §13.2.2.4: every 2xx is acknowledged; a fork nobody waits for is ended by BYE.
      releaseFork(e, txn);
      return;
    }
    if (again) {
      if (txn !== calls.inviteClient[call] || calls.flags[call]! & CALL.ACKED) sendAck(e, call, txn, null, true);
      return;
    }
  }
  if (call === NONE) return;
  if (e.reference?.owns(call)) {
    servedResponse(e, call, txn);
    return;
  }
  const challenged = (status === 401 || status === 407) && e.users.authenticates && callChallenged(e, call);
  const initial = (e.txns.flags[txn]! & TXN.INITIAL) !== 0;
  if (method === METHOD.INVITE && status < 200 && isRepeatedReliable(e, call)) return;
  // RFC 3261 §13.2.2.2, §13.2.2.3: a final response of 300–699 ends the early dialogs of its INVITE.
  if (initial && status >= 300) e.dialogs.forget(call);
  const main = calls.main[call]!;
  let row = rowFor(e, call, OP.RECV_RESPONSE, method, status);
  // RFC 3261 §8.1.3.2: a provisional response that is in no list is a 183.
  const taken = row === NONE && isUnknownProvisional(status) ? 183 : status;
  if (taken !== status) row = rowFor(e, call, OP.RECV_RESPONSE, method, taken);
  if (row === NONE) {
    // RFC 3261 §22.2: the request goes again with credentials, in a transaction of its own and with the next CSeq.
    if (challenged && sendAgain(e, call, txn)) return;
    // RFC 3261 §17.2.1: a 100 may come at any hop at any time; it says nothing to the user.
    if (status === 100) return;
    if (status < 200 && (acknowledgeFork(e, call, txn) || isStaleProvisional(e, call, taken))) return;
    e.tally.add(COUNTER.UNEXPECTED);
    e.countRow(main, calls.pc[main]!, LINE.UNEXPECTED);
    // RFC 3261 §13.2.2.4: also an unwanted 2xx is acknowledged, and then ended by BYE.
    if (method === METHOD.INVITE && status < 300 && status >= 200 && confirmDialog(e, call, txn))
      calls.flags[call]! |= CALL.ANSWERED;
    fail(e, call, FAILURE.UNEXPECTED_RESPONSE, method, status);
    return;
  }
  if (method === METHOD.INVITE && status >= 300) {
    // RFC 3261 §17.1.1.3: the transaction has sent the ACK of the ladder.
    const program = calls.program[call]!;
    e.txns.line[txn] = e.ackLines[program]![row]!;
    e.tally.line(program, e.txns.line[txn]!, LINE.SENT);
    if (initial && status < 400 && !takeRedirect(e, call)) {
      fail(e, call, FAILURE.REDIRECT, method, status);
      return;
    }
  }
  const reliable = (e.rowsOf(call)[row * ROW_SIZE + ROW.FLAGS]! & FLAG.RELIABLE) !== 0;
  // An early dialog is of use only where something is sent in it: the PRACK of a reliable provisional.
  if (method === METHOD.INVITE && status < 300 && (status >= 200 || reliable)) {
    if (!confirmDialog(e, call, txn)) {
      fail(e, call, FAILURE.NO_CONTACT, method, status);
      return;
    }
    if (status >= 200) calls.flags[call]! |= CALL.ANSWERED;
    else calls.rseq[call] = e.rseq();
  } else if (status >= 200 && status < 300 && !otherDialog(e, call, method)) {
    fail(e, call, FAILURE.NO_CONTACT, method, status);
    return;
  }
  if (takeRow(e, main, row)) advance(e, main);
}

/**
 * RFC 3262 §4: whether the provisional in e.msg is a reliable one that was acknowledged, or one before whose turn another is missing,
 * which then comes again.
 */
function isRepeatedReliable(e: Engine, call: number): boolean {
  const last = e.calls.rseq[call]!;
  if (last === 0 || e.msg.first[HEADER.RSEQ] === NONE || !sameDialog(e, call) || e.rseq() === last + 1) return false;
  e.tally.add(COUNTER.RETRANSMISSIONS_RECEIVED);
  return true;
}

/** A status from 101 to 199 that no RFC we know of gives a meaning. */
function isUnknownProvisional(status: number): boolean {
  return status > 100 && status < 200 && (status < 180 || status > 183) && status !== 199;
}

/** A retransmitted or overtaken provisional: the reliable one we have acknowledged, or any that its flow has passed. */
function isStaleProvisional(e: Engine, call: number, status: number): boolean {
  const { calls, msg } = e;
  const rows = e.rowsOf(call);
  for (let row = calls.pc[calls.main[call]!]! - 1; row >= 0; row--) {
    const at = row * ROW_SIZE;
    if (
      rows[at + ROW.OP] === OP.RECV_RESPONSE &&
      rows[at + ROW.METHOD] === msg.cseqMethod &&
      rows[at + ROW.LEG] === calls.leg[call] &&
      status >= rows[at + ROW.STATUS_LO]! &&
      status <= rows[at + ROW.STATUS_HI]!
    ) {
      e.tally.add(COUNTER.RETRANSMISSIONS_RECEIVED);
      return true;
    }
  }
  return false;
}

/** What a 2xx to another method than INVITE does to the dialog; false when one cannot be made of it. */
function otherDialog(e: Engine, call: number, method: number): boolean {
  const { dialogs, msg } = e;
  if (method !== METHOD.SUBSCRIBE && method !== METHOD.REFER && method !== METHOD.UPDATE) return true;
  if (dialogs.state[call] !== DIALOG.NONE) {
    // RFC 3311 §5.2, RFC 6665 §4.1.2.2: the 2xx to a target refresh names the target anew.
    dialogs.refreshTarget(call, msg);
    return true;
  }
  // RFC 6665 §4.1.2.1: the 2xx to a SUBSCRIBE or REFER outside a dialog makes one.
  if (msg.toTagStart === NONE || dialogs.establishUac(call, msg, true) < 0) return false;
  dialogPeer(e, call);
  return true;
}

function sameDialog(e: Engine, call: number): boolean {
  const { msg } = e;
  return msg.toTagStart !== NONE && e.dialogs.sameRemoteTag(call, msg, msg.toTagStart, msg.toTagEnd);
}

/** A request of ours had no answer (Timer B or F), or the transport could not deliver it (a FAULT). */
export function clientFailed(e: Engine, txn: number, transport: boolean, fault: number): void {
  if (e.registrations !== null && e.txns.method[txn] === METHOD.REGISTER && e.txns.call[txn] === NONE) {
    registerFailed(e, e.registrations, txn, transport);
    return;
  }
  const call = ownerOf(e, txn);
  if (call === NONE) return;
  const { calls, txns } = e;
  e.tally.line(calls.program[call]!, txns.line[txn]!, LINE.TIMED_OUT);
  if (calls.inviteClient[call] === txn) calls.inviteClient[call] = NONE;
  if (calls.otherClient[call] === txn) calls.otherClient[call] = NONE;
  if (e.reference?.owns(call) && servedFailure(e, call, txn)) return;
  // RFC 3261 §8.1.3.1: no answer counts as a 408.
  if ((txns.flags[txn]! & TXN.INITIAL) !== 0 && !transport) e.tally.inviteFinals[408 - 100]!++;
  const proceeding = txns.method[txn] === METHOD.INVITE && txns.flags[txn]! & TXN.SRD ? 100 : 0;
  fail(e, call, transport ? FAILURE.TRANSPORT : FAILURE.TIMEOUT, txns.method[txn]!, transport ? fault : proceeding);
}

/** A new request for a call (not a retransmission). True when its flow takes it. */
export function callRequest(e: Engine, call: number): boolean {
  if (e.reference?.owns(call)) {
    serveInside(e, call);
    return true;
  }
  const { msg, calls } = e;
  const main = calls.main[call]!;
  const row = rowFor(e, call, OP.RECV_REQUEST, msg.method, 0);
  if (msg.method === METHOD.NOTIFY) {
    if (row < 0 && takeEarly(e, call)) return true;
    if (row >= 0) calls.flags[call]! &= ~CALL.AWAITS_NOTIFY;
  }
  if (row === LATER && msg.method !== METHOD.ACK) {
    postpone(e, call);
    return true;
  }
  if (row < 0) {
    e.tally.add(COUNTER.UNEXPECTED);
    e.countRow(main, calls.pc[main]!, LINE.UNEXPECTED);
    return false;
  }
  const serial = calls.serial[main]!;
  if (!takeRow(e, main, row)) return true;
  if (e.delayLane !== NONE && (calls.flags[call]! & CALL.DELAYING) === 0) {
    calls.flags[call]! |= CALL.DELAYING;
    e.lanes.start(e.callNode(main, 0), e.delayLane);
    return true;
  }
  advance(e, main);
  if (msg.method === METHOD.NOTIFY && calls.is(main, serial)) answerAhead(e, call, row);
  return true;
}

/**
 * RFC 3261 §17.1.2.2, §17.1.1.2: a request whose turn has not come counts as lost; the peer sends it again. Over a stream it does
 * not: there the request is kept.
 */
function postpone(e: Engine, call: number): void {
  const txn = e.received;
  if (e.reliable(e.receivedPeer) && !keepForLater(e)) {
    refuse(e, txn, 500);
    return;
  }
  e.index.remove(txn);
  closeTransaction(e, txn);
  if (e.calls.inviteServer[call] === txn) e.calls.inviteServer[call] = NONE;
  if (e.calls.otherServer[call] === txn) e.calls.otherServer[call] = NONE;
  e.dialogs.remoteCseq[call] = e.msg.cseq - 1;
}

/** The step timer of a call has fired: a pause is over, or a wait was in vain. */
export function stepTimer(e: Engine, call: number): void {
  const { calls } = e;
  e.cause[0] = e.lanes.expiredDueUs[0]!;
  if (e.reference?.owns(call)) {
    serveTimer(e, call);
    return;
  }
  const rows = e.rowsOf(call);
  const at = calls.pc[call]! * ROW_SIZE;
  const op = rows[at + ROW.OP]!;
  if (op === OP.PAUSE) {
    moveTo(e, call, rows[at + ROW.NEXT]!);
    advance(e, call);
  } else if (op === OP.SEND || op === OP.END) {
    advance(e, call); // the answer's --delay is over
  } else if (rows[at + ROW.ON_TIMEOUT]! !== NONE) {
    moveTo(e, call, rows[at + ROW.ON_TIMEOUT]!);
    advance(e, call);
  } else if (rows[at + ROW.FLAGS]! & FLAG.OPTIONAL && rows[at + ROW.TIME_US] !== NONE) {
    moveTo(e, call, calls.pc[call]! + 1);
    advance(e, call);
  } else {
    e.countRow(call, calls.pc[call]!, LINE.TIMED_OUT);
    const first = rows[at + ROW.TIME_US] === NONE && awaitsFirst(e, call, calls.pc[call]!);
    fail(e, call, first ? FAILURE.NO_NOTIFY : FAILURE.STEP_TIMEOUT, 0, 0);
  }
}

function sendRow(e: Engine, call: number, row: number): boolean {
  const program = e.calls.program[call]!;
  const rows = e.rowsOf(call);
  const wire = e.wires[program]![rows[row * ROW_SIZE + ROW.MESSAGE]!]!;
  const leg = legFor(e, call, rows[row * ROW_SIZE + ROW.LEG]!);
  if (leg === NONE) {
    fail(e, call, FAILURE.TABLE_FULL, wire.method, 0);
    return false;
  }
  e.calls.flags[leg]! &= ~CALL.TRIED;
  if (wire.personal) setVariables(e, call);
  const sent = wire.status === 0 ? sendRequest(e, leg, wire) : sendResponse(e, leg, wire);
  if (sent) e.countRow(call, row, LINE.SENT);
  return sent;
}

/** The slot of a dialog of the call; a further one begins with its first message. */
function legFor(e: Engine, call: number, leg: number): number {
  const { calls } = e;
  const known = calls.legOf(call, leg);
  if (known !== NONE) return known;
  const slot = calls.takeLeg(call, leg);
  if (slot === NONE) return NONE;
  calls.peer[slot] = sharedPeer(e, call);
  calls.flags[slot]! |= CALL.LAUNCHED;
  e.users.share(call, slot);
  return slot;
}

function sendResponse(e: Engine, call: number, wire: Wire): boolean {
  const { calls } = e;
  if (wire.method === METHOD.NOTIFY && (calls.flags[call]! & CALL.NOTIFY_ANSWERED) !== 0) {
    calls.flags[call]! &= ~CALL.NOTIFY_ANSWERED;
    return true;
  }
  const txn = wire.method === METHOD.INVITE ? calls.inviteServer[call]! : calls.otherServer[call]!;
  if (txn === NONE || !respond(e, txn, wire, call)) {
    fail(e, call, txn === NONE ? FAILURE.NOTHING_TO_ANSWER : FAILURE.MEMORY_FULL, wire.method, wire.status);
    return false;
  }
  return true;
}

export function sendRequest(e: Engine, call: number, wire: Wire): boolean {
  const { calls, dialogs } = e;
  const { method } = wire;
  if (method === METHOD.ACK) {
    sendAck(e, call, calls.inviteClient[call]!, wire, false);
    return true;
  }
  const invite = method === METHOD.INVITE;
  const cancel = method === METHOD.CANCEL;
  const target = calls.inviteClient[call]!;
  const cseq = cancel ? calls.inviteCseq[call]! : ++dialogs.localCseq[call]!;
  const txn = openClient(e, method, call, calls.peer[call]!, cseq);
  if (txn === NONE) {
    fail(e, call, FAILURE.TABLE_FULL, method, 0);
    return false;
  }
  e.txns.line[txn] = wire.ladder;
  setIdentity(e, call, calls.serial[call]!, e.users.row(call));
  const outside = (invite || cancel) && (calls.flags[call]! & CALL.ANSWERED) === 0;
  if (invite && outside && !applyRedirect(e, call, txn)) {
    closeTransaction(e, txn);
    fail(e, call, FAILURE.MEMORY_FULL, method, 0);
    return false;
  }
  if (outside) setOutside(e, cancel ? target : txn);
  else setRemote(e, call);
  // RFC 3261 §9.1: a CANCEL has the branch, Request-URI, To and CSeq number of the INVITE.
  setTransaction(e, BRANCH_KIND.TRANSACTION, cancel ? target : txn, cseq);
  if (invite) {
    calls.inviteClient[call] = txn;
    calls.inviteCseq[call] = cseq;
    calls.flags[call]! &= ~CALL.ACKED;
    calls.rseq[call] = 0;
    if (outside) e.txns.flags[txn]! |= TXN.INITIAL;
  } else if (cancel) {
    e.links.cancel[target] = txn + 1;
    e.links.cancel[txn] = target + 1;
    e.txns.flags[target]! |= TXN.CANCELLED;
    e.txns.peer[txn] = e.txns.peer[target]!;
    e.lanes.start(target * 2 + 1, e.timeoutLane);
  } else calls.otherClient[call] = txn;
  if (method === METHOD.SUBSCRIBE || method === METHOD.REFER) calls.flags[call]! |= CALL.AWAITS_NOTIFY;
  if (method === METHOD.PRACK) {
    const middle = putDecimal(e.bytes, e.rackAt, calls.rseq[call]!);
    e.bytes[middle] = 32;
    e.fields.set(FIELD.RACK, e.rackAt, putDecimal(e.bytes, middle + 1, calls.inviteCseq[call]!) - e.rackAt);
  }
  if ((calls.flags[call]! & CALL.LAUNCHED) === 0) {
    calls.flags[call]! |= CALL.LAUNCHED;
    e.txns.flags[txn]! |= TXN.LAUNCH;
  }
  e.links.wire[txn] = wire.index === NONE ? 0 : (calls.program[call]! << 16) | (wire.index + 1);
  // RFC 3261 §22.1: a CANCEL is not challenged.
  if (e.users.authenticates && !cancel) {
    e.users.setAuth(e.users.row(call), wire);
    if (invite) e.users.keep(call);
  }
  if (!launch(e, txn, wire, call)) {
    fail(e, call, FAILURE.MEMORY_FULL, method, 0);
    return false;
  }
  return true;
}

/** RFC 3261 §13.2.2.4: the ACK for a 2xx is the user's own, with a branch of its own; each 2xx retransmission gets it again. */
export function sendAck(e: Engine, call: number, invite: number, wire: Wire | null, again: boolean): void {
  const { calls, outbox } = e;
  if (invite === NONE) return;
  setIdentity(e, call, calls.serial[call]!, e.users.row(call));
  setRemote(e, call);
  setTransaction(e, BRANCH_KIND.ACK, invite, e.txns.cseq[invite]!);
  if (e.users.authenticates) e.users.setAckAuth(call);
  if (wire !== null) calls.ackMessage[call] = wire.index + 1;
  const ack = wire ?? ackWire(e, call);
  const chunk = outbox.render(ack, e.fields, calls.peer[call]!);
  if (chunk === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  calls.flags[call]! |= CALL.ACKED;
  e.tally.message(true, METHOD.ACK, 0, 0);
  e.txns.line[invite] = ack.ladder;
  if (again) {
    e.tally.add(COUNTER.RETRANSMITTED);
    countAgain(e, invite);
  }
  outbox.send(chunk, outbox.length, calls.peer[call]!, call, NONE);
  outbox.freeLater(chunk, outbox.length);
}

/** The last ACK that the call's flow sent, or the standard one. */
function ackWire(e: Engine, call: number): Wire {
  const message = e.calls.ackMessage[call]!;
  const program = e.calls.program[call]!;
  return message === 0 ? e.standardRequest(METHOD.ACK, program) : e.wires[program]![message - 1]!;
}
