// A datagram link in virtual time: carries bytes between ends with a fixed latency and a plan of faults, and logs every datagram. Opens no socket and reads no clock.

import { ERR_NO_CONTENT_LENGTH } from '../../src/sip/errors.ts';
import type { Memory } from '../../src/sip/memory.ts';
import { NONE } from '../../src/sip/message.ts';
import { Connectionless } from '../../src/transport/connectionless.ts';
import type { DatagramTransport, Place, TransportStats } from '../../src/transport/transport.ts';

/** One way, microseconds. */
export const LATENCY_US = 1_000;
const HOST = '127.0.0.1';
const COLUMNS = 256;
const SLOT_BYTES = 4_096;
const QUEUE = 8_192;

/** A datagram as it was sent, and how often it arrives. */
export interface Sent {
  readonly atUs: number;
  readonly fromPort: number;
  readonly toPort: number;
  /** `INVITE`, or `200 INVITE` for a response. */
  readonly kind: string;
  /** Which of this kind from this port: 1 for the first. */
  readonly nth: number;
  readonly text: string;
  readonly copies: number;
}

/** What the network does to a datagram: the extra delay of each copy that arrives. `[0]` delivers it, `[]` loses it, `[0, 0]` doubles it. */
export type Faults = (sent: Omit<Sent, 'copies'>) => readonly number[];

export const FAITHFUL: Faults = () => [0];

/** What becomes of a datagram before the network has it: `onward` is called for each text that leaves in its place. */
export type Tampering = (text: string, fromPort: number, onward: (text: string) => void) => void;

interface Flying {
  readonly dueUs: number;
  readonly toPort: number;
  readonly fromPort: number;
  readonly bytes: Uint8Array;
}

/** `INVITE`, `200 INVITE`, or `garbage`. */
export function kindOf(text: string): string {
  const status = /^SIP\/2\.0 (\d{3}) /.exec(text)?.[1];
  if (status !== undefined) return `${status} ${/^CSeq:\s*\d+\s+(\w+)/im.exec(text)?.[1] ?? '?'}`;
  return /^(\w+) \S+ SIP\/2\.0\r\n/.exec(text)?.[1] ?? 'garbage';
}

/** An end that is no engine: told of each datagram when it arrives. */
export type Listener = (text: string, fromPort: number) => void;

export class Link {
  readonly now: Float64Array;
  readonly log: Sent[] = [];
  faults: Faults;
  /** Null: everything leaves as its sender wrote it. */
  tampering: Tampering | null = null;
  /** In order of arrival. */
  private readonly flying: Flying[] = [];
  private readonly counts = new Map<string, number>();
  private readonly listeners = new Map<number, Listener>();

  constructor(now: Float64Array, faults: Faults) {
    this.now = now;
    this.faults = faults;
  }

  listen(port: number, listener: Listener): void {
    this.listeners.set(port, listener);
  }

  /** Sends bytes now. */
  carry(bytes: Uint8Array, fromPort: number, toPort: number): void {
    const { tampering } = this;
    if (tampering === null) this.leave(bytes, fromPort, toPort);
    else
      tampering(Buffer.from(bytes).toString('latin1'), fromPort, (text) =>
        this.leave(Buffer.from(text, 'latin1'), fromPort, toPort),
      );
  }

  private leave(bytes: Uint8Array, fromPort: number, toPort: number): void {
    const text = Buffer.from(bytes).toString('latin1');
    const kind = kindOf(text);
    const key = `${fromPort} ${kind}`;
    const nth = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, nth);
    const sent = { atUs: this.now[0]!, fromPort, toPort, kind, nth, text };
    const delaysUs = this.faults(sent);
    this.log.push({ ...sent, copies: delaysUs.length });
    for (const delayUs of delaysUs)
      this.add({ dueUs: this.now[0]! + LATENCY_US + delayUs, toPort, fromPort, bytes: Uint8Array.from(bytes) });
  }

  text(text: string, fromPort: number, toPort: number): void {
    this.carry(Buffer.from(text, 'latin1'), fromPort, toPort);
  }

  private add(datagram: Flying): void {
    let at = this.flying.length;
    while (at > 0 && this.flying[at - 1]!.dueUs > datagram.dueUs) at--;
    this.flying.splice(at, 0, datagram);
  }

  /** Instant of the next arrival, Infinity when nothing is on its way. */
  nextUs(): number {
    return this.flying[0]?.dueUs ?? Number.POSITIVE_INFINITY;
  }

  /** The next datagram that has arrived at `port`, and is then gone. */
  take(port: number): Flying | undefined {
    const at = this.flying.findIndex(({ dueUs, toPort }) => toPort === port && dueUs <= this.now[0]!);
    return at < 0 ? undefined : this.flying.splice(at, 1)[0];
  }

  waits(port: number): boolean {
    return this.flying.some(({ dueUs, toPort }) => toPort === port && dueUs <= this.now[0]!);
  }

  /** Hands what has arrived to the listeners; what nobody listens for is lost, as for a host that drops it. */
  deliver(ports: readonly number[]): void {
    for (let at = 0; at < this.flying.length; ) {
      const { dueUs, toPort, fromPort, bytes } = this.flying[at]!;
      if (dueUs > this.now[0]! || ports.includes(toPort)) {
        at++;
        continue;
      }
      this.flying.splice(at, 1);
      this.listeners.get(toPort)?.(Buffer.from(bytes).toString('latin1'), fromPort);
    }
  }
}

