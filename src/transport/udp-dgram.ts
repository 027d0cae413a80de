// One UDP socket of node:dgram behind the same interface, for machines without Linux or koffi. Slower: the runtime makes objects per datagram. Knows no SIP.

import dgram from 'node:dgram';
import { NONE } from '../sip/message.ts';
import { BindError } from './bind-error.ts';
import { Connectionless } from './connectionless.ts';
import { QUEUE } from './outgoing.ts';
import { Peers } from './peers.ts';
import { droppedByProc } from './proc-udp.ts';
import { addressProblem, familyOf } from './sockaddr.ts';
import type { DatagramTransport, OpenOptions, TransportStats } from './transport.ts';

const ROWS = 4096;
/** Two halves: one is being read by the engine while the other takes what comes. */
const HALF_BYTES = 4 << 20;
const SNDBUF_BYTES = 4 << 20;
const LEAST_BUFFER_BYTES = 65_536;

/** Opens and binds the socket. Throws BindError where address or port cannot be had. */
export async function openDgram(options: OpenOptions): Promise<UdpDgram> {
  const { address, port } = options;
  const problem = addressProblem(address);
  if (problem !== null) throw new BindError('EAFNOSUPPORT', address, port, problem);
  if (options.reusePort && !hasReusePort(process.versions.node)) {
    throw new Error(
      `several workers on one port need Node 22.12 or newer (this is ${process.versions.node}), or Linux with the package koffi: use one worker, or one of these`,
    );
  }
  // By itself, an unconnected socket asks for even a literal address on a later tick.
  const { version } = familyOf(address);
  const lookup = (host: string, _family: unknown, callback: (error: null, host: string, family: number) => void) =>
    callback(null, host, version);
  // reusePort is newer than the type declarations in use.
  const type = `udp${version}`;
  const settings = {
    type,
    ipv6Only: version === 6,
    lookup,
    ...(options.reusePort ? { reusePort: true } : {}),
  } as dgram.SocketOptions;
  const socket = dgram.createSocket(settings);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      reject(error.syscall === 'bind' ? new BindError(error.code ?? 'EIO', address, port) : error);
    });
    socket.bind({ address, port, exclusive: true }, resolve);
  });
  socket.removeAllListeners('error');
  return new UdpDgram(socket, options);
}

/** dgram's option `reusePort` came with 22.12 and 23.1; older versions ignore it without a word. */
export function hasReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

export class UdpDgram extends Connectionless implements DatagramTransport {
  readonly io = 'dgram';
  readonly blocking = false;
  readonly localAddress: string;
  readonly localPort: number;
  readonly rcvbufBytes: number;
  readonly rxStart = new Int32Array(ROWS);
  readonly rxEnd = new Int32Array(ROWS);
  readonly rxPeer = new Int32Array(ROWS);
  readonly rxAtUs = new Float64Array(ROWS);
  readonly txAtUs = new Float64Array(QUEUE);
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
  onFlushed: (count: number) => void = () => {};
  /** Called for the first datagram after a receive(). */
  onReadable: () => void = () => {};
  /** Never called: the system tells an unconnected socket of node:dgram nothing of ICMP. */
  onRefused: (peer: number, start: number, end: number) => void = () => {};

  private readonly socket: dgram.Socket;
  private readonly bytes: Uint8Array;
  private readonly nowUs: () => number;
  private readonly peers: Peers;
  private readonly halves: readonly [number, number];
  /** What has come in since the last receive(): a second set of columns, and the half in use. */
  private half = 0;
  private rows = 0;
  private used = 0;
  private readonly inStart = new Int32Array(ROWS);
  private readonly inEnd = new Int32Array(ROWS);
  private readonly inPeer = new Int32Array(ROWS);
  private readonly inAtUs = new Float64Array(ROWS);
  /** Datagrams that came while both halves were full. */
  private overrun = 0;
  private lastAddress = '';
  private lastPort = 0;
  private lastPeer = NONE;
  private queued = 0;
  private readonly start = new Int32Array(QUEUE);
  private readonly len = new Int32Array(QUEUE);
  private readonly to = new Int32Array(QUEUE);
  private closed = false;
  private droppedAtClose = 0;
  private readonly sent: (error: Error | null) => void;

