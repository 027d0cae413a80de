// Queued messages into the kernel: sendmmsg, with runs of equal messages as one segmented send. Copies no bytes; receives nothing.

import type { Libc, Shared } from './libc.ts';
import { ERRNO, errnoName, ICMP_ERRNOS, MMSG, POLLOUT, putPointer, SOL_UDP, socketError, UDP_SEGMENT } from './libc.ts';
import { MAX_SEGMENTS, Outgoing, QUEUE } from './outgoing.ts';
import type { Peers } from './peers.ts';
import type { OpenOptions, TransportStats } from './transport.ts';

/** Sends in one system call. A call costs a quarter of a microsecond, a send several: more would save nothing, and blur the send times. */
const HEADERS = 8;
/** Messages in one system call, at which no further send is added: some tens of microseconds of work. */
const CALL_MESSAGES = 64;
const IOVEC_WORDS = 4;
const CONTROL_WORDS = 6;
/** How long, and how often, a full send buffer (or device queue, which tells no end) is waited for before a datagram is given up. */
const FULL_WAIT_US = 5_000;
const DEVICE_WAIT_US = 1_000;
const FULL_TRIES = 4;
/** ICMP errors that were waiting are told to the next send: it is made again. No send fails by itself this often in a row. */
const REPORT_TRIES = 64;

/** How the system says that this send cannot be segmented: no checksum offload on the way, a smaller MTU, an old kernel. */
const UNSEGMENTABLE = [ERRNO.EIO, ERRNO.EINVAL, ERRNO.EMSGSIZE, ERRNO.EOPNOTSUPP, ERRNO.ENOPROTOOPT];

export class BatchedSend {
  readonly queue = new Outgoing();
  readonly txAtUs = new Float64Array(QUEUE);
  /** False when segmentation was not wanted or turned out not to work here. */
  gso: boolean;
  /** An ICMP error may be waiting in the socket's error queue. */
  reported = false;
  private readonly libc: Libc;
  private readonly fd: number;
  private readonly nowUs: () => number;
  private readonly stats: TransportStats;
  private readonly peers: Peers;
  /** Blocks for poll(), given by the socket: it has the descriptor and a time in it. */
  private readonly awaitSocket: (events: number, us: number) => void;
  private readonly names: number;
  /** From one to the next. */
  private readonly nameBytes: number;
  /** Address of byte 0 of the worker's memory: its low word and its high word. */
  private readonly memoryLow: number;
  private readonly memoryHigh: number;
  private readonly headers: Shared;
  private readonly iovecs: Shared;
  private readonly controls: Shared;
  /** Where in the sequence each header of the call begins, and where the last ends. */
  private readonly begins = new Int32Array(HEADERS + 1);
  private tries = 0;
  /** The wait was in vain: until something is taken again, or the next flush, what meets a full buffer is given up at once. */
  private stuck = false;

  constructor(
    libc: Libc,
    fd: number,
    peers: Peers,
    stats: TransportStats,
    options: OpenOptions,
    gso: boolean,
    awaitSocket: (events: number, us: number) => void,
  ) {
    this.libc = libc;
    this.fd = fd;
    this.peers = peers;
    this.stats = stats;
    this.nowUs = options.nowUs;
    this.gso = gso;
    this.awaitSocket = awaitSocket;
    this.names = libc.addressOf(peers.sockaddrs);
    this.nameBytes = peers.family.stride * 4;
    const memory = libc.addressOf(options.memory.bytes);
    this.memoryLow = memory | 0;
    this.memoryHigh = Math.floor(memory / 0x1_0000_0000);
    this.headers = libc.share(HEADERS * MMSG.BYTES);
    this.iovecs = libc.share(HEADERS * MAX_SEGMENTS * IOVEC_WORDS * 4);
    this.controls = libc.share(HEADERS * CONTROL_WORDS * 4);
    for (let header = 0; header < HEADERS; header++) {
      const words = this.headers.words;
      const at = header * MMSG.WORDS;
      words[at + MMSG.NAME_LEN] = peers.family.bytes;
      putPointer(words, at + MMSG.IOV, this.iovecs.address + header * MAX_SEGMENTS * IOVEC_WORDS * 4);
      putPointer(words, at + MMSG.CONTROL, this.controls.address + header * CONTROL_WORDS * 4);
      const control = this.controls.words;
      control[header * CONTROL_WORDS] = 18; // a header of 16 bytes and the size as two
      control[header * CONTROL_WORDS + 2] = SOL_UDP;
      control[header * CONTROL_WORDS + 3] = UDP_SEGMENT;
    }
  }

