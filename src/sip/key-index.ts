// From a 64-bit key to a slot. Open addressing; stores slots only, the keys stay in the columns of whoever owns the slots.

/** The two halves of each slot's key, and how many slots there are. */
export interface KeyColumns {
  readonly keyA: Int32Array;
  readonly keyB: Int32Array;
  readonly capacity: number;
}

/** No such slot. */
const NONE = -1;
const FIRST_CELLS = 1 << 14;
/** Old cells looked at for each insert while the index grows: enough to be done long before the next growth. */
const MOVES = 8;

/**
 * Linear probing in a power of two of cells, at most half full, each slot + 1. It grows by doubling, a few cells with each
 * insert, so that no call waits for it and memory is as large as what is in it needs (bench/match.ts).
 */
export class KeyIndex {
  private readonly keyA: Int32Array;
  private readonly keyB: Int32Array;
  private cells: Int32Array;
  private mask: number;
  private inCells = 0;
  /** The cells before the last growth, as long as some are in use. */
  private old: Int32Array = new Int32Array(1);
  private oldMask = 0;
  private inOld = 0;
  private cursor = 0;

  constructor(columns: KeyColumns) {
    this.keyA = columns.keyA;
    this.keyB = columns.keyB;
    let size = 4;
    while (size < FIRST_CELLS && size < columns.capacity * 2) size *= 2;
    this.cells = new Int32Array(size);
    this.mask = size - 1;
  }

  /** Slots in the index. */
  get count(): number {
    return this.inCells + this.inOld;
  }

  /** Adds `slot` under its key columns. A key that is in already must not be added again: `find` comes first. */
  insert(slot: number): void {
    if (this.inOld > 0) this.moveSome();
    else if (this.inCells * 2 > this.mask) this.grow();
    this.put(slot);
  }

  /** The slot with this key, NONE (-1) when there is none. */
  find(keyA: number, keyB: number): number {
    const slot = this.probe(this.cells, this.mask, keyA, keyB);
    return slot !== NONE || this.inOld === 0 ? slot : this.probe(this.old, this.oldMask, keyA, keyB);
  }

  /** Takes `slot` out (its key columns as they were at insert); false when it was not in. */
  remove(slot: number): boolean {
    if (this.take(this.cells, this.mask, slot)) {
      this.inCells--;
      return true;
    }
    if (this.inOld === 0 || !this.take(this.old, this.oldMask, slot)) return false;
    this.inOld--;
    return true;
  }

  private put(slot: number): void {
    const { cells, mask } = this;
    let at = this.keyA[slot]! & mask;
    while (cells[at] !== 0) at = (at + 1) & mask;
    cells[at] = slot + 1;
    this.inCells++;
  }

  private probe(cells: Int32Array, mask: number, keyA: number, keyB: number): number {
    for (let at = keyA & mask; ; at = (at + 1) & mask) {
      const slot = cells[at]! - 1;
      if (slot < 0) return NONE;
      if (this.keyA[slot] === keyA && this.keyB[slot] === keyB) return slot;
    }
  }

  private take(cells: Int32Array, mask: number, slot: number): boolean {
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
    return true;
  }

  private grow(): void {
    this.old = this.cells;
    this.oldMask = this.mask;
    this.inOld = this.inCells;
    this.cursor = 0;
    this.cells = new Int32Array((this.mask + 1) * 2);
    this.mask = this.cells.length - 1;
    this.inCells = 0;
  }

  /** Empties a few cells of the old array; taking one out may move another into its place, so that a cell is left only when it is empty. */
  private moveSome(): void {
    const { old, oldMask } = this;
    for (let n = 0; n < MOVES && this.inOld > 0; n++) {
      const slot = old[this.cursor]! - 1;
      if (slot < 0) {
        this.cursor = (this.cursor + 1) & oldMask;
        continue;
      }
      this.take(old, oldMask, slot);
      this.inOld--;
      this.put(slot);
    }
  }
}
