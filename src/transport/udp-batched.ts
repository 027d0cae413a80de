// One UDP socket driven by batches of system calls through koffi (Linux): recvmmsg, sendmmsg, segmentation both ways. Knows no SIP.

import { NONE } from '../sip/message.ts';
import { BatchedReceive, ROWS } from './batched-receive.ts';
import { BatchedSend } from './batched-send.ts';
import { BindError } from './bind-error.ts';
import { Connectionless } from './connectionless.ts';
import { ErrorQueue } from './error-queue.ts';
import { KernelTime } from './kernel-time.ts';
import {
  ERRNO,
  errnoName,
  ICMP_ERRNOS,
  IP_RECVERR,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVERR,
  IPV6_V6ONLY,
  type Libc,
  MEMINFO_DROPS,
  MEMINFO_WORDS,
  POLLERR,
  POLLIN,
  type Shared,
  SO_MEMINFO,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_REUSEPORT,
  SO_RXQ_OVFL,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  SOL_UDP,
  socketError,
  UDP_GRO,
  UDP_SEGMENT,
} from './libc.ts';
import { QUEUE } from './outgoing.ts';
import { Peers } from './peers.ts';
import { addressAt, addressProblem, type Family, familyOf, portAt, putSockaddr, V6 } from './sockaddr.ts';
import type { DatagramTransport, OpenOptions, TransportStats } from './transport.ts';

const SNDBUF_BYTES = 8 << 20;
/** An ICMP error that waits fails the next call, once. After this many in a row the datagrams can wait for the next receive(). */
const MAX_REPORTS = 64;

/** For tests only. */
export interface BatchedTuning {
  rows?: number;
  peers?: number;
  /** As on kernels without SO_MEMINFO. */
  withoutMeminfo?: boolean;
}

export class UdpBatched extends Connectionless implements DatagramTransport {
  readonly io = 'batched';
  readonly blocking = true;
  readonly localAddress: string;
  readonly localPort: number;
  readonly rcvbufBytes: number;
  readonly rxStart: Int32Array;
  readonly rxEnd: Int32Array;
  readonly rxPeer: Int32Array;
  readonly rxAtUs: Float64Array;
  readonly txAtUs: Float64Array;
  readonly stats: TransportStats = {
    datagramsSent: 0,
    datagramsReceived: 0,
    sendCalls: 0,
    receiveCalls: 0,
    sendErrors: {},
    truncated: 0,
    icmpRefused: 0,
    connections: {},
    keepalives: 0,
    open: 0,
  };
  /** Held here because the kernel knows it only by address: were it collected, bytes would come and go nowhere. */
  readonly memory: OpenOptions['memory'];
  /** True when runs of segments arrive as one buffer. */
  readonly gro: boolean;
  readonly time: KernelTime;
  onFlushed: (count: number) => void = () => {};
  onRefused: (peer: number, start: number, end: number) => void = () => {};
  /** Never called: wait() tells. */
  onReadable: () => void = () => {};

  private readonly libc: Libc;
  private fd: number;
  private readonly peers: Peers;
  private readonly incoming: BatchedReceive;
  private readonly outgoing: BatchedSend;
  private readonly errors: ErrorQueue;
  private readonly hasMeminfo: boolean;
  private readonly scratch: Shared;
  private readonly pollfd: Shared;
  private readonly timeout: Shared;
  private telling = false;
  private dropped = 0;
  private dropsSeen = 0;
  private readonly tell: (peer: number, start: number, end: number) => void;

