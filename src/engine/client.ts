// The client side of transactions: sends requests, takes responses, runs Timers A, B, D, E, F, K, M. Knows no flow: what matters to one is handed to the player.

import { COUNTER, LINE } from '../metrics/counters.ts';
import { putDecimal, sameLetters } from '../sip/bytes.ts';
import { hostPortText } from '../sip/host.ts';
import { copyWithin } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, METHOD, METHOD_COUNT } from '../sip/names.ts';
import { EFFECT, EVENT, MACHINE, STATE } from '../transaction/constants.ts';
import { effects, nextState, step } from '../transaction/machine.ts';
import { FAULT, placeOf } from '../transport/transport.ts';
import type { Wire } from './compose.ts';
import { DISCARD } from './discards.ts';
import type { Engine, Series } from './engine.ts';
import { FIELD } from './fields.ts';
import { BRANCH_KIND, BRANCH_LENGTH, TAG_LENGTH } from './identity.ts';
import { clientFailed, clientResponse } from './player.ts';
import { checkResponse, discardResponse } from './response-rules.ts';
import { TXN } from './transactions.ts';

/** Fills the fields that name a call: our tag, Call-ID. */
export function setCall(e: Engine, slot: number, serial: number): void {
  const { dialogs, fields } = e;
  // The tag stands where our Call-ID begins with it; responses to one call come together, so it is often there already.
  if (e.identityShown[0] !== slot || e.identityShown[1] !== serial) {
    e.identity.putTag(e.bytes, e.callIdAt, slot, serial);
    e.identityShown[0] = slot;
    e.identityShown[1] = serial;
  }
  fields.set(FIELD.LOCAL_TAG, e.callIdAt, TAG_LENGTH);
  e.shownProgram = e.calls.programOf(serial);
  // A dialog that the peer began has the peer's Call-ID.
  if (e.answers[e.shownProgram] === 1 && e.calls.serial[slot] === serial && dialogs.callIdLen[slot]! > 0)
    fields.set(FIELD.CALL_ID, dialogs.callIdStart[slot]!, dialogs.callIdLen[slot]!);
  else fields.set(FIELD.CALL_ID, e.callIdAt, e.callIdLength);
}

/** Begins a request of a call: what names it, and what the data file says of `row`. Credentials: none so far. */
export function setIdentity(e: Engine, slot: number, serial: number, row: number): void {
  setCall(e, slot, serial);
  e.users.setFields(row);
  e.fields.set(FIELD.AUTH, 0, 0);
}

/** Fills Request-URI, Route and the peer's tag from dialog slot `dialog` (RFC 3261 §12.2.1.1), or from the target when there is none. */
export function setRemote(e: Engine, dialog: number): void {
  const { fields, dialogs } = e;
  if (dialog === NONE || dialogs.state[dialog] === 0) {
    e.users.setTarget(e.shownProgram);
    fields.set(FIELD.ROUTES, 0, 0);
    fields.set(FIELD.REMOTE_TAG, 0, 0);
    return;
  }
  fields.set(FIELD.TARGET, dialogs.targetStart[dialog]!, dialogs.targetLen[dialog]!);
  fields.set(FIELD.ROUTES, dialogs.routesStart[dialog]!, dialogs.routesLen[dialog]!);
  const tag = dialogs.remoteTagLen[dialog]!;
  copyWithin(e.bytes, e.remoteTagAt + 5, dialogs.remoteTagStart[dialog]!, tag);
  fields.set(FIELD.REMOTE_TAG, e.remoteTagAt, tag === 0 ? 0 : tag + 5);
  fields.set(FIELD.LOCAL_NAME, dialogs.localNameStart[dialog]!, dialogs.localNameLen[dialog]!);
  fields.set(FIELD.REMOTE_NAME, dialogs.remoteNameStart[dialog]!, dialogs.remoteNameLen[dialog]!);
}

