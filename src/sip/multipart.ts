// The part of a multipart body that somebody understands (RFC 2046 §5.1, RFC 5621 §3.1). Spans into the message; copies nothing, never throws.

import { bytesOf, equalsIgnoreCase } from './bytes.ts';
import { MediaType, readMediaType } from './media.ts';
import { BAD, type Message, NONE } from './message.ts';
import { HEADER } from './names.ts';
import { Param, readParam } from './params.ts';
import { Span, skipSpace, trimEnd } from './scan.ts';

const MULTIPART = bytesOf('multipart');
const BOUNDARY = bytesOf('boundary');
const CONTENT_TYPE = bytesOf('content-type');
const DISPOSITION = bytesOf('content-disposition');
const HANDLING = bytesOf('handling');
const OPTIONAL = bytesOf('optional');
const CR = 13;
const LF = 10;
const DASH = 45;
const COLON = 58;
const QUOTE = 34;
const SEMICOLON = 59;

/** What `findPart` says beside BAD. */
export const PART = { NONE: 0, FOUND: 1, FOREIGN: 2 } as const;

const media = new MediaType();
const param = new Param();
const boundary = new Span();
const value = new Span();

/** Whether the body is a multipart one. */
export function isMultipart(msg: Message): boolean {
  const field = msg.first[HEADER.CONTENT_TYPE]!;
  if (field === NONE || readMediaType(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, media) === BAD)
    return false;
  return equalsIgnoreCase(msg.buf, media.typeStart, media.typeEnd, MULTIPART);
}

/**
 * Looks through a multipart body for the first part of type `type`/`subtype` (lower case); its span in `out`.
 * @returns PART.FOUND; PART.NONE without one; PART.FOREIGN when a part of another type must be understood (RFC 3261 §8.2.3: its handling
 * is not optional); BAD when the body cannot be divided
 */
export function findPart(msg: Message, type: Uint8Array, subtype: Uint8Array, out: Span): number {
  const { buf, bodyEnd: end } = msg;
  out.start = NONE;
  out.end = NONE;
  if (!isMultipart(msg) || !parameter(buf, media.paramsStart, media.paramsEnd, BOUNDARY, boundary)) return BAD;
  let foreign = false;
  let part = NONE;
  for (let at = msg.bodyStart; at < end; ) {
    const lineEnd = endOfLine(buf, at, end);
    const mark = delimiter(buf, at, lineEnd);
    if (mark !== 0) {
      if (part !== NONE) {
        // The line end before a delimiter belongs to it.
        let stop = at - 1;
        if (stop > part && buf[stop - 1] === CR) stop--;
        if (!readPart(buf, part, stop, type, subtype, out)) foreign = true;
      }
      if (mark === 2) return foreign ? PART.FOREIGN : out.start === NONE ? PART.NONE : PART.FOUND;
      part = lineEnd;
    }
    at = lineEnd;
  }
  return BAD;
}

/** 0: no delimiter line; 1: one between parts; 2: the last. */
function delimiter(buf: Uint8Array, at: number, end: number): number {
  const length = boundary.end - boundary.start;
  if (end - at < length + 2 || buf[at] !== DASH || buf[at + 1] !== DASH) return 0;
  for (let i = 0; i < length; i++) if (buf[at + 2 + i] !== buf[boundary.start + i]) return 0;
  return buf[at + 2 + length] === DASH && buf[at + 3 + length] === DASH ? 2 : 1;
}

/** Takes a part of the type looked for into `out`; false for one that is not and must be understood. */
function readPart(
  buf: Uint8Array,
  from: number,
  end: number,
  type: Uint8Array,
  subtype: Uint8Array,
  out: Span,
): boolean {
  let matches = false;
  let optional = false;
  for (let at = from; at < end; ) {
    const next = endOfLine(buf, at, end);
    if (buf[at] === LF || (buf[at] === CR && buf[at + 1] === LF)) {
      if (matches && out.start === NONE) {
        out.start = next;
        out.end = end;
      }
      break;
    }
    let colon = at;
    while (colon < next && buf[colon] !== COLON) colon++;
    const nameEnd = trimEnd(buf, at, colon);
    const start = skipSpace(buf, colon + 1, next);
    if (equalsIgnoreCase(buf, at, nameEnd, CONTENT_TYPE)) {
      matches =
        readMediaType(buf, start, trimEnd(buf, start, next), media) !== BAD &&
        equalsIgnoreCase(buf, media.typeStart, media.typeEnd, type) &&
        equalsIgnoreCase(buf, media.subtypeStart, media.subtypeEnd, subtype);
    } else if (equalsIgnoreCase(buf, at, nameEnd, DISPOSITION)) {
      let params = start;
      while (params < next && buf[params] !== SEMICOLON) params++;
      optional =
        parameter(buf, params, trimEnd(buf, params, next), HANDLING, value) &&
        equalsIgnoreCase(buf, value.start, value.end, OPTIONAL);
    }
    at = next;
  }
  return matches || optional;
}

/** The value of parameter `name` among those that begin at `at`, without its quotes. */
function parameter(buf: Uint8Array, at: number, end: number, name: Uint8Array, found: Span): boolean {
  for (let p = at; p < end && buf[p] === SEMICOLON; ) {
    p = readParam(buf, p, end, param);
    if (p === BAD) return false;
    if (param.valueStart === NONE || !equalsIgnoreCase(buf, param.nameStart, param.nameEnd, name)) continue;
    const quoted = buf[param.valueStart] === QUOTE;
    found.start = quoted ? param.valueStart + 1 : param.valueStart;
    found.end = quoted ? param.valueEnd - 1 : param.valueEnd;
    return found.end > found.start;
  }
  return false;
}

/** Behind the line end of the line at `at`, or `end`. */
function endOfLine(buf: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && buf[p] !== LF) p++;
  return p < end ? p + 1 : end;
}
