// Whom we talk to, as small integers: the kernel's sockaddr of each, interned. Makes no string per message; never forgets a peer.

import { NONE } from '../sip/message.ts';
import { addressOf, addressProblem, addressWord, portOf, portWord, SOCKADDR_BYTES } from './sockaddr.ts';

const WORDS = SOCKADDR_BYTES / 4;

export class Peers {
  readonly capacity: number;
  /** Sockaddr of peer i at byte `i * SOCKADDR_BYTES`: what the kernel is given. */
  readonly sockaddrs: Int32Array;
  /** 1 for a peer that an ICMP error came from and nothing else since: it is sent single datagrams, so that each is reported. */
  readonly refused: Uint8Array;
  /** Stands for NONE where the kernel must be given a sockaddr: port 0, to which it sends nothing. */
  readonly nobody: number;
  private readonly table: Int32Array;
  private readonly texts: string[] = [];
  private last = NONE;
  count = 0;

  /** @param capacity a power of two */
  constructor(capacity = 65_536) {
    this.capacity = capacity;
    this.sockaddrs = new Int32Array(new ArrayBuffer((capacity + 1) * SOCKADDR_BYTES));
    this.refused = new Uint8Array(capacity + 1);
    this.nobody = capacity;
    this.sockaddrs[this.nobody * WORDS] = portWord(0);
    this.refused[this.nobody] = 1;
    this.table = new Int32Array(capacity * 2).fill(NONE);
  }

  /** The peer with this sockaddr (its port word and its address word); NONE when it is new and the table is full. */
  intern(port: number, address: number): number {
    const { sockaddrs, table, last } = this;
    if (last !== NONE && sockaddrs[last * WORDS] === port && sockaddrs[last * WORDS + 1] === address) return last;
    const mask = table.length - 1;
    const mixed = Math.imul(address ^ Math.imul(port, 0x9e3779b1), 0x85ebca6b);
    let at = (mixed ^ (mixed >>> 15)) & mask;
    let peer = table[at]!;
    while (peer !== NONE) {
      if (sockaddrs[peer * WORDS] === port && sockaddrs[peer * WORDS + 1] === address) {
        this.last = peer;
        return peer;
      }
      at = (at + 1) & mask;
      peer = table[at]!;
    }
    if (this.count === this.capacity) return NONE;
    peer = this.count++;
    table[at] = peer;
    sockaddrs[peer * WORDS] = port;
    sockaddrs[peer * WORDS + 1] = address;
    this.last = peer;
    return peer;
  }

  /** The peer at an IPv4 literal and a port from 1 to 65535; NONE where either is not one (peers say what they like) or the table is full. */
  find(address: string, port: number): number {
    if (addressProblem(address) !== null || !(Number.isInteger(port) && port > 0 && port < 65536)) return NONE;
    return this.intern(portWord(port), addressWord(address));
  }

  address(peer: number): string {
    this.check(peer);
    let text = this.texts[peer];
    if (text === undefined) {
      text = addressOf(this.sockaddrs[peer * WORDS + 1]!);
      this.texts[peer] = text;
    }
    return text;
  }

  port(peer: number): number {
    this.check(peer);
    return portOf(this.sockaddrs[peer * WORDS]!);
  }

  private check(peer: number): void {
    if (!(peer >= 0 && peer < this.count)) throw new RangeError(`no peer ${peer}: there are ${this.count}`);
  }
}
