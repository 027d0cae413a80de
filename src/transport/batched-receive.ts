// Received datagrams as columns: recvmmsg into a slab, control messages read by hand, a segmented buffer split into its datagrams. Sends nothing.

import { NONE } from '../sip/message.ts';
import type { KernelTime } from './kernel-time.ts';
import {
  CMSG,
  ERRNO,
  type Libc,
  MMSG,
  MSG_DONTWAIT,
  MSG_TRUNC,
  putPointer,
  type Shared,
  SO_RXQ_OVFL,
  SO_TIMESTAMPNS,
  SOL_SOCKET,
  SOL_UDP,
  UDP_GRO,
} from './libc.ts';
import type { Peers } from './peers.ts';
import type { OpenOptions, TransportStats } from './transport.ts';

const SLOTS = 64;
/** The largest buffer a socket gives, and an odd number of cache lines, so that the slots' first lines do not share a cache set. */
const SLOT_BYTES = 65_536 + 64;
/** Room for a stamp (32 bytes), a segment size (24) and a drop count (24), and some more. */
const CONTROL_BYTES = 128;
const CONTROL_WORDS = CONTROL_BYTES / 4;
/** A buffer has at most 64 segments as a rule; what does not fit the columns is handed out by the next call. */
export const ROWS = SLOTS * 64;

export class BatchedReceive {
  readonly rxStart: Int32Array;
  readonly rxEnd: Int32Array;
  readonly rxPeer: Int32Array;
  readonly rxAtUs: Float64Array;
  /** Drops of the socket as SO_RXQ_OVFL tells them, where that option is set. */
  overflowed = 0;
  private overflowSeen = 0;
  private readonly libc: Libc;
  private readonly fd: number;
  private readonly peers: Peers;
  private readonly time: KernelTime;
  private readonly nowUs: () => number;
  private readonly stats: TransportStats;
  private readonly rows: number;
  private readonly slab: number;
  private readonly headers: Shared;
  private readonly names: Shared;
  private readonly controls: Shared;
  private readonly iovecs: Shared;
  /** Slots filled by the last recvmmsg, the next to hand out, and how much of that one is out already. */
  private filled = 0;
  private slot = 0;
  private offset = 0;
  /** Cells: now, and the stamp of the slot in hand. */
  private readonly cells = new Float64Array(2);

