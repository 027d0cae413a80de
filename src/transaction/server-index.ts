// From the 64-bit key of a received request to its server transaction. Open addressing; stores slots only, keys stay in the columns of Transactions.

import type { Transactions } from './slots.ts';

/** No such transaction. */
const NONE = -1;

/**
 * Linear probing at a load of at most one half; a removal shifts its successors back, so that there are no tombstones and nothing
 * ever needs rebuilding. Cells hold slot + 1, so that an unused table is untouched zero pages.
 */
export class ServerIndex {
  private readonly keyA: Int32Array;
  private readonly keyB: Int32Array;
  private readonly cells: Int32Array;
  private readonly mask: number;
  /** Transactions in the index. */
  count = 0;

  constructor(transactions: Transactions) {
    this.keyA = transactions.keyA;
    this.keyB = transactions.keyB;
    let size = 4;
    while (size < transactions.capacity * 2) size *= 2;
    this.cells = new Int32Array(size);
    this.mask = size - 1;
  }

  /** Adds `slot` under its key columns. A key that is in already must not be added again: `find` comes first. */
  insert(slot: number): void {
    const { cells, mask } = this;
    let at = this.keyA[slot]! & mask;
    while (cells[at] !== 0) at = (at + 1) & mask;
    cells[at] = slot + 1;
    this.count++;
  }

  /** The slot with this key, NONE (-1) when there is none. */
  find(keyA: number, keyB: number): number {
    const { cells, mask } = this;
    for (let at = keyA & mask; ; at = (at + 1) & mask) {
      const slot = cells[at]! - 1;
      if (slot < 0) return NONE;
      if (this.keyA[slot] === keyA && this.keyB[slot] === keyB) return slot;
    }
  }

  /** Takes `slot` out (its key columns as they were at insert); false when it was not in. */
  remove(slot: number): boolean {
    const { cells, mask } = this;
    let hole = this.keyA[slot]! & mask;
    for (; cells[hole] !== slot + 1; hole = (hole + 1) & mask) if (cells[hole] === 0) return false;
    // Move back whoever would not be found with the hole in its way.
    for (let at = (hole + 1) & mask; cells[at] !== 0; at = (at + 1) & mask) {
      const home = this.keyA[cells[at]! - 1]! & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      cells[hole] = cells[at]!;
      hole = at;
    }
    cells[hole] = 0;
    this.count--;
    return true;
  }
}
