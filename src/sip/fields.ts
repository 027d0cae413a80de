// Header values over all rows of a name: elements of comma-separated lists, tokens, the value of a field that stands once. Allocates nothing.

import { equalsIgnoreCase, startsIgnoreCase } from './bytes.ts';
import { type Message, NONE } from './message.ts';
import { decimalAt, readSeconds } from './numbers.ts';
import { paramAt } from './params.ts';
import { elementEnd, skipSpace, trimEnd, wordEnd } from './scan.ts';

const SP = 32;
const SEMICOLON = 59;
const LESS = 60;
const GREATER = 62;

/** Walks the elements of a header over its rows and their commas (RFC 3261 §7.3.1); empty ones are passed over. */
export class Elements {
  start = NONE;
  end = NONE;
  private buf: Uint8Array = new Uint8Array(0);
  private msg: Message | null = null;
  private field = NONE;
  private at = 0;

  open(msg: Message, id: number): void {
    this.msg = msg;
    this.buf = msg.buf;
    this.field = msg.first[id]!;
    if (this.field !== NONE) this.at = msg.valueStart[this.field]!;
  }

  /** Moves to the next element; false when there is none. */
  next(): boolean {
    const msg = this.msg!;
    while (this.field !== NONE) {
      const end = msg.valueEnd[this.field]!;
      while (this.at < end) {
        const start = skipSpace(this.buf, this.at, end);
        const stop = elementEnd(this.buf, start, end);
        this.at = stop + 1;
        if (stop === start) continue;
        this.start = start;
        this.end = trimEnd(this.buf, start, stop);
        return true;
      }
      this.field = msg.next[this.field]!;
      if (this.field !== NONE) this.at = msg.valueStart[this.field]!;
    }
    return false;
  }
}

/** Number of values of header `id` over all its fields, comma-separated ones counted singly. */
export function valueCount(msg: Message, id: number): number {
  let n = 0;
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    const end = msg.valueEnd[i]!;
    let at = msg.valueStart[i]!;
    if (at === end) continue;
    n++;
    for (at = elementEnd(msg.buf, at, end); at < end; at = elementEnd(msg.buf, at + 1, end)) n++;
  }
  return n;
}

/** Whether header `id` has exactly one value; quicker than counting. */
export function isSingle(msg: Message, id: number): boolean {
  const i = msg.first[id]!;
  if (i === NONE || msg.next[i] !== NONE) return false;
  const { buf } = msg;
  const start = msg.valueStart[i]!;
  const end = msg.valueEnd[i]!;
  if (start >= end) return false;
  let at = start;
  if (buf[at] === LESS) while (at < end && buf[at] !== GREATER) at++; // bench/rules.ts: nearly every Contact begins so
  return elementEnd(buf, at, end) === end;
}

/** Whether one of the comma-separated tokens of header `id` is `name` (lower case), in any field and any case. */
export function hasToken(msg: Message, id: number, name: Uint8Array): boolean {
  const { buf } = msg;
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    const end = msg.valueEnd[i]!;
    for (let at = msg.valueStart[i]!; at < end; at++) {
      at = skipSpace(buf, at, end);
      if (startsIgnoreCase(buf, at, end, name) && wordEnd(buf, at, end) === at + name.length) return true;
      at = elementEnd(buf, at, end);
    }
  }
  return false;
}

/** Whether every value of header `id` has parameter `name` (lower case). */
export function everyHasParam(msg: Message, id: number, name: Uint8Array): boolean {
  const { buf } = msg;
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    const end = msg.valueEnd[i]!;
    for (let at = msg.valueStart[i]!; at < end; ) {
      const stop = elementEnd(buf, at, end);
      if (paramAt(buf, at, stop, name) === NONE) return false;
      at = stop + 1;
    }
  }
  return true;
}

/** The decimal number at the start of header `id`, at most 15 digits; NONE when it is absent or begins with something else. */
export function decimalOf(msg: Message, id: number): number {
  const i = msg.first[id]!;
  return i === NONE ? NONE : decimalAt(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!);
}

/** Delta-seconds of the first field of `id`: NONE when there is none, BAD when it is no number. */
export function secondsOf(msg: Message, id: number): number {
  const i = msg.first[id]!;
  return i === NONE ? NONE : readSeconds(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!);
}

/** Where the value of the first field of `id` ends without its parameters; NONE when there is no such field. */
export function tokenEnd(msg: Message, id: number): number {
  const field = msg.first[id]!;
  if (field === NONE) return NONE;
  const { buf } = msg;
  const end = msg.valueEnd[field]!;
  let at = msg.valueStart[field]!;
  while (at < end && buf[at] !== SEMICOLON && buf[at]! > SP) at++;
  return at;
}

/** Whether the first field of `id`, without its parameters, is `text` (lower case) in any case. */
export function tokenIs(msg: Message, id: number, text: Uint8Array): boolean {
  const end = tokenEnd(msg, id);
  return end !== NONE && equalsIgnoreCase(msg.buf, msg.valueStart[msg.first[id]!]!, end, text);
}
