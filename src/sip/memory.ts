// One block of bytes per worker, so that every copy is a copy inside it: receive slab, message chunks, templates. Never shrinks, never moves.

import { NONE } from './message.ts';
import { viewOf } from './words.ts';

const GRAIN = 64;
const MAX_CLASS = 1025; // chunks up to 65,600 bytes, in steps of 64

/**
 * A bump allocator with a free list per size class of 64 bytes. The block is reserved up front; the system
 * commits a page when it is first written, so an unused reserve costs address space only.
 */
export class Memory {
  readonly bytes: Uint8Array;
  private readonly words: Int32Array;
  private readonly heads = new Int32Array(MAX_CLASS).fill(NONE);
  private top = 0;
  /** Bytes in chunks handed out and not freed. */
  inUseBytes = 0;

  /** @param reserveBytes size of the block, at most 2 GiB − 64 KiB */
  constructor(reserveBytes: number) {
    const size = Math.ceil(reserveBytes / GRAIN) * GRAIN;
    const buffer = new ArrayBuffer(size);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
  }

  /** A permanent region of `len` bytes, 64-byte aligned. Throws RangeError when the reserve is used up. */
  reserve(len: number): number {
    const at = this.top;
    const next = at + Math.ceil(len / GRAIN) * GRAIN;
    if (next > this.bytes.length) throw new RangeError(`memory: ${len} bytes wanted, ${this.bytes.length - at} left`);
    this.top = next;
    return at;
  }

  /** A chunk of at least `len` bytes (1 ≤ len ≤ 65,600); its offset, or NONE when the reserve is used up. */
  alloc(len: number): number {
    const size = (len + GRAIN - 1) >> 6;
    const head = this.heads[size]!;
    if (head !== NONE) {
      this.heads[size] = this.words[head >> 2]!;
      this.inUseBytes += size << 6;
      return head;
    }
    const at = this.top;
    if (at + (size << 6) > this.bytes.length) return NONE;
    this.top = at + (size << 6);
    this.inUseBytes += size << 6;
    return at;
  }

  /** Gives back a chunk got by `alloc(len)`; `len` may be any length of the same size class. */
  free(at: number, len: number): void {
    const size = (len + GRAIN - 1) >> 6;
    this.words[at >> 2] = this.heads[size]!;
    this.heads[size] = at;
    this.inUseBytes -= size << 6;
  }
}

/** Copies `len` bytes from `from` to `to` inside one block; the regions may not overlap. bench/copy.ts: the language's own copy takes 22 ns however short. */
export function copyWithin(bytes: Uint8Array, to: number, from: number, len: number): void {
  if (len < 4) {
    for (let i = 0; i < len; i++) bytes[to + i] = bytes[from + i]!;
  } else if (len < 64) {
    const words = viewOf(bytes);
    const last = len - 4;
    for (let i = 0; i < last; i += 4) words.setInt32(to + i, words.getInt32(from + i, true), true);
    // The last four bytes, some of them for the second time.
    words.setInt32(to + last, words.getInt32(from + last, true), true);
  } else bytes.copyWithin(to, from, from + len);
}
