// Media as far as signalling is judged by them: whether packets come, where and with which payload type (RFC 3550 §5.1). Sends silence; understands no codec.

import { sdp } from '../src/conformance/compose.ts';
import { token } from '../src/conformance/identity.ts';
import { Outgoing, type Received } from '../src/conformance/outgoing.ts';
import type { Peer } from '../src/conformance/peer.ts';
import type { Talk } from '../src/conformance/talk.ts';
import { readDescription } from './description.ts';

const HEADER_BYTES = 12;
/** 20 ms of PCMU. */
const FRAME_BYTES = 160;
const FRAME_MS = 20;
const SILENCE = 0xff;

export interface Packet {
  readonly payloadType: number;
}

export interface Media {
  readonly end: Peer;
  /** A session of one audio stream to this end: PCMU under payload type 0, or under `type`. */
  offer(version?: number, type?: number, lines?: string): string;
  /** Talks for so long to where `answer` says, and gives what came meanwhile. */
  packets(answer: Received, ms: number): Promise<Packet[]>;
  /** Whether any packet comes within two seconds. */
  flows(answer: Received): Promise<boolean>;
}

export async function openMedia(t: Talk): Promise<Media> {
  const end = await t.media({ name: 'media' });
  let sequence = 0;
  let type = 0;
  const ssrc = Buffer.from(token(4), 'hex');
  const frame = () => {
    const bytes = Buffer.alloc(HEADER_BYTES + FRAME_BYTES, SILENCE);
    bytes[0] = 0x80;
    bytes[1] = type;
    bytes.writeUInt16BE(sequence & 0xffff, 2);
    bytes.writeUInt32BE((sequence * FRAME_BYTES) >>> 0, 4);
    ssrc.copy(bytes, 8);
    sequence++;
    return bytes;
  };
  const packets = async (answer: Received, ms: number) => {
    const stream = readDescription(answer)?.streams[0];
    const from = end.received.length;
    for (let atMs = 0; atMs < ms; atMs += FRAME_MS) {
      if (stream !== undefined && stream.port > 0)
        end.send(new Outgoing(frame(), { address: stream.address, port: stream.port }));
      await t.pause(FRAME_MS);
    }
    return end.received
      .slice(from)
      .filter(({ bytes }) => bytes.length > HEADER_BYTES && bytes[0]! >> 6 === 2)
      .map(({ bytes }) => ({ payloadType: bytes[1]! & 0x7f }));
  };
  return {
    end,
    offer: (version = 1, payloadType = 0, lines = '') => {
      type = payloadType;
      const media = `m=audio ${end.local.port} RTP/AVP ${payloadType}\r\na=rtpmap:${payloadType} PCMU/8000\r\n${lines}`;
      return sdp(t.local.address, version, media);
    },
    packets,
    flows: async (answer) => {
      for (let turn = 0; turn < 10; turn++) if ((await packets(answer, 200)).length > 0) return true;
      return false;
    },
  };
}
