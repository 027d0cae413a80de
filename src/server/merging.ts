// The initial INVITEs of calls by what a copy of them that took another way has in common: From tag, Call-ID, CSeq (RFC 3261 §8.2.2.2). Columns only.

import { finishHash, mixSpan } from '../sip/hash.ts';
import { KeyIndex } from '../sip/key-index.ts';
import { type Message, NONE } from '../sip/message.ts';

export class Merging {
  private readonly columns: { readonly keyA: Int32Array; readonly keyB: Int32Array; readonly capacity: number };
  private readonly listed: Uint8Array;
  private readonly index: KeyIndex;
  private readonly seeds: Int32Array;
  private readonly key = new Int32Array(2);
  private tagged = false;

  /** @param calls slots there are */
  constructor(calls: number, seeds: Int32Array) {
    this.seeds = seeds;
    this.columns = { keyA: new Int32Array(calls), keyB: new Int32Array(calls), capacity: calls };
    this.listed = new Uint8Array(calls);
    this.index = new KeyIndex(this.columns);
  }

  /** The call that a request without To tag is a copy of, NONE when there is none. */
  find(msg: Message): number {
    const { key } = this;
    // RFC 2543 had no tags: nothing tells such requests apart.
    this.tagged = msg.fromTagStart !== NONE;
    if (!this.tagged) return NONE;
    key.set(this.seeds);
    mixSpan(msg.buf, msg.fromTagStart, msg.fromTagEnd, 0, key);
    mixSpan(msg.buf, msg.callIdStart, msg.callIdEnd, 0, key);
    key[0]! ^= msg.cseq;
    finishHash(key);
    return this.index.find(key[0]!, key[1]!);
  }

  /** Lists `call` under the request that `find` has just looked for in vain. */
  add(call: number): void {
    if (!this.tagged) return;
    this.columns.keyA[call] = this.key[0]!;
    this.columns.keyB[call] = this.key[1]!;
    this.listed[call] = 1;
    this.index.insert(call);
  }

  remove(call: number): void {
    if (this.listed[call] === 0) return;
    this.listed[call] = 0;
    this.index.remove(call);
  }
}
