// TCP of node:net as a transport of connections: listens, connects, cuts the streams into messages, writes once per connection and flush. Knows no SIP beyond where a message ends.

import net from 'node:net';
import { errorText } from '../sip/errors.ts';
import { Framer } from '../sip/frame.ts';
import { NONE } from '../sip/message.ts';
import { PHASE } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import { Connections, type ConnectionsOptions, FAREWELL_MS } from './connections.ts';
import { StreamReceive, TAKEN } from './stream-receive.ts';
import { TcpConnection } from './tcp-connection.ts';
import { FAULT, NOT_SENT } from './transport.ts';

/** One read at most. */
const READ_BYTES = 65_536;
/** Messages of one flush to one connection are put together here; what the socket could not take at once stays its own. */
const STAGE_BYTES = 262_144;
const MOST_MESSAGE_BYTES = 66_000;
/** What waits is given to the socket in such parts, so that a reader that is only slow is seen to take some. */
const PART_BYTES = 65_536;
const CRLFS = Buffer.from('\r\n'.repeat(READ_BYTES / 4));

export class Tcp extends Connections<TcpConnection> {
  readonly io = 'tcp';
  protected readonly incoming: StreamReceive;
  private readonly server: net.Server;
  /** Every socket opened by us reads into this part of the block. */
  private readonly reading: Buffer;
  private stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
  private staged = 0;

  /** @param server listening; the transport owns it from now on */
  constructor(server: net.Server, options: ConnectionsOptions) {
    const { address, port } = server.address() as net.AddressInfo;
    const place = { protocol: 'tcp', reliable: true, stream: true, address, port } as const;
    super(place, new ConnectionTable(TcpConnection, options.tuning?.connections), options);
    const { memory } = options;
    this.server = server;
    this.incoming = new StreamReceive(memory, () => this.onFull());
    this.reading = Buffer.from(memory.bytes.buffer, memory.bytes.byteOffset + memory.reserve(READ_BYTES), READ_BYTES);
    server.on('connection', (socket) => this.accept(socket));
    server.on('error', (error: NodeJS.ErrnoException) => this.count(`accept failed (${error.code ?? error.name})`));
  }

  protected takes(c: TcpConnection): boolean {
    return !c.socket!.writableEnded;
  }

  protected dial(c: TcpConnection): void {
    const socket = net.connect({
      host: c.address,
      port: c.port,
      localAddress: this.source,
      noDelay: true,
      keepAlive: true,
      allowHalfOpen: true,
      // The reading buffer is part of the block: bytes go from the kernel into it, and are taken before the next read.
      onread: {
        buffer: this.reading,
        callback: (length: number) => {
          this.read(c, socket, this.bytes, this.reading.byteOffset - this.bytes.byteOffset, length);
          return true;
        },
      },
    });
    this.attach(c, socket);
    socket.once('connect', () => {
      if (c.socket !== socket) return;
      this.opened(c);
      this.drain(c);
    });
  }

  private accept(socket: net.Socket): void {
    const c = this.take(socket.remoteAddress, socket.remotePort);
    if (c === null) {
      socket.destroy();
      return;
    }
    this.attach(c, socket);
    socket.on('data', (data: Buffer) => this.read(c, socket, data, 0, data.length));
  }