  /** @param socket bound; the transport owns it from now on */
  constructor(socket: dgram.Socket, options: OpenOptions) {
    super();
    this.socket = socket;
    this.bytes = options.memory.bytes;
    this.nowUs = options.nowUs;
    this.halves = [options.memory.reserve(HALF_BYTES), options.memory.reserve(HALF_BYTES)];
    this.peers = new Peers(familyOf(options.address));
    const local = socket.address();
    this.localAddress = local.address;
    this.localPort = local.port;
    setBuffer(options.rcvbufBytes, (bytes) => socket.setRecvBufferSize(bytes));
    setBuffer(SNDBUF_BYTES, (bytes) => socket.setSendBufferSize(bytes));
    this.rcvbufBytes = socket.getRecvBufferSize();
    this.sent = (error) => {
      if (error === null) return;
      this.stats.datagramsSent--;
      this.failed(error);
    };
    socket.on('error', (error) => this.failed(error));
    socket.on('message', (message, from) => this.arrived(message, from));
  }

  private failed(error: NodeJS.ErrnoException): void {
    this.countError(error.code ?? error.name);
  }

  private countError(name: string): void {
    this.stats.sendErrors[name] = (this.stats.sendErrors[name] ?? 0) + 1;
  }

  private arrived(message: Uint8Array, from: dgram.RemoteInfo): void {
    const row = this.rows;
    if (row === ROWS || this.used + message.length > HALF_BYTES) {
      this.overrun++;
      return;
    }
    if (from.port !== this.lastPort || from.address !== this.lastAddress) {
      this.lastAddress = from.address;
      this.lastPort = from.port;
      this.lastPeer = this.peers.find(from.address, from.port);
    }
    const start = this.halves[this.half as 0 | 1] + this.used;
    this.bytes.set(message, start);
    this.inStart[row] = start;
    this.inEnd[row] = start + message.length;
    this.inPeer[row] = this.lastPeer;
    this.inAtUs[row] = this.nowUs();
    this.used += message.length;
    this.rows = row + 1;
    this.stats.datagramsReceived++;
    if (row === 0) this.onReadable();
  }

  get more(): boolean {
    return this.rows > 0;
  }

  receive(): number {
    const rows = this.rows;
    this.stats.receiveCalls++;
    for (let row = 0; row < rows; row++) {
      this.rxStart[row] = this.inStart[row]!;
      this.rxEnd[row] = this.inEnd[row]!;
      this.rxPeer[row] = this.inPeer[row]!;
      this.rxAtUs[row] = this.inAtUs[row]!;
    }
    this.half ^= 1;
    this.rows = 0;
    this.used = 0;
    return rows;
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

  /** Everything leaves in the order it was queued, so `order` has nothing to add. */
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
    if (count === 0) return;
    const { bytes, socket, peers, stats } = this;
    for (let i = 0; i < count; i++) {
      const start = this.start[i]!;
      const len = this.len[i]!;
      const peer = this.to[i]!;
      this.txAtUs[i] = this.nowUs();
      if (peer === NONE) {
        this.countError('EDESTADDRREQ');
        continue;
      }
      // A copy: when the socket's buffer is full, the runtime keeps the bytes and sends them later.
      const copy = Buffer.allocUnsafe(len);
      copy.set(bytes.subarray(start, start + len));
      socket.send(copy, 0, len, peers.port(peer), peers.address(peer), this.sent);
      stats.sendCalls++;
      stats.datagramsSent++;
    }
    this.queued = 0;
    this.onFlushed(count);
  }

  wait(_maxUs: number): void {}

  nap(_us: number): void {}

  /** The system's count for this address and port (Linux), and what came while the engine did not read. */
  rxDropped(): number {
    if (this.closed) return this.droppedAtClose;
    return droppedByProc(this.localAddress, this.localPort) + this.overrun;
  }

  close(): void {
    if (this.closed) return;
    this.droppedAtClose = this.rxDropped();
    this.closed = true;
    this.socket.close();
  }
}

/** Systems that refuse a buffer above their limit, where Linux grants what it may, are asked for half until they agree. */
function setBuffer(bytes: number, set: (bytes: number) => void): void {
  for (let wanted = bytes; ; wanted = Math.floor(wanted / 2)) {
    try {
      set(wanted);
      return;
    } catch (error) {
      if (wanted <= LEAST_BUFFER_BYTES) throw error;
    }
  }
}
