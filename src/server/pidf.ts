// Presence documents of one user put together: the newest one, with the tuples that only others have (RFC 3903 §3, RFC 3863 §4.1). Copies elements; reads no more XML than that takes.

import { bytesOf, sameBytes } from '../sip/bytes.ts';
import { copyWithin } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';

const ROOT = bytesOf('<presence');
const ROOT_END = bytesOf('</presence>');
const TUPLE = bytesOf('<tuple');
const TUPLE_END = bytesOf('</tuple>');
const ID = bytesOf('id=');
/** A NOTIFY has to fit into a datagram. */
const MOST_BYTES = 60_000;
/** Tuples taken over from other documents: each is compared with all there are. */
const MOST_TUPLES = 16;

const GREATER = 62;

export class Composition {
  private readonly bytes: Uint8Array;
  private at = 0;
  private end = 0;
  private rootStart = 0;
  private rootEnd = 0;
  private taken = 0;

  /** @param bytes where the documents are, and where the composed one goes */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Begins with the newest document, copied to `at`. */
  begin(at: number, start: number, length: number): void {
    copyWithin(this.bytes, at, start, length);
    this.at = at;
    this.end = at + length;
    this.taken = 0;
    this.rootStart = find(this.bytes, at, this.end, ROOT);
    this.rootEnd = this.rootStart === NONE ? NONE : findByte(this.bytes, this.rootStart, this.end, GREATER);
  }

  get length(): number {
    return this.end - this.at;
  }

  /**
   * Adds the tuples of an older document whose id is not there so far. A document whose root element is written otherwise is left out:
   * its tuples may use names that only its root declares.
   */
  add(start: number, length: number): void {
    const { bytes, rootStart, rootEnd } = this;
    const end = start + length;
    if (rootEnd === NONE) return;
    const root = find(bytes, start, end, ROOT);
    if (root === NONE || !sameRoot(bytes, root, end, rootStart, rootEnd)) return;
    for (let from = root + rootEnd - rootStart; this.taken < MOST_TUPLES; ) {
      const tuple = find(bytes, from, end, TUPLE);
      const close = tuple === NONE ? NONE : find(bytes, tuple, end, TUPLE_END);
      if (close === NONE) return;
      from = close + TUPLE_END.length;
      if (!this.has(tuple, close)) this.insert(tuple, from - tuple);
    }
  }

  /** Whether the composed document has a tuple of the same id as that at `tuple`; one without an id counts as there. */
  private has(tuple: number, tupleEnd: number): boolean {
    const { bytes } = this;
    const start = idOf(bytes, tuple, tupleEnd);
    if (start === NONE) return true;
    const length = idLength(bytes, start, tupleEnd);
    for (let from = find(bytes, this.rootEnd, this.end, TUPLE); from !== NONE; ) {
      const other = idOf(bytes, from, this.end);
      if (other !== NONE) {
        const otherEnd = other + idLength(bytes, other, this.end);
        if (sameBytes(bytes, start, start + length, other, otherEnd)) return true;
      }
      from = find(bytes, from + TUPLE.length, this.end, TUPLE);
    }
    return false;
  }

  /** RFC 3863 §4.1: tuples come before the other children of the root. */
  private insert(start: number, length: number): void {
    const { bytes } = this;
    if (this.length + length > MOST_BYTES || find(bytes, this.rootEnd, this.end, ROOT_END) === NONE) return;
    const to = this.rootEnd + 1;
    bytes.copyWithin(to + length, to, this.end);
    copyWithin(bytes, to, start, length);
    this.end += length;
    this.taken++;
  }
}

/** Whether the root element at `root` is written byte for byte as that of `[start, last]`. */
function sameRoot(bytes: Uint8Array, root: number, end: number, start: number, last: number): boolean {
  const stop = root + last - start + 1;
  return stop <= end && sameBytes(bytes, root, stop, start, last + 1);
}

/** Where the value of the attribute id of the element at `element` begins, NONE without one. */
function idOf(bytes: Uint8Array, element: number, end: number): number {
  const close = findByte(bytes, element, end, GREATER);
  if (close === NONE) return NONE;
  for (let p = find(bytes, element, close, ID); p !== NONE; p = find(bytes, p + 1, close, ID)) {
    const before = bytes[p - 1]!;
    const quote = bytes[p + ID.length]!;
    const space = before === 32 || before === 9 || before === 13 || before === 10;
    if (space && (quote === 34 || quote === 39)) return p + ID.length + 1;
  }
  return NONE;
}

function idLength(bytes: Uint8Array, start: number, end: number): number {
  const close = findByte(bytes, start, end, bytes[start - 1]!);
  return close === NONE ? 0 : close - start;
}

function findByte(bytes: Uint8Array, start: number, end: number, byte: number): number {
  for (let p = start; p < end; p++) if (bytes[p] === byte) return p;
  return NONE;
}

function find(bytes: Uint8Array, start: number, end: number, text: Uint8Array): number {
  const last = end - text.length;
  for (let p = start; p <= last; p++) {
    let i = 0;
    while (i < text.length && bytes[p + i] === text[i]) i++;
    if (i === text.length) return p;
  }
  return NONE;
}