/** Fills what an INVITE outside a dialog, its CANCEL and its ACK to a 300–699 have in common (RFC 3261 §9.1, §17.1.1.3). */
export function setOutside(e: Engine, invite: number): void {
  setRemote(e, NONE);
  const { links, fields } = e;
  if (links.uri[invite] === 0) return;
  const start = links.uri[invite]! - 1;
  const length = links.uriLength[invite]!;
  fields.set(FIELD.TARGET, start, length);
  if (e.answers[e.shownProgram] === 0) return;
  // RFC 3261 §8.1.1.2, §8.1.1.3: who answers calls and makes one names itself in From, and in To whom it calls.
  fields.set(FIELD.LOCAL_NAME, e.ownNameAt, e.ownNameLength);
  e.bytes[e.calledAt] = 60; // <
  copyWithin(e.bytes, e.calledAt + 1, start, length);
  e.bytes[e.calledAt + 1 + length] = 62; // >
  fields.set(FIELD.REMOTE_NAME, e.calledAt, length + 2);
}

/** Fills Via branch and CSeq number. */
export function setTransaction(e: Engine, kind: number, txn: number, cseq: number): void {
  e.identity.putBranch(e.bytes, e.branchAt, kind, txn, e.links.serial[txn]!);
  e.fields.set(FIELD.BRANCH, e.branchAt, BRANCH_LENGTH);
  e.fields.set(FIELD.CSEQ, e.cseqAt, putDecimal(e.bytes, e.cseqAt, cseq) - e.cseqAt);
}

/**
 * Opens a client transaction for a rendered request and sends it. The fields must be set, the slot taken by `openClient`.
 * @returns false when message memory is used up (the slot is freed)
 */
export function launch(e: Engine, txn: number, wire: Wire, order: number): boolean {
  const { txns, outbox } = e;
  const chunk = outbox.render(wire, e.fields, txns.peer[txn]!);
  if (chunk === NONE) {
    closeTransaction(e, txn);
    return false;
  }
  txns.chunk[txn] = chunk;
  txns.length[txn] = outbox.length;
  e.tally.message(true, wire.method, 0, 0);
  outbox.send(chunk, outbox.length, txns.peer[txn]!, order, txn);
  // RFC 3261 §17.1.1.2, §17.1.2.2: Timer A or E starts at T1, Timer B or F at 64·T1. Counted from now, not from the beginning of the tick.
  e.clock.read();
  // On a reliable transport nothing is sent again.
  if ((txns.flags[txn]! & TXN.RELIABLE) === 0) e.lanes.start(txn * 2, e.doubling[0]!);
  e.lanes.start(txn * 2 + 1, e.timeoutLane);
  return true;
}

/** Takes a client transaction slot for a request of `call` (NONE: of nobody), or NONE when the table is full. */
export function openClient(e: Engine, method: number, call: number, peer: number, cseq: number): number {
  const invite = method === METHOD.INVITE;
  const txn = e.txns.alloc(invite ? MACHINE.INVITE_CLIENT : MACHINE.NON_INVITE_CLIENT);
  if (txn === NONE) return NONE;
  const { txns, links } = e;
  txns.state[txn] = invite ? STATE.CALLING : STATE.TRYING;
  txns.method[txn] = method;
  txns.call[txn] = call;
  txns.peer[txn] = peer;
  txns.cseq[txn] = cseq;
  if (e.reliable(peer)) txns.flags[txn] = TXN.RELIABLE;
  txns.chunk[txn] = NONE;
  txns.dueUs[txn] = e.cause[0]!;
  txns.line[txn] = NONE;
  links.serial[txn] = links.nextSerial();
  links.owner[txn] = call === NONE ? 0 : e.calls.serial[call]!;
  links.user[txn] = call === NONE ? 0 : e.users.row(call);
  links.echo[txn] = 0;
  links.wire[txn] = 0;
  links.cancel[txn] = 0;
  links.answeredBy[txn] = 0;
  links.uri[txn] = 0;
  return txn;
}

