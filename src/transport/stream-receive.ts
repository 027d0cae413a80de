// Bytes of many streams as whole messages in columns: framed in the worker's block, the half of a message kept until its rest comes. Knows no socket.

import { ERR_NEED_MORE } from '../sip/errors.ts';
import { NONE } from '../sip/message.ts';
import type { Connection } from './tcp-connection.ts';
import type { WorkerResources } from './transport.ts';

export const ROWS = 4_096;
/** Two halves: one is read by the engine while the other takes what comes. */
export const HALF_BYTES = 4 << 20;
/** Bytes of unfinished messages at a time: what a host of slow senders may make us keep. */
const REST_BYTES = 128 << 20;

/** What became of bytes that were taken. */
export const TAKEN = {
  WHOLE: 0,
  /** The stream cannot be read on: `fault` says why. */
  UNREADABLE: 1,
  /** No memory for the half of a message. */
  NO_MEMORY: 2,
  /** The engine did not make room. */
  NO_ROOM: 3,
} as const;

export class StreamReceive {
  /** The columns of the last `receive()`, and those being filled. */
  start = new Int32Array(ROWS);
  end = new Int32Array(ROWS);
  peer = new Int32Array(ROWS);
  atUs = new Float64Array(ROWS);
  fault = new Int32Array(ROWS);
  private inStart = new Int32Array(ROWS);
  private inEnd = new Int32Array(ROWS);
  private inPeer = new Int32Array(ROWS);
  private inAtUs = new Float64Array(ROWS);
  private inFault = new Int32Array(ROWS);
  private readonly memory: WorkerResources['memory'];
  private readonly bytes: Uint8Array;
  private readonly halves: readonly [number, number];
  private readonly makeRoom: () => void;
  private half: 0 | 1 = 0;
  private used = 0;
  private restBytes = 0;
  /** Whole messages that wait for `receive()`. */
  rows = 0;
  /** After UNREADABLE: the ERR_ of sip/errors.ts, and how many messages of the same bytes can still be answered. */
  lastFault = 0;
  lastWhole = 0;

  /** @param makeRoom has the engine call `receive()` */
  constructor(memory: WorkerResources['memory'], makeRoom: () => void) {
    this.memory = memory;
    this.bytes = memory.bytes;
    this.halves = [memory.reserve(HALF_BYTES), memory.reserve(HALF_BYTES)];
    this.makeRoom = makeRoom;
  }

  receive(): number {
    const { rows, start, end, peer, atUs, fault } = this;
    this.start = this.inStart;
    this.end = this.inEnd;
    this.peer = this.inPeer;
    this.atUs = this.inAtUs;
    this.fault = this.inFault;
    this.inStart = start;
    this.inEnd = end;
    this.inPeer = peer;
    this.inAtUs = atUs;
    this.inFault = fault;
    this.half = this.half === 0 ? 1 : 0;
    this.used = 0;
    this.rows = 0;
    return rows;
  }

  /** Takes `length` bytes that a connection has read at `nowUs`: one of TAKEN. */
  take(c: Connection, source: Uint8Array, from: number, length: number, nowUs: number): number {
    const need = c.restLength + length;
    if (this.used + need > HALF_BYTES) {
      this.makeRoom();
      if (this.used + need > HALF_BYTES) return TAKEN.NO_ROOM;
    }
    let at = this.halves[this.half] + this.used;
    let end = at + need;
    if (c.restLength > 0) this.bytes.copyWithin(at, c.rest, c.rest + c.restLength);
    put(this.bytes, at + c.restLength, source, from, length);
    this.forget(c);
    this.used += need;
    const { framer } = c;
    this.lastWhole = 0;
    for (;;) {
      const result = framer.next(this.bytes, at, end);
      if (result < 0) {
        if (result === ERR_NEED_MORE) return this.keep(c, framer.from, end, nowUs);
        this.lastFault = result;
        // RFC 3261 §18.3: a request whose header fields came whole can still be told what is wrong with it.
        if (framer.headEnd !== NONE && this.rows < ROWS) this.add(c, framer.from, framer.headEnd, nowUs, result);
        return TAKEN.UNREADABLE;
      }
      if (this.rows === ROWS) {
        const rest = end - framer.from;
        const whole = result - framer.from;
        const was = framer.from;
        this.makeRoom();
        if (this.rows === ROWS || this.used + rest > HALF_BYTES) return TAKEN.NO_ROOM;
        at = this.halves[this.half] + this.used;
        this.bytes.copyWithin(at, was, was + rest);
        this.used += rest;
        end = at + rest;
        this.add(c, at, at + whole, nowUs, 0);
        at += whole;
      } else {
        this.add(c, framer.from, result, nowUs, 0);
        at = result;
      }
    }
  }

  private add(c: Connection, start: number, end: number, nowUs: number, fault: number): void {
    const row = this.rows++;
    this.inStart[row] = start;
    this.inEnd[row] = end;
    this.inPeer[row] = c.peer;
    this.inAtUs[row] = nowUs;
    this.inFault[row] = fault;
    this.lastWhole++;
    c.restSinceUs = 0;
  }

  private keep(c: Connection, from: number, end: number, nowUs: number): number {
    const length = end - from;
    if (length === 0) return TAKEN.WHOLE;
    if (this.restBytes + length > REST_BYTES) return TAKEN.NO_MEMORY;
    const chunk = this.memory.alloc(length);
    if (chunk === NONE) return TAKEN.NO_MEMORY;
    this.bytes.copyWithin(chunk, from, end);
    c.rest = chunk;
    c.restLength = length;
    if (c.restSinceUs === 0) c.restSinceUs = nowUs;
    this.restBytes += length;
    return TAKEN.WHOLE;
  }

  /** Gives back the half of a message that a connection keeps. */
  forget(c: Connection): void {
    if (c.restLength === 0) return;
    this.memory.free(c.rest, c.restLength);
    this.restBytes -= c.restLength;
    c.rest = NONE;
    c.restLength = 0;
  }
}

function put(to: Uint8Array, at: number, source: Uint8Array, from: number, length: number): void {
  if (source === to) to.copyWithin(at, from, from + length);
  else to.set(source.subarray(from, from + length), at);
}
