// Whom we talk to, as small integers: the kernel's sockaddr of each, interned. Makes no string per message; never forgets a peer.

import { NONE } from '../sip/message.ts';
import { addressAt, addressProblem, type Family, familyOf, portAt, putSockaddr } from './sockaddr.ts';

export class Peers {
  readonly family: Family;
  private readonly stride: number;
  readonly capacity: number;
  /** Sockaddr of peer i at word `i * family.stride`: what the kernel is given. */
  readonly sockaddrs: Int32Array;
  /** 1 for a peer that an ICMP error came from and nothing else since: it is sent single datagrams, so that each is reported. */
  readonly refused: Uint8Array;
  /** Stands for NONE where the kernel must be given a sockaddr: port 0, to which it sends nothing. */
  readonly nobody: number;
  private readonly table: Int32Array;
  private readonly texts: string[] = [];
  private readonly wanted: Int32Array;
  private last = NONE;
  count = 0;

  /** @param capacity a power of two */
  constructor(family: Family, capacity = 65_536) {
    this.family = family;
    this.stride = family.stride;
    this.capacity = capacity;
    this.sockaddrs = new Int32Array(new ArrayBuffer((capacity + 1) * family.stride * 4));
    this.wanted = new Int32Array(family.stride);
    this.refused = new Uint8Array(capacity + 1);
    this.nobody = capacity;
    putSockaddr(this.sockaddrs, this.nobody * family.stride, family.any, 0);
    this.refused[this.nobody] = 1;
    this.table = new Int32Array(capacity * 2).fill(NONE);
  }

  /** The peer whose sockaddr stands at `words[at]`; NONE when it is new and the table is full. */
  intern(words: Int32Array, at: number): number {
    const { sockaddrs, table, last, stride } = this;
    if (last !== NONE && this.isAt(last, words, at)) return last;
    const mask = table.length - 1;
    let mixed = Math.imul(words[at + 1]! ^ Math.imul(words[at]!, 0x9e3779b1), 0x85ebca6b);
    if (stride > 4) for (let i = 2; i < 6; i++) mixed = Math.imul(mixed ^ words[at + i]!, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    let peer = table[slot]!;
    while (peer !== NONE) {
      if (this.isAt(peer, words, at)) {
        this.last = peer;
        return peer;
      }
      slot = (slot + 1) & mask;
      peer = table[slot]!;
    }
    if (this.count === this.capacity) return NONE;
    peer = this.count++;
    table[slot] = peer;
    for (let i = 0; i < stride; i++) sockaddrs[peer * stride + i] = words[at + i]!;
    this.last = peer;
    return peer;
  }

  private isAt(peer: number, words: Int32Array, at: number): boolean {
    const { sockaddrs, stride } = this;
    const mine = peer * stride;
    if (sockaddrs[mine] !== words[at] || sockaddrs[mine + 1] !== words[at + 1]) return false;
    if (stride === 4) return true;
    for (let i = 2; i < 7; i++) if (sockaddrs[mine + i] !== words[at + i]) return false;
    return true;
  }

  /** The peer at a literal of the family and a port from 1 to 65535; NONE where either is not one (peers say what they like) or the table is full. */
  find(address: string, port: number): number {
    const { family, wanted } = this;
    if (addressProblem(address) !== null || familyOf(address) !== family) return NONE;
    if (!(Number.isInteger(port) && port > 0 && port < 65536)) return NONE;
    putSockaddr(wanted, 0, address, port);
    return this.intern(wanted, 0);
  }

  address(peer: number): string {
    this.check(peer);
    let text = this.texts[peer];
    if (text === undefined) {
      text = addressAt(this.sockaddrs, peer * this.stride, this.family);
      this.texts[peer] = text;
    }
    return text;
  }

  port(peer: number): number {
    this.check(peer);
    return portAt(this.sockaddrs, peer * this.stride);
  }

  private check(peer: number): void {
    if (!(peer >= 0 && peer < this.count)) throw new RangeError(`no peer ${peer}: there are ${this.count}`);
  }
}
