// A transport of connections, whatever carries their bytes: which connection takes a message to a peer, which are opened for it, and what is known of those that failed. Opens no socket itself.

import { NONE } from '../sip/message.ts';
import type { Columns } from './columns.ts';
import { type Connection, PHASE } from './connection.ts';
import { type ConnectionTable, isConnection } from './connection-table.ts';
import { QUEUE } from './outgoing.ts';
import { Peers } from './peers.ts';
import { familyOf } from './sockaddr.ts';
import {
  type ConnectionStats,
  FAULT,
  NOT_SENT,
  type Place,
  type Transport,
  type WorkerResources,
} from './transport.ts';

const SWEEP_US = 1_000_000;
/**
 * RFC 3261 §18: a connection is kept for some time after its last message. Who has just sent the last response of a
 * call may still be busy with it, and take the end of the connection for a failure of that call (SIPp does).
 */
export const FAREWELL_MS = 250;

export interface Tuning {
  readonly connections?: number;
  /** Bytes that wait for one reader, and for all of them. */
  readonly queueBytes?: number;
  readonly totalBytes?: number;
  /** A reader that takes nothing, a message that does not end, a connection that does not open are given up after this long: as long as a transaction lives (64·T1). */
  readonly patienceUs?: number;
  /** How long answers may still leave on a connection whose other end has said its last. */
  readonly lingerUs?: number;
}

export interface ConnectionsOptions extends WorkerResources {
  /** Address to speak from. */
  readonly address: string;
  readonly tuning?: Tuning;
}

export abstract class Connections<C extends Connection> implements Transport {
  abstract readonly io: 'tcp' | 'ws';
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

  protected readonly nowUs: () => number;
  protected readonly bytes: Uint8Array;
  /** Address our own connections are opened from; undefined leaves it to the system. */
  protected readonly source: string | undefined;
  protected abstract readonly incoming: Columns;
  protected readonly table: ConnectionTable<C>;
  private readonly peers: Peers;
  /** By place: the slot + 1 of the connection that all share. */
  private readonly sharedSlot: Int32Array;
  /** Connections that others have opened, by where they come from. */
  private readonly accepted = new Map<string, C>();
  /** Bytes that wait for their readers. */
  protected waiting = 0;
  private queued = 0;
  protected readonly start = new Int32Array(QUEUE);
  protected readonly len = new Int32Array(QUEUE);
  private readonly to = new Int32Array(QUEUE);
  /** The next message of the same connection in this flush. */
  protected readonly next = new Int32Array(QUEUE);
  private readonly touched: C[] = [];
  private sweepAtUs = 0;
  protected closed = false;
  protected readonly queueBytes: number;
  protected readonly totalBytes: number;
  protected readonly patienceUs: number;
  protected readonly lingerUs: number;

  constructor(place: Place, table: ConnectionTable<C>, { memory, nowUs, address, tuning = {} }: ConnectionsOptions) {
    this.places = [place];
    this.table = table;
    this.nowUs = nowUs;
    this.bytes = memory.bytes;
    const family = familyOf(address);
    this.peers = new Peers(family);
    this.source = address === family.any ? undefined : address;
    this.sharedSlot = new Int32Array(this.peers.capacity);
    this.queueBytes = tuning.queueBytes ?? 16 << 20;
    this.totalBytes = tuning.totalBytes ?? 256 << 20;
    this.patienceUs = tuning.patienceUs ?? 32_000_000;
    this.lingerUs = tuning.lingerUs ?? 2_000_000;
  }

  /** Begins to open the socket of a connection. */
  protected abstract dial(c: C): void;
  /** Whether a connection that is not closed still takes messages. */
  protected abstract takes(c: C): boolean;
  /** Hands the messages from `c.head` on to the socket, or to what waits for it, and says in `txAtUs` when. */
  protected abstract write(c: C, now: number): void;
  /** Bytes given to it that have not left. */
  protected abstract unsent(c: C): number;
  /** Ends in order: the other end may finish first. */
  protected abstract finish(c: C): void;
  /** Gives its socket up at once. */
  protected abstract abort(c: C): void;
  /** Takes the socket off a connection, with all that is kept for it. */
  protected abstract detach(c: C): void;
  /** What else is given up when it has waited too long; `limit` is the latest instant it may have begun. */
  protected abstract tire(c: C, now: number, limit: number): void;
  abstract close(): void;

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