  /** Hands over all that is queued and empties the queue; how many messages that were. */
  flush(): number {
    const { queue } = this;
    const count = queue.count;
    if (count === 0) return 0;
    if (this.gso) queue.arrange(this.peers.refused);
    else queue.arrangeSingly();
    this.stuck = false;
    let at = 0;
    while (at < count) at = this.call(at, count);
    queue.count = 0;
    return count;
  }

  /** One sendmmsg from `from` of the sequence on; returns where to go on. */
  private call(from: number, count: number): number {
    const { queue, begins, txAtUs, stats } = this;
    const { run, sequence } = queue;
    let at = from;
    let headers = 0;
    while (at < count && headers < HEADERS && at - from < CALL_MESSAGES) {
      const members = this.gso ? run[at]! : 1;
      this.describe(headers, at, members);
      begins[headers++] = at;
      at += members;
    }
    begins[headers] = at;
    const now = this.nowUs();
    // What this call does not take is stamped again by the one that does.
    for (let i = from; i < at; i++) txAtUs[sequence[i]!] = now;
    const taken = this.libc.sendmmsg(this.fd, this.headers.address, headers, 0);
    stats.sendCalls++;
    if (taken <= 0) return this.refused(from);
    this.tries = 0;
    this.stuck = false;
    stats.datagramsSent += begins[taken]! - from;
    // The kernel does not say why it stopped; the next call meets the reason again, unless it was an ICMP error.
    if (taken < headers) this.reported = true;
    return begins[taken]!;
  }

  /** Fills header `header` with `members` messages of the sequence. */
  private describe(header: number, from: number, members: number): void {
    const { queue, memoryLow, memoryHigh } = this;
    const { sequence, start, len } = queue;
    const iovecs = this.iovecs.words;
    const words = this.headers.words;
    let iovec = header * MAX_SEGMENTS * IOVEC_WORDS;
    for (let i = from; i < from + members; i++) {
      const message = sequence[i]!;
      const low = (memoryLow + start[message]!) | 0;
      iovecs[iovec] = low;
      iovecs[iovec + 1] = memoryHigh + (low >>> 0 < memoryLow >>> 0 ? 1 : 0);
      iovecs[iovec + 2] = len[message]!;
      iovec += IOVEC_WORDS;
    }
    const at = header * MMSG.WORDS;
    const first = sequence[from]!;
    putPointer(words, at + MMSG.NAME, this.names + queue.peer[first]! * this.nameBytes);
    words[at + MMSG.IOV_LEN] = members;
    if (members > 1) {
      words[at + MMSG.CONTROL_LEN] = CONTROL_WORDS * 4;
      this.controls.words[header * CONTROL_WORDS + 4] = len[first]!;
    } else {
      words[at + MMSG.CONTROL_LEN] = 0;
    }
  }

  /** The first send of a call failed: wait, try again in another way, or give its datagrams up. Returns where to go on. */
  private refused(from: number): number {
    const errno = this.libc.errno();
    const members = this.gso ? this.queue.run[from]! : 1;
    if (errno === ERRNO.EINTR) return from;
    if (errno === ERRNO.EFAULT || errno === ERRNO.EBADF) throw socketError('sendmmsg', errno);
    if (errno === ERRNO.EAGAIN || errno === ERRNO.ENOBUFS) {
      if (!this.stuck && this.tries++ < FULL_TRIES) {
        if (errno === ERRNO.EAGAIN) this.awaitSocket(POLLOUT, FULL_WAIT_US);
        else this.awaitSocket(0, DEVICE_WAIT_US);
        return from;
      }
      this.stuck = true;
    } else if (ICMP_ERRNOS.includes(errno)) {
      // ECONNREFUSED is never the send's own failure; the others may be.
      this.reported = true;
      if (this.tries++ < (errno === ERRNO.ECONNREFUSED ? REPORT_TRIES : 1)) return from;
    }
    const peer = this.queue.peer[this.queue.sequence[from]!]!;
    // To port 0, which a datagram may come from, nothing can be sent, segmented or not.
    if (members > 1 && UNSEGMENTABLE.includes(errno) && this.peers.port(peer) !== 0) {
      this.gso = false;
      return from;
    }
    this.tries = 0;
    const name = peer === this.peers.nobody ? 'EDESTADDRREQ' : errnoName(errno);
    this.stats.sendErrors[name] = (this.stats.sendErrors[name] ?? 0) + members;
    return from + members;
  }
}
