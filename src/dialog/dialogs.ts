// Dialogs (RFC 3261 §12): state as columns, texts in one chunk of memory each. Sends nothing and knows no call; a slot is whatever index the caller gives.

import { Address, paramStart, readAddress } from '../sip/address.ts';
import { putUnfolded } from '../sip/bytes.ts';
import type { Memory } from '../sip/memory.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { putRequestUri } from '../sip/uri.ts';
import { LINE_BYTES, putBracketEnd, putLineBegin, RouteSet } from './route-set.ts';

/** RFC 3261 §12. NONE is 0, so that an unused slot is no dialog. */
export const DIALOG = { NONE: 0, EARLY: 1, CONFIRMED: 2, TERMINATED: 3 } as const;

/** What establishing and refreshing answer. */
export const ESTABLISH = {
  OK: 0,
  /** No Contact with a URI in it, and none known from before. */
  NO_CONTACT: -1,
  /** The worker's memory is used up, or the texts are longer than a chunk can be. */
  NO_MEMORY: -2,
  /** A provisional response without a To tag establishes nothing. */
  NO_TAG: -3,
  TOO_MANY_ROUTES: -4,
} as const;

/** Largest chunk of Memory. */
const MAX_CHUNK = 65_600;
/** `Route: <` before the remote target where it is the last route. */
const LINE_BEGIN_BYTES = 8;
const LF = 10;

/**
 * One chunk per dialog: remote tag, Call-ID, names, the Request-URI of a strict router, Route lines, and at its end what a
 * target refresh replaces: the remote target, or the Route line that carries it.
 */
export class Dialogs {
  readonly state: Uint8Array;
  /** CSeq number of the last request sent, 0 for none yet; the caller counts it up. `release` sets it to 0. */
  readonly localCseq: Int32Array;
  /** CSeq number of the last request received, NONE (-1) for none yet. Without meaning while there is no dialog. */
  readonly remoteCseq: Int32Array;

  // Spans in memory.bytes; length 0: none.
  readonly remoteTagStart: Int32Array;
  readonly remoteTagLen: Int32Array;
  /** Request-URI of the next request: the remote target, or the first route when that is a strict router. */
  readonly targetStart: Int32Array;
  readonly targetLen: Int32Array;
  /** Ready lines `Route: <…>` CR LF. */
  readonly routesStart: Int32Array;
  readonly routesLen: Int32Array;
  readonly callIdStart: Int32Array;
  readonly callIdLen: Int32Array;
  /** UAS: value of our From in requests, without its tag; and of our To, with its tag. */
  readonly localNameStart: Int32Array;
  readonly localNameLen: Int32Array;
  readonly remoteNameStart: Int32Array;
  readonly remoteNameLen: Int32Array;

  private readonly namesOfUac: boolean;
  private readonly memory: Memory;
  private readonly bytes: Uint8Array;
  /** Offset + 1 of the chunk, 0 for none; and the length it was asked for with. */
  private readonly chunk: Int32Array;
  private readonly chunkLen: Int32Array;
  /** The end part: where it begins, and its length. */
  private readonly tailStart: Int32Array;
  private readonly tailLen: Int32Array;
  /** 1: the first route is a strict router, the tail a Route line. */
  private readonly strict: Uint8Array;

  private readonly routes = new RouteSet();
  private readonly address = new Address();

  /** @param namesOfUac dialogs of our own requests keep their names, too: From and To are not the same for all of them */
  constructor(capacity: number, memory: Memory, namesOfUac = false) {
    this.namesOfUac = namesOfUac;
    this.memory = memory;
    this.bytes = memory.bytes;
    this.state = new Uint8Array(capacity);
    this.localCseq = new Int32Array(capacity);
    this.remoteCseq = new Int32Array(capacity);
    this.remoteTagStart = new Int32Array(capacity);
    this.remoteTagLen = new Int32Array(capacity);
    this.targetStart = new Int32Array(capacity);
    this.targetLen = new Int32Array(capacity);
    this.routesStart = new Int32Array(capacity);
    this.routesLen = new Int32Array(capacity);
    this.callIdStart = new Int32Array(capacity);
    this.callIdLen = new Int32Array(capacity);
    this.localNameStart = new Int32Array(capacity);
    this.localNameLen = new Int32Array(capacity);
    this.remoteNameStart = new Int32Array(capacity);
    this.remoteNameLen = new Int32Array(capacity);
    this.chunk = new Int32Array(capacity);
    this.chunkLen = new Int32Array(capacity);
    this.tailStart = new Int32Array(capacity);
    this.tailLen = new Int32Array(capacity);
    this.strict = new Uint8Array(capacity);
  }

