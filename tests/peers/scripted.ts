// A SIP peer of a few lines that does what a test tells it to, also what no real peer would. Never right by itself: no transactions, no retransmissions.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { freePort } from './free-port.ts';

export interface ScriptedRequest {
  readonly method: string;
  readonly callId: string;
  /** `1 INVITE` */
  readonly cseq: string;
  /** Tag of the To header, '' where it has none. */
  readonly toTag: string;
  readonly text: string;
  /** A response to it with the headers RFC 3261 §8.2.6.2 has copied; `tag` for a To without one. */
  response(status: number, options?: { tag?: string; headers?: readonly string[]; body?: string }): string;
}

export interface ScriptedPeer {
  readonly port: number;
  /** Every request so far. */
  readonly requests: readonly ScriptedRequest[];
  /** Whatever came that was no request. */
  readonly others: readonly string[];
  stop(): Promise<void>;
}

export type Send = (text: string | Buffer) => void;

function header(text: string, name: string): string[] {
  return text.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
}

/** A request as it came to `address` and `port`; null for anything else. */
export function parse(text: string, address: string, port: number): ScriptedRequest | null {
  const method = /^([A-Z]+) \S+ SIP\/2\.0\r\n/.exec(text)?.[1];
  if (method === undefined) return null;
  const value = (name: string): string => header(text, name)[0]?.replace(/^[^:]*:\s*/, '') ?? '';
  return {
    method,
    callId: value('Call-ID'),
    cseq: value('CSeq'),
    toTag: /;tag=([^;\s]+)/.exec(value('To'))?.[1] ?? '',
    text,
    response: (status, { tag = 'scripted', headers = [], body = '' } = {}) => {
      const to = header(text, 'To')[0]!;
      const lines = [
        `SIP/2.0 ${status} Scripted`,
        ...header(text, 'Via'),
        ...header(text, 'Record-Route'),
        ...header(text, 'From'),
        status === 100 || to.includes(';tag=') ? to : `${to};tag=${tag}`,
        ...header(text, 'Call-ID'),
        ...header(text, 'CSeq'),
        `Contact: <sip:scripted@${address}:${port}>`,
        ...headers,
        `Content-Length: ${Buffer.byteLength(body)}`,
      ];
      return `${lines.join('\r\n')}\r\n\r\n${body}`;
    },
  };
}

function listen(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4_194_304 });
    socket.once('error', reject);
    socket.bind(port, address, () => resolve(socket));
  });
}

/** A peer that calls `onRequest` for each request. `send` leaves from its port, `sendElsewhere` from another one. */
export async function startScripted(
  onRequest: (request: ScriptedRequest, send: Send, sendElsewhere: Send) => void = () => {},
  address = '127.0.0.1',
): Promise<ScriptedPeer> {
  const port = await freePort();
  const socket = await listen(address, port);
  const elsewhere = await listen(address, await freePort());
  const requests: ScriptedRequest[] = [];
  const others: string[] = [];
  let open = true;
  const sender =
    (from: Socket, to: RemoteInfo): Send =>
    (text) => {
      if (open) from.send(text, to.port, to.address);
    };
  socket.on('message', (data, from) => {
    const request = parse(data.toString('latin1'), address, port);
    if (request === null) {
      others.push(data.toString('latin1'));
      return;
    }
    requests.push(request);
    onRequest(request, sender(socket, from), sender(elsewhere, from));
  });
  return {
    port,
    requests,
    others,
    stop: async () => {
      if (!open) return;
      open = false;
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      await new Promise<void>((resolve) => elsewhere.close(() => resolve()));
    },
  };
}

/** Answers as a plain callee does: INVITE and everything else with 200, ACK with nothing. */
export function answerPlainly(request: ScriptedRequest, send: Send): void {
  if (request.method === 'ACK') return;
  if (request.method !== 'INVITE') {
    send(request.response(200));
    return;
  }
  send(request.response(200, { headers: ['Content-Type: application/sdp'], body: SDP }));
}

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0',
  '',
].join('\r\n');