  constructor(
    libc: Libc,
    fd: number,
    peers: Peers,
    time: KernelTime,
    stats: TransportStats,
    options: OpenOptions,
    rows: number,
  ) {
    this.libc = libc;
    this.fd = fd;
    this.peers = peers;
    this.time = time;
    this.nowUs = options.nowUs;
    this.stats = stats;
    this.rows = rows;
    this.rxStart = new Int32Array(rows);
    this.rxEnd = new Int32Array(rows);
    this.rxPeer = new Int32Array(rows);
    this.rxAtUs = new Float64Array(rows);
    this.slab = options.memory.reserve(SLOTS * SLOT_BYTES);
    this.headers = libc.share(SLOTS * MMSG.BYTES);
    this.names = libc.share(SLOTS * peers.family.stride * 4);
    this.controls = libc.share(SLOTS * CONTROL_BYTES);
    this.iovecs = libc.share(SLOTS * 16);
    const slab = libc.addressOf(options.memory.bytes) + this.slab;
    const words = this.headers.words;
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slot * MMSG.WORDS;
      putPointer(words, at + MMSG.NAME, this.names.address + slot * peers.family.stride * 4);
      putPointer(words, at + MMSG.IOV, this.iovecs.address + slot * 16);
      words[at + MMSG.IOV_LEN] = 1;
      putPointer(words, at + MMSG.CONTROL, this.controls.address + slot * CONTROL_BYTES);
      putPointer(this.iovecs.words, slot * 4, slab + slot * SLOT_BYTES);
      this.iovecs.words[slot * 4 + 2] = SLOT_BYTES;
    }
    this.filled = SLOTS;
    this.rearm();
    this.filled = 0;
  }

  /** True when the last call left datagrams for the next. */
  get more(): boolean {
    return this.slot < this.filled;
  }

  /** True when the kernel filled every slot, so that more may wait. */
  get full(): boolean {
    return this.filled === SLOTS;
  }

  /** Fills the columns; the number of rows. −errno when the socket has an error to tell. */
  receive(): number {
    if (this.slot === this.filled) {
      const count = this.fill();
      if (count <= 0) return count;
    }
    return this.handOut();
  }

  /** Gives the kernel back the lengths that it overwrote. */
  private rearm(): void {
    const { words } = this.headers;
    const { bytes } = this.peers.family;
    for (let slot = 0; slot < this.filled; slot++) {
      const at = slot * MMSG.WORDS;
      words[at + MMSG.NAME_LEN] = bytes;
      words[at + MMSG.CONTROL_LEN] = CONTROL_BYTES;
      words[at + MMSG.FLAGS] = 0;
    }
  }

  private fill(): number {
    this.rearm();
    this.filled = 0;
    this.slot = 0;
    this.stats.receiveCalls++;
    const count = this.libc.recvmmsg(this.fd, this.headers.address, SLOTS, MSG_DONTWAIT, 0);
    if (count < 0) {
      const errno = this.libc.errno();
      return errno === ERRNO.EAGAIN || errno === ERRNO.EINTR ? 0 : -errno;
    }
    this.filled = count;
    this.cells[0] = this.nowUs();
    this.time.refresh(this.cells[0]!);
    return count;
  }

  private handOut(): number {
    const { rxStart, rxEnd, rxPeer, rxAtUs, rows, peers, cells, stats } = this;
    const headers = this.headers.words;
    const names = this.names.words;
    const { stride } = peers.family;
    let row = 0;
    while (this.slot < this.filled) {
      const slot = this.slot;
      const header = slot * MMSG.WORDS;
      const len = headers[header + MMSG.LEN]!;
      const start = this.slab + slot * SLOT_BYTES;
      const peer = peers.intern(names, slot * stride);
      if (peer !== NONE) peers.refused[peer] = 0;
      const told = this.readControl(slot, headers[header + MMSG.CONTROL_LEN]!);
      const segment = told > 0 && told < len ? told : len;
      let offset = this.offset;
      if (offset === 0 && (headers[header + MMSG.FLAGS]! & MSG_TRUNC) !== 0) stats.truncated++;
      do {
        if (row === rows) {
          this.offset = offset;
          stats.datagramsReceived += row;
          return row;
        }
        rxStart[row] = start + offset;
        offset += segment;
        rxEnd[row] = start + Math.min(offset, len);
        rxPeer[row] = peer;
        rxAtUs[row++] = cells[1]!;
      } while (offset < len);
      this.offset = 0;
      this.slot++;
    }
    stats.datagramsReceived += row;
    return row;
  }

  /** Puts the slot's stamp, as worker time and never after now, into its cell; returns the segment size, 0 when there is none. */
  private readControl(slot: number, bytes: number): number {
    const { cells } = this;
    const { words } = this.controls;
    let at = slot * CONTROL_WORDS;
    const end = at + (bytes >> 2);
    let segment = 0;
    cells[1] = cells[0]!;
    while (at + CMSG.DATA < end) {
      const len = words[at + CMSG.LEN]!;
      if (len <= CMSG.DATA * 4) break;
      const level = words[at + CMSG.LEVEL]!;
      const type = words[at + CMSG.TYPE]!;
      const data = at + CMSG.DATA;
      if (level === SOL_SOCKET && type === SO_TIMESTAMPNS) {
        const { time } = this;
        const wallUs = ((words[data]! >>> 0) - time.baseSec) * 1e6 + words[data + 2]! / 1000;
        const atUs = wallUs - time.cells[time.offsetCell]!;
        if (atUs < cells[0]!) cells[1] = atUs;
      } else if (level === SOL_UDP && type === UDP_GRO) {
        segment = words[data]!;
      } else if (level === SOL_SOCKET && type === SO_RXQ_OVFL) {
        const drops = words[data]! >>> 0;
        this.overflowed += (drops - this.overflowSeen) >>> 0;
        this.overflowSeen = drops;
      }
      at += ((len + 7) >> 3) << 1;
    }
    return segment;
  }
}
