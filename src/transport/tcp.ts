// TCP of node:net behind the engine's interface: listens, connects, cuts the streams into messages, writes once per connection and flush. Knows no SIP beyond where a message ends.

import net from 'node:net';
import { errorText } from '../sip/errors.ts';
import { Framer } from '../sip/frame.ts';
import { NONE } from '../sip/message.ts';
import { QUEUE } from './outgoing.ts';
import { Peers } from './peers.ts';
import { addressWord } from './sockaddr.ts';
import { StreamReceive, TAKEN } from './stream-receive.ts';
import { type Connection, PHASE } from './tcp-connection.ts';
import { ConnectionTable, isConnection } from './tcp-table.ts';
import {
  type ConnectionStats,
  FAULT,
  NOT_SENT,
  type Place,
  type Transport,
  type WorkerResources,
} from './transport.ts';

/** One read at most. */
const READ_BYTES = 65_536;
/** Messages of one flush to one connection are put together here; what the socket could not take at once stays its own. */
const STAGE_BYTES = 262_144;
const MOST_MESSAGE_BYTES = 66_000;
/** What waits is given to the socket in such parts, so that a reader that is only slow is seen to take some. */
const PART_BYTES = 65_536;
const CRLFS = Buffer.from('\r\n'.repeat(READ_BYTES / 4));
const SWEEP_US = 1_000_000;
/**
 * RFC 3261 §18: a connection is kept for some time after its last message. Who has just sent the last response of a
 * call may still be busy with it, and take the end of the connection for a failure of that call (SIPp does).
 */
export const FAREWELL_MS = 250;

export interface TcpTuning {
  readonly connections?: number;
  /** Bytes that wait for one reader, and for all of them. */
  readonly queueBytes?: number;
  readonly totalBytes?: number;
  /** A reader that takes nothing, a message that does not end, a connection that does not open are given up after this long: as long as a transaction lives (64·T1). */
  readonly patienceUs?: number;
  /** How long answers may still leave on a connection whose other end has said its last. */
  readonly lingerUs?: number;
}

export interface TcpOptions extends WorkerResources {
  readonly address: string;
  readonly tuning?: TcpTuning;
}

export class Tcp implements Transport {
  readonly io = 'tcp';
  readonly blocking = false;
  readonly sliceUs = 0;
  readonly rcvbufBytes = 0;
  readonly places: readonly Place[];
  readonly txAtUs = new Float64Array(QUEUE);
  readonly broken = new Map<number, number>();
  readonly stats: ConnectionStats = { sendErrors: {}, connections: {}, keepalives: 0, open: 0 };
  onFlushed: (count: number, first?: number) => void = () => {};
  onReadable: () => void = () => {};
  onFull: () => void = () => {};
  /** Never called: see `broken`. */
  onRefused: (peer: number, start: number, end: number) => void = () => {};

  private readonly server: net.Server;
  private readonly nowUs: () => number;
  private readonly bytes: Uint8Array;
  private readonly source: string | undefined;
  private readonly incoming: StreamReceive;
  private readonly table: ConnectionTable;
  private readonly peers = new Peers();
  /** By place: the slot + 1 of the connection that all share. */
  private readonly sharedSlot: Int32Array;
  /** Connections that others have opened, by where they come from. */
  private readonly accepted = new Map<number, Connection>();
  /** Every socket opened by us reads into this part of the block. */
  private readonly reading: Buffer;
  private stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
  private staged = 0;
  private waiting = 0;
  private queued = 0;
  private readonly start = new Int32Array(QUEUE);
  private readonly len = new Int32Array(QUEUE);
  private readonly to = new Int32Array(QUEUE);
  private readonly next = new Int32Array(QUEUE);
  private readonly touched: Connection[] = [];
  private sweepAtUs = 0;
  private closed = false;
  private readonly queueBytes: number;
  private readonly totalBytes: number;
  private readonly patienceUs: number;
  private readonly lingerUs: number;

