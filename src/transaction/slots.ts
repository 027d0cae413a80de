// The transaction slots of one worker: one column per fact, one index per transaction. Holds state only; never frees a message or stops a timer.

/** Absent. */
const NONE = -1;

/**
 * Columns start as zero pages and cost no memory until a slot is used: slots are taken from the last freed one, else from a
 * high-water mark. A freed slot is TERMINATED (0) in `state`, and its generation has moved on by one.
 */
export class Transactions {
  readonly capacity: number;
  inUse = 0;
  /** Slots ever taken; none from here on has been touched. */
  highWater = 0;

  /** STATE and MACHINE. */
  readonly state: Uint8Array;
  readonly machine: Uint8Array;
  readonly method: Uint8Array;
  /** Moves on by one (mod 65,536) whenever the slot is freed. */
  readonly generation: Uint16Array;
  readonly retransmits: Uint8Array;
  /** Whatever the engine keeps. */
  readonly flags: Uint8Array;
  /** Call slot of the TU that owns it, NONE when nobody does; and that slot's generation or serial number. */
  readonly call: Int32Array;
  readonly callGeneration: Int32Array;
  readonly peer: Int32Array;
  readonly cseq: Int32Array;
  /** The flow's row or ladder line, NONE. */
  readonly line: Int32Array;
  /** Offset of the kept message in Memory, NONE; its length. */
  readonly chunk: Int32Array;
  readonly length: Int32Array;
  /** Status of the last response sent or received, 0 when none. */
  readonly status: Uint16Array;
  /** When the message left; when it was due. Microseconds. */
  readonly sentUs: Float64Array;
  readonly dueUs: Float64Array;
  /** Server: the 64-bit key of KeyIndex. */
  readonly keyA: Int32Array;
  readonly keyB: Int32Array;

  /** Freed slots, last in first out. */
  private readonly freed: Int32Array;
  private freeCount = 0;

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 2 ** 30) {
      throw new RangeError(`transactions: capacity ${capacity}; want an integer from 1 to 2^30`);
    }
    this.capacity = capacity;
    this.state = new Uint8Array(capacity);
    this.machine = new Uint8Array(capacity);
    this.method = new Uint8Array(capacity);
    this.generation = new Uint16Array(capacity);
    this.retransmits = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.call = new Int32Array(capacity);
    this.callGeneration = new Int32Array(capacity);
    this.peer = new Int32Array(capacity);
    this.cseq = new Int32Array(capacity);
    this.line = new Int32Array(capacity);
    this.chunk = new Int32Array(capacity);
    this.length = new Int32Array(capacity);
    this.status = new Uint16Array(capacity);
    this.sentUs = new Float64Array(capacity);
    this.dueUs = new Float64Array(capacity);
    this.keyA = new Int32Array(capacity);
    this.keyB = new Int32Array(capacity);
    this.freed = new Int32Array(capacity);
  }

  /** A slot for a transaction of `machine` with every other column reset (state TERMINATED until the caller sets it), or NONE when all are taken. */
  alloc(machine: number): number {
    let slot: number;
    if (this.freeCount > 0) slot = this.freed[--this.freeCount]!;
    else if (this.highWater < this.capacity) slot = this.highWater++;
    else return NONE;
    this.inUse++;
    this.state[slot] = 0;
    this.machine[slot] = machine;
    this.method[slot] = 0;
    this.retransmits[slot] = 0;
    this.flags[slot] = 0;
    this.call[slot] = NONE;
    this.callGeneration[slot] = 0;
    this.peer[slot] = NONE;
    this.cseq[slot] = 0;
    this.line[slot] = NONE;
    this.chunk[slot] = NONE;
    this.length[slot] = 0;
    this.status[slot] = 0;
    this.sentUs[slot] = 0;
    this.dueUs[slot] = 0;
    this.keyA[slot] = 0;
    this.keyB[slot] = 0;
    return slot;
  }

  /** Gives the slot back; the caller has stopped its timers, freed its message and removed it from the index. Once per alloc. */
  free(slot: number): void {
    this.state[slot] = 0;
    this.generation[slot] = this.generation[slot]! + 1;
    this.freed[this.freeCount++] = slot;
    this.inUse--;
  }
}