/** Frees a transaction slot with all it holds, on either side. */
export function closeTransaction(e: Engine, txn: number): void {
  const { txns, links } = e;
  e.lanes.stop(txn * 2);
  e.lanes.stop(txn * 2 + 1);
  dropChunk(e, txn);
  if (links.echo[txn]! > 0) {
    e.outbox.freeLater(links.echo[txn]! - 1, links.echoLength[txn]!);
    links.echo[txn] = 0;
  }
  if (txns.machine[txn] === MACHINE.INVITE_CLIENT && links.uri[txn]! > 0) {
    e.outbox.freeLater(links.uri[txn]! - 1, links.uriLength[txn]!);
    links.uri[txn] = 0;
  }
  txns.state[txn] = STATE.TERMINATED;
  if (txns.method[txn] === METHOD.CANCEL && txns.machine[txn] === MACHINE.NON_INVITE_CLIENT) letGo(e, txn);
  txns.free(txn);
}

/** The INVITE of a CANCEL that is over has nothing to wait for, where its transport loses nothing. */
function letGo(e: Engine, cancel: number): void {
  const { txns, links } = e;
  const invite = links.cancel[cancel]! - 1;
  if (invite < 0 || links.cancel[invite] !== cancel + 1) return;
  const waits = txns.state[invite] === STATE.COMPLETED && (txns.flags[invite]! & TXN.RELIABLE) !== 0;
  if (waits) e.lanes.start(invite * 2 + 1, e.atOnceLane);
}

export function dropChunk(e: Engine, txn: number): void {
  const chunk = e.txns.chunk[txn]!;
  if (chunk === NONE) return;
  e.outbox.freeLater(chunk, e.txns.length[txn]!);
  e.txns.chunk[txn] = NONE;
}

/** The call a transaction belongs to, NONE when it has ended. */
export function ownerOf(e: Engine, txn: number): number {
  const call = e.txns.call[txn]!;
  return call !== NONE && e.calls.serial[call] === e.links.owner[txn] ? call : NONE;
}

/** Whether the response in e.msg has the Via of a request that left from `place`, and no other. */
function isForUs(e: Engine, place: number): boolean {
  const { msg, bytes } = e;
  const field = msg.first[HEADER.VIA]!;
  // RFC 3261 §8.1.3.3: a response with a second Via was meant for somebody behind us.
  if (msg.next[field] !== NONE || msg.viaEnd < msg.valueEnd[field]!) return false;
  // RFC 3261 §18.1.2: one whose sent-by is not what we wrote is dropped without a word.
  const host = e.viaHostAt[place]!;
  return (
    msg.viaPort === e.endsAt[place]!.localPort &&
    sameLetters(bytes, msg.viaHostStart, msg.viaHostEnd, host, host + e.viaHostLength[place]!)
  );
}

/** A response has been decoded into e.msg; `at` is when it came. */
export function takeResponse(e: Engine, peer: number, i: number): void {
  const { msg, txns, links, tally } = e;
  tally.message(false, 0, msg.status, 1);
  let txn = e.identity.branchSlot(e.bytes, msg.branchStart, msg.branchEnd);
  if (txn === NONE || txn >= txns.capacity || links.serial[txn] !== e.identity.serial) {
    discardResponse(e, DISCARD.BRANCH, NONE, placeOf(peer));
    return;
  }
  // RFC 3261 §17.1.3: a CANCEL shares its INVITE's branch; the CSeq method tells them apart.
  if (msg.cseqMethod === METHOD.CANCEL && txns.method[txn] !== METHOD.CANCEL) txn = links.cancel[txn]! - 1;
  if (txn < 0 || txns.state[txn] === STATE.TERMINATED) {
    discardResponse(e, DISCARD.BRANCH, NONE, placeOf(peer));
    return;
  }
  if (txns.method[txn] !== msg.cseqMethod) {
    discardResponse(e, DISCARD.METHOD, txn, placeOf(peer));
    return;
  }
  if (!isForUs(e, placeOf(txns.peer[txn]!))) {
    discardResponse(e, DISCARD.VIA, txn, placeOf(peer));
    return;
  }
  // RFC 3261 §18.2.2: on a stream a response may come by another connection than its request went.
  if (peer !== txns.peer[txn] && (txns.flags[txn]! & TXN.RELIABLE) === 0) tally.add(COUNTER.OTHER_SOURCE);
  const state = txns.state[txn]!;
  const again = msg.status >= 200 && (state === STATE.COMPLETED || state === STATE.ACCEPTED);
  if (again) tally.add(COUNTER.RETRANSMISSIONS_RECEIVED);
  if (e.rules !== null) checkResponse(e, txn, again, placeOf(peer), true);

  const event = msg.status < 200 ? EVENT.RECV_1XX : msg.status < 300 ? EVENT.RECV_2XX : EVENT.RECV_300_699;
  const packed = step(txns.machine[txn]!, state, event);
  if (packed < 0) return;
  const todo = effects(packed);
  txns.state[txn] = nextState(packed);
  if (!again) measure(e, txn, i);
  runTimers(e, txn, todo);
  if ((todo & EFFECT.SEND_ACK) !== 0) acknowledge(e, txn, again);
  if (msg.status >= 200) {
    if (!again) txns.status[txn] = msg.status;
    dropChunk(e, txn);
  }
  e.cause[0] = e.transport.rxAtUs[i]!;
  if ((todo & EFFECT.TU_MESSAGE) !== 0) clientResponse(e, txn, again);
  if ((todo & EFFECT.TERMINATE) !== 0) closeTransaction(e, txn);
}