  /**
   * A response of 101–299 to our request makes a dialog, or moves it on: the same dialog (same To tag) gets its route set anew and keeps its
   * CSeq numbers; another tag makes another dialog in the slot. `confirmed`: it is a 2xx. ESTABLISH.OK or a negative reason, which changes nothing.
   */
  establishUac(slot: number, msg: Message, confirmed: boolean): number {
    if (!confirmed && msg.toTagStart === NONE) return ESTABLISH.NO_TAG;
    const same = this.state[slot] !== DIALOG.NONE && this.sameRemoteTag(slot, msg, msg.toTagStart, msg.toTagEnd);
    if (same && !confirmed && this.state[slot] !== DIALOG.EARLY) return ESTABLISH.OK;
    // RFC 3261 §12.1.2: the route set is the Record-Route of the response, in reverse order; §13.2.2.4: a 2xx computes it anew.
    const result = this.write(slot, msg, true, same);
    if (result !== ESTABLISH.OK) return result;
    // RFC 3261 §12.1.2: the local sequence number is that of the request; it may have gone on in the early dialog (§13.2.2.4).
    if (this.localCseq[slot]! < msg.cseq) this.localCseq[slot] = msg.cseq;
    // RFC 3261 §12.1.2: the remote sequence number is empty until the peer sends a request.
    if (!same) this.remoteCseq[slot] = NONE;
    this.state[slot] = confirmed ? DIALOG.CONFIRMED : DIALOG.EARLY;
    return ESTABLISH.OK;
  }

  /** A request that we answer with 101–299 makes an early dialog; `confirm` follows with the 2xx. ESTABLISH.OK or a negative reason. */
  establishUas(slot: number, msg: Message): number {
    // RFC 3261 §12.1.1: the route set is the Record-Route of the request, in order.
    const result = this.write(slot, msg, false, false);
    if (result !== ESTABLISH.OK) return result;
    // RFC 3261 §12.1.1: the remote sequence number is that of the request.
    this.remoteCseq[slot] = msg.cseq;
    this.state[slot] = DIALOG.EARLY;
    return ESTABLISH.OK;
  }

  /**
   * RFC 3261 §12.2.1.2, §12.2.2: the Contact of a target refresh request, or of a 2xx to one, becomes the remote target; without a Contact
   * nothing changes. Which methods refresh is the caller's to know. ESTABLISH.OK or NO_MEMORY, which changes nothing.
   */
  refreshTarget(slot: number, msg: Message): number {
    const at = this.chunk[slot]! - 1;
    if (at < 0 || !this.readContact(msg)) return ESTABLISH.OK;
    const start = this.address.uriStart;
    const end = this.address.uriEnd;
    const before = this.tailStart[slot]! - at;
    const want = before + (end - start) + LINE_BYTES;
    if (want <= ((this.chunkLen[slot]! + 63) & ~63)) {
      this.putTail(slot, this.tailStart[slot]!, msg.buf, start, end);
      return ESTABLISH.OK;
    }
    const to = want > MAX_CHUNK ? NONE : this.memory.alloc(want);
    if (to === NONE) return ESTABLISH.NO_MEMORY;
    for (let i = 0; i < before; i++) this.bytes[to + i] = this.bytes[at + i]!;
    this.move(slot, to - at);
    this.putTail(slot, to + before, msg.buf, start, end);
    this.memory.free(at, this.chunkLen[slot]!);
    this.chunk[slot] = to + 1;
    this.chunkLen[slot] = want;
    return ESTABLISH.OK;
  }

  /** RFC 3261 §12.2.2: 0 when a request of the peer is in order (its CSeq is kept), 1 when its CSeq is lower than one before: answer 500. */
  takeRemoteCseq(slot: number, cseq: number): number {
    if (this.state[slot] === DIALOG.NONE) return 0;
    if (cseq < this.remoteCseq[slot]!) return 1;
    this.remoteCseq[slot] = cseq;
    return 0;
  }

  /** Whether `[start, end)` of the message is the remote tag of the dialog; NONE is the tag of a peer that has none. */
  sameRemoteTag(slot: number, msg: Message, start: number, end: number): boolean {
    const length = start === NONE ? 0 : end - start;
    if (length !== this.remoteTagLen[slot]) return false;
    const at = this.remoteTagStart[slot]!;
    const { buf } = msg;
    for (let i = 0; i < length; i++) if (buf[start + i] !== this.bytes[at + i]) return false;
    return true;
  }

