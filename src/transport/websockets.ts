// SIP over WebSocket (RFC 7118) as a transport of connections: each WebSocket message is one SIP message, both ways. Frames, masks and handshakes are the library's; knows no SIP.

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { hostPortText } from '../sip/host.ts';
import { NONE } from '../sip/message.ts';
import { Columns } from './columns.ts';
import { Connection, PHASE } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import { Connections, type ConnectionsOptions, FAREWELL_MS } from './connections.ts';
import { FAULT, NOT_SENT } from './transport.ts';

const SUBPROTOCOL = 'sip';
/** More than any SIP message we read: a longer one is told so (close code 1009) before it is taken in. */
const MOST_MESSAGE_BYTES = 131_072;
/** RFC 6455 §7.4.1: closed in order; 1005 stands for a close frame without a code. */
const IN_ORDER = [1000, 1001, 1005];

class WebSocketConnection extends Connection {
  socket: WebSocket | null = null;
  /** Messages that wait for the handshake, and their bytes. */
  held: Buffer[] = [];
  heldBytes = 0;
  /** Called when the socket has written a message. */
  written: () => void = () => {};
}

export interface WebSocketsOptions extends ConnectionsOptions {
  /** Of the resource that our own connections ask for: `/`, or what the server wants, such as `/ws`. */
  readonly path: string;
}

export class WebSockets extends Connections<WebSocketConnection> {
  readonly io = 'ws';
  protected readonly incoming: Columns;
  private readonly listener: WebSocketServer;
  private readonly server: Server;
  private readonly path: string;
  private readonly limits: { readonly maxPayload: number; readonly closeTimeout: number };

  /** @param server listening; the transport owns it from now on */
  constructor(server: Server, options: WebSocketsOptions) {
    const { address, port } = server.address() as AddressInfo;
    const place = { protocol: 'ws', reliable: true, stream: false, address, port } as const;
    super(place, new ConnectionTable(WebSocketConnection, options.tuning?.connections), options);
    this.incoming = new Columns(options.memory, () => this.onFull());
    this.path = options.path;
    this.server = server;
    // closeTimeout is newer than the type declarations in use.
    this.limits = { maxPayload: MOST_MESSAGE_BYTES, closeTimeout: this.lingerUs / 1_000 };
    this.listener = new WebSocketServer({
      server,
      ...this.limits,
      clientTracking: false,
      // RFC 7118 §4.1: both ends agree on the subprotocol sip; what speaks another is no SIP client.
      verifyClient: (
        { req }: { req: IncomingMessage },
        done: (ok: boolean, status?: number, text?: string) => void,
      ) => {
        const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
        if (offered.includes(SUBPROTOCOL)) return done(true);
        this.count('refused: the handshake offers no subprotocol sip');
        done(false, 400, 'SIP over WebSocket: offer the subprotocol sip (RFC 7118)\n');
      },
      handleProtocols: () => SUBPROTOCOL,
    });
    this.listener.on('connection', (socket, request) => this.accept(socket, request));
    this.listener.on('error', (error: NodeJS.ErrnoException) =>
      this.count(`accept failed (${error.code ?? error.name})`),
    );
  }

  protected takes(c: WebSocketConnection): boolean {
    return c.phase === PHASE.CONNECTING || c.socket!.readyState === WebSocket.OPEN;
  }

  protected dial(c: WebSocketConnection): void {
    const socket = new WebSocket(`ws://${hostPortText(c.address, c.port)}${this.path}`, SUBPROTOCOL, {
      perMessageDeflate: false,
      ...this.limits,
      ...(this.source !== undefined && { localAddress: this.source }),
    });
    this.attach(c, socket);
    socket.once('open', () => {
      if (c.socket !== socket) return;
      this.opened(c);
      const { held } = c;
      c.held = [];
      c.heldBytes = 0;
      for (const bytes of held) this.frame(c, socket, bytes);
      this.settle(c);
    });
  }

  private accept(socket: WebSocket, request: IncomingMessage): void {
    const c = this.take(request.socket.remoteAddress, request.socket.remotePort);
    if (c === null) {
      socket.on('error', () => {});
      socket.terminate();
      return;
    }
    this.attach(c, socket);
  }

  private attach(c: WebSocketConnection, socket: WebSocket): void {
    c.socket = socket;
    c.written = () => {
      if (c.socket !== socket) return;
      c.tookAtUs = this.nowUs();
      this.settle(c);
    };
    socket.on('message', (data: Buffer) => this.read(c, socket, data));
    socket.on('ping', () => this.stats.keepalives++);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (c.socket === socket) c.error = error.code ?? error.message;
    });
    socket.on('close', (code) => {
      if (c.socket !== socket) return;
      if (c.phase === PHASE.OPEN && !c.leaving) this.count('ended by the peer');
      if (c.error === '' && !IN_ORDER.includes(code)) c.error = `close code ${code}`;
      this.gone(c);
    });
  }

  private read(c: WebSocketConnection, socket: WebSocket, data: Buffer): void {
    if (c.socket !== socket || this.closed) return;
    const { incoming } = this;
    const idle = incoming.rows === 0;
    const at = incoming.room(data.length);
    if (at === NONE) {
      this.count('closed: not read in time');
      this.drop(c, FAULT.UNREADABLE);
      return;
    }
    this.bytes.set(data, at);
    // RFC 7118 §5: one WebSocket message is one SIP message.
    incoming.add(at, at + data.length, c.peer, this.nowUs(), 0);
    if (idle) this.onReadable();
  }

  protected write(c: WebSocketConnection, now: number): void {
    const { bytes, start, len, next, txAtUs } = this;
    const { socket } = c;
    for (let i = c.head; i !== NONE; i = next[i]!) {
      const length = len[i]!;
      if (!this.mayWait(c, length)) {
        txAtUs[i] = NOT_SENT - FAULT.QUEUE_FULL;
        continue;
      }
      // The library keeps what the system does not take at once.
      const message = Buffer.from(bytes.subarray(start[i]!, start[i]! + length));
      if (c.phase === PHASE.OPEN) this.frame(c, socket!, message);
      else {
        c.held.push(message);
        c.heldBytes += length;
      }
      txAtUs[i] = now;
    }
    c.head = NONE;
    c.tail = NONE;
    this.account(c, now);
  }

  /** RFC 7118 §4.2: what is no UTF-8 throughout goes in a binary frame. */
  private frame(c: WebSocketConnection, socket: WebSocket, message: Buffer): void {
    socket.send(message, { binary: !isUtf8(message) }, c.written);
  }

  protected unsent(c: WebSocketConnection): number {
    return c.heldBytes + (c.socket === null ? 0 : c.socket.bufferedAmount);
  }

  private settle(c: WebSocketConnection): void {
    this.account(c, c.tookAtUs);
    if (c.leaving) this.leave(c);
  }

  protected finish(c: WebSocketConnection): void {
    const { socket } = c;
    if (c.heldBytes === 0) setTimeout(() => socket!.close(1000), FAREWELL_MS);
  }

  protected abort(c: WebSocketConnection): void {
    c.socket!.terminate();
  }

  protected detach(c: WebSocketConnection): void {
    c.held = [];
    c.heldBytes = 0;
    c.socket = null;
  }

  /** Half a message is bounded by `maxPayload`, and a closing handshake by `closeTimeout`. */
  protected tire(): void {}

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.listener.close();
    this.server.close();
    for (const c of this.table.slots) {
      if (c.phase === PHASE.CONNECTING) c.socket?.terminate();
      else c.socket?.close(1001);
    }
  }
}