/** Timer effects common to all four machines. */
export function runTimers(e: Engine, txn: number, todo: number): void {
  const { lanes, txns } = e;
  if ((todo & (EFFECT.STOP_RETRANSMIT | EFFECT.STOP_TRYING)) !== 0) lanes.stop(txn * 2);
  const reliable = (txns.flags[txn]! & TXN.RELIABLE) !== 0;
  // RFC 3261 §17.1.1.2, §17.1.2.2, §17.2.1: Timers A, E and G are for unreliable transports.
  if ((todo & EFFECT.START_RETRANSMIT) !== 0 && !reliable) lanes.start(txn * 2, e.doubling[0]!);
  if ((todo & EFFECT.AGAIN_RETRANSMIT) !== 0 && !reliable) {
    const machine = txns.machine[txn]!;
    // RFC 3261 §17.1.2.2: in Proceeding Timer E is set to T2 flat.
    const flat = machine === MACHINE.NON_INVITE_CLIENT && txns.state[txn] === STATE.PROCEEDING;
    lanes.start(txn * 2, e.retransmitLane(flat ? 99 : txns.retransmits[txn]!, machine === MACHINE.INVITE_CLIENT));
  }
  if ((todo & EFFECT.START_TIMEOUT) !== 0) {
    txns.flags[txn]! &= ~TXN.LINGERING;
    lanes.start(txn * 2 + 1, e.timeoutLane);
  }
  if ((todo & EFFECT.START_LINGER) !== 0) {
    txns.flags[txn]! |= TXN.LINGERING;
    lanes.start(txn * 2 + 1, lingerLane(e, txn));
  }
}

/** An INVITE whose CANCEL, which has its branch, may still be answered (RFC 3261 §9.1). */
function isCancelling({ txns, links }: Engine, invite: number): boolean {
  if ((txns.flags[invite]! & TXN.CANCELLED) === 0 || txns.machine[invite] !== MACHINE.INVITE_CLIENT) return false;
  const state = txns.state[links.cancel[invite]! - 1];
  return state === STATE.TRYING || state === STATE.PROCEEDING;
}

/** Timer D, K, I, J, L or M of this machine in the state it has come to. */
function lingerLane(e: Engine, txn: number): number {
  // RFC 3261 §17: Timers D, I, J and K are zero on a reliable transport; RFC 6026 §7: L and M are not.
  const atOnce = (e.txns.flags[txn]! & TXN.RELIABLE) !== 0 && e.txns.state[txn] !== STATE.ACCEPTED;
  if (atOnce && !isCancelling(e, txn)) return e.atOnceLane;
  switch (e.txns.machine[txn]) {
    case MACHINE.INVITE_CLIENT:
      return e.txns.state[txn] === STATE.ACCEPTED ? e.lingerLane32 : e.lingerLaneD;
    case MACHINE.NON_INVITE_CLIENT:
      return e.lingerLaneT4;
    case MACHINE.INVITE_SERVER:
      return e.txns.state[txn] === STATE.CONFIRMED ? e.lingerLaneT4 : e.lingerLane32;
    default:
      return e.lingerLane32;
  }
}

