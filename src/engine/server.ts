// The server side of transactions: takes requests, sends responses, absorbs retransmissions, runs Timers G, H, I, J, L. Knows no call: new requests are handed to requests.ts.

import { COUNTER, LINE } from '../metrics/counters.ts';
import { sameBytes } from '../sip/bytes.ts';
import { cseqMethodFits } from '../sip/decode.ts';
import { ERR_VERSION } from '../sip/errors.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { EFFECT, EVENT, MACHINE, STATE } from '../transaction/constants.ts';
import { begin, effects, nextState, step } from '../transaction/machine.ts';
import { serverKey } from '../transaction/match.ts';
import { placeOf } from '../transport/transport.ts';
import { CALL } from './calls.ts';
import { closeTransaction, countAgain, dropChunk, ownerOf, resend, runTimers } from './client.ts';
import type { Wire } from './compose.ts';
import { DISCARD } from './discards.ts';
import { restoreEcho, saveEcho, setEcho, setToTag } from './echo.ts';
import { fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';
import { TAG_LENGTH } from './identity.ts';
import { callRequest } from './player.ts';
import { checkRequest } from './request-rules.ts';
import { inDialog, outOfDialog, takeCancel } from './requests.ts';
import { FAILURE } from './tally.ts';
import { TXN } from './transactions.ts';
import { keepForUsage, resendKept, usageAcknowledged } from './usage.ts';

/** Slot number in tags of responses that belong to no call. */
const NO_CALL = 0xffffff;

/** A request has been decoded into e.msg. */
export function takeRequest(e: Engine, peer: number, i: number): void {
  const { msg, tally } = e;
  tally.message(true, msg.method, 0, 1);
  e.cause[0] = e.transport.rxAtUs[i]!;
  serve(e, peer, true);
}

/** The same for one that was postponed: it has been counted and judged. */
export function takeRequestAgain(e: Engine, peer: number): void {
  serve(e, peer, false);
}

function serve(e: Engine, peer: number, judged: boolean): void {
  const { msg, tally } = e;
  e.receivedPeer = peer;
  serverKey(msg, e.seeds[0]!, e.seeds[1]!, e.key);
  const keyA = e.key[0]!;
  const keyB = e.key[1]!;
  const txn = e.index.find(keyA, keyB);
  const call = callOf(e);
  if (judged && e.rules !== null) checkRequest(e, call, txn);
  if (msg.method === METHOD.ACK) {
    takeAck(e, txn, call);
    return;
  }
  if (txn !== NONE) {
    repeated(e, txn);
    return;
  }
  const fresh = openServer(e, keyA, keyB);
  if (fresh === NONE) {
    tally.add(COUNTER.UNSENT);
    return;
  }
  e.received = fresh;
  if (!cseqMethodFits(msg)) refuse(e, fresh, 400);
  else if (msg.method === METHOD.CANCEL) takeCancel(e, fresh);
  else if (msg.toTagStart !== NONE) inDialog(e, fresh, call);
  else outOfDialog(e, fresh);
  e.received = NONE;
  // What has no final response yet will be answered later, when the bytes of the request are gone.
  const state = e.txns.state[fresh]!;
  if (state !== STATE.TRYING && state !== STATE.PROCEEDING) return;
  saveEcho(e, fresh);
  // RFC 3261 §17.2.1, RFC 4320 §4.1: the transaction speaks for a TU that is silent too long (START_TRYING of its beginning).
  if (e.txns.status[fresh] === 0)
    e.lanes.start(fresh * 2, msg.method === METHOD.INVITE ? e.tryingLane : e.tryingLaneNonInvite);
}

/** A request that cannot be read, but of which enough could: RFC 3261 §8.2 has it answered 400, or 505 for another version (§21.5.6). */
export function takeBroken(e: Engine, peer: number, error: number): void {
  const { msg } = e;
  if (msg.method === METHOD.ACK) return;
  e.receivedPeer = peer;
  serverKey(msg, e.seeds[0]!, e.seeds[1]!, e.key);
  const known = e.index.find(e.key[0]!, e.key[1]!);
  if (known !== NONE) {
    repeated(e, known);
    return;
  }
  const txn = openServer(e, e.key[0]!, e.key[1]!);
  if (txn === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  e.received = txn;
  refuse(e, txn, error === ERR_VERSION ? 505 : 400);
  e.received = NONE;
}

/** The call that the To tag of the request names, NONE when it is not one of ours. */
function callOf(e: Engine): number {
  const { msg } = e;
  if (msg.toTagStart === NONE) return NONE;
  const slot = e.identity.tagSlot(e.bytes, msg.toTagStart, msg.toTagEnd);
  return slot !== NONE && e.calls.is(slot, e.identity.serial) && hasCallId(e, slot) ? slot : NONE;
}

/** RFC 3261 §12.2.2: a tag of ours alone makes no dialog; Call-ID must be that of the call too. */
function hasCallId(e: Engine, call: number): boolean {
  const { msg, bytes, dialogs, calls } = e;
  const length = dialogs.callIdLen[call]!;
  if (length > 0) {
    const start = dialogs.callIdStart[call]!;
    return sameBytes(bytes, msg.callIdStart, msg.callIdEnd, start, start + length);
  }
  // Before the dialog stands: the Call-ID of a call that we make begins with our tag.
  if (e.answers[calls.program[call]!] === 1) return true;
  const end = msg.callIdStart + (msg.toTagEnd - msg.toTagStart);
  return end <= msg.callIdEnd && sameBytes(bytes, msg.callIdStart, end, msg.toTagStart, msg.toTagEnd);
}

function openServer(e: Engine, keyA: number, keyB: number): number {
  const { txns, msg, links } = e;
  const machine = msg.method === METHOD.INVITE ? MACHINE.INVITE_SERVER : MACHINE.NON_INVITE_SERVER;
  const txn = txns.alloc(machine);
  if (txn === NONE) return NONE;
  const first = begin(machine);
  txns.state[txn] = nextState(first);
  txns.method[txn] = msg.method;
  txns.peer[txn] = responsePeer(e);
  if (e.reliable(e.receivedPeer)) txns.flags[txn] = TXN.RELIABLE;
  txns.cseq[txn] = msg.cseq;
  txns.keyA[txn] = keyA;
  txns.keyB[txn] = keyB;
  links.owner[txn] = links.nextSerial();
  links.echo[txn] = 0;
  links.wire[txn] = 0;
  e.index.insert(txn);
  return txn;
}

/** Where the response goes: RFC 3581 §4 with rport the source; else RFC 3261 §18.2.2 the source address and the port of sent-by. */
function responsePeer(e: Engine): number {
  const { msg, transport } = e;
  const peer = e.receivedPeer;
  const port = msg.viaPort === NONE ? 5060 : msg.viaPort;
  // RFC 3261 §18.2.2: over a reliable transport by the connection of the request.
  if (e.reliable(peer)) {
    transport.returnPort(peer, port);
    return peer;
  }
  if (msg.viaRportEnd !== NONE) return peer;
  if (port === transport.peerPort(peer)) return peer;
  const other = transport.peer(transport.peerAddress(peer), port, placeOf(peer));
  return other === NONE ? peer : other;
}

/** A retransmitted request. */
function repeated(e: Engine, txn: number): void {
  const { txns } = e;
  e.tally.add(COUNTER.RETRANSMISSIONS_RECEIVED);
  const packed = step(txns.machine[txn]!, txns.state[txn]!, EVENT.REQUEST);
  if (packed < 0) return;
  txns.state[txn] = nextState(packed);
  const todo = effects(packed);
  if ((todo & EFFECT.SEND) !== 0) {
    if (txns.chunk[txn] !== NONE) resend(e, txn);
    else if (!resendKept(e, txn) && txns.status[txn] !== 0 && wireOf(e, txn).repeatable) respondAgain(e, txn);
  }
  runTimers(e, txn, todo);
}

/** A response whose bytes were not kept is made again from the request it answers: the same request gives the same bytes. */
function respondAgain(e: Engine, txn: number): void {
  const { outbox, txns } = e;
  const wire = wireOf(e, txn);
  setEcho(e, e.receivedPeer);
  setToTag(e, ownerSlot(e, txn), e.links.owner[txn]!);
  const chunk = outbox.render(wire, e.fields, txns.peer[txn]!);
  if (chunk === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  e.tally.add(COUNTER.RETRANSMITTED);
  e.tally.message(false, 0, wire.status, 0);
  countAgain(e, txn);
  outbox.send(chunk, outbox.length, txns.peer[txn]!, e.calls.capacity, NONE);
  outbox.freeLater(chunk, outbox.length);
}

/** Slot part of the tag in this transaction's responses. */
function ownerSlot(e: Engine, txn: number): number {
  return e.txns.call[txn] === NONE ? NO_CALL : e.txns.call[txn]!;
}

/** The template of the transaction's last response: a program's (wire > 0) or a standard one. */
function wireOf(e: Engine, txn: number): Wire {
  const wire = e.links.wire[txn]!;
  return wire > 0
    ? e.wires[wire >> 16]![(wire & 0xffff) - 1]!
    : e.standardResponse(e.txns.method[txn]!, e.txns.status[txn]!);
}

/** Answers a request outside the flows. */
export function refuse(e: Engine, txn: number, status: number): void {
  if (status !== 200) e.tally.add(COUNTER.REFUSED);
  const wire = e.standardResponse(e.txns.method[txn]!, status);
  if (!respond(e, txn, wire, NONE)) e.tally.add(COUNTER.UNSENT);
}

/**
 * The TU's response to a server transaction. False when message memory is used up or the transaction has had its final response.
 * @param call the call whose order it keeps, NONE for none
 */
export function respond(e: Engine, txn: number, wire: Wire, call: number): boolean {
  const { txns, links, outbox } = e;
  const { status } = wire;
  const event = status < 200 ? EVENT.SEND_1XX : status < 300 ? EVENT.SEND_2XX : EVENT.SEND_300_699;
  const packed = step(txns.machine[txn]!, txns.state[txn]!, event);
  // A second final response is discarded (RFC 3261 §17.2.2).
  if (packed < 0 || (effects(packed) & EFFECT.SEND) === 0) return false;
  if (txn === e.received) setEcho(e, e.receivedPeer);
  else restoreEcho(e, txn);
  setToTag(e, ownerSlot(e, txn), links.owner[txn]!);
  if (status >= 300 && status < 400) {
    e.identity.putTag(e.bytes, e.tagAt + 5, ownerSlot(e, txn), links.owner[txn]!);
    e.fields.set(FIELD.LOCAL_TAG, e.tagAt + 5, TAG_LENGTH);
  }
  if (wire.reliable && call !== NONE) e.putRseq(++e.calls.rseq[call]!);
  const chunk = outbox.render(wire, e.fields, txns.peer[txn]!);
  if (chunk === NONE) return false;
  const { length } = outbox;
  txns.state[txn] = nextState(packed);
  txns.status[txn] = status;
  links.wire[txn] = call === NONE || wire.ladder === NONE ? 0 : (e.calls.program[call]! << 16) | (wire.index + 1);
  const invite = txns.machine[txn] === MACHINE.INVITE_SERVER;
  const peer = txns.peer[txn]!;
  e.tally.message(false, 0, status, 0);
  outbox.send(chunk, length, peer, call === NONE ? e.calls.capacity : call, NONE);
  dropChunk(e, txn);
  if (invite && call !== NONE && (wire.reliable || (status >= 200 && status < 300))) {
    // RFC 3261 §13.3.1.4, RFC 3262 §3: the 2xx and the reliable provisional are retransmitted by the user, end to end.
    keepForUsage(e, call, chunk, length, peer, wire);
  } else if (invite || !wire.repeatable) {
    txns.chunk[txn] = chunk;
    txns.length[txn] = length;
  } else outbox.freeLater(chunk, length);
  txns.line[txn] = wire.ladder;
  runTimers(e, txn, effects(packed));
  if (status >= 200 && links.echo[txn]! > 0) {
    outbox.freeLater(links.echo[txn]! - 1, links.echoLength[txn]!);
    links.echo[txn] = 0;
  }
  return true;
}

/** RFC 3261 §17.2.1, §13.3.1.4: an ACK ends the retransmission of a final response. */
function takeAck(e: Engine, txn: number, call: number): void {
  const { txns, calls, tally } = e;
  if (txn !== NONE && txns.machine[txn] === MACHINE.INVITE_SERVER) {
    const was = txns.state[txn];
    const packed = step(MACHINE.INVITE_SERVER, was!, EVENT.ACK);
    if (packed >= 0) {
      txns.state[txn] = nextState(packed);
      runTimers(e, txn, effects(packed));
    }
    if (was === STATE.COMPLETED) {
      dropChunk(e, txn);
      const owner = ownerOf(e, txn);
      if (owner !== NONE) ackForCall(e, owner);
      return;
    }
    if (was !== STATE.ACCEPTED) {
      if (was === STATE.CONFIRMED) tally.add(COUNTER.RETRANSMISSIONS_RECEIVED);
      return;
    }
  }
  if (call === NONE) {
    tally.stray(DISCARD.ACK, e.msg);
    return;
  }
  // RFC 3261 §13.2.2.4: the ACK has the CSeq number of the INVITE it acknowledges.
  if ((calls.flags[call]! & CALL.PEER_ACKED) !== 0 || e.msg.cseq !== calls.peerInviteCseq[call]) {
    tally.add(COUNTER.RETRANSMISSIONS_RECEIVED);
    return;
  }
  calls.flags[call]! |= CALL.PEER_ACKED;
  usageAcknowledged(e, call);
  e.dialogs.confirm(call);
  ackForCall(e, call);
}

function ackForCall(e: Engine, call: number): void {
  if (!callRequest(e, call)) {
    const main = e.calls.main[call]!;
    e.countRow(main, e.calls.pc[main]!, LINE.UNEXPECTED);
    fail(e, call, FAILURE.UNEXPECTED_REQUEST, METHOD.ACK, 0);
  }
}

/** Timer G or the 200 ms of Trying (which 0), or H, I, J, L (which 1) has fired. */
export function serverTimer(e: Engine, txn: number, which: number): void {
  const { txns } = e;
  const state = txns.state[txn]!;
  const silent = state === STATE.TRYING || state === STATE.PROCEEDING;
  const event =
    which === 0
      ? silent
        ? EVENT.TIMER_TRYING
        : EVENT.TIMER_RETRANSMIT
      : (txns.flags[txn]! & TXN.LINGERING) !== 0
        ? EVENT.TIMER_LINGER
        : EVENT.TIMER_TIMEOUT;
  const packed = step(txns.machine[txn]!, state, event);
  if (packed < 0) return;
  const todo = effects(packed);
  txns.state[txn] = nextState(packed);
  if ((todo & EFFECT.SEND) !== 0) resend(e, txn);
  if ((todo & EFFECT.SEND_TRYING) !== 0) sendTrying(e, txn);
  runTimers(e, txn, todo);
  if ((todo & EFFECT.TU_TIMEOUT) !== 0) {
    const call = ownerOf(e, txn);
    if (call !== NONE) {
      e.cause[0] = e.lanes.expiredDueUs[0]!;
      fail(e, call, FAILURE.NO_ACK, METHOD.INVITE, txns.status[txn]!);
    }
  }
  if ((todo & EFFECT.TERMINATE) !== 0) {
    e.index.remove(txn);
    closeTransaction(e, txn);
  }
}

/** The transaction's own 100 (Trying), without a To tag (RFC 3261 §8.2.6.1). */
function sendTrying(e: Engine, txn: number): void {
  const { outbox, txns } = e;
  restoreEcho(e, txn);
  const chunk = outbox.render(e.standardResponse(txns.method[txn]!, 100), e.fields, txns.peer[txn]!);
  if (chunk === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  dropChunk(e, txn);
  txns.chunk[txn] = chunk;
  txns.length[txn] = outbox.length;
  txns.status[txn] = 100;
  txns.line[txn] = NONE;
  e.tally.message(false, 0, 100, 0);
  outbox.send(chunk, outbox.length, txns.peer[txn]!, e.calls.capacity, NONE);
}

/** A call has failed: what the peer still waits for is answered 500 (RFC 3261 §8.2.7: nothing is left hanging). */
export function abandonServer(e: Engine, call: number): void {
  const { calls, txns } = e;
  for (let i = 0; i < 2; i++) {
    const txn = i === 0 ? calls.inviteServer[call]! : calls.otherServer[call]!;
    if (txn === NONE || ownerOf(e, txn) !== call) continue;
    if (txns.state[txn] === STATE.TRYING || txns.state[txn] === STATE.PROCEEDING) refuse(e, txn, 500);
  }
}
