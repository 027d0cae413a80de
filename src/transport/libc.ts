// The C library's socket calls and the Linux constants that go with them, loaded through koffi when first asked for. Knows no SIP and opens no socket.

import os from 'node:os';
import { getSystemErrorName } from 'node:util';

export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x80000;

export const SOL_SOCKET = 1;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_REUSEPORT = 15;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
/** Also the type of its control message. */
export const SO_TIMESTAMPNS = 35;
/** Also the type of its control message. */
export const SO_RXQ_OVFL = 40;
export const SO_MEMINFO = 55;
export const MEMINFO_DROPS = 8;
export const MEMINFO_WORDS = 9;

export const IPPROTO_IP = 0;
export const IPPROTO_IPV6 = 41;
export const IPV6_RECVERR = 25;
export const IPV6_V6ONLY = 26;
/** Also the type of its control message. */
export const IP_RECVERR = 11;
export const SOL_UDP = 17;
/** Also the type of its control message. */
export const UDP_SEGMENT = 103;
/** Also the type of its control message. */
export const UDP_GRO = 104;

export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_ERRQUEUE = 0x2000;

export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;

export const CLOCK_REALTIME = 0;

export const ERRNO = os.constants.errno;
/** What the system turns ICMP errors into. It tells each to the next call on the socket, whatever that call is. */
export const ICMP_ERRNOS: readonly number[] = [
  ERRNO.ECONNREFUSED,
  ERRNO.EHOSTUNREACH,
  ERRNO.ENETUNREACH,
  ERRNO.EMSGSIZE,
  ERRNO.ENOPROTOOPT,
  ERRNO.EOPNOTSUPP,
  ERRNO.EPROTO,
  112, // EHOSTDOWN
  64, // ENONET
];

/** mmsghdr on 64-bit Linux, as 32-bit words: a msghdr, then the length of the message. */
export const MMSG = {
  BYTES: 64,
  WORDS: 16,
  NAME: 0,
  NAME_LEN: 2,
  IOV: 4,
  IOV_LEN: 6,
  CONTROL: 8,
  CONTROL_LEN: 10,
  FLAGS: 12,
  LEN: 14,
} as const;

/** cmsghdr as 32-bit words; the data follows, and the next header starts at a multiple of 8 bytes. */
export const CMSG = { LEN: 0, LEVEL: 2, TYPE: 3, DATA: 4 } as const;

/** Pointers are plain numbers: addresses of user space stay far below 2^53, and koffi takes them without conversion. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: number, len: number): number;
  getsockname(fd: number, address: number, len: number): number;
  setsockopt(fd: number, level: number, option: number, value: number, len: number): number;
  getsockopt(fd: number, level: number, option: number, value: number, len: number): number;
  recvmmsg(fd: number, headers: number, count: number, flags: number, timeout: number): number;
  recvmsg(fd: number, header: number, flags: number): number;
  sendmmsg(fd: number, headers: number, count: number, flags: number): number;
  ppoll(fds: number, count: number, timeout: number, mask: number): number;
  clock_gettime(clock: number, time: number): number;
  close(fd: number): number;
  errno(): number;
  /** A block that JavaScript and the kernel both see. It must be kept reachable as long as the kernel may use it. */
  share(bytes: number): Shared;
  /** Address of the first byte of a view. */
  addressOf(view: ArrayBufferView): number;
}

export interface Shared {
  readonly words: Int32Array;
  readonly address: number;
}

/** Either the calls, or why this machine has none of them. */
export type LibcOrReason =
  | { readonly libc: Libc; readonly reason: null }
  | { readonly libc: null; readonly reason: string };

/** The layouts above hold for these: 64-bit, little-endian, generic option numbers. */
const ARCHITECTURES = ['x64', 'arm64', 'riscv64', 'loong64'];

let loading: Promise<LibcOrReason> | null = null;

export function loadLibc(): Promise<LibcOrReason> {
  loading ??= load();
  return loading;
}

async function load(): Promise<LibcOrReason> {
  if (process.platform !== 'linux') return { libc: null, reason: `this is ${process.platform}, not Linux` };
  if (!ARCHITECTURES.includes(process.arch)) return { libc: null, reason: `not for ${process.arch} processors` };
  try {
    const koffi = (await import('koffi')).default;
    const lib = koffi.load(null);
    const addressOf = (view: ArrayBufferView): number => Number(koffi.address(view));
    const libc: Libc = {
      socket: lib.func('socket', 'int', ['int', 'int', 'int']),
      bind: lib.func('bind', 'int', ['int', 'uintptr_t', 'uint']),
      getsockname: lib.func('getsockname', 'int', ['int', 'uintptr_t', 'uintptr_t']),
      setsockopt: lib.func('setsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uint']),
      getsockopt: lib.func('getsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uintptr_t']),
      recvmmsg: lib.func('recvmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int', 'uintptr_t']),
      recvmsg: lib.func('recvmsg', 'long', ['int', 'uintptr_t', 'int']),
      sendmmsg: lib.func('sendmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int']),
      ppoll: lib.func('ppoll', 'int', ['uintptr_t', 'ulong', 'uintptr_t', 'uintptr_t']),
      clock_gettime: lib.func('clock_gettime', 'int', ['int', 'uintptr_t']),
      close: lib.func('close', 'int', ['int']),
      errno: koffi.errno,
      share(bytes) {
        const words = new Int32Array(new ArrayBuffer(Math.ceil(bytes / 8) * 8));
        return { words, address: addressOf(words) };
      },
      addressOf,
    };
    return { libc, reason: null };
  } catch (error) {
    // The package or its binary for this platform is not installed, or does not load here: the caller says so or uses node:dgram.
    return {
      libc: null,
      reason: `koffi does not load: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    };
  }
}

/** Writes a pointer as two words. */
export function putPointer(words: Int32Array, at: number, address: number): void {
  words[at] = address | 0;
  words[at + 1] = Math.floor(address / 0x1_0000_0000);
}

export function errnoName(errno: number): string {
  return errno > 0 ? getSystemErrorName(-errno) : `errno ${errno}`;
}

/** What a failed call means where no retry can help. */
export function socketError(call: string, errno: number): Error {
  return new Error(`${call} failed: ${errnoName(errno)}`);
}