/** Latencies of a request whose response, message `i` of the transport, has just come. */
function measure(e: Engine, txn: number, i: number): void {
  const { msg, txns } = e;
  const { status } = msg;
  const flags = txns.flags[txn]!;
  if (txns.method[txn] === METHOD.INVITE) {
    // A challenge that is answered is no answer to the call yet.
    if ((flags & TXN.INITIAL) === 0 || status === 100 || (e.users.authenticates && (status === 401 || status === 407)))
      return;
    if (status >= 200) e.tally.inviteFinals[status - 100]!++;
    // RFC 6076 §4.3: a redirection ends no session setup; the call goes on elsewhere.
    if ((flags & TXN.SRD) === 0 && (status < 300 || status >= 400)) {
      txns.flags[txn]! |= TXN.SRD;
      record(e, txn, i, e.srd, METHOD.INVITE);
    }
    if (status >= 200 && status < 300) record(e, txn, i, e.setup, METHOD.ACK);
  } else if (status >= 200) {
    // RFC 6076 §4.1: the delay of a registration is that of one that succeeds, what it was challenged with included.
    if (txns.call[txn] === NONE && txns.method[txn] === METHOD.REGISTER && status >= 300) return;
    const series = e.rtt[txns.method[txn]!]!;
    if (series !== null) record(e, txn, i, series, txns.method[txn]!);
  }
}

/** @param of where the series stands among those of the flow */
function record(e: Engine, txn: number, i: number, series: Series, of: number): void {
  const { recorder, txns, flowSeries } = e;
  const at = e.transport.rxAtUs[i]!;
  recorder.value[0] = at - txns.dueUs[txn]!;
  recorder.recordValue(series.due);
  const wire = e.links.wire[txn]!;
  if (flowSeries.length > 0 && wire > 0) {
    const own = flowSeries[(wire >> 16) * METHOD_COUNT + of]!;
    if (own !== NONE) recorder.recordValue(own);
  }
  recorder.value[0] = at - txns.sentUs[txn]!;
  recorder.recordValue(series.sent);
}

