// The socket's error queue: ICMP errors with the datagram they quote. Reads and tells; retries and gives up nothing.

import {
  CMSG,
  ERRNO,
  IP_RECVERR,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVERR,
  type Libc,
  MMSG,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  putPointer,
  type Shared,
  socketError,
} from './libc.ts';
import type { Peers } from './peers.ts';
import { V6 } from './sockaddr.ts';
import type { OpenOptions } from './transport.ts';

const QUOTE_BYTES = 2048;
const CONTROL_BYTES = 512;
/** How the errors of a family are told; `ignored` is a code of unreachable that is no failure. */
const ICMP4 = { level: IPPROTO_IP, kind: IP_RECVERR, origin: 2, unreachable: 3, ignored: 4, parameterProblem: 12 };
/** RFC 4443 §3: too big a packet has a type of its own. */
const ICMP6 = { level: IPPROTO_IPV6, kind: IPV6_RECVERR, origin: 3, unreachable: 1, ignored: -1, parameterProblem: 4 };

export class ErrorQueue {
  private readonly libc: Libc;
  private readonly fd: number;
  private readonly peers: Peers;
  private readonly quote: number;
  private readonly header: Shared;
  private readonly name: Shared;
  private readonly control: Shared;
  private readonly iovec: Shared;

  constructor(libc: Libc, fd: number, peers: Peers, options: OpenOptions) {
    this.libc = libc;
    this.fd = fd;
    this.peers = peers;
    this.quote = options.memory.reserve(QUOTE_BYTES);
    this.header = libc.share(MMSG.BYTES);
    this.name = libc.share(peers.family.stride * 4);
    this.control = libc.share(CONTROL_BYTES);
    this.iovec = libc.share(16);
    const { words } = this.header;
    putPointer(words, MMSG.NAME, this.name.address);
    putPointer(words, MMSG.IOV, this.iovec.address);
    words[MMSG.IOV_LEN] = 1;
    putPointer(words, MMSG.CONTROL, this.control.address);
    putPointer(this.iovec.words, 0, libc.addressOf(options.memory.bytes) + this.quote);
    this.iovec.words[2] = QUOTE_BYTES;
  }

  /**
   * Takes the next ICMP error that means failure out of the queue, calls `tell` with the peer that the datagram was for
   * and the span of what ICMP quotes of it, and returns true; false when the queue is empty. A refused run of segments is
   * one error, and quotes the run from its first message on.
   */
  next(tell: (peer: number, start: number, end: number) => void): boolean {
    const { libc, header, name, peers } = this;
    for (;;) {
      header.words[MMSG.NAME_LEN] = peers.family.bytes;
      header.words[MMSG.CONTROL_LEN] = CONTROL_BYTES;
      const len = libc.recvmsg(this.fd, header.address, MSG_ERRQUEUE | MSG_DONTWAIT);
      if (len < 0) {
        const errno = libc.errno();
        if (errno === ERRNO.EINTR) continue;
        if (errno === ERRNO.EAGAIN) return false;
        throw socketError('recvmsg of the error queue', errno);
      }
      if (!this.isFailure()) continue;
      const peer = peers.intern(name.words, 0);
      if (peer >= 0) peers.refused[peer] = 1;
      tell(peer, this.quote, this.quote + len);
      return true;
    }
  }

  // RFC 3261 §18.4: unreachable and parameter-problem errors are told to the transport user; source quench and TTL exceeded are ignored.
  private isFailure(): boolean {
    const { words } = this.control;
    const icmp = this.peers.family === V6 ? ICMP6 : ICMP4;
    const end = this.header.words[MMSG.CONTROL_LEN]! >> 2;
    let at = 0;
    while (at + CMSG.DATA < end && words[at + CMSG.LEN]! > CMSG.DATA * 4) {
      if (words[at + CMSG.LEVEL] === icmp.level && words[at + CMSG.TYPE] === icmp.kind) {
        // sock_extended_err: errno, then origin, type and code as bytes.
        const what = words[at + CMSG.DATA + 1]!;
        const type = (what >>> 8) & 255;
        const code = (what >>> 16) & 255;
        if ((what & 255) !== icmp.origin) return false;
        if (type === icmp.unreachable) return code !== icmp.ignored;
        return type === icmp.parameterProblem;
      }
      at += ((words[at + CMSG.LEN]! + 7) >> 3) << 1;
    }
    return false;
  }
}
