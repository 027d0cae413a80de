// The registrar (RFC 3261 §10.3): bindings by address-of-record, and what a REGISTER is answered. Sends nothing; time is a parameter.

import { Address, readAddress } from '../sip/address.ts';
import { bytesOf, putDecimal, putText, sameLetters } from '../sip/bytes.ts';
import { Contact, readContact } from '../sip/contact.ts';
import { secondsOf } from '../sip/fields.ts';
import { finishHash } from '../sip/hash.ts';
import { copyWithin, type Memory } from '../sip/memory.ts';
import { BAD, type Message, NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { readUri, SCHEME, Uri } from '../sip/uri.ts';
import { sameUri } from '../sip/uri-compare.ts';
import { byteAt, viewOf } from '../sip/words.ts';
import { Chains } from './chains.ts';
import { BRIEF, grantedS, SHORTEST_S } from './expiry.ts';
import { isPlayed } from './extensions.ts';
import { hashSpan, mixResource } from './keys.ts';

/** Contact URIs of all users together: a part of the worker's memory, so that nobody who registers can take it all. */
const MOST_BYTES = 512 * 1024 * 1024;
/** Contacts one user may have, and one request may name. */
const MOST_CONTACTS = 10;

const CONTACT = bytesOf('Contact: <');
const EXPIRES = bytesOf('>;expires=');
const Q = bytesOf(';q=');
const MIN_EXPIRES = bytesOf(`Min-Expires: ${SHORTEST_S}\r\n`);
const PATH = bytesOf('Path: ');

export class Registrar {
  readonly bindings: Chains;
  private readonly memory: Memory;
  private readonly bytes: Uint8Array;
  private readonly uriChunk: Int32Array;
  private readonly uriLen: Int32Array;
  private readonly callIdA: Int32Array;
  private readonly callIdB: Int32Array;
  private readonly cseq: Int32Array;
  /** Thousandths, NONE when the contact gave none. */
  private readonly q: Int16Array;
  /** Bytes of all contacts. */
  private stored = 0;
  private readonly mostBytes: number;
  private readonly seeds: Int32Array;
  private readonly key = new Int32Array(2);
  private readonly callId = new Int32Array(2);
  private readonly address = new Address();
  private readonly contact = new Contact();
  /** The contacts of the request at hand: URI span, expiry and q of each. */
  private readonly record = new Uri();
  private readonly domain = new Uri();
  private readonly wanted = new Int32Array(MOST_CONTACTS * 4);
  private count = 0;
  /** Where the header lines of the last answer end. */
  end = 0;

  constructor(capacity: number, memory: Memory, seeds: Int32Array, mostBytes = MOST_BYTES) {
    this.mostBytes = mostBytes;
    this.bindings = new Chains(capacity);
    this.memory = memory;
    this.bytes = memory.bytes;
    this.seeds = seeds;
    this.uriChunk = new Int32Array(capacity);
    this.uriLen = new Int32Array(capacity);
    this.callIdA = new Int32Array(capacity);
    this.callIdB = new Int32Array(capacity);
    this.cseq = new Int32Array(capacity);
    this.q = new Int16Array(capacity);
  }

  /**
   * Does what a REGISTER asks, all of it or nothing, and writes the header lines of the answer at `at` (up to `end`).
   * @returns 200, 400, 403 (a user of the server's own, too many contacts), 404 (of another domain), 423, 500 (out of order) or 503 (table full)
   */
  register(msg: Message, nowS: number, at: number): number {
    this.end = at;
    for (let i = 0; i < 2; i++) {
      const row = this.bindings.overdue(nowS);
      if (row !== NONE) this.drop(row);
    }
    const to = msg.first[HEADER.TO]!;
    readAddress(msg.buf, msg.valueStart[to]!, msg.valueEnd[to]!, this.address);
    // RFC 3261 §10.2: the address-of-record is a SIP or SIPS URI.
    readUri(msg.buf, this.address.uriStart, this.address.uriEnd, this.record);
    if (this.record.kind === SCHEME.OTHER) return 400;
    // RFC 3261 §10.3 step 4: nobody registers for the users whom the server plays itself.
    if (isPlayed(msg.buf, this.record)) return 403;
    // RFC 3261 §10.3 step 5: the address-of-record is one of the domain in the Request-URI.
    readUri(msg.buf, msg.uriStart, msg.uriEnd, this.domain);
    const { hostStart, hostEnd } = this.domain;
    if (!sameLetters(msg.buf, hostStart, hostEnd, this.record.hostStart, this.record.hostEnd)) return 404;
    this.key.set(this.seeds);
    mixResource(msg.buf, this.address.uriStart, this.address.uriEnd, this.key);
    finishHash(this.key);
    hashSpan(msg.buf, msg.callIdStart, msg.callIdEnd, this.callId);
    this.expire(nowS);
    const status = this.isStar(msg) ? this.removeAll(msg) : this.update(msg, nowS);
    if (status === 423) this.end = putText(this.bytes, at, MIN_EXPIRES);
    else if (status === 200) this.writeBindings(msg, nowS, at);
    return status;
  }

  private expire(nowS: number): void {
    let row = this.bindings.first(this.key[0]!, this.key[1]!);
    while (row !== NONE) {
      const next = this.bindings.next[row]!;
      if (this.bindings.expiresS[row]! <= nowS) this.drop(row);
      row = next;
    }
  }

  private drop(row: number): void {
    this.memory.free(this.uriChunk[row]!, this.uriLen[row]!);
    this.stored -= this.uriLen[row]!;
    this.bindings.remove(row);
  }

  private isStar(msg: Message): boolean {
    const field = msg.first[HEADER.CONTACT]!;
    if (field === NONE) return false;
    return msg.valueEnd[field]! - msg.valueStart[field]! === 1 && msg.buf[msg.valueStart[field]!] === 42;
  }

  /** RFC 3261 §10.3 step 6: `*` stands alone, with Expires 0, and removes what the request comes after. */
  private removeAll(msg: Message): number {
    if (msg.next[msg.first[HEADER.CONTACT]!] !== NONE || secondsOf(msg, HEADER.EXPIRES) !== 0) return 400;
    let row = this.bindings.first(this.key[0]!, this.key[1]!);
    for (let r = row; r !== NONE; r = this.bindings.next[r]!) if (this.isOld(r, msg)) return 500;
    while (row !== NONE) {
      const next = this.bindings.next[row]!;
      this.drop(row);
      row = next;
    }
    return 200;
  }

  /** Whether the request is not later than the one that made this binding: same Call-ID, CSeq not higher. */
  private isOld(row: number, msg: Message): boolean {
    return this.callIdA[row] === this.callId[0] && this.callIdB[row] === this.callId[1] && msg.cseq <= this.cseq[row]!;
  }

  /** RFC 3261 §10.3 step 7: each contact is added, refreshed or removed; the first that cannot be ends the whole request. */
  private update(msg: Message, nowS: number): number {
    const status = this.readContacts(msg);
    if (status !== 200) return status;
    let more = 0;
    let bytes = 0;
    for (let i = 0; i < this.count; i++) {
      const row = this.find(i);
      if (row === NONE) {
        if (this.wanted[i * 4 + 2]! > 0) {
          more++;
          bytes += this.wanted[i * 4 + 1]! - this.wanted[i * 4]!;
        }
      } else if (this.isOld(row, msg)) return 500;
    }
    let have = 0;
    for (let r = this.bindings.first(this.key[0]!, this.key[1]!); r !== NONE; r = this.bindings.next[r]!) have++;
    if (have + more > MOST_CONTACTS) return 403;
    if (this.bindings.inUse + more > this.bindings.capacity || this.stored + bytes > this.mostBytes) return 503;
    for (let i = 0; i < this.count; i++) {
      const row = this.find(i);
      if (this.wanted[i * 4 + 2] === 0) {
        if (row !== NONE) this.drop(row);
      } else if (!this.bind(msg, i, row, nowS)) return 503;
    }
    return 200;
  }

  private readContacts(msg: Message): number {
    const standard = secondsOf(msg, HEADER.EXPIRES);
    this.count = 0;
    for (let field = msg.first[HEADER.CONTACT]!; field !== NONE; field = msg.next[field]!) {
      const end = msg.valueEnd[field]!;
      for (let at = msg.valueStart[field]!; at < end; at++) {
        at = readContact(msg.buf, at, end, this.contact);
        const { uriStart, uriEnd } = this.contact.address;
        if (uriStart === uriEnd || this.contact.star) return 400;
        // RFC 3261 §20.10: a URI with a question mark stands in angle brackets.
        if (!this.contact.address.bracketed && byteAt(viewOf(msg.buf), msg.buf, uriStart, uriEnd, 63) < uriEnd)
          return 400;
        if (this.count === MOST_CONTACTS) return 403;
        // RFC 3261 §10.2.1.1, §10.3 step 7: the contact's own expiry, else that of Expires, else the registrar's; one that cannot be read counts as none.
        const wanted = this.contact.expiresS === NONE ? standard : this.contact.expiresS;
        const expires = grantedS(wanted === BAD ? NONE : wanted);
        if (expires === BRIEF) return 423;
        const w = this.count * 4;
        this.wanted[w] = uriStart;
        this.wanted[w + 1] = uriEnd;
        this.wanted[w + 2] = expires;
        this.wanted[w + 3] = this.contact.q === BAD ? NONE : this.contact.q;
        this.count++;
      }
    }
    return 200;
  }

  /** RFC 3261 §10.3 step 7: the binding to the contact, by the rules of comparing URIs. */
  private find(i: number): number {
    const start = this.wanted[i * 4]!;
    const end = this.wanted[i * 4 + 1]!;
    for (let row = this.bindings.first(this.key[0]!, this.key[1]!); row !== NONE; row = this.bindings.next[row]!) {
      const chunk = this.uriChunk[row]!;
      if (sameUri(this.bytes, start, end, chunk, chunk + this.uriLen[row]!)) return row;
    }
    return NONE;
  }

  private bind(msg: Message, i: number, known: number, nowS: number): boolean {
    const w = i * 4;
    let row = known;
    if (row === NONE) {
      const start = this.wanted[w]!;
      const length = this.wanted[w + 1]! - start;
      const chunk = this.memory.alloc(length);
      if (chunk === NONE) return false;
      row = this.bindings.add(this.key[0]!, this.key[1]!);
      copyWithin(this.bytes, chunk, start, length);
      this.uriChunk[row] = chunk;
      this.uriLen[row] = length;
      this.stored += length;
    }
    this.bindings.expiresS[row] = nowS + this.wanted[w + 2]!;
    this.q[row] = this.wanted[w + 3]!;
    this.callIdA[row] = this.callId[0]!;
    this.callIdB[row] = this.callId[1]!;
    this.cseq[row] = msg.cseq;
    return true;
  }

  /** RFC 3261 §10.3 step 8: every binding of the user with what is left of its time. RFC 3327 §5.3: Path comes back. */
  private writeBindings(msg: Message, nowS: number, from: number): void {
    const { bytes, bindings } = this;
    let at = from;
    for (let row = bindings.first(this.key[0]!, this.key[1]!); row !== NONE; row = bindings.next[row]!) {
      at = putText(bytes, at, CONTACT);
      copyWithin(bytes, at, this.uriChunk[row]!, this.uriLen[row]!);
      at = putText(bytes, at + this.uriLen[row]!, EXPIRES);
      at = putDecimal(bytes, at, Math.ceil(bindings.expiresS[row]! - nowS));
      if (this.q[row] !== NONE) at = putQ(bytes, putText(bytes, at, Q), this.q[row]!);
      bytes[at++] = 13;
      bytes[at++] = 10;
    }
    for (let field = msg.first[HEADER.PATH]!; field !== NONE; field = msg.next[field]!) {
      at = putText(bytes, at, PATH);
      for (let i = msg.valueStart[field]!; i < msg.valueEnd[field]!; i++) bytes[at++] = bytes[i]!;
      bytes[at++] = 13;
      bytes[at++] = 10;
    }
    this.end = at;
  }
}

function putQ(bytes: Uint8Array, at: number, q: number): number {
  bytes[at] = q === 1000 ? 49 : 48;
  bytes[at + 1] = 46;
  bytes[at + 2] = 48 + (Math.floor(q / 100) % 10);
  bytes[at + 3] = 48 + (Math.floor(q / 10) % 10);
  bytes[at + 4] = 48 + (q % 10);
  return at + 5;
}
