// The publication agent (RFC 3903 §6): published state by resource and event package, under entity-tags. Sends nothing; time is a parameter.

import { bytesOf, putHex, readHex } from '../sip/bytes.ts';
import { isSingle, secondsOf, tokenIs } from '../sip/fields.ts';
import { finishHash, mixWord } from '../sip/hash.ts';
import { copyWithin, type Memory } from '../sip/memory.ts';
import { BAD, type Message, NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { Chains } from './chains.ts';
import { BRIEF, grantedS } from './expiry.ts';
import { mixResource } from './keys.ts';
import { PACKAGE } from './packages.ts';

const TAG_DIGITS = 16;
const PIDF = bytesOf('application/pidf+xml');
const PRESENCE = bytesOf('presence');
/** Documents of all publications together: a part of the worker's memory, so that nobody who publishes can take it all. */
const MOST_BYTES = 256 * 1024 * 1024;

export class Publications {
  readonly rows: Chains;
  private readonly memory: Memory;
  private readonly bytes: Uint8Array;
  private readonly seeds: Int32Array;
  /** Second half of the entity-tag: each publication, and each change of it, has a number of its own; the first is the row. */
  private readonly serial: Int32Array;
  /** The document: chunk offset + 1, 0 for none. */
  private readonly bodyChunk: Int32Array;
  private readonly bodyLen: Int32Array;
  /** Bytes of all documents. */
  private stored = 0;
  private readonly mostBytes: number;
  private lastSerial = 0;
  /** The resource of the last request: its key. */
  readonly key = new Int32Array(2);
  /** Of the last request that was answered 200: its expiry, whether the state changed. */
  expiresS = 0;
  changed = false;
  /** Its entity-tag is row and serial. */
  private tagRow = 0;
  private tagSerial = 0;
  private readonly bad = new Int32Array(1);

  constructor(capacity: number, memory: Memory, seeds: Int32Array, mostBytes = MOST_BYTES) {
    this.mostBytes = mostBytes;
    this.rows = new Chains(capacity);
    this.memory = memory;
    this.bytes = memory.bytes;
    this.seeds = seeds;
    this.serial = new Int32Array(capacity);
    this.bodyChunk = new Int32Array(capacity);
    this.bodyLen = new Int32Array(capacity);
  }

  /** The key of the resource `[start, end)` (a URI) in `event`, into `out`. */
  resource(buf: Uint8Array, start: number, end: number, event: number, out: Int32Array): void {
    out.set(this.seeds);
    mixResource(buf, start, end, out);
    mixWord(event, out);
    finishHash(out);
  }

  /** RFC 3903 §6. @returns 200, 400, 412, 413 (no room for the document), 415, 423, 489 or 503 */
  publish(msg: Message, nowS: number): number {
    for (let i = 0; i < 2; i++) {
      const old = this.rows.overdue(nowS);
      if (old !== NONE) this.drop(old);
    }
    this.changed = false;
    // RFC 3903 §6 step 2: the package is named, and known.
    if (!tokenIs(msg, HEADER.EVENT, PRESENCE)) return 489;
    this.resource(msg.buf, msg.uriStart, msg.uriEnd, PACKAGE.PRESENCE, this.key);
    // Step 3: an entity-tag names a publication that is alive, and one of this resource.
    const match = msg.first[HEADER.SIP_IF_MATCH]!;
    let row = NONE;
    if (match !== NONE) {
      if (!isSingle(msg, HEADER.SIP_IF_MATCH)) return 400;
      row = this.tagged(msg.buf, msg.valueStart[match]!, msg.valueEnd[match]!, nowS);
      if (row === NONE) return 412;
    }
    // Step 4: the expiry.
    const wanted = secondsOf(msg, HEADER.EXPIRES);
    if (wanted === BAD) return 400;
    const granted = grantedS(wanted);
    if (granted === BRIEF) return 423;
    this.expiresS = granted;
    // Step 5: the document. Without an entity-tag there must be one.
    const length = msg.bodyEnd - msg.bodyStart;
    if (length > 0 && !tokenIs(msg, HEADER.CONTENT_TYPE, PIDF)) return 415;
    if (length === 0 && row === NONE) return 400;
    if (length > 60_000) return 413;
    return this.apply(msg, row, length, nowS);
  }

  private apply(msg: Message, known: number, length: number, nowS: number): number {
    this.tagSerial = this.nextSerial();
    if (this.expiresS === 0) {
      // RFC 3903 §4.5: expiry 0 removes; one that was never there is removed at once.
      this.tagRow = known === NONE ? 0xffffff : known;
      this.changed = known !== NONE;
      if (known !== NONE) this.drop(known);
      return 200;
    }
    if (this.stored + length > this.mostBytes) return 503;
    const chunk = length === 0 ? NONE : this.memory.alloc(length);
    if (length > 0 && chunk === NONE) return 503;
    let row = known;
    if (row === NONE) {
      row = this.rows.add(this.key[0]!, this.key[1]!);
      if (row === NONE) {
        if (chunk !== NONE) this.memory.free(chunk, length);
        return 503;
      }
      this.bodyChunk[row] = 0;
    }
    if (chunk !== NONE) {
      this.freeBody(row);
      copyWithin(this.bytes, chunk, msg.bodyStart, length);
      this.bodyChunk[row] = chunk + 1;
      this.bodyLen[row] = length;
      this.stored += length;
      this.changed = true;
    }
    this.rows.expiresS[row] = nowS + this.expiresS;
    this.serial[row] = this.tagSerial;
    this.tagRow = row;
    return 200;
  }

  private nextSerial(): number {
    this.lastSerial = (this.lastSerial + 1) | 0;
    return this.lastSerial;
  }

  private drop(row: number): void {
    this.freeBody(row);
    this.serial[row] = 0;
    this.rows.remove(row);
  }

  private freeBody(row: number): void {
    if (this.bodyChunk[row]! > 0) {
      this.memory.free(this.bodyChunk[row]! - 1, this.bodyLen[row]!);
      this.stored -= this.bodyLen[row]!;
    }
    this.bodyChunk[row] = 0;
  }

  /** The publication with this entity-tag, NONE when there is none of this resource alive. */
  private tagged(buf: Uint8Array, start: number, end: number, nowS: number): number {
    if (end - start !== TAG_DIGITS) return NONE;
    this.bad[0] = 0;
    const row = readHex(buf, start, 8, this.bad);
    const serial = readHex(buf, start + 8, 8, this.bad);
    if (this.bad[0] !== 0) return NONE;
    if (row < 0 || row >= this.rows.capacity || serial === 0 || this.serial[row] !== serial) return NONE;
    if (this.rows.keyA[row] !== this.key[0] || this.rows.keyB[row] !== this.key[1]) return NONE;
    if (this.rows.expiresS[row]! <= nowS) {
      this.drop(row);
      return NONE;
    }
    return row;
  }

  /** Writes the entity-tag of the last publication at `at`; the offset after it. */
  putTag(at: number): number {
    putHex(this.bytes, at, this.tagRow, 8);
    putHex(this.bytes, at + 8, this.tagSerial, 8);
    return at + TAG_DIGITS;
  }

  /** The newest documents of a resource, as many as `out` holds, the newest first: how many there are. */
  newest(key: Int32Array, nowS: number, out: Int32Array): number {
    let count = 0;
    for (let row = this.rows.first(key[0]!, key[1]!); row !== NONE; row = this.rows.next[row]!) {
      if (this.bodyChunk[row] === 0 || this.rows.expiresS[row]! <= nowS) continue;
      out.copyWithin(1, 0, out.length - 1);
      out[0] = row;
      if (count < out.length) count++;
    }
    return count;
  }

  bodyStart(row: number): number {
    return this.bodyChunk[row]! - 1;
  }

  bodyLength(row: number): number {
    return this.bodyLen[row]!;
  }
}