  // Peers: places below, connections above (connection-table.ts).

  peer(address: string, port: number): number {
    return this.peers.find(address, port);
  }

  peerAddress(peer: number): string {
    return isConnection(peer) ? (this.table.find(peer)?.address ?? this.peers.family.any) : this.peers.address(peer);
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
  private route(peer: number): C | null {
    if (peer === NONE) {
      this.stats.sendErrors.EDESTADDRREQ = (this.stats.sendErrors.EDESTADDRREQ ?? 0) + 1;
      return null;
    }
    if (!isConnection(peer)) return this.shared(peer);
    const c = this.table.find(peer);
    if (c !== null && c.phase !== PHASE.CLOSED && this.takes(c)) return c;
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

  private shared(place: number): C | null {
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

  private open(c: C): C {
    this.begin(c, PHASE.CONNECTING);
    this.dial(c);
    return c;
  }

  /** A connection that another has opened; null when it is gone already (no address), or one too many. */
  protected take(address: string | undefined, port: number | undefined): C | null {
    const c = address === undefined ? null : this.table.take(NONE, NONE, address, port!);
    if (c === null) {
      this.count(address === undefined ? 'reset' : 'refused: no slot for another connection');
      return null;
    }
    this.accepted.set(placeKey(c.address, c.port), c);
    this.begin(c, PHASE.OPEN);
    this.stats.open++;
    this.count('accepted');
    return c;
  }

  private begin(c: C, phase: number): void {
    c.phase = phase;
    c.error = '';
    c.endedAtUs = 0;
    c.openedAtUs = this.nowUs();
    c.tookAtUs = c.openedAtUs;
  }

  /** The socket that we dialled is open. */
  protected opened(c: C): void {
    c.phase = PHASE.OPEN;
    c.tookAtUs = this.nowUs();
    this.stats.open++;
    this.count('opened');
  }

  /** Takes note of what waits now. */
  protected account(c: C, now: number): void {
    const waiting = this.unsent(c);
    if (c.waiting === 0) c.tookAtUs = now;
    this.waiting += waiting - c.waiting;
    c.waiting = waiting;
  }

  /** Counts so many more bytes that wait for this reader; false when that would be more than may be. */
  protected mayWait(c: C, length: number): boolean {
    if (c.waiting + length > this.queueBytes || this.waiting + length > this.totalBytes) {
      this.count('messages given up: their reader is too slow');
      return false;
    }
    c.waiting += length;
    this.waiting += length;
    return true;
  }

  /** Ends a connection whose last bytes have been given to its socket, and lets its peer finish first. */
  protected leave(c: C): void {
    if (c.phase === PHASE.CLOSED) this.give(c);
    else if (c.phase === PHASE.OPEN) this.finish(c);
  }

  // Ends.

  protected unshare(c: C): void {
    if (c.destination !== NONE && this.sharedSlot[c.destination] === c.slot + 1) this.sharedSlot[c.destination] = 0;
  }

  /** The socket has closed. */
  protected gone(c: C): void {
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
  protected drop(c: C, fault: number): void {
    this.broken.set(c.peer, fault);
    this.abort(c);
    this.clear(c);
    this.onReadable();
  }

  /** Forgets the socket of a connection that a call keeps: its next message opens a new one. */
  protected forget(c: C): void {
    if (c.phase === PHASE.OPEN) this.stats.open--;
    c.phase = PHASE.CLOSED;
    this.detach(c);
    this.account(c, 0);
  }

  private clear(c: C): void {
    this.unshare(c);
    this.forget(c);
    if (c.destination === NONE) {
      const key = placeKey(c.address, c.port);
      if (this.accepted.get(key) === c) this.accepted.delete(key);
    }
    if (!c.own || c.leaving) this.give(c);
  }

  private give(c: C): void {
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
      } else this.tire(c, now, limit);
    }
  }

  protected count(name: string): void {
    const { connections } = this.stats;
    connections[name] = (connections[name] ?? 0) + 1;
  }

  wait(_maxUs: number): void {}

  nap(_us: number): void {}

  rxDropped(): number {
    return 0;
  }
}

function placeKey(address: string, port: number): string {
  return `${address} ${port}`;
}