  /** @param server listening; the transport owns it from now on */
  constructor(server: net.Server, options: TcpOptions) {
    const { memory, nowUs, address, tuning = {} } = options;
    const local = server.address() as net.AddressInfo;
    this.server = server;
    this.nowUs = nowUs;
    this.bytes = memory.bytes;
    this.source = address === '0.0.0.0' ? undefined : address;
    this.places = [{ protocol: 'tcp', reliable: true, address: local.address, port: local.port }];
    this.incoming = new StreamReceive(memory, () => this.onFull());
    this.table = new ConnectionTable(tuning.connections);
    this.sharedSlot = new Int32Array(this.peers.capacity);
    this.reading = Buffer.from(memory.bytes.buffer, memory.bytes.byteOffset + memory.reserve(READ_BYTES), READ_BYTES);
    this.queueBytes = tuning.queueBytes ?? 16 << 20;
    this.totalBytes = tuning.totalBytes ?? 256 << 20;
    this.patienceUs = tuning.patienceUs ?? 32_000_000;
    this.lingerUs = tuning.lingerUs ?? 2_000_000;
    server.on('connection', (socket) => this.accept(socket));
    server.on('error', (error: NodeJS.ErrnoException) => this.count(`accept failed (${error.code ?? error.name})`));
  }

  get rxStart(): Int32Array {
    return this.incoming.start;
  }

  get rxEnd(): Int32Array {
    return this.incoming.end;
  }

  get rxPeer(): Int32Array {
    return this.incoming.peer;
  }

  get rxAtUs(): Float64Array {
    return this.incoming.atUs;
  }

  get rxFault(): Int32Array {
    return this.incoming.fault;
  }

  get more(): boolean {
    return this.incoming.rows > 0;
  }

  receive(): number {
    return this.incoming.receive();
  }

  // Peers: places below, connections above (tcp-table.ts).

  peer(address: string, port: number): number {
    return this.peers.find(address, port);
  }

  peerAddress(peer: number): string {
    return isConnection(peer) ? (this.table.find(peer)?.address ?? '0.0.0.0') : this.peers.address(peer);
  }

  peerPort(peer: number): number {
    return isConnection(peer) ? (this.table.find(peer)?.port ?? 0) : this.peers.port(peer);
  }

  ownPeer(peer: number): number {
    if (peer === NONE || isConnection(peer)) return peer;
    const c = this.table.take(NONE, peer, this.peers.address(peer), this.peers.port(peer));
    if (c === null) this.count('no slot for another connection');
    return c === null ? NONE : c.handle;
  }

  releasePeer(peer: number): void {
    const c = this.table.find(peer);
    if (c === null || !c.own || c.leaving) return;
    c.leaving = true;
    // What is queued in this tick is written first.
    if (this.queued === 0) this.leave(c);
    else this.touched.push(c);
  }

  returnPort(peer: number, port: number): void {
    const c = this.table.find(peer);
    if (c !== null) c.returnPort = port;
  }

  // Sending.

  send(start: number, len: number, peer: number, _order: number): number {
    if (this.queued === QUEUE) this.flush();
    const at = this.queued++;
    this.start[at] = start;
    this.len[at] = len;
    this.to[at] = peer;
    return at;
  }

  flush(): void {
    if (this.closed) throw new Error('the transport is closed');
    const count = this.queued;
    const { touched, to, next, txAtUs } = this;
    const now = this.nowUs();
    if (now >= this.sweepAtUs) this.sweep(now);
    if (count === 0 && touched.length === 0) return;
    for (let i = 0; i < count; i++) {
      const c = this.route(to[i]!);
      next[i] = NONE;
      if (c === null) {
        txAtUs[i] = NOT_SENT - FAULT.UNREACHABLE;
        continue;
      }
      if (c.head === NONE) {
        c.head = i;
        touched.push(c);
      } else next[c.tail] = i;
      c.tail = i;
    }
    for (let i = 0; i < touched.length; i++) {
      const c = touched[i]!;
      this.write(c, now);
      if (c.leaving) this.leave(c);
    }
    touched.length = 0;
    this.queued = 0;
    if (count > 0) this.onFlushed(count, 0);
  }

