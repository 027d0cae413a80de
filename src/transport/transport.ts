// What a datagram transport is to the engine: messages in as columns, messages out as spans of one block. An interface; no socket here.

/** `--io`: batched is recvmmsg and GSO through koffi on Linux; dgram is node:dgram everywhere. */
export type Io = 'batched' | 'dgram';

/**
 * One UDP socket. Bytes live in the worker's one block of memory; the transport copies none of what it sends.
 * Received message i of the last `receive()` is `[rxStart[i], rxEnd[i])`, from peer `rxPeer[i]`, at `rxAtUs[i]`
 * (worker time; the kernel's receive timestamp where there is one). They stay valid until the next `receive()`.
 */
export interface DatagramTransport {
  readonly io: Io;
  readonly localAddress: string;
  readonly localPort: number;
  /** Receive buffer granted by the system, in bytes as it counts them. */
  readonly rcvbufBytes: number;
  readonly rxStart: Int32Array;
  readonly rxEnd: Int32Array;
  readonly rxPeer: Int32Array;
  readonly rxAtUs: Float64Array;
  /** Drains what the socket holds, up to the size of the columns; the number of messages, 0 when none. */
  receive(): number;
  /** False when the last `receive` left nothing behind, as far as is known without asking the kernel again. */
  readonly more: boolean;

  /**
   * The index of a peer; the same address and port give the same index. NONE when the table is full, and when `address`
   * is not an IPv4 literal or `port` not 1 to 65535.
   */
  peer(address: string, port: number): number;
  peerAddress(peer: number): string;
  peerPort(peer: number): number;

  /**
   * Queues `[start, start + len)` for `peer`; the bytes must stay until `flush` returns. Messages with the same `order`
   * (a small non-negative integer, e.g. the call's slot) leave in the order they were queued. Returns the queue index.
   * When the queue is full it flushes first, after calling `onFlushed`. A message for the peer NONE is not sent, and
   * counted as a send error EDESTADDRREQ.
   */
  send(start: number, len: number, peer: number, order: number): number;
  /** Hands everything queued to the kernel; then calls `onFlushed(count)`, with `txAtUs[i]` the instant message i was handed over. */
  flush(): void;
  readonly txAtUs: Float64Array;
  onFlushed: (count: number) => void;

  /** Blocks until a datagram waits or `maxUs` have passed (batched only; dgram returns at once). */
  wait(maxUs: number): void;
  /** Sleeps `us` whatever arrives (batched only; dgram returns at once). */
  nap(us: number): void;
  /** True when wait and nap block the thread, so that the engine's loop needs no event-loop timer. */
  readonly blocking: boolean;
  /** dgram only: called when a datagram has come in, so that the engine's loop may run early. */
  onReadable: () => void;

  /** Datagrams the kernel dropped at this socket since it was opened. */
  rxDropped(): number;
  /** Datagrams the kernel refused to take, or that were truncated on receipt. */
  readonly stats: TransportStats;
  /**
   * An ICMP error came back for a datagram to `peer`; `[start, end)` is the quoted datagram (perhaps cut short), or an
   * empty span where the system gives none. Set by the engine; called from receive() or flush().
   */
  onRefused: (peer: number, start: number, end: number) => void;
  close(): void;
}

export interface TransportStats {
  datagramsSent: number;
  datagramsReceived: number;
  sendCalls: number;
  receiveCalls: number;
  /** send errors after which a datagram was given up, by errno name */
  sendErrors: Record<string, number>;
  truncated: number;
  icmpRefused: number;
}

export interface OpenOptions {
  io: 'auto' | Io;
  address: string;
  /** 0: any free port. */
  port: number;
  /** SO_REUSEPORT: several workers share one port. */
  reusePort: boolean;
  /** GSO and GRO; off for captures on loopback, where a run of segments would be seen as one datagram. */
  segmentation: boolean;
  rcvbufBytes: number;
  /** The worker's one block; the transport reserves its receive slab in it. */
  memory: { readonly bytes: Uint8Array; reserve(len: number): number };
  /** The clock: microseconds since worker start. */
  nowUs: () => number;
}
