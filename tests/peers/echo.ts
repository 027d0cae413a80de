// A callee of a few lines that sends media back, as the last offer says: address, port, payload type. Understands no codec, and SIP no better than a scripted peer.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type ScriptedRequest, type Send, startScripted } from './scripted.ts';

interface Session {
  readonly media: Socket;
  readonly port: number;
  version: number;
  /** Where packets go, null while they go nowhere, and what they are. */
  to: { readonly address: string; readonly port: number } | null;
  payloadType: number;
}

export interface Echo {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startEcho(address: string): Promise<Echo> {
  const sessions = new Map<string, Session>();

  async function open(): Promise<Session> {
    const media = createSocket('udp4');
    media.bind(0, address);
    await once(media, 'listening');
    const session: Session = { media, port: media.address().port, version: 0, to: null, payloadType: 0 };
    media.on('message', (packet) => {
      if (session.to === null) return;
      packet[1] = (packet[1]! & 0x80) | session.payloadType;
      media.send(packet, session.to.port, session.to.address);
    });
    return session;
  }

  async function answerOffer(request: ScriptedRequest, send: Send): Promise<void> {
    const session = sessions.get(request.callId) ?? (await open());
    sessions.set(request.callId, session);
    const host = /^c=IN IP4 (\S+)/m.exec(request.text)?.[1] ?? '0.0.0.0';
    const [, port, payloadType] = /^m=audio (\d+) \S+ (\d+)/m.exec(request.text) ?? ['', '0', '0'];
    // RFC 3264 §8.4: an address of zeros is one to send nothing to.
    session.to = host === '0.0.0.0' || port === '0' ? null : { address: host, port: Number(port) };
    session.payloadType = Number(payloadType);
    session.version++;
    const body = [
      'v=0',
      `o=- 1 ${session.version} IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${session.port} RTP/AVP ${payloadType}`,
      `a=rtpmap:${payloadType} PCMU/8000`,
      '',
    ].join('\r\n');
    send(request.response(200, { headers: ['Content-Type: application/sdp'], body }));
  }

  function end(callId: string): void {
    sessions.get(callId)?.media.close();
    sessions.delete(callId);
  }

  const peer = await startScripted((request, send) => {
    if (request.method === 'ACK') return;
    if (request.method === 'INVITE') {
      void answerOffer(request, send);
      return;
    }
    if (request.method === 'BYE') end(request.callId);
    send(request.response(200));
  }, address);
  return {
    port: peer.port,
    stop: async () => {
      for (const callId of [...sessions.keys()]) end(callId);
      await peer.stop();
    },
  };
}