function hasLength(bytes: Uint8Array): boolean {
  return /\r\n(Content-Length|l)[ \t]*:/i.test(Buffer.from(bytes).toString('latin1'));
}

/** One end of a link as the engine sees it. */
export class LinkTransport extends Connectionless implements DatagramTransport {
  readonly io = 'dgram';
  readonly localAddress = HOST;
  readonly localPort: number;
  readonly rcvbufBytes = 0;
  readonly rxStart = new Int32Array(COLUMNS);
  readonly rxEnd = new Int32Array(COLUMNS);
  readonly rxPeer = new Int32Array(COLUMNS);
  readonly rxAtUs = new Float64Array(COLUMNS);
  override readonly rxFault: Int32Array | null;
  readonly txAtUs = new Float64Array(QUEUE);
  readonly blocking = false;
  more = false;
  onFlushed: (count: number) => void = () => {};
  onReadable: () => void = () => {};
  onRefused: (peer: number, start: number, end: number) => void = () => {};
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
  private readonly stream: boolean;
  private readonly link: Link;
  private readonly bytes: Uint8Array;
  private readonly slab: number;
  private readonly names: string[] = [];
  private readonly queue: { start: number; length: number; peer: number }[] = [];

  /** @param stream stands for TCP: transactions repeat nothing over it, though the link may still lose what it is told to */
  constructor(link: Link, memory: Memory, port: number, stream = false) {
    super();
    this.stream = stream;
    this.rxFault = stream ? new Int32Array(COLUMNS) : null;
    this.link = link;
    this.bytes = memory.bytes;
    this.slab = memory.reserve(COLUMNS * SLOT_BYTES);
    this.localPort = port;
  }

  override get places(): readonly Place[] {
    const protocol = this.stream ? 'tcp' : 'udp';
    return [{ protocol, reliable: this.stream, stream: this.stream, address: HOST, port: this.localPort }];
  }

  receive(): number {
    let n = 0;
    for (; n < COLUMNS; n++) {
      const datagram = this.link.take(this.localPort);
      if (datagram === undefined) break;
      const start = this.slab + n * SLOT_BYTES;
      this.bytes.set(datagram.bytes, start);
      this.rxStart[n] = start;
      this.rxEnd[n] = start + datagram.bytes.length;
      this.rxPeer[n] = this.peer(HOST, datagram.fromPort);
      this.rxAtUs[n] = datagram.dueUs;
      // RFC 3261 §18.3: a stream cannot say where a message without Content-Length ends.
      if (this.rxFault !== null) this.rxFault[n] = hasLength(datagram.bytes) ? 0 : ERR_NO_CONTENT_LENGTH;
    }
    this.more = this.link.waits(this.localPort);
    this.stats.datagramsReceived += n;
    return n;
  }

  peer(address: string, port: number): number {
    if (!/^\d+\.\d+\.\d+\.\d+$/.test(address) || port < 1 || port > 65_535) return NONE;
    const name = `${address}:${port}`;
    const known = this.names.indexOf(name);
    return known >= 0 ? known : this.names.push(name) - 1;
  }

  peerAddress(peer: number): string {
    return this.names[peer]!.split(':')[0]!;
  }

  peerPort(peer: number): number {
    return Number(this.names[peer]!.split(':')[1]);
  }

  send(start: number, length: number, peer: number, _order: number): number {
    if (this.queue.length === QUEUE) this.flush();
    return this.queue.push({ start, length, peer }) - 1;
  }

  flush(): void {
    const count = this.queue.length;
    if (count === 0) return;
    for (let i = 0; i < count; i++) {
      const { start, length, peer } = this.queue[i]!;
      this.txAtUs[i] = this.link.now[0]!;
      if (peer === NONE) this.stats.sendErrors.EDESTADDRREQ = (this.stats.sendErrors.EDESTADDRREQ ?? 0) + 1;
      else this.link.carry(this.bytes.subarray(start, start + length), this.localPort, this.peerPort(peer));
    }
    this.queue.length = 0;
    this.stats.datagramsSent += count;
    this.onFlushed(count);
  }

  wait(): void {}
  nap(): void {}
  rxDropped(): number {
    return 0;
  }
  close(): void {}
}
