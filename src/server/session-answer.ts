// The answer to an offer (RFC 3264 §6): a media line for each of the offer's, audio taken, all else refused. Writes bytes; no media.

import { bytesOf, putDecimal, putText } from '../sip/bytes.ts';

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

/** What stands before the media lines: made once per worker, but for the version of the session in it. */
export interface AnswerText {
  /** `v=0`, `o=… ` up to the version number. */
  readonly head: Uint8Array;
  /** The rest of `o=`, then `s=`, `c=`, `t=`. */
  readonly rest: Uint8Array;
  /** Port of the audio stream. */
  readonly port: Uint8Array;
}

export function answerText(host: string, port: number): AnswerText {
  return {
    head: bytesOf('v=0\r\no=busyhour 1 '),
    rest: bytesOf(` IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\n`),
    port: bytesOf(String(port)),
  };
}

/**
 * Writes the answer to the offer `[start, end)` at `to` (all in one block).
 * @param version of our session description: RFC 3264 §8 has it rise by one with each change
 * @returns the offset after it; NONE (-1) when the offer is no session description or has no audio that could be taken
 */
export function putAnswer(
  bytes: Uint8Array,
  start: number,
  end: number,
  to: number,
  text: AnswerText,
  version: number,
): number {
  if (!begins(bytes, start, end, VERSION)) return -1;
  let at = putText(bytes, to, text.head);
  at = putDecimal(bytes, at, version);
  at = putText(bytes, at, text.rest);
  let session: number = DIRECTION.SENDRECV;
  let taken = false;
  let line = start;
  while (line < end) {
    const next = lineEnd(bytes, line, end);
    if (bytes[line] === 109 /* m */ && bytes[line + 1] === 61) {
      const audio: boolean = begins(bytes, line, end, AUDIO) && !taken && isRtp(bytes, line, next);
      at = audio ? putAudio(bytes, line, next, end, at, text, session) : putRefusal(bytes, line, next, at);
      taken ||= audio;
    } else if (!taken) {
      const d = directionOf(bytes, line, end);
      if (d >= 0) session = d;
    }
    line = afterLine(bytes, next, end);
  }
  return taken ? at : -1;
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

/** One stream: its first format, the rtpmap of that if there is one, and the direction that answers the offer's. */
function putAudio(
  bytes: Uint8Array,
  line: number,
  lineStop: number,
  end: number,
  to: number,
  text: AnswerText,
  session: number,
): number {
  let at = putText(bytes, to, AUDIO);
  at = putText(bytes, at, text.port);
  let from = line + AUDIO.length;
  while (from < lineStop && bytes[from] !== SP) from++;
  let spaces = 0;
  let format = from;
  for (; from < lineStop; from++) {
    if (bytes[from] === SP && ++spaces === 3) break;
    if (bytes[from] === SP) format = from + 1;
    bytes[at++] = bytes[from]!;
  }
  const length = from - format;
  at = putEnd(bytes, at);
  let direction = session;
  let next = afterLine(bytes, lineStop, end);
  while (next < end && bytes[next] !== 109) {
    const stop = lineEnd(bytes, next, end);
    const d = directionOf(bytes, next, end);
    if (d >= 0) direction = d;
    if (begins(bytes, next, end, RTPMAP)) {
      const number = next + RTPMAP.length;
      let i = 0;
      while (i < length && bytes[number + i] === bytes[format + i]) i++;
      if (i === length && bytes[number + i] === SP) at = putLine(bytes, next, stop, at);
    }
    next = afterLine(bytes, stop, end);
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
