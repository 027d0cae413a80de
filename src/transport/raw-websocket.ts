// A WebSocket for a judge: sends exactly the bytes it is given in a message of the kind it is told, hands on each message as it came, and says what the handshake agreed on. Never joins, cuts or refuses what a server sends.

import { isUtf8 } from 'node:buffer';
import type { AddressInfo, Socket } from 'node:net';
import { hostPortText } from '../sip/host.ts';
import { nowUs, type Place, type RawEvents, type RawSocket } from './raw-socket.ts';

const SUBPROTOCOL = 'sip';
const HEADER = 'sec-websocket-protocol';

/**
 * Offers the subprotocol sip, and takes the connection whatever the server says to it (RawSocket.subprotocol).
 * Rejects with what the server answered where that is no handshake.
 */
export async function openWebSocket(local: string, to: Place, path: string, on: RawEvents): Promise<RawSocket> {
  // Loaded by those alone who use it.
  const { WebSocket } = await import('ws');
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${hostPortText(to.address, to.port)}${path}`, SUBPROTOCOL, {
      localAddress: local,
      perMessageDeflate: false,
      // Bytes that are no UTF-8 in a text message are for the case to judge (RFC 6455 §8.1 has a client fail there).
      skipUTF8Validation: true,
    });
    let subprotocol: string | null = null;
    let wire: Socket;
    socket.once('upgrade', ({ headers, socket: stream }) => {
      subprotocol = headers[HEADER] ?? null;
      // The library would refuse a server that agrees on nothing: that, too, is for the case to judge.
      headers[HEADER] = SUBPROTOCOL;
      wire = stream;
    });
    socket.once('error', reject);
    socket.on('message', (data: Buffer, binary) => on.bytes(data, to, nowUs(), binary ? 'binary' : 'text'));
    socket.once('open', () => {
      socket.off('error', reject);
      let why = 'closed';
      socket.on('error', (error: NodeJS.ErrnoException) => (why = error.code ?? error.message));
      socket.on('close', (code) => on.closed(why === 'closed' && code === 1006 ? 'ECONNRESET' : why));
      const { address, port } = wire.address() as AddressInfo;
      resolve({
        kind: 'ws',
        local: { address, port },
        subprotocol,
        send: (bytes, _to, frame) => {
          const binary = (frame ?? (isUtf8(bytes) ? 'text' : 'binary')) === 'binary';
          if (socket.readyState === WebSocket.OPEN) socket.send(bytes, { binary });
        },
        close: () =>
          new Promise((done) => {
            if (socket.readyState === WebSocket.CLOSED) return done();
            socket.once('close', () => done());
            socket.terminate();
          }),
        reset: () => wire.resetAndDestroy(),
      });
    });
  });
}
