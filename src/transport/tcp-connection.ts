// What a TCP connection has beside what every connection has: its socket, what waits to leave, what has come half. Holds state; tcp.ts acts on it.

import type { Socket } from 'node:net';
import { Framer } from '../sip/frame.ts';
import { NONE } from '../sip/message.ts';
import { Connection } from './connection.ts';

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

export class TcpConnection extends Connection {
  socket: Socket | null = null;
  /** When a message began that is not whole; 0 when none has. */
  restSinceUs = 0;
  /** Nothing more is read: it could not be cut into messages. */
  deaf = false;

  framer = new Framer();
  /** Keepalives that were answered. */
  ponged = 0;
  /** Beginning of a message whose rest has not come: a chunk of the worker's memory. */
  rest = NONE;
  restLength = 0;

  readonly unsent = new Unsent();
  /** Called when the socket has written what it was given. */
  written: () => void = () => {};
}
