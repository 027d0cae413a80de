// The answer to an offer (RFC 3264 §6): a media line for each of the offer's, the first audio in a format we know taken, all else refused. Writes bytes; no media.

import { bytesOf, equalsIgnoreCase, putDecimal, putText } from '../sip/bytes.ts';
import { mediaAddress } from '../sip/host.ts';
import { NONE } from '../sip/message.ts';

const LF = 10;
const CR = 13;
const SP = 32;

/** Direction of a stream. */
const DIRECTION = { SENDRECV: 0, SENDONLY: 1, RECVONLY: 2, INACTIVE: 3 } as const;
/** RFC 3264 §6.1: sendonly is answered recvonly, and so on. */
const REPLY = ['a=sendrecv', 'a=recvonly', 'a=sendonly', 'a=inactive'].map(bytesOf);
const NAMES = ['a=sendrecv', 'a=sendonly', 'a=recvonly', 'a=inactive'].map(bytesOf);
const AUDIO = bytesOf('m=audio ');
const RTPMAP = bytesOf('a=rtpmap:');
const VERSION = bytesOf('v=0');
const TIME = bytesOf('t=');
const NO_TIME = bytesOf('t=0 0\r\n');
/** RFC 3551 §6: numbers below this are audio formats by themselves (or of no one). */
const STATIC_TYPES = 24;
/** Encoding names of RFC 3551 and after it, for the numbers that a rtpmap explains. */
const ENCODINGS = (
  'pcmu pcma gsm g722 g723 g728 g729 g729a g726-16 g726-24 g726-32 g726-40 dvi4 lpc l8 l16 qcelp ' +
  'ilbc isac speex opus silk amr amr-wb evs evrc evrc0 evrc1 g7221 g7291 mp4a-latm mpeg4-generic mpa vorbis bv16 bv32'
)
  .split(' ')
  .map((name) => bytesOf(name));

/** What stands before the media lines: made once per worker, but for the version of the session in it. */
export interface AnswerText {
  /** `v=0`, `o=… ` up to the version number. */
  readonly head: Uint8Array;
  /** The rest of `o=`, then `s=`, `c=`. */
  readonly rest: Uint8Array;
  /** Port of the audio stream. */
  readonly port: Uint8Array;
}

export function answerText(host: string, port: number): AnswerText {
  const address = mediaAddress(host);
  return {
    head: bytesOf('v=0\r\no=busyhour 1 '),
    rest: bytesOf(` IN ${address}\r\ns=-\r\nc=IN ${address}\r\n`),
    port: bytesOf(String(port)),
  };
}

/**
 * Writes the answer to the offer `[start, end)` at `to` (all in one block).
 * @param version of our session description: RFC 3264 §8 has it rise by one with each change
 * @returns the offset after it; NONE when the offer is no session description, or has streams and none of them could be taken
 */
export function putAnswer(
  bytes: Uint8Array,
  start: number,
  end: number,
  to: number,
  text: AnswerText,
  version: number,
): number {
  if (!begins(bytes, start, end, VERSION)) return NONE;
  let at = putText(bytes, to, text.head);
  at = putDecimal(bytes, at, version);
  at = putText(bytes, at, text.rest);
  let session: number = DIRECTION.SENDRECV;
  let timed = false;
  let streams = 0;
  let taken = false;
  let line = start;
  while (line < end) {
    const next = lineEnd(bytes, line, end);
    if (bytes[line] === 109 /* m */ && bytes[line + 1] === 61) {
      if (!timed && streams === 0) at = putText(bytes, at, NO_TIME);
      streams++;
      const audio: boolean = !taken && begins(bytes, line, end, AUDIO) && isRtp(bytes, line, next);
      const format: number = audio ? knownFormat(bytes, line, next, end) : NONE;
      at =
        format === NONE
          ? putRefusal(bytes, line, next, at)
          : putAudio(bytes, line, next, end, at, text, session, format);
      taken ||= format !== NONE;
    } else if (streams === 0 && begins(bytes, line, end, TIME)) {
      // RFC 3264 §6: the time of the session is that of the offer.
      at = putLine(bytes, line, next, at);
      timed = true;
    } else if (!taken) {
      const d = directionOf(bytes, line, end);
      if (d >= 0) session = d;
    }
    line = afterLine(bytes, next, end);
  }
  // RFC 3264 §6: an offer without streams is answered without streams.
  if (streams === 0) return timed ? at : putText(bytes, at, NO_TIME);
  return taken ? at : NONE;
}

function isRtp(bytes: Uint8Array, line: number, end: number): boolean {
  // m=audio PORT PROTO FORMATS: a port of 0 is no stream (RFC 3264 §5.1); RTP/AVP is what we speak.
  let at = line + AUDIO.length;
  if (bytes[at] === 48) return false;
  while (at < end && bytes[at] !== SP) at++;
  at++;
  let stop = at;
  while (stop < end && bytes[stop] !== SP) stop++;
  return stop - at === 7 && bytes[at] === 82 && bytes[at + 3] === 47 && bytes[at + 6] === 80 && bytes[at + 4] === 65;
}