/** RFC 3261 §17.1.1.3: the ACK for a 300–699 has the INVITE's Request-URI, branch, From, Call-ID and CSeq number, and the response's To. */
function acknowledge(e: Engine, txn: number, again: boolean): void {
  const { msg, txns, fields, outbox } = e;
  const call = txns.call[txn]!;
  setIdentity(e, call === NONE ? 0 : call, e.links.owner[txn]!, e.links.user[txn]!);
  if ((txns.flags[txn]! & TXN.INITIAL) !== 0 || ownerOf(e, txn) === NONE) setOutside(e, txn);
  else setRemote(e, call);
  setTransaction(e, BRANCH_KIND.TRANSACTION, txn, txns.cseq[txn]!);
  const tag = msg.toTagStart === NONE ? 0 : msg.toTagEnd - msg.toTagStart;
  copyWithin(e.bytes, e.remoteTagAt + 5, msg.toTagStart, tag);
  fields.set(FIELD.REMOTE_TAG, e.remoteTagAt, tag === 0 ? 0 : tag + 5);
  if (e.answers[e.shownProgram] === 1 && e.links.uri[txn]! > 0 && tag > 0) {
    const name = e.links.uriLength[txn]! + 2;
    copyWithin(e.bytes, e.calledAt + name, e.remoteTagAt, tag + 5);
    fields.set(FIELD.REMOTE_NAME, e.calledAt, name + tag + 5);
  }
  const chunk = outbox.render(e.standardRequest(METHOD.ACK, e.shownProgram), fields, txns.peer[txn]!);
  if (chunk === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  e.tally.message(true, METHOD.ACK, 0, 0);
  if (again) {
    e.tally.add(COUNTER.RETRANSMITTED);
    countAgain(e, txn);
  } else txns.line[txn] = NONE; // its ACK's, once a row has taken the response
  outbox.send(chunk, outbox.length, txns.peer[txn]!, call === NONE ? e.calls.capacity : call, NONE);
  outbox.freeLater(chunk, outbox.length);
}

/** Timer A or E (which 0), or B, F, D, K, M (which 1) has fired. */
export function clientTimer(e: Engine, txn: number, which: number): void {
  const { txns, lanes } = e;
  const event =
    which === 0
      ? EVENT.TIMER_RETRANSMIT
      : (txns.flags[txn]! & TXN.LINGERING) !== 0
        ? EVENT.TIMER_LINGER
        : EVENT.TIMER_TIMEOUT;
  const state = txns.state[txn]!;
  const packed = step(txns.machine[txn]!, state, event);
  if (packed < 0) return;
  // RFC 3261 §9.1: 64·T1 after a CANCEL an INVITE without a final response counts as cancelled.
  if (event === EVENT.TIMER_TIMEOUT && state === STATE.PROCEEDING && (txns.flags[txn]! & TXN.CANCELLED) !== 0) {
    e.cause[0] = lanes.expiredDueUs[0]!;
    failTransaction(e, txn, EFFECT.TU_TIMEOUT);
    return;
  }
  const todo = effects(packed);
  txns.state[txn] = nextState(packed);
  if ((todo & EFFECT.SEND) !== 0) resend(e, txn);
  runTimers(e, txn, todo);
  if ((todo & (EFFECT.TU_TIMEOUT | EFFECT.TU_ERROR)) !== 0) {
    e.cause[0] = lanes.expiredDueUs[0]!;
    failTransaction(e, txn, todo);
  } else if ((todo & EFFECT.TERMINATE) !== 0) closeTransaction(e, txn);
}

/** Counts a message of a transaction as sent again on its ladder line, also when its call has ended. */
export function countAgain(e: Engine, txn: number): void {
  const wire = e.links.wire[txn]!;
  if (wire > 0) e.tally.line(wire >> 16, e.txns.line[txn]!, LINE.RETRANSMITTED);
}

/** Sends the kept message of a transaction again. */
export function resend(e: Engine, txn: number): void {
  const { txns, tally } = e;
  const chunk = txns.chunk[txn]!;
  if (chunk === NONE) return;
  if (txns.retransmits[txn]! < 255) txns.retransmits[txn]!++;
  const isRequest = txns.machine[txn]! <= MACHINE.NON_INVITE_CLIENT;
  tally.add(COUNTER.RETRANSMITTED);
  tally.message(isRequest, txns.method[txn]!, txns.status[txn]!, 0);
  countAgain(e, txn);
  const call = ownerOf(e, txn);
  e.outbox.send(chunk, txns.length[txn]!, txns.peer[txn]!, call === NONE ? e.calls.capacity : call, NONE);
}

/** Ends a client transaction that got no answer, and tells its call why. */
export function failTransaction(e: Engine, txn: number, why: number): void {
  clientFailed(e, txn, (why & EFFECT.TU_ERROR) !== 0, FAULT.ICMP);
  closeTransaction(e, txn);
}

/** For the verdict on a target from which nothing was heard. */
export function noteRefusal(e: Engine, peer: number, why: string): void {
  if (e.refusedBy.size >= 16) return;
  e.refusedBy.add(`${hostPortText(e.transport.peerAddress(peer), e.transport.peerPort(peer))} (${why})`);
}

/** An ICMP error quoted bytes of ours: RFC 3261 §18.4 has the transport tell the transaction. */
export function takeRefusal(e: Engine, peer: number, start: number, end: number): void {
  e.tally.add(COUNTER.ICMP_REFUSED);
  noteRefusal(e, peer, 'ICMP port unreachable');
  const { txns } = e;
  for (let at = start; at + BRANCH_LENGTH <= end; at++) {
    const txn = e.identity.branchSlot(e.bytes, at, at + BRANCH_LENGTH);
    if (txn === NONE) continue;
    if (txn >= txns.capacity || e.links.serial[txn] !== e.identity.serial) return;
    const packed = step(txns.machine[txn]!, txns.state[txn]!, EVENT.TRANSPORT_ERROR);
    if (packed < 0 || (effects(packed) & EFFECT.TU_ERROR) === 0) return;
    txns.state[txn] = nextState(packed);
    e.cause[0] = e.now[0]!;
    failTransaction(e, txn, EFFECT.TU_ERROR);
    return;
  }
}