  /** Throws BindError where address or port cannot be had. */
  constructor(libc: Libc, options: OpenOptions, tuning: BatchedTuning = {}) {
    super();
    const problem = addressProblem(options.address);
    if (problem !== null) throw new BindError('EAFNOSUPPORT', options.address, options.port, problem);
    const family = familyOf(options.address);
    this.libc = libc;
    this.memory = options.memory;
    this.scratch = libc.share(64);
    this.pollfd = libc.share(8);
    this.timeout = libc.share(16);
    this.fd = libc.socket(family.domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (this.fd < 0) throw socketError('socket', libc.errno());
    this.pollfd.words[0] = this.fd;
    try {
      this.rcvbufBytes = this.setBuffers(options.rcvbufBytes);
      if (options.reusePort) this.mustSet(SOL_SOCKET, SO_REUSEPORT, 1, 'SO_REUSEPORT');
      this.mustSet(SOL_SOCKET, SO_TIMESTAMPNS, 1, 'SO_TIMESTAMPNS');
      if (family === V6) {
        this.mustSet(IPPROTO_IPV6, IPV6_V6ONLY, 1, 'IPV6_V6ONLY');
        this.mustSet(IPPROTO_IPV6, IPV6_RECVERR, 1, 'IPV6_RECVERR');
      } else this.mustSet(IPPROTO_IP, IP_RECVERR, 1, 'IP_RECVERR');
      this.gro = options.segmentation && this.set(SOL_UDP, UDP_GRO, 1);
      const gso = options.segmentation && this.set(SOL_UDP, UDP_SEGMENT, 0);
      this.hasMeminfo = tuning.withoutMeminfo !== true && this.meminfoDrops() >= 0;
      // The count that comes with each datagram costs a control message: only where the socket cannot be asked for it.
      if (!this.hasMeminfo) this.mustSet(SOL_SOCKET, SO_RXQ_OVFL, 1, 'SO_RXQ_OVFL');
      this.bind(options, family);
      const { words } = this.scratch;
      this.localPort = portAt(words, 0);
      this.localAddress = addressAt(words, 0, family);
      this.peers = new Peers(family, tuning.peers);
      this.time = new KernelTime(libc, options.nowUs);
      const rows = tuning.rows ?? ROWS;
      this.incoming = new BatchedReceive(libc, this.fd, this.peers, this.time, this.stats, options, rows);
      const awaitSocket = (events: number, us: number) => this.awaitSocket(events, us);
      this.outgoing = new BatchedSend(libc, this.fd, this.peers, this.stats, options, gso, awaitSocket);
      this.errors = new ErrorQueue(libc, this.fd, this.peers, options);
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
    this.rxStart = this.incoming.rxStart;
    this.rxEnd = this.incoming.rxEnd;
    this.rxPeer = this.incoming.rxPeer;
    this.rxAtUs = this.incoming.rxAtUs;
    this.txAtUs = this.outgoing.txAtUs;
    this.tell = (peer, start, end) => {
      this.stats.icmpRefused++;
      this.onRefused(peer, start, end);
    };
  }

  /** True while runs of equal messages go out as one send; turns false for good where the way out cannot do it. */
  get gso(): boolean {
    return this.outgoing.gso;
  }

  private bind(options: OpenOptions, { bytes }: Family): void {
    const { libc, scratch } = this;
    putSockaddr(scratch.words, 0, options.address, options.port);
    if (libc.bind(this.fd, scratch.address, bytes) < 0) {
      throw new BindError(errnoName(libc.errno()), options.address, options.port);
    }
    scratch.words[8] = bytes;
    if (libc.getsockname(this.fd, scratch.address, scratch.address + 32) < 0) {
      throw socketError('getsockname', libc.errno());
    }
  }

  private set(level: number, option: number, value: number): boolean {
    this.scratch.words[0] = value;
    return this.libc.setsockopt(this.fd, level, option, this.scratch.address, 4) === 0;
  }

  private mustSet(level: number, option: number, value: number, name: string): void {
    if (!this.set(level, option, value)) throw socketError(`setsockopt ${name}`, this.libc.errno());
  }

  /** Buffers beyond the system's limit where we may, else up to it; returns the receive buffer granted. */
  private setBuffers(rcvbufBytes: number): number {
    if (!this.set(SOL_SOCKET, SO_RCVBUFFORCE, rcvbufBytes))
      this.mustSet(SOL_SOCKET, SO_RCVBUF, rcvbufBytes, 'SO_RCVBUF');
    if (!this.set(SOL_SOCKET, SO_SNDBUFFORCE, SNDBUF_BYTES))
      this.mustSet(SOL_SOCKET, SO_SNDBUF, SNDBUF_BYTES, 'SO_SNDBUF');
    const { libc, scratch } = this;
    scratch.words[8] = 4;
    if (libc.getsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, scratch.address, scratch.address + 32) < 0) {
      throw socketError('getsockopt SO_RCVBUF', libc.errno());
    }
    return scratch.words[0]!;
  }

  receive(): number {
    this.mustBeOpen();
    if (this.outgoing.reported) this.tellErrors();
    for (let tries = 0; ; tries++) {
      const rows = this.incoming.receive();
      if (rows >= 0) return rows;
      if (!ICMP_ERRNOS.includes(-rows)) throw socketError('recvmmsg', -rows);
      this.tellErrors();
      if (tries === MAX_REPORTS) return 0;
    }
  }

  get more(): boolean {
    return this.incoming.more || this.incoming.full || this.outgoing.reported;
  }

  peer(address: string, port: number): number {
    return this.peers.find(address, port);
  }

  peerAddress(peer: number): string {
    return this.peers.address(peer);
  }

  peerPort(peer: number): number {
    return this.peers.port(peer);
  }

  private mustBeOpen(): void {
    if (this.fd < 0) throw new Error('the transport is closed');
  }

  send(start: number, len: number, peer: number, order: number): number {
    if (this.outgoing.queue.count === QUEUE) this.flush();
    return this.outgoing.queue.add(start, len, peer === NONE ? this.peers.nobody : peer, order);
  }

  flush(): void {
    this.mustBeOpen();
    const count = this.outgoing.flush();
    if (count === 0) return;
    this.onFlushed(count);
    if (this.outgoing.reported) this.tellErrors();
  }

  /** Calls onRefused for each waiting ICMP error. A call from within onRefused does nothing: the outer one goes on. */
  private tellErrors(): void {
    if (this.telling) return;
    this.telling = true;
    this.outgoing.reported = false;
    try {
      while (this.errors.next(this.tell));
    } finally {
      this.telling = false;
    }
  }

  wait(maxUs: number): void {
    if (this.incoming.more || this.outgoing.reported) return;
    this.awaitSocket(POLLIN, maxUs);
  }

  nap(us: number): void {
    this.setTimeout(us);
    this.checkPoll(this.libc.ppoll(0, 0, this.timeout.address, 0));
  }

  private awaitSocket(events: number, us: number): void {
    this.setTimeout(us);
    this.pollfd.words[1] = events;
    const ready = this.libc.ppoll(this.pollfd.address, 1, this.timeout.address, 0);
    this.checkPoll(ready);
    if (ready > 0 && ((this.pollfd.words[1]! >> 16) & POLLERR) !== 0) this.outgoing.reported = true;
  }

  private setTimeout(us: number): void {
    const { words } = this.timeout;
    const whole = Math.max(us, 0);
    words[0] = whole / 1e6;
    words[2] = (whole % 1e6) * 1000;
  }

  private checkPoll(result: number): void {
    if (result < 0 && this.libc.errno() !== ERRNO.EINTR) throw socketError('ppoll', this.libc.errno());
  }

  /** Drops by the socket's own account, −1 where the kernel does not give it. */
  private meminfoDrops(): number {
    const { libc, scratch } = this;
    const { words } = scratch;
    words[12] = MEMINFO_WORDS * 4;
    if (libc.getsockopt(this.fd, SOL_SOCKET, SO_MEMINFO, scratch.address, scratch.address + 48) < 0) return -1;
    return words[12]! > MEMINFO_DROPS * 4 ? words[MEMINFO_DROPS]! >>> 0 : -1;
  }

  rxDropped(): number {
    if (!this.hasMeminfo) return this.incoming.overflowed;
    if (this.fd >= 0) {
      const drops = this.meminfoDrops();
      this.dropped += (drops - this.dropsSeen) >>> 0;
      this.dropsSeen = drops;
    }
    return this.dropped;
  }

  close(): void {
    if (this.fd < 0) return;
    this.rxDropped();
    this.libc.close(this.fd);
    this.fd = -1;
    this.pollfd.words[0] = -1;
  }
}
