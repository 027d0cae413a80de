// What a transport is to the engine: whole messages in as columns, messages out as spans of one block. An interface; no socket here.

import { NONE } from '../sip/message.ts';

/** `--io`: batched is recvmmsg and GSO through koffi on Linux; dgram is node:dgram everywhere. */
export type Io = 'batched' | 'dgram';

/** RFC 3261 §20.42: what carries the messages; as `;transport=` names it. */
export type Protocol = 'udp' | 'tcp' | 'ws';

/** Where a worker listens, and from where it speaks: what Via and Contact say of it. */
export interface Place {
  readonly protocol: Protocol;
  /** RFC 3261 §17: nothing is lost or reordered on the way, so that transactions repeat nothing. */
  readonly reliable: boolean;
  /** RFC 3261 §18.3: bytes without bounds between messages, so that each must say how long it is. */
  readonly stream: boolean;
  readonly address: string;
  readonly port: number;
}

/** Peers of place p have p above these bits: a number alone says where its messages leave. */
const PLACE_SHIFT = 28;
export const MOST_PLACES = 8;
export const PEER_MASK = (1 << PLACE_SHIFT) - 1;

/** Index of the place from which `peer` is spoken to; 0 for NONE. */
export function placeOf(peer: number): number {
  return peer === NONE ? 0 : peer >>> PLACE_SHIFT;
}

/** A peer of one transport, numbered among those of several. */
export function atPlace(place: number, peer: number): number {
  return peer === NONE ? NONE : peer | (place << PLACE_SHIFT);
}

/** Stands in `txAtUs` for a message that was given up. */
export const NOT_SENT = -1;

/** Why a transport could not do what it was asked to (RFC 3261 §18.4). */
export const FAULT = {
  /** A datagram came back as unreachable. */
  ICMP: 0,
  REFUSED: 1,
  /** The connection could not be opened for another reason: no route, no answer, no port or descriptor left. */
  UNREACHABLE: 2,
  RESET: 3,
  /** The peer does not read: the queue of its connection is full. */
  QUEUE_FULL: 4,
  /** The peer has read nothing for so long that its connection was given up. */
  STALLED: 5,
  /** What came could not be cut into messages any more. */
  UNREADABLE: 6,
} as const;

/**
 * One socket, or several. Bytes live in the worker's one block of memory; what is sent is not needed any more after `flush`.
 * Received message i of the last `receive()` is `[rxStart[i], rxEnd[i])`, from peer `rxPeer[i]`, at `rxAtUs[i]`
 * (worker time: the kernel's receive timestamp of a datagram where there is one; of a stream, when its bytes were read).
 * They stay valid until the next `receive()`.
 *
 * A peer is a place to send to: an address and port, or one connection with one. How it is reached, and whether it has to be
 * connected to first, is the transport's business.
 */
export interface Transport {
  /** How it moves bytes, for the report. */
  readonly io: Io | 'tcp' | 'ws' | 'mixed';
  /** By the index that `placeOf` gives. */
  readonly places: readonly Place[];
  /** Receive buffer granted by the system, in bytes as it counts them; 0 where it grows by itself. */
  readonly rcvbufBytes: number;
  readonly rxStart: Int32Array;
  readonly rxEnd: Int32Array;
  readonly rxPeer: Int32Array;
  readonly rxAtUs: Float64Array;
  /** Not 0 (an ERR_ of sip/errors.ts) for what its stream could not be cut behind: header fields without a body. null for datagrams. */
  readonly rxFault: Int32Array | null;
  /** Drains what the socket holds, up to the size of the columns; the number of messages, 0 when none. */
  receive(): number;
  /** False when the last `receive` left nothing behind, as far as is known without asking the kernel again. */
  readonly more: boolean;

  /**
   * The index of a peer; the same address and port give the same index. NONE when the table is full, and when `address`
   * is not a literal of the place's family or `port` not 1 to 65535. `place` is where it is spoken to from; 0 when left out.
   */
  peer(address: string, port: number, place?: number): number;
  peerAddress(peer: number): string;
  peerPort(peer: number): number;
  /** The same address and port by a connection that nobody else uses; the peer itself where there are no connections. NONE when none is left. */
  ownPeer(peer: number): number;
  /** A peer got from `ownPeer` is not needed any more: what is queued still leaves, then its connection ends. */
  releasePeer(peer: number): void;
  /** RFC 3261 §18.2.2: the sent-by port of a request, to which its response goes when the request's connection is gone by then. */
  returnPort(peer: number, port: number): void;