  /** RFC 3261 §13.2.2.4: whether a 2xx to our INVITE comes from another branch of a fork: its To tag is not that of this dialog. */
  isOtherFork(slot: number, msg: Message): boolean {
    return this.state[slot] !== DIALOG.NONE && !this.sameRemoteTag(slot, msg, msg.toTagStart, msg.toTagEnd);
  }

  /** How many routes lead to the peer: as many as there are Route lines, also where the first one is a strict router. */
  routeCount(slot: number): number {
    const start = this.routesStart[slot]!;
    let count = 0;
    for (let i = start; i < start + this.routesLen[slot]!; i++) if (this.bytes[i] === LF) count++;
    return count;
  }

  /** UAS: the 2xx leaves, the dialog is confirmed. */
  confirm(slot: number): void {
    if (this.state[slot] === DIALOG.EARLY) this.state[slot] = DIALOG.CONFIRMED;
  }

  /** RFC 3261 §12.3: a non-2xx final response ends an early dialog, a BYE a confirmed one. The texts stay until `release`. */
  terminate(slot: number): void {
    if (this.state[slot] !== DIALOG.NONE) this.state[slot] = DIALOG.TERMINATED;
  }

  /** The dialog is gone, as after a 300–699 to its INVITE; the next request of the slot goes on counting. */
  forget(slot: number): void {
    if (this.state[slot] === DIALOG.NONE) return;
    const cseq = this.localCseq[slot]!;
    this.release(slot);
    this.localCseq[slot] = cseq;
  }

  /** Frees the texts; the slot is as if it had never been used. */
  release(slot: number): void {
    if (this.chunk[slot] !== 0) this.memory.free(this.chunk[slot]! - 1, this.chunkLen[slot]!);
    this.chunk[slot] = 0;
    this.state[slot] = DIALOG.NONE;
    this.localCseq[slot] = 0;
    this.remoteCseq[slot] = 0;
    this.remoteTagLen[slot] = 0;
    this.targetLen[slot] = 0;
    this.routesLen[slot] = 0;
    this.callIdLen[slot] = 0;
    this.localNameLen[slot] = 0;
    this.remoteNameLen[slot] = 0;
  }

  /** Writes the texts of a dialog into a new chunk and frees the old one. `keepTarget`: without a Contact the old target stays. */
  private write(slot: number, msg: Message, uac: boolean, keepTarget: boolean): number {
    const { routes, bytes } = this;
    // RFC 3261 §12.1.1, §12.1.2: the remote target is the URI of the Contact.
    let target = msg.buf;
    let targetStart = 0;
    let targetEnd = 0;
    if (this.readContact(msg)) {
      targetStart = this.address.uriStart;
      targetEnd = this.address.uriEnd;
    } else if (keepTarget) {
      const isLine = this.strict[slot] === 1;
      target = bytes;
      targetStart = this.tailStart[slot]! + (isLine ? LINE_BEGIN_BYTES : 0);
      targetEnd = targetStart + this.tailLen[slot]! - (isLine ? LINE_BYTES : 0);
    } else return ESTABLISH.NO_CONTACT;
    if (!routes.collect(msg, uac)) return ESTABLISH.TOO_MANY_ROUTES;

    const named = !uac || this.namesOfUac;
    const from = named ? msg.first[uac ? HEADER.TO : HEADER.FROM]! : NONE;
    const to = named ? msg.first[uac ? HEADER.FROM : HEADER.TO]! : NONE;
    const tagStart = uac ? msg.toTagStart : msg.fromTagStart;
    const tagEnd = uac ? msg.toTagEnd : msg.fromTagEnd;
    let want = tagEnd - tagStart + (msg.callIdEnd - msg.callIdStart) + routes.bytes + (targetEnd - targetStart);
    want += LINE_BYTES;
    if (from !== NONE) want += msg.valueEnd[from]! - msg.valueStart[from]!;
    if (to !== NONE) want += msg.valueEnd[to]! - msg.valueStart[to]!;
    const chunk = want > MAX_CHUNK ? NONE : this.memory.alloc(want);
    if (chunk === NONE) return ESTABLISH.NO_MEMORY;

    let at = putUnfolded(bytes, chunk, msg.buf, tagStart, tagEnd);
    this.remoteTagStart[slot] = chunk;
    this.remoteTagLen[slot] = at - chunk;
    this.callIdStart[slot] = at;
    at = putUnfolded(bytes, at, msg.buf, msg.callIdStart, msg.callIdEnd);
    this.callIdLen[slot] = at - this.callIdStart[slot]!;
    // RFC 3261 §12.1.1, §12.1.2: the remote URI is that of From, the local URI that of To; to who called it is the other way round.
    this.remoteNameStart[slot] = at;
    if (from !== NONE) at = putUnfolded(bytes, at, msg.buf, msg.valueStart[from]!, msg.valueEnd[from]!);
    this.remoteNameLen[slot] = at - this.remoteNameStart[slot]!;
    this.localNameStart[slot] = at;
    if (to !== NONE) {
      const ownStart = uac ? msg.fromTagStart : msg.toTagStart;
      const ownEnd = uac ? msg.fromTagEnd : msg.toTagEnd;
      at = putUntagged(bytes, at, msg, msg.valueStart[to]!, msg.valueEnd[to]!, ownStart, ownEnd);
    }
    this.localNameLen[slot] = at - this.localNameStart[slot]!;
    this.putRouting(slot, at, target, targetStart, targetEnd);

    if (this.chunk[slot] !== 0) this.memory.free(this.chunk[slot]! - 1, this.chunkLen[slot]!);
    this.chunk[slot] = chunk + 1;
    this.chunkLen[slot] = want;
    return ESTABLISH.OK;
  }