  /** The connection that takes a message to `peer`, opened where need be; null when there can be none. */
  private route(peer: number): Connection | null {
    if (peer === NONE) {
      this.stats.sendErrors.EDESTADDRREQ = (this.stats.sendErrors.EDESTADDRREQ ?? 0) + 1;
      return null;
    }
    if (!isConnection(peer)) return this.shared(peer);
    const c = this.table.find(peer);
    if (c !== null && c.phase !== PHASE.CLOSED && !c.socket!.writableEnded) return c;
    if (c?.own) {
      if (c.phase === PHASE.CLOSED && !c.given) return this.open(c);
      this.count('messages lost: their connection was gone');
      return null;
    }
    // RFC 3261 §18.2.2: the response of a request whose connection is gone goes by a new one to its source and its sent-by port.
    const place = c === null || c.returnPort === 0 ? NONE : this.peers.find(c.address, c.returnPort);
    const other = place === NONE ? null : this.shared(place);
    this.count(other === null ? 'messages lost: their connection was gone' : 'answers by a new connection');
    return other;
  }

  private shared(place: number): Connection | null {
    const slot = this.sharedSlot[place]!;
    if (slot > 0) return this.table.slots[slot - 1]!;
    // A connection that was opened from there leads there, too.
    const from = this.accepted.get(placeKey(this.peers.address(place), this.peers.port(place)));
    if (from !== undefined && from.endedAtUs === 0) return from;
    const c = this.table.take(place, place, this.peers.address(place), this.peers.port(place));
    if (c === null) {
      this.count('no slot for another connection');
      return null;
    }
    this.sharedSlot[place] = c.slot + 1;
    return this.open(c);
  }

