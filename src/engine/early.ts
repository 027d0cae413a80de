// NOTIFY requests that come before the ladder waits for them: answered at once, kept, and counted by the line whose turn comes (RFC 6665 §4.1.3). Takes no other request.

import { OP, ROW, ROW_SIZE } from '../flow/program.ts';
import { matchRow } from '../flow/stepper.ts';
import { COUNTER, LINE } from '../metrics/counters.ts';
import { decode } from '../sip/decode.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { STATE } from '../transaction/constants.ts';
import { CALL } from './calls.ts';
import type { Wire } from './compose.ts';
import { fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { advance, rowFor, takeRow } from './player.ts';
import { respond } from './server.ts';
import { FAILURE } from './tally.ts';
import { subscribes } from './unexpected.ts';

const MOST = 4_096;

/** The kept requests, in chains by call, and the calls that may take one of theirs now. */
export class Early {
  readonly chunk = new Int32Array(MOST);
  readonly length = new Int32Array(MOST);
  readonly peer = new Int32Array(MOST);
  readonly atUs = new Float64Array(MOST);
  /** The dialog it came in. */
  readonly leg = new Int32Array(MOST);
  /** The next one of the call, or the next free entry; NONE at the end. */
  readonly next = new Int32Array(MOST);
  /** By call: its oldest entry, NONE for none. */
  readonly first: Int32Array;
  /** Calls that have moved on, each once: 1 in `woken`, and its serial number. */
  readonly ready: Int32Array;
  readonly woken: Uint8Array;
  readonly serial: Int32Array;
  readyCount = 0;
  private free = 0;

  constructor(calls: number) {
    this.first = new Int32Array(calls).fill(NONE);
    this.ready = new Int32Array(calls);
    this.woken = new Uint8Array(calls);
    this.serial = new Int32Array(calls);
    for (let i = 0; i < MOST; i++) this.next[i] = i + 1 < MOST ? i + 1 : NONE;
  }

  /** A fresh entry at the end of the chain of `call`, NONE when there is none. */
  add(call: number): number {
    const entry = this.free;
    if (entry === NONE) return NONE;
    this.free = this.next[entry]!;
    this.next[entry] = NONE;
    let last = this.first[call]!;
    if (last === NONE) this.first[call] = entry;
    else {
      while (this.next[last] !== NONE) last = this.next[last]!;
      this.next[last] = entry;
    }
    return entry;
  }

  /** The oldest entry of `call` goes. */
  drop(call: number): void {
    const entry = this.first[call]!;
    this.first[call] = this.next[entry]!;
    this.next[entry] = this.free;
    this.free = entry;
  }

  /** The call waits for something new, or is at its end: what it keeps may have its turn. */
  wake(call: number, serial: number): void {
    this.serial[call] = serial;
    if (this.woken[call] === 1) return;
    this.woken[call] = 1;
    this.ready[this.readyCount++] = call;
  }
}

/** The NOTIFY in e.msg was taken by `row`, perhaps before its turn: then it is answered now, as the ladder will when it gets there. */
export function answerAhead(e: Engine, leg: number, row: number): void {
  if (e.txns.state[e.received] !== STATE.TRYING) return;
  const wire = answerOf(e, leg, row);
  if (wire !== null && respond(e, e.received, wire, leg)) e.calls.flags[leg]! |= CALL.NOTIFY_ANSWERED;
}

/** The 2xx by which the ladder answers the NOTIFY of `row`, null where it says something else first. */
function answerOf(e: Engine, leg: number, row: number): Wire | null {
  const rows = e.rowsOf(leg);
  let at = rows[row * ROW_SIZE + ROW.NEXT]! * ROW_SIZE;
  while (rows[at + ROW.OP] === OP.GOTO) at = rows[at + ROW.NEXT]! * ROW_SIZE;
  if (rows[at + ROW.OP] !== OP.SEND || rows[at + ROW.METHOD] !== METHOD.NOTIFY) return null;
  const wire = e.wires[e.calls.program[leg]!]![rows[at + ROW.MESSAGE]!]!;
  return wire.personal || wire.status < 200 || wire.status >= 300 ? null : wire;
}

/** The NOTIFY in e.msg fits no line of the present turn. Answered and kept where a later one waits for it; false where none does, or there is no room. */
export function takeEarly(e: Engine, leg: number): boolean {
  const { early, msg, calls } = e;
  const main = calls.main[leg]!;
  if (!subscribes(e, leg) || isWrong(e, leg)) return false;
  const row = laterRow(e, leg);
  if (row === NONE) return false;
  const wire = answerOf(e, leg, row);
  if (wire === null) return false;
  const length = msg.end - msg.start;
  const chunk = e.memory.alloc(length);
  if (chunk === NONE) return false;
  const entry = early.add(main);
  if (entry === NONE) {
    e.memory.free(chunk, length);
    return false;
  }
  e.bytes.copyWithin(chunk, msg.start, msg.end);
  early.chunk[entry] = chunk;
  early.length[entry] = length;
  early.peer[entry] = e.receivedPeer;
  early.atUs[entry] = e.cause[0]!;
  early.leg[entry] = leg;
  if (!respond(e, e.received, wire, leg)) e.tally.add(COUNTER.UNSENT);
  return true;
}

/** Whether a line of the present turn waits for a NOTIFY, but for one of another content. */
function isWrong(e: Engine, leg: number): boolean {
  const { calls } = e;
  const main = calls.main[leg]!;
  const { NOTIFY } = METHOD;
  const dialog = calls.leg[leg]!;
  return (
    matchRow(e.rowsOf(leg), calls.pc[main]!, calls.ahead[main]!, OP.RECV_REQUEST, NOTIFY, 0, dialog, anyContent) >= 0
  );
}

function anyContent(): boolean {
  return true;
}

/** A row that takes a NOTIFY in this dialog and may still come, NONE for none. */
function laterRow(e: Engine, leg: number): number {
  const { calls } = e;
  const rows = e.rowsOf(leg);
  const count = rows.length / ROW_SIZE;
  let from = calls.pc[calls.main[leg]!]!;
  for (let row = from; row < count; row++) {
    const next = rows[row * ROW_SIZE + ROW.NEXT]!;
    if (next !== NONE && next < from) from = next;
  }
  for (let row = from; row < count; row++) {
    const at = row * ROW_SIZE;
    if (
      rows[at + ROW.OP] === OP.RECV_REQUEST &&
      rows[at + ROW.METHOD] === METHOD.NOTIFY &&
      rows[at + ROW.LEG] === calls.leg[leg]
    )
      return row;
  }
  return NONE;
}

/** Calls that have moved on take what they keep, oldest first. */
export function takeKept(e: Engine): void {
  const { early, calls } = e;
  for (let i = 0; i < early.readyCount; i++) {
    const call = early.ready[i]!;
    while (calls.is(call, early.serial[call]!) && early.first[call] !== NONE && takeOne(e, call));
    early.woken[call] = 0;
  }
  early.readyCount = 0;
}

/** Takes the oldest kept NOTIFY of `call`; false when its turn has not come. */
function takeOne(e: Engine, call: number): boolean {
  const { early, calls, msg } = e;
  const entry = early.first[call]!;
  const leg = early.leg[entry]!;
  const chunk = early.chunk[entry]!;
  const length = early.length[entry]!;
  if (calls.flags[leg]! & CALL.NOTIFY_ANSWERED) return false; // the one before it has not been counted
  decode(msg, e.bytes, chunk, chunk + length);
  e.cause[0] = early.atUs[entry]!;
  e.receivedPeer = early.peer[entry]!;
  const row = rowFor(e, leg, OP.RECV_REQUEST, METHOD.NOTIFY, 0);
  if (row < 0) {
    const over = e.rowsOf(call)[calls.pc[call]! * ROW_SIZE + ROW.OP] === OP.END;
    if (!over && !isWrong(e, leg)) return false;
    e.tally.add(COUNTER.UNEXPECTED);
    e.countRow(call, calls.pc[call]!, LINE.UNEXPECTED);
    fail(e, leg, FAILURE.UNEXPECTED_REQUEST, METHOD.NOTIFY, 0);
    return false;
  }
  early.drop(call);
  calls.flags[leg]! |= CALL.NOTIFY_ANSWERED;
  calls.flags[leg]! &= ~CALL.AWAITS_NOTIFY;
  if (takeRow(e, call, row)) advance(e, call);
  e.outbox.freeLater(chunk, length);
  return true;
}

/** A call is over: what it keeps goes. */
export function forgetEarly(e: Engine, call: number): void {
  const { early } = e;
  while (early.first[call] !== NONE) {
    const entry = early.first[call]!;
    e.outbox.freeLater(early.chunk[entry]!, early.length[entry]!);
    early.drop(call);
  }
}

/** Whether the wait at `row` is the one of RFC 6665 §4.1.2.4: for the first NOTIFY after a SUBSCRIBE or REFER of ours. */
export function awaitsFirst(e: Engine, call: number, row: number): boolean {
  const rows = e.rowsOf(call);
  const at = row * ROW_SIZE;
  if (rows[at + ROW.OP] !== OP.RECV_REQUEST || rows[at + ROW.METHOD] !== METHOD.NOTIFY) return false;
  const leg = e.calls.legOf(call, rows[at + ROW.LEG]!);
  return leg !== NONE && (e.calls.flags[leg]! & CALL.AWAITS_NOTIFY) !== 0;
}