/** Where the first format of the media line stands that we know; NONE when there is none (RFC 3264 §6.1: such a stream is refused). */
function knownFormat(bytes: Uint8Array, line: number, lineStop: number, end: number): number {
  let at = firstFormat(bytes, line, lineStop);
  while (at < lineStop) {
    let stop = at;
    let number = 0;
    while (stop < lineStop && bytes[stop] !== SP) number = number * 10 + bytes[stop++]! - 48;
    const map = rtpmapOf(bytes, at, stop, lineStop, end);
    if (stop > at && (map === NONE ? number >= 0 && number < STATIC_TYPES : isEncoding(bytes, map, end))) return at;
    at = stop + 1;
  }
  return NONE;
}

/** Behind the third space of `m=audio PORT PROTO FORMATS`. */
function firstFormat(bytes: Uint8Array, line: number, lineStop: number): number {
  let spaces = 0;
  let at = line;
  while (at < lineStop && spaces < 3) if (bytes[at++] === SP) spaces++;
  return at;
}

/** Where the rtpmap line of the format `[start, stop)` has its encoding name, NONE when the stream has no such line. */
function rtpmapOf(bytes: Uint8Array, start: number, stop: number, lineStop: number, end: number): number {
  let line = afterLine(bytes, lineStop, end);
  while (line < end && bytes[line] !== 109) {
    if (begins(bytes, line, end, RTPMAP)) {
      let at = line + RTPMAP.length;
      for (let i = start; i < stop && bytes[at] === bytes[i]; i++) at++;
      if (at - line - RTPMAP.length === stop - start && bytes[at] === SP) return at + 1;
    }
    line = afterLine(bytes, lineEnd(bytes, line, end), end);
  }
  return NONE;
}

/** Whether the encoding name at `start`, up to its slash, is that of an audio format. */
function isEncoding(bytes: Uint8Array, start: number, end: number): boolean {
  let stop = start;
  while (stop < end && bytes[stop] !== 47 /* / */ && bytes[stop]! > SP) stop++;
  for (let i = 0; i < ENCODINGS.length; i++) if (equalsIgnoreCase(bytes, start, stop, ENCODINGS[i]!)) return true;
  return false;
}

/** One stream: the format that stands at `format`, the rtpmap of that if there is one, and the direction that answers the offer's. */
function putAudio(
  bytes: Uint8Array,
  line: number,
  lineStop: number,
  end: number,
  to: number,
  text: AnswerText,
  session: number,
  format: number,
): number {
  let at = putText(bytes, to, AUDIO);
  at = putText(bytes, at, text.port);
  // The protocol, with the spaces around it.
  let from = line + AUDIO.length;
  while (bytes[from] !== SP) from++;
  const formats = firstFormat(bytes, line, lineStop);
  while (from < formats) bytes[at++] = bytes[from++]!;
  let stop = format;
  while (stop < lineStop && bytes[stop] !== SP) bytes[at++] = bytes[stop++]!;
  at = putEnd(bytes, at);
  // RFC 3264 §6.1: a dynamic number is explained in the answer too.
  const map = rtpmapOf(bytes, format, stop, lineStop, end);
  if (map !== NONE) {
    at = putText(bytes, at, RTPMAP);
    for (let i = format; i < stop; i++) bytes[at++] = bytes[i]!;
    bytes[at++] = SP;
    at = putLine(bytes, map, lineEnd(bytes, map, end), at);
  }
  let direction = session;
  let next = afterLine(bytes, lineStop, end);
  while (next < end && bytes[next] !== 109) {
    const d = directionOf(bytes, next, end);
    if (d >= 0) direction = d;
    next = afterLine(bytes, lineEnd(bytes, next, end), end);
  }
  return putEnd(bytes, putText(bytes, at, REPLY[direction]!));
}

/** RFC 3264 §6: a stream that is not wanted keeps its media line, with port 0. */
function putRefusal(bytes: Uint8Array, line: number, end: number, to: number): number {
  let from = line;
  let at = to;
  while (from < end && bytes[from] !== SP) bytes[at++] = bytes[from++]!;
  bytes[at++] = SP;
  bytes[at++] = 48;
  from++;
  while (from < end && bytes[from] !== SP) from++;
  return putLine(bytes, from, end, at);
}

function directionOf(bytes: Uint8Array, line: number, end: number): number {
  for (let d = 0; d < NAMES.length; d++) if (begins(bytes, line, end, NAMES[d]!)) return d;
  return -1;
}

function begins(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i] !== LF && bytes[i] !== CR) i++;
  return i;
}

function afterLine(bytes: Uint8Array, stop: number, end: number): number {
  let i = stop;
  while (i < end && (bytes[i] === LF || bytes[i] === CR)) i++;
  return i;
}

function putLine(bytes: Uint8Array, start: number, end: number, to: number): number {
  let at = to;
  for (let i = start; i < end; i++) bytes[at++] = bytes[i]!;
  return putEnd(bytes, at);
}

function putEnd(bytes: Uint8Array, at: number): number {
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + 2;
}
