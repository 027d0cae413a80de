// Retransmissions that belong to the call, end to end: a 2xx until its ACK (RFC 3261 §13.3.1.4), a reliable provisional until its PRACK (RFC 3262 §3). Nothing hop by hop.

import { COUNTER, LINE } from '../metrics/counters.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { CALL } from './calls.ts';
import { ownerOf } from './client.ts';
import type { Wire } from './compose.ts';
import { fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { FAILURE } from './tally.ts';

/** Retransmissions of a 2xx within 64·T1: after 0.5, 1.5, 3.5, 7.5 s and every 4 s up to 31.5 s; a reliable 1xx doubles on, six times. */
const LAST_2XX = 10;
const LAST_1XX = 6;

/** Takes over the bytes of a response and starts its retransmission. */
export function keepForUsage(e: Engine, call: number, chunk: number, length: number, peer: number, wire: Wire): void {
  const { calls } = e;
  drop(e, call);
  calls.keptChunk[call] = chunk;
  calls.keptLength[call] = length;
  calls.keptPeer[call] = peer;
  calls.keptCount[call] = 0;
  calls.keptLine[call] = wire.ladder;
  calls.keptStatus[call] = wire.status;
  if (wire.status >= 200) calls.flags[call]! |= CALL.ANSWERED;
  e.lanes.start(e.callNode(call, 1), e.doubling[0]!);
}

function drop(e: Engine, call: number): void {
  const { calls } = e;
  if (calls.keptChunk[call] === NONE) return;
  e.outbox.freeLater(calls.keptChunk[call]!, calls.keptLength[call]!);
  calls.keptChunk[call] = NONE;
}

/** The ACK or PRACK has come. */
export function usageAcknowledged(e: Engine, call: number): void {
  e.lanes.stop(e.callNode(call, 1));
  drop(e, call);
}

/** The INVITE came again: the reliable provisional that waits for its PRACK goes out again. False when there is none. */
export function resendKept(e: Engine, txn: number): boolean {
  const { calls } = e;
  const call = ownerOf(e, txn);
  if (call === NONE || calls.keptChunk[call] === NONE || calls.keptStatus[call]! >= 200) return false;
  sendKept(e, call);
  return true;
}

function sendKept(e: Engine, call: number): void {
  const { calls, tally } = e;
  tally.add(COUNTER.RETRANSMITTED);
  tally.message(false, 0, calls.keptStatus[call]!, 0);
  tally.line(calls.program[call]!, calls.keptLine[call]!, LINE.RETRANSMITTED);
  e.outbox.send(calls.keptChunk[call]!, calls.keptLength[call]!, calls.keptPeer[call]!, call, NONE);
}

/** The retransmission timer of a call has fired. */
export function usageTimer(e: Engine, call: number): void {
  const { calls } = e;
  if (calls.keptChunk[call] === NONE) return;
  const status = calls.keptStatus[call]!;
  const reliable = status < 200;
  const count = calls.keptCount[call]!;
  if (count === (reliable ? LAST_1XX : LAST_2XX)) {
    // RFC 3261 §13.3.1.4: 64·T1 without an ACK ends the session by BYE. RFC 3262 §3: without a PRACK the INVITE is rejected (5xx).
    e.cause[0] = e.lanes.expiredDueUs[0]!;
    fail(e, call, reliable ? FAILURE.NO_PRACK : FAILURE.NO_ACK, METHOD.INVITE, status);
    return;
  }
  calls.keptCount[call] = count + 1;
  sendKept(e, call);
  const last = count + 1 === (reliable ? LAST_1XX : LAST_2XX);
  // The last wait is what is left of 64·T1: half a second.
  e.lanes.start(e.callNode(call, 1), last ? e.doubling[0]! : e.retransmitLane(count + 1, reliable));
}
