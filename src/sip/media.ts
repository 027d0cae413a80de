// Media types: Content-Type, and the ranges of Accept (RFC 3261 §20.1, §20.15). Spans only; knows no type.

import { Elements } from './fields.ts';
import { BAD, type Message, NONE } from './message.ts';
import { elementEnd, skipSpace, skipToken, trimEnd } from './scan.ts';

const STAR = 42;
const SLASH = 47;
const SEMICOLON = 59;

/** What `readMediaType` fills. */
export class MediaType {
  typeStart = NONE;
  typeEnd = NONE;
  subtypeStart = NONE;
  subtypeEnd = NONE;
  /** From the first semicolon on; empty where there is none. */
  paramsStart = NONE;
  paramsEnd = NONE;
}

/** Reads `type / subtype` and its parameters, which begin at `at`; returns where the element ends: at a comma or at `end`; BAD when it is no media type or range. */
export function readMediaType(buf: Uint8Array, at: number, end: number, out: MediaType): number {
  const stop = elementEnd(buf, at, end);
  out.typeStart = skipSpace(buf, at, stop);
  out.typeEnd = skipToken(buf, out.typeStart, stop);
  let p = skipSpace(buf, out.typeEnd, stop);
  // RFC 3261 §25.1: white space may stand about the slash.
  const divided = p < stop && buf[p] === SLASH && out.typeEnd > out.typeStart;
  out.subtypeStart = divided ? skipSpace(buf, p + 1, stop) : p;
  out.subtypeEnd = divided ? skipToken(buf, out.subtypeStart, stop) : p;
  p = skipSpace(buf, out.subtypeEnd, stop);
  out.paramsStart = p;
  out.paramsEnd = trimEnd(buf, p, stop);
  if (!divided || out.subtypeEnd === out.subtypeStart) return BAD;
  return p === stop || buf[p] === SEMICOLON ? stop : BAD;
}

const elements = new Elements();
const range = new MediaType();

/** RFC 3261 §20.1: whether the Accept fields allow the media type `type` (`type/subtype`, lower case): listed, by a range, or no field at all. */
export function accepts(msg: Message, id: number, type: Uint8Array): boolean {
  // RFC 3261 §20.1: without an Accept field the usual type is taken.
  if (msg.first[id] === NONE) return true;
  const { buf } = msg;
  const slash = type.indexOf(SLASH);
  elements.open(msg, id);
  while (elements.next()) {
    if (readMediaType(buf, elements.start, elements.end, range) === BAD) continue;
    const { typeStart, typeEnd, subtypeStart, subtypeEnd } = range;
    const anySubtype = subtypeEnd - subtypeStart === 1 && buf[subtypeStart] === STAR;
    if (anySubtype && typeEnd - typeStart === 1 && buf[typeStart] === STAR) return true;
    if (!isPart(buf, typeStart, typeEnd, type, 0, slash)) continue;
    if (anySubtype || isPart(buf, subtypeStart, subtypeEnd, type, slash + 1, type.length)) return true;
  }
  return false;
}

/** Whether `[start, end)` is `[from, to)` of a text in lower case, in any case. */
function isPart(buf: Uint8Array, start: number, end: number, lower: Uint8Array, from: number, to: number): boolean {
  if (end - start !== to - from) return false;
  for (let i = start, k = from; i < end; i++, k++) {
    const c = buf[i]!;
    if ((c >= 65 && c <= 90 ? c | 32 : c) !== lower[k]) return false;
  }
  return true;
}