  /**
   * Queues `[start, start + len)` for `peer`; the bytes must stay until `flush` returns. Messages with the same `order`
   * (a small non-negative integer, e.g. the call's slot) leave in the order they were queued. Returns the queue index.
   * When the queue is full it flushes first, after calling `onFlushed`. A message for the peer NONE is not sent, and
   * counted as a send error EDESTADDRREQ.
   */
  send(start: number, len: number, peer: number, order: number): number;
  /**
   * Hands everything queued to the kernel, or to a connection that is being opened; then calls `onFlushed(count, first)` for
   * the messages of index `first` (0 when left out) to `first + count`, with `txAtUs[i]` the instant message i was handed
   * over, NOT_SENT when it was given up.
   */
  flush(): void;
  readonly txAtUs: Float64Array;
  onFlushed: (count: number, first?: number) => void;

  /** Blocks until a datagram waits or `maxUs` have passed; returns at once where `blocking` is false. */
  wait(maxUs: number): void;
  /** Sleeps `us` whatever arrives; returns at once where `blocking` is false. */
  nap(us: number): void;
  /** True when wait and nap block the thread, so that the engine's loop needs no event-loop timer. */
  readonly blocking: boolean;
  /** The event loop must get its turn this often, microseconds: sockets and messages that only it serves wait so long. */
  readonly sliceUs: number;
  /** Where `blocking` is false: called when a message has come in, so that the engine's loop may run early. */
  onReadable: () => void;
  /** Streams only: the columns are full. What is not taken by `receive` before this returns is lost, and its connection with it. */
  onFull: () => void;

  /** Datagrams the kernel dropped at this socket since it was opened. */
  rxDropped(): number;
  readonly stats: ConnectionStats;
  /**
   * An ICMP error came back for a datagram to `peer`; `[start, end)` is the quoted datagram (perhaps cut short), or an
   * empty span where the system gives none. Set by the engine; called from receive() or flush().
   */
  onRefused: (peer: number, start: number, end: number) => void;
  /** Peers whose connection failed, and the FAULT: what waits for an answer from them may wait in vain. Emptied by the engine. */
  readonly broken: Map<number, number>;
  close(): void;
}

/** One UDP socket. */
export interface DatagramTransport extends Transport {
  readonly io: Io;
  readonly localAddress: string;
  readonly localPort: number;
  /** Datagrams the kernel refused to take, or that were truncated on receipt. */
  readonly stats: TransportStats;
}

export interface ConnectionStats {
  /** send errors after which a datagram was given up, by errno name */
  readonly sendErrors: Record<string, number>;
  /** What happened to connections, by name; empty for datagrams. */
  readonly connections: Record<string, number>;
  /** Keepalives answered by the transport itself. */
  keepalives: number;
  /** Connections open now. */
  open: number;
}

export interface TransportStats extends ConnectionStats {
  datagramsSent: number;
  datagramsReceived: number;
  sendCalls: number;
  receiveCalls: number;
  truncated: number;
  icmpRefused: number;
}

/** What every transport of a worker needs. */
export interface WorkerResources {
  /** The worker's one block; the transport reserves its receive slab in it. */
  memory: {
    readonly bytes: Uint8Array;
    reserve(len: number): number;
    alloc(len: number): number;
    free(at: number, len: number): void;
  };
  /** The clock: microseconds since worker start. */
  nowUs: () => number;
}

export interface OpenOptions extends WorkerResources {
  io: 'auto' | Io;
  address: string;
  /** 0: any free port. */
  port: number;
  /** SO_REUSEPORT: several workers share one port. */
  reusePort: boolean;
  /** GSO and GRO; off for captures on loopback, where a run of segments would be seen as one datagram. */
  segmentation: boolean;
  rcvbufBytes: number;
}
