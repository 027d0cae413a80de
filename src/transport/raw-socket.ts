// A socket for a judge: sends exactly the bytes it is given and hands on exactly those that come. Never retransmits, frames or reads SIP.

import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { addressProblem, familyOf } from './sockaddr.ts';

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** RFC 6455 §5.6: the kind of a WebSocket message. */
export type Frame = 'text' | 'binary';

export interface RawSocket {
  readonly kind: 'udp' | 'tcp' | 'ws';
  /** Own address and port. */
  readonly local: Place;
  /** Of a WebSocket: what the server agreed on in the handshake; null for nothing. */
  readonly subprotocol?: string | null;
  /** A connection goes to its other end, whatever the place. `frame` of a WebSocket message: text where absent and the bytes are UTF-8. */
  send(bytes: Uint8Array, to: Place, frame?: Frame): void;
  close(): Promise<void>;
  /** Of a connection: gives it up both ways at once, where `close` says only that no more is sent. */
  readonly reset?: () => void;
}

export interface RawEvents {
  /** A datagram, a piece of a stream, or a WebSocket message of a kind; `atUs` is monotonic. */
  readonly bytes: (bytes: Buffer, from: Place, atUs: number, frame?: Frame) => void;
  /** Nothing comes any more: the other end closed its connection, or the system says so (`ECONNREFUSED`). */
  readonly closed: (why: string) => void;
}

/** Whether it is one that something can be sent to, not a name. */
export function isAddress(text: string): boolean {
  return addressProblem(text) === null;
}

export function nowUs(): number {
  return performance.now() * 1000;
}

/** @param local port 0 is any free one; @param peer given: only datagrams of that place, and ICMP errors are told */
export function openDatagrams(local: Place, on: RawEvents, peer: Place | null = null): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    // A literal address needs no look-up; dgram would make one for each datagram, a tick later.
    const { version } = familyOf(local.address);
    const lookup = (host: string, _: unknown, done: (error: null, host: string, family: number) => void) =>
      done(null, host, version);
    const socket = createSocket({ type: `udp${version}`, lookup });
    let open = true;
    socket.once('error', reject);
    socket.on('message', (bytes, from) => on.bytes(bytes, { address: from.address, port: from.port }, nowUs()));
    const ready = () => {
      socket.off('error', reject);
      socket.on('error', (error: NodeJS.ErrnoException) => on.closed(error.code ?? error.message));
      const { address, port } = socket.address();
      resolve({
        kind: 'udp',
        local: { address, port },
        send: (bytes, to) => {
          // Told by `closed` when it fails: an error without a callback is emitted.
          if (open) peer === null ? socket.send(bytes, to.port, to.address) : socket.send(bytes);
        },
        close: () =>
          new Promise((done) => {
            if (!open) return done();
            open = false;
            socket.close(() => done());
          }),
      });
    };
    socket.bind({ address: local.address, port: local.port, exclusive: true }, () =>
      peer === null ? ready() : socket.connect(peer.port, peer.address, ready),
    );
  });
}

export function openStream(local: string, to: Place, on: RawEvents): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.address, port: to.port, localAddress: local, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(streamOf(socket, to, on));
    });
  });
}

function streamOf(socket: Socket, to: Place, on: RawEvents): RawSocket {
  socket.on('error', (error: NodeJS.ErrnoException) => on.closed(error.code ?? error.message));
  socket.on('end', () => on.closed('closed'));
  socket.on('data', (bytes) => on.bytes(bytes, to, nowUs()));
  return {
    kind: 'tcp',
    local: { address: socket.localAddress!, port: socket.localPort! },
    send: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    close: () =>
      new Promise((done) => {
        if (socket.destroyed) return done();
        socket.once('close', () => done());
        socket.destroy();
      }),
    reset: () => socket.resetAndDestroy(),
  };
}

export interface Listener {
  readonly local: Place;
  close(): Promise<void>;
}

/** Waits for one stream, at any free port of the address; `taken` is called when it comes. */
export function listenForStream(address: string, on: RawEvents, taken: (stream: RawSocket) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, (socket) => {
      server.close();
      taken(streamOf(socket, { address: socket.remoteAddress!, port: socket.remotePort! }, on));
    });
    server.once('error', reject);
    server.listen(0, address, () => {
      const { port } = server.address() as { port: number };
      resolve({ local: { address, port }, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}