  private open(c: Connection): Connection {
    const socket = net.connect({
      host: c.address,
      port: c.port,
      localAddress: this.source,
      family: 4,
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
    c.phase = PHASE.CONNECTING;
    socket.once('connect', () => {
      if (c.socket !== socket) return;
      c.phase = PHASE.OPEN;
      c.tookAtUs = this.nowUs();
      this.stats.open++;
      this.count('opened');
      this.drain(c);
    });
    return c;
  }

  private accept(socket: net.Socket): void {
    const { remoteAddress, remotePort } = socket;
    const c = remoteAddress === undefined ? null : this.table.take(NONE, NONE, remoteAddress, remotePort!);
    if (c === null) {
      // Gone before it was looked at, or one too many.
      this.count(remoteAddress === undefined ? 'reset' : 'refused: no slot for another connection');
      socket.destroy();
      return;
    }
    this.attach(c, socket);
    c.phase = PHASE.OPEN;
    this.accepted.set(placeKey(c.address, c.port), c);
    this.stats.open++;
    this.count('accepted');
    socket.on('data', (data: Buffer) => this.read(c, socket, data, 0, data.length));
  }

  private attach(c: Connection, socket: net.Socket): void {
    c.socket = socket;
    c.framer = new Framer();
    c.ponged = 0;
    c.error = '';
    c.deaf = false;
    c.endedAtUs = 0;
    c.openedAtUs = this.nowUs();
    c.tookAtUs = c.openedAtUs;
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
  private write(c: Connection, now: number): void {
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
  private hold(c: Connection, source: Uint8Array, start: number, length: number): boolean {
    if (c.waiting + length > this.queueBytes || this.waiting + length > this.totalBytes) {
      this.count('messages given up: their reader is too slow');
      return false;
    }
    c.unsent.append(source, start, length);
    c.waiting += length;
    this.waiting += length;
    return true;
  }

  /** Takes note of what waits now. */
  private account(c: Connection, now: number): void {
    const waiting = c.unsent.length + (c.socket === null ? 0 : c.socket.writableLength);
    if (c.waiting === 0) c.tookAtUs = now;
    this.waiting += waiting - c.waiting;
    c.waiting = waiting;
  }

  /** The socket can take more. */
  private drain(c: Connection): void {
    const { socket } = c;
    if (c.phase !== PHASE.OPEN || socket === null) return;
    while (c.unsent.length > 0 && socket.writableLength === 0) socket.write(c.unsent.take(PART_BYTES), c.written);
    this.account(c, c.tookAtUs);
    if (c.leaving) this.leave(c);
  }

  /** Ends a connection whose last bytes have been given to its socket, and lets its peer finish first. */
  private leave(c: Connection): void {
    const { socket } = c;
    if (c.phase === PHASE.CLOSED) this.give(c);
    else if (c.phase === PHASE.OPEN && c.unsent.length === 0) setTimeout(() => socket!.end(), FAREWELL_MS);
  }

  // Receiving.

  private read(c: Connection, socket: net.Socket, source: Uint8Array, from: number, length: number): void {
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
  private turnAway(c: Connection): void {
    this.broken.set(c.peer, FAULT.UNREADABLE);
    this.unshare(c);
    c.deaf = true;
    c.socket!.pause();
    c.endedAtUs = this.nowUs();
  }

  private pong(c: Connection, pings: number): void {
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
  private ended(c: Connection): void {
    this.count('ended by the peer');
    if (!c.framer.between) this.count('ended by the peer inside a message');
    c.endedAtUs = this.nowUs();
    // A request of ours would have no answer here: the next one opens a connection of its own.
    if (c.destination === NONE) return;
    this.unshare(c);
    if (c.phase === PHASE.OPEN) c.socket!.end();
    if (c.own && !c.leaving) this.detach(c);
  }

  private unshare(c: Connection): void {
    if (c.destination !== NONE && this.sharedSlot[c.destination] === c.slot + 1) this.sharedSlot[c.destination] = 0;
  }

  /** The socket has closed. */
  private gone(c: Connection): void {
    const { error } = c;
    if (c.phase === PHASE.CONNECTING) {
      this.count(error === 'ECONNREFUSED' ? 'refused' : `could not be opened (${error || 'closed'})`);
      this.broken.set(c.peer, error === 'ECONNREFUSED' ? FAULT.REFUSED : FAULT.UNREACHABLE);
    } else if (error !== '') {
      // What was on its way to a connection that took its place is not lost.
      if (c.endedAtUs === 0) this.broken.set(c.peer, FAULT.RESET);
      this.count(error === 'ECONNRESET' || error === 'EPIPE' ? 'reset' : `failed (${error})`);
    }
    if (this.broken.size > 0) this.onReadable();
    this.clear(c);
  }

  /** Closes a connection at once, whatever waits. */
  private drop(c: Connection, fault: number): void {
    this.broken.set(c.peer, fault);
    const socket = c.socket!;
    const opening = c.phase === PHASE.CONNECTING;
    this.clear(c);
    if (opening) socket.destroy();
    else socket.resetAndDestroy();
    this.onReadable();
  }

  /** Forgets the socket of a connection that a call keeps: its next message opens a new one. */
  private detach(c: Connection): void {
    if (c.phase === PHASE.OPEN) this.stats.open--;
    this.incoming.forget(c);
    c.restSinceUs = 0;
    c.unsent.clear();
    c.phase = PHASE.CLOSED;
    c.socket = null;
    this.account(c, 0);
  }

  private clear(c: Connection): void {
    this.unshare(c);
    this.detach(c);
    if (c.destination === NONE) {
      const key = placeKey(c.address, c.port);
      if (this.accepted.get(key) === c) this.accepted.delete(key);
    }
    if (!c.own || c.leaving) this.give(c);
  }

  private give(c: Connection): void {
    if (!c.given) this.table.give(c);
    c.given = true;
  }

  /** Gives up what has waited too long. */
  private sweep(now: number): void {
    this.sweepAtUs = now + SWEEP_US;
    const limit = now - this.patienceUs;
    const { slots } = this.table;
    for (let i = 0; i < slots.length; i++) {
      const c = slots[i]!;
      if (c.phase === PHASE.CLOSED) continue;
      if (c.phase === PHASE.CONNECTING) {
        if (c.openedAtUs > limit) continue;
        this.count('could not be opened (no answer)');
        this.drop(c, FAULT.UNREACHABLE);
      } else if (c.waiting > 0 && c.tookAtUs <= limit) {
        this.count('given up: the peer reads nothing');
        this.drop(c, FAULT.STALLED);
      } else if (c.restSinceUs > 0 && c.restSinceUs <= limit) {
        this.count('given up: a message did not end');
        this.drop(c, FAULT.UNREADABLE);
      } else if (c.endedAtUs > 0 && c.endedAtUs <= now - this.lingerUs && !c.socket!.writableEnded) {
        c.socket!.resume();
        c.socket!.end();
      }
    }
  }

  private count(name: string): void {
    const { connections } = this.stats;
    connections[name] = (connections[name] ?? 0) + 1;
  }

  wait(_maxUs: number): void {}

  nap(_us: number): void {}

  rxDropped(): number {
    return 0;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.server.close();
    for (const c of this.table.slots) c.socket?.destroySoon();
  }
}

function placeKey(address: string, port: number): number {
  return (addressWord(address) >>> 0) * 65_536 + port;
}
