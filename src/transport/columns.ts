// What connections have received, as columns of whole messages in two halves of the worker's block: one is read by the engine while the other fills. Knows no socket and no SIP.

import { NONE } from '../sip/message.ts';
import type { WorkerResources } from './transport.ts';

export const ROWS = 4_096;
export const HALF_BYTES = 4 << 20;

export class Columns {
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
  private readonly halves: readonly [number, number];
  private readonly makeRoom: () => void;
  private half: 0 | 1 = 0;
  private used = 0;
  /** Whole messages that wait for `receive()`. */
  rows = 0;

  /** @param makeRoom has the engine call `receive()` */
  constructor(memory: WorkerResources['memory'], makeRoom: () => void) {
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

  get isFull(): boolean {
    return this.rows === ROWS;
  }

  /** Where `length` bytes may be put that come now, and a row for them; the engine is asked to make room. NONE when it made none. */
  room(length: number): number {
    if (this.isFull || this.used + length > HALF_BYTES) this.makeRoom();
    if (this.isFull || this.used + length > HALF_BYTES) return NONE;
    const at = this.halves[this.half] + this.used;
    this.used += length;
    return at;
  }

  /** A whole message, or one whose `fault` (an ERR_ of sip/errors.ts) the stream could not be cut behind. There must be a row for it. */
  add(start: number, end: number, peer: number, nowUs: number, fault: number): void {
    const row = this.rows++;
    this.inStart[row] = start;
    this.inEnd[row] = end;
    this.inPeer[row] = peer;
    this.inAtUs[row] = nowUs;
    this.inFault[row] = fault;
  }
}
