// One TCP connection as the transport keeps it: who is at the other end, what waits to leave, what has come half. Holds state; tcp.ts acts on it.

import type { Socket } from 'node:net';
import { Framer } from '../sip/frame.ts';
import { NONE } from '../sip/message.ts';

export const PHASE = {
  /** No socket: not opened yet, or gone. */
  CLOSED: 0,
  CONNECTING: 1,
  OPEN: 2,
} as const;

const FIRST_BYTES = 16_384;

/** Bytes that the system has not taken yet, in order. */
export class Unsent {
  private buffer: Buffer | null = null;
  private head = 0;
  private tail = 0;

  get length(): number {
    return this.tail - this.head;
  }

  append(source: Uint8Array, start: number, length: number): void {
    if (this.buffer === null || this.tail + length > this.buffer.length) this.grow(length);
    // What `take` has handed out is never written over: it lies before `head`, or in an older buffer.
    this.buffer!.set(source.subarray(start, start + length), this.tail);
    this.tail += length;
  }

  private grow(more: number): void {
    const rest = this.length;
    let size = FIRST_BYTES;
    while (size < (rest + more) * 2) size *= 2;
    const larger = Buffer.allocUnsafeSlow(size);
    if (rest > 0) larger.set(this.buffer!.subarray(this.head, this.tail), 0);
    this.buffer = larger;
    this.head = 0;
    this.tail = rest;
  }

  /** The first bytes, at most `most`: they are the caller's from now on. */
  take(most: number): Buffer {
    const bytes = this.buffer!.subarray(this.head, Math.min(this.head + most, this.tail));
    this.head += bytes.length;
    if (this.head === this.tail) this.clear();
    return bytes;
  }

  clear(): void {
    this.buffer = null;
    this.head = 0;
    this.tail = 0;
  }
}

export class Connection {
  readonly slot: number;
  /** Names this connection and no later one in its slot. */
  readonly handle: number;
  /** What its messages are from: the place for the one connection that all share, else this connection. */
  readonly peer: number;
  /** The place it leads to; NONE for one that was opened from there. */
  readonly destination: number;
  readonly address: string;
  readonly port: number;
  /** Sent-by port of the last request on it, 0 before the first. */
  returnPort = 0;
  phase: number = PHASE.CLOSED;
  socket: Socket | null = null;
  /** Why it ended: an errno name, '' when it was closed in order. */
  error = '';
  /** When the socket was opened, when it took bytes last, when the other end said it will send no more (0: it has not), when a message began that is not whole. */
  openedAtUs = 0;
  tookAtUs = 0;
  endedAtUs = 0;
  restSinceUs = 0;
  /** Ends when what waits has left. */
  leaving = false;
  /** Nothing more is read: it could not be cut into messages. */
  deaf = false;
  /** Its slot is free for another one. */
  given = false;

  framer = new Framer();
  /** Keepalives that were answered. */
  ponged = 0;
  /** Beginning of a message whose rest has not come: a chunk of the worker's memory. */
  rest = NONE;
  restLength = 0;

  readonly unsent = new Unsent();
  /** Bytes that wait here and in the socket, as counted last. */
  waiting = 0;
  /** Messages of this flush: first and last queue index. */
  head = NONE;
  tail = NONE;
  /** Called when the socket has written what it was given. */
  written: () => void = () => {};

  constructor(slot: number, handle: number, peer: number, destination: number, address: string, port: number) {
    this.slot = slot;
    this.handle = handle;
    this.peer = peer === NONE ? handle : peer;
    this.destination = destination;
    this.address = address;
    this.port = port;
  }

  /** Only one call or user has it: `releasePeer` ends it. */
  get own(): boolean {
    return this.destination !== NONE && this.peer === this.handle;
  }
}
