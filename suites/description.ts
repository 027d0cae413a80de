// Session descriptions as a case reads and offers them (RFC 4566, RFC 3264): media lines with formats, maps and direction. Judges nothing.

import type { Reading } from '../src/conformance/reading.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface Stream {
  /** audio, video … */
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  /** Payload type numbers, in order. */
  readonly formats: readonly string[];
  /** Payload type → encoding as in rtpmap, small letters: `pcmu/8000`. */
  readonly maps: ReadonlyMap<string, string>;
  /** Of the stream, else of the session, else sendrecv (RFC 3264 §6.1). */
  readonly direction: Direction;
  /** Connection address of the stream, else of the session; '' for none. */
  readonly address: string;
}

export interface Description {
  /** What follows `o=`, and the version in it. */
  readonly origin: string;
  readonly version: string;
  /** Values of `t=`. */
  readonly times: readonly string[];
  readonly streams: readonly Stream[];
}

/** One audio stream in PCMU: what every phone takes. */
export const PCMU = 'm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';
/** A stream in a format that nobody knows. */
export const UNKNOWN_FORMAT = 'm=audio 40000 RTP/AVP 121\r\na=rtpmap:121 X-NOBODY-KNOWS/8000\r\n';

/** Null for a body that is none. */
export function readDescription({ body, contentType }: Reading): Description | null {
  if (contentType !== 'application/sdp' || !body.startsWith('v=0')) return null;
  const [session, ...media] = body.split(/^(?=m=)/m) as [string, ...string[]];
  const origin = valuesOf(session, 'o')[0] ?? '';
  return {
    origin,
    version: origin.split(' ')[2] ?? '',
    times: valuesOf(session, 't'),
    streams: media.map((part) => streamOf(part, session)),
  };
}

function streamOf(part: string, session: string): Stream {
  const [type = '', port = '', protocol = '', ...formats] = valuesOf(part, 'm')[0]!.split(' ');
  const attributes = valuesOf(part, 'a');
  const maps = attributes
    .map((one) => /^rtpmap:(\S+)\s+(\S+)/.exec(one))
    .filter((match) => match !== null)
    .map((match): [string, string] => [match[1]!, match[2]!.toLowerCase()]);
  return {
    type,
    port: Number.parseInt(port, 10),
    protocol,
    formats,
    maps: new Map(maps),
    direction: directionOf(attributes) ?? directionOf(valuesOf(session, 'a')) ?? 'sendrecv',
    address: (valuesOf(part, 'c')[0] ?? valuesOf(session, 'c')[0] ?? '').split(' ')[2] ?? '',
  };
}

function valuesOf(text: string, letter: string): string[] {
  return [...text.matchAll(new RegExp(`^${letter}=([^\\r\\n]*)`, 'gm'))].map((match) => match[1]!.trim());
}

function directionOf(attributes: readonly string[]): Direction | undefined {
  return attributes.find((one): one is Direction => /^(sendrecv|sendonly|recvonly|inactive)$/.test(one));
}

/** The media lines in short, for a verdict: `audio 6000 0 8, video 0 31`. */
export function mediaText(description: Description | null): string {
  if (description === null) return 'no session description';
  const streams = description.streams.map(({ type, port, formats }) => `${type} ${port} ${formats.join(' ')}`);
  return streams.join(', ') || 'no stream';
}
