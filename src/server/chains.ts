// Rows under 64-bit keys, several to a key, each with an expiry: what a registrar, a publication agent and a notifier all keep. Knows no SIP.

import { KeyIndex } from '../sip/key-index.ts';

const NONE = -1;

/** Columns for `capacity` rows; the caller keeps its own columns beside, with the same index. Times are whole seconds of the worker. */
export class Chains {
  readonly capacity: number;
  readonly keyA: Int32Array;
  readonly keyB: Int32Array;
  /** The next row under the same key, NONE at the end. */
  readonly next: Int32Array;
  readonly expiresS: Float64Array;
  inUse = 0;
  private readonly used: Uint8Array;
  private readonly index: KeyIndex;
  private readonly free: Int32Array;
  private freeCount = 0;
  private highWater = 0;
  private cursor = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.keyA = new Int32Array(capacity);
    this.keyB = new Int32Array(capacity);
    this.next = new Int32Array(capacity);
    this.expiresS = new Float64Array(capacity);
    this.used = new Uint8Array(capacity);
    this.free = new Int32Array(capacity);
    this.index = new KeyIndex(this);
  }

  /** The first row under a key, NONE when there is none. */
  first(keyA: number, keyB: number): number {
    return this.index.find(keyA, keyB);
  }

  /** A fresh row under a key, behind those it has; NONE when the table is full. */
  add(keyA: number, keyB: number): number {
    let row: number;
    if (this.freeCount > 0) row = this.free[--this.freeCount]!;
    else if (this.highWater < this.capacity) row = this.highWater++;
    else return NONE;
    this.inUse++;
    this.used[row] = 1;
    this.keyA[row] = keyA;
    this.keyB[row] = keyB;
    this.next[row] = NONE;
    let last = this.index.find(keyA, keyB);
    if (last === NONE) this.index.insert(row);
    else {
      while (this.next[last] !== NONE) last = this.next[last]!;
      this.next[last] = row;
    }
    return row;
  }

  /** Takes a row out of its chain and frees it. */
  remove(row: number): void {
    const first = this.index.find(this.keyA[row]!, this.keyB[row]!);
    if (first === row) {
      this.index.remove(row);
      if (this.next[row] !== NONE) this.index.insert(this.next[row]!);
    } else {
      let before = first;
      while (this.next[before] !== row) before = this.next[before]!;
      this.next[before] = this.next[row]!;
    }
    this.used[row] = 0;
    this.free[this.freeCount++] = row;
    this.inUse--;
  }

  /** Looks at the next row in turn: its number when it is in use and past its time, else NONE. A few calls per message keep the table clean. */
  overdue(nowS: number): number {
    if (this.highWater === 0) return NONE;
    this.cursor = this.cursor + 1 < this.highWater ? this.cursor + 1 : 0;
    const row = this.cursor;
    return this.used[row] === 1 && this.expiresS[row]! <= nowS ? row : NONE;
  }
}
