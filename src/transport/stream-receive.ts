// Bytes of many streams as whole messages in columns: framed in the worker's block, the half of a message kept until its rest comes. Knows no socket.

import { ERR_NEED_MORE } from '../sip/errors.ts';
import { NONE } from '../sip/message.ts';
import { Columns } from './columns.ts';
import type { TcpConnection } from './tcp-connection.ts';
import type { WorkerResources } from './transport.ts';

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

export class StreamReceive extends Columns {
  private readonly memory: WorkerResources['memory'];
  private readonly bytes: Uint8Array;
  private restBytes = 0;
  /** After UNREADABLE: the ERR_ of sip/errors.ts, and how many messages of the same bytes can still be answered. */
  lastFault = 0;
  lastWhole = 0;

  /** @param makeRoom has the engine call `receive()` */
  constructor(memory: WorkerResources['memory'], makeRoom: () => void) {
    super(memory, makeRoom);
    this.memory = memory;
    this.bytes = memory.bytes;
  }

  /** Takes `length` bytes that a connection has read at `nowUs`: one of TAKEN. */
  take(c: TcpConnection, source: Uint8Array, from: number, length: number, nowUs: number): number {
    const need = c.restLength + length;
    let at = this.room(need);
    if (at === NONE) return TAKEN.NO_ROOM;
    let end = at + need;
    if (c.restLength > 0) this.bytes.copyWithin(at, c.rest, c.rest + c.restLength);
    put(this.bytes, at + c.restLength, source, from, length);
    this.forget(c);
    const { framer } = c;
    this.lastWhole = 0;
    for (;;) {
      const result = framer.next(this.bytes, at, end);
      if (result < 0) {
        if (result === ERR_NEED_MORE) return this.keep(c, framer.from, end, nowUs);
        this.lastFault = result;
        // RFC 3261 §18.3: a request whose header fields came whole can still be told what is wrong with it.
        if (framer.headEnd !== NONE && !this.isFull) this.whole(c, framer.from, framer.headEnd, nowUs, result);
        return TAKEN.UNREADABLE;
      }
      if (this.isFull) {
        const rest = end - framer.from;
        const length = result - framer.from;
        const was = framer.from;
        at = this.room(rest);
        if (at === NONE) return TAKEN.NO_ROOM;
        this.bytes.copyWithin(at, was, was + rest);
        end = at + rest;
        this.whole(c, at, at + length, nowUs, 0);
        at += length;
      } else {
        this.whole(c, framer.from, result, nowUs, 0);
        at = result;
      }
    }
  }

  private whole(c: TcpConnection, start: number, end: number, nowUs: number, fault: number): void {
    this.add(start, end, c.peer, nowUs, fault);
    this.lastWhole++;
    c.restSinceUs = 0;
  }

  private keep(c: TcpConnection, from: number, end: number, nowUs: number): number {
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
  forget(c: TcpConnection): void {
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
