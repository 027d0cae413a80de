// Dialogs that are over, as hashes of what named them (RFC 3891 §3): the last ones only, a newer one in the place of an older. Columns only; keeps no text.

import { finishHash, mixSpan, mixWord } from '../sip/hash.ts';

/** A power of two: a worker with a thousand calls a second remembers the last minute. */
const PLACES = 65_536;

export class PastDialogs {
  private readonly keyA = new Int32Array(PLACES);
  private readonly keyB = new Int32Array(PLACES);
  private readonly seeds: Int32Array;
  private readonly key = new Int32Array(2);

  constructor(seeds: Int32Array) {
    this.seeds = seeds;
  }

  /** Call-ID, tag of the peer, and slot and serial number that our tag stands for. */
  add(buf: Uint8Array, id: number, idEnd: number, tag: number, tagEnd: number, slot: number, serial: number): void {
    const at = this.place(buf, id, idEnd, tag, tagEnd, slot, serial);
    this.keyA[at] = this.key[0]!;
    this.keyB[at] = this.key[1]!;
  }

  has(buf: Uint8Array, id: number, idEnd: number, tag: number, tagEnd: number, slot: number, serial: number): boolean {
    const at = this.place(buf, id, idEnd, tag, tagEnd, slot, serial);
    return this.keyA[at] === this.key[0] && this.keyB[at] === this.key[1];
  }

  private place(
    buf: Uint8Array,
    id: number,
    idEnd: number,
    tag: number,
    tagEnd: number,
    slot: number,
    serial: number,
  ): number {
    const { key } = this;
    key.set(this.seeds);
    mixSpan(buf, id, idEnd, 0, key);
    mixSpan(buf, tag, tagEnd, 0, key);
    mixWord(slot, key);
    mixWord(serial, key);
    finishHash(key);
    return key[0]! & (PLACES - 1);
  }
}
