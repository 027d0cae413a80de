// Which row of the data file a new call gets: the orders of --data-order. Numbers only; reads no cell.

import { NONE } from '../sip/message.ts';
import { Random } from '../time/random.ts';
import type { DataOrder } from './protocol.ts';

/**
 * Worker `first` of `stride` workers in all shards. `sequential` gives call k of the whole run row k, from the top again after the last;
 * `random` any row, from a seed; `per-shard` only the worker's own rows (those with row mod stride = first), in turn; `unique` the own row
 * that has been free for longest, so that no row is used by two calls at a time.
 */
export class Rows {
  readonly count: number;
  /** Rows that belong to this worker alone. */
  readonly own: number;
  private readonly order: DataOrder;
  private readonly ownOnly: boolean;
  private readonly first: number;
  private readonly stride: number;
  private readonly random: Random | null;
  private next: number;
  /** unique: the free rows, as a ring of `own`. */
  private readonly ring: Int32Array;
  private ringHead = 0;
  private ringCount = 0;

  /** @param ownOnly in every order the worker's own rows only: users who are registered from its socket */
  constructor(order: DataOrder, count: number, first: number, stride: number, seed: number, ownOnly = false) {
    this.order = ownOnly && order === 'sequential' ? 'per-shard' : order;
    this.ownOnly = ownOnly;
    this.count = count;
    this.first = first;
    this.stride = stride;
    this.own = Math.max(0, Math.ceil((count - first) / stride));
    this.next = this.order === 'sequential' ? first % count : first;
    this.random = order === 'random' ? new Random(seed + first) : null;
    this.ring = new Int32Array(order === 'unique' ? this.own : 0);
    for (let i = 0; i < this.ring.length; i++) this.release(first + i * stride);
  }

  /** The row of the next call; NONE when there is none for it: unique, and all are in use. */
  take(): number {
    switch (this.order) {
      case 'random':
        if (this.ownOnly) return this.first + ((this.random!.bits() >>> 0) % this.own) * this.stride;
        return (this.random!.bits() >>> 0) % this.count;
      case 'unique': {
        if (this.ringCount === 0) return NONE;
        const row = this.ring[this.ringHead]!;
        this.ringHead = this.ringHead + 1 === this.own ? 0 : this.ringHead + 1;
        this.ringCount--;
        return row;
      }
      case 'per-shard': {
        const row = this.next;
        this.next = row + this.stride < this.count ? row + this.stride : this.first;
        return row;
      }
      default: {
        const row = this.next;
        this.next = (row + this.stride) % this.count;
        return row;
      }
    }
  }

  /** The call of a row is over. */
  release(row: number): void {
    if (this.order !== 'unique') return;
    let at = this.ringHead + this.ringCount;
    if (at >= this.own) at -= this.own;
    this.ring[at] = row;
    this.ringCount++;
  }
}