  /** Writes Request-URI and Route lines (RFC 3261 §12.2.1.1) at `to`, with the tail at the end. */
  private putRouting(slot: number, to: number, target: Uint8Array, targetStart: number, targetEnd: number): void {
    const { bytes, routes } = this;
    let at = to;
    if (routes.isStrict()) {
      // RFC 3261 §12.2.1.1: a first route without lr becomes the Request-URI; the other routes follow in Route, the remote target last.
      this.strict[slot] = 1;
      this.targetStart[slot] = at;
      at = routes.putFirstUri(bytes, at);
      this.targetLen[slot] = at - to;
      this.routesStart[slot] = at;
      at = routes.putLines(bytes, at, 1);
    } else {
      // RFC 3261 §12.2.1.1: with no route, or a loose router first, the remote target is the Request-URI and all routes stand in Route.
      this.strict[slot] = 0;
      this.routesStart[slot] = at;
      at = routes.putLines(bytes, at, 0);
      this.routesLen[slot] = at - to;
    }
    this.putTail(slot, at, target, targetStart, targetEnd);
  }

  /** Writes the remote target at `at`, as the Request-URI or as the last Route line. */
  private putTail(slot: number, at: number, target: Uint8Array, targetStart: number, targetEnd: number): void {
    const { bytes } = this;
    let next = at;
    if (this.strict[slot] === 1) {
      next = putLineBegin(bytes, next);
      next = putRequestUri(bytes, next, target, targetStart, targetEnd);
      next = putBracketEnd(bytes, next);
      this.routesLen[slot] = next - this.routesStart[slot]!;
    } else {
      next = putRequestUri(bytes, next, target, targetStart, targetEnd);
      this.targetStart[slot] = at;
      this.targetLen[slot] = next - at;
    }
    this.tailStart[slot] = at;
    this.tailLen[slot] = next - at;
  }

  /** Moves every span before the tail by `by` bytes. */
  private move(slot: number, by: number): void {
    this.remoteTagStart[slot]! += by;
    this.callIdStart[slot]! += by;
    this.remoteNameStart[slot]! += by;
    this.localNameStart[slot]! += by;
    this.routesStart[slot]! += by;
    this.targetStart[slot]! += by;
  }

  /** Reads the first Contact of `msg` into `address`; false when there is none, or `*`. */
  private readContact(msg: Message): boolean {
    const field = msg.first[HEADER.CONTACT]!;
    if (field === NONE) return false;
    readAddress(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, this.address);
    const start = this.address.uriStart;
    const length = this.address.uriEnd - start;
    return length > 1 || (length === 1 && msg.buf[start] !== 42);
  }
}

/** Copies a From or To value without its tag parameter, whose value the decoder has found at `[tagStart, tagEnd)`. */
function putUntagged(
  bytes: Uint8Array,
  at: number,
  msg: Message,
  start: number,
  end: number,
  tagStart: number,
  tagEnd: number,
): number {
  const tag = tagStart === NONE ? NONE : paramStart(msg.buf, start, tagStart);
  if (tag === NONE) return putUnfolded(bytes, at, msg.buf, start, end);
  const next = putUnfolded(bytes, at, msg.buf, start, tag);
  return putUnfolded(bytes, next, msg.buf, tagEnd, end);
}
