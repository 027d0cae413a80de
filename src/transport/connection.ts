// One connection as a transport keeps it: who is at the other end, and how far it has come. Holds state only; says nothing of what carries its bytes.

import { NONE } from '../sip/message.ts';

export const PHASE = {
  /** No socket: not opened yet, or gone. */
  CLOSED: 0,
  CONNECTING: 1,
  OPEN: 2,
} as const;

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
  /** Why it ended: an errno name, '' when it was closed in order. */
  error = '';
  /** When the socket was opened, when it took bytes last, when the other end said it will send no more (0: it has not). */
  openedAtUs = 0;
  tookAtUs = 0;
  endedAtUs = 0;
  /** Ends when what waits has left. */
  leaving = false;
  /** Its slot is free for another one. */
  given = false;
  /** Bytes that wait for its reader, as counted last. */
  waiting = 0;
  /** Messages of this flush: first and last queue index. */
  head = NONE;
  tail = NONE;

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