  private attach(c: TcpConnection, socket: net.Socket): void {
    c.socket = socket;
    c.framer = new Framer();
    c.ponged = 0;
    c.deaf = false;
    c.written = () => {
      if (c.socket !== socket) return;
      c.tookAtUs = this.nowUs();
      this.drain(c);
    };
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (c.socket === socket) c.error = error.code ?? error.name;
    });
    socket.on('end', () => {
      if (c.socket === socket) this.ended(c);
    });
    socket.on('close', () => {
      if (c.socket === socket) this.gone(c);
    });
  }

  /** Puts the queued messages of a connection together: one write, or into what waits for its reader. */
  protected write(c: TcpConnection, now: number): void {
    const { bytes, start, len, next, txAtUs } = this;
    const { socket } = c;
    let i = c.head;
    c.head = NONE;
    c.tail = NONE;
    let direct = c.phase === PHASE.OPEN && c.unsent.length === 0 && socket!.writableLength === 0;
    while (i !== NONE && direct) {
      if (STAGE_BYTES - this.staged < MOST_MESSAGE_BYTES) {
        this.stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
        this.staged = 0;
      }
      const from = this.staged;
      let at = from;
      while (i !== NONE && at + len[i]! <= STAGE_BYTES) {
        this.stage.set(bytes.subarray(start[i]!, start[i]! + len[i]!), at);
        at += len[i]!;
        txAtUs[i] = now;
        i = next[i]!;
      }
      socket!.write(this.stage.subarray(from, at), c.written);
      // Taken at once, and the bytes can be written over; or kept by the socket, and they are its own.
      direct = socket!.writableLength === 0;
      if (!direct) this.staged = at;
    }
    this.account(c, now);
    for (; i !== NONE; i = next[i]!) {
      txAtUs[i] = this.hold(c, bytes, start[i]!, len[i]!) ? now : NOT_SENT - FAULT.QUEUE_FULL;
    }
  }

  /** Queues bytes behind what waits for this reader; false when that is as much as may be. */
  private hold(c: TcpConnection, source: Uint8Array, start: number, length: number): boolean {
    if (!this.mayWait(c, length)) return false;
    c.unsent.append(source, start, length);
    return true;
  }

  protected unsent(c: TcpConnection): number {
    return c.unsent.length + (c.socket === null ? 0 : c.socket.writableLength);
  }

  /** The socket can take more. */
  private drain(c: TcpConnection): void {
    const { socket } = c;
    if (c.phase !== PHASE.OPEN || socket === null) return;
    while (c.unsent.length > 0 && socket.writableLength === 0) socket.write(c.unsent.take(PART_BYTES), c.written);
    this.account(c, c.tookAtUs);
    if (c.leaving) this.leave(c);
  }

  protected finish(c: TcpConnection): void {
    const { socket } = c;
    if (c.unsent.length === 0) setTimeout(() => socket!.end(), FAREWELL_MS);
  }

  // Receiving.

  private read(c: TcpConnection, socket: net.Socket, source: Uint8Array, from: number, length: number): void {
    if (c.socket !== socket || c.deaf || this.closed) return;
    const { incoming } = this;
    const idle = incoming.rows === 0;
    const taken = incoming.take(c, source, from, length, this.nowUs());
    // RFC 5626 §4.4.1: a ping between messages is answered.
    const pings = c.framer.pings - c.ponged;
    if (pings > 0) this.pong(c, pings);
    if (idle && incoming.rows > 0) this.onReadable();
    if (taken === TAKEN.WHOLE) return;
    if (taken === TAKEN.UNREADABLE) {
      this.count(`unreadable: ${errorText(incoming.lastFault)}`);
      // RFC 3261 §18.3: what came whole before, or is known of the request, is still answered on its connection; then it ends.
      if (incoming.lastWhole > 0) this.turnAway(c);
      else this.drop(c, FAULT.UNREADABLE);
      return;
    }
    this.count(taken === TAKEN.NO_MEMORY ? 'closed: no memory for unfinished messages' : 'closed: not read in time');
    this.drop(c, FAULT.UNREADABLE);
  }

  /** Reads nothing more; ends after the linger, or when the other end does. */
  private turnAway(c: TcpConnection): void {
    this.broken.set(c.peer, FAULT.UNREADABLE);
    this.unshare(c);
    c.deaf = true;
    c.socket!.pause();
    c.endedAtUs = this.nowUs();
  }

  private pong(c: TcpConnection, pings: number): void {
    c.ponged += pings;
    this.stats.keepalives += pings;
    const { socket } = c;
    if (c.phase !== PHASE.OPEN || socket!.writableEnded) return;
    if (c.unsent.length > 0 || socket!.writableLength > 0) this.hold(c, CRLFS, 0, pings * 2);
    else socket!.write(CRLFS.subarray(0, pings * 2), c.written);
    this.account(c, this.nowUs());
  }

  // Ends.

  /** The other end will send no more; it may still read. */
  private ended(c: TcpConnection): void {
    this.count('ended by the peer');
    if (!c.framer.between) this.count('ended by the peer inside a message');
    c.endedAtUs = this.nowUs();
    // A request of ours would have no answer here: the next one opens a connection of its own.
    if (c.destination === NONE) return;
    this.unshare(c);
    if (c.phase === PHASE.OPEN) c.socket!.end();
    if (c.own && !c.leaving) this.forget(c);
  }

  protected abort(c: TcpConnection): void {
    if (c.phase === PHASE.CONNECTING) c.socket!.destroy();
    else c.socket!.resetAndDestroy();
  }

  protected detach(c: TcpConnection): void {
    this.incoming.forget(c);
    c.restSinceUs = 0;
    c.unsent.clear();
    c.socket = null;
  }

  protected tire(c: TcpConnection, now: number, limit: number): void {
    if (c.restSinceUs > 0 && c.restSinceUs <= limit) {
      this.count('given up: a message did not end');
      this.drop(c, FAULT.UNREADABLE);
    } else if (c.endedAtUs > 0 && c.endedAtUs <= now - this.lingerUs && !c.socket!.writableEnded) {
      c.socket!.resume();
      c.socket!.end();
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.server.close();
    for (const c of this.table.slots) c.socket?.destroySoon();
  }
}
