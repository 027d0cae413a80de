// Which peer a URI's host and port mean, remembered by their bytes so that no text is made per message. Resolves literal addresses only; never asks DNS.

import { bytesOf, equalsIgnoreCase } from '../sip/bytes.ts';
import { bareAddress } from '../sip/host.ts';
import { NONE } from '../sip/message.ts';
import { placeOf, type Transport } from '../transport/transport.ts';

const ENTRIES = 256;
const KEY_BYTES = 64;
const TRANSPORT = bytesOf('transport=');

export class PeerCache {
  private readonly transport: Transport;
  /** By place: its name in a URI. */
  private readonly names: readonly Uint8Array[];
  private readonly udp: number;
  /** By place: whether it speaks IPv6. */
  private readonly v6: readonly boolean[];
  private readonly keys = new Uint8Array(ENTRIES * KEY_BYTES);
  private readonly lengths = new Uint8Array(ENTRIES);
  private readonly peers = new Int32Array(ENTRIES);

  constructor(transport: Transport) {
    this.transport = transport;
    this.names = transport.places.map(({ protocol }) => bytesOf(protocol));
    this.v6 = transport.places.map(({ address }) => address.includes(':'));
    this.udp = transport.places.findIndex(({ protocol }) => protocol === 'udp');
  }

  /**
   * The peer that a SIP URI's host, port and transport mean (RFC 3261 §19.1.1), NONE when the host is a name. `near` is spoken
   * to from the place that serves where there is none for the transport.
   */
  ofUri(bytes: Uint8Array, start: number, end: number, near: number): number {
    let at = start;
    while (at < end && bytes[at] !== 58) at++;
    at++;
    // A user part ends at the last `@` before parameters.
    for (let i = at; i < end && bytes[i] !== 59 && bytes[i] !== 63; i++) if (bytes[i] === 64) at = i + 1;
    let host = at;
    // RFC 3261 §25.1: the colons of an IPv6 address stand in brackets.
    if (bytes[at] === 91) while (host < end && bytes[host] !== 93) host++;
    while (host < end && bytes[host] !== 58 && bytes[host] !== 59 && bytes[host] !== 63 && bytes[host] !== 62) host++;
    let port = NONE;
    if (host < end && bytes[host] === 58) {
      port = 0;
      for (let i = host + 1; i < end && bytes[i]! >= 48 && bytes[i]! <= 57; i++) port = port * 10 + bytes[i]! - 48;
    }
    return this.find(bytes, at, host, port, this.ofFamily(this.place(bytes, host, end, near), bytes[at] === 91));
  }

  /** The place itself, or one of the same protocol that speaks the family of an address. */
  private ofFamily(place: number, v6: boolean): number {
    if (this.v6[place] === v6) return place;
    const { protocol } = this.transport.places[place]!;
    const other = this.transport.places.findIndex((one, i) => one.protocol === protocol && this.v6[i] === v6);
    return other < 0 ? place : other;
  }

  /** RFC 3263 §4.1: the transport parameter says how; without one an address is reached by UDP. */
  private place(bytes: Uint8Array, from: number, end: number, near: number): number {
    const { names } = this;
    if (names.length === 1) return 0;
    const usual = this.udp === NONE ? placeOf(near) : this.udp;
    for (let at = from; at < end && bytes[at] !== 63 && bytes[at] !== 62; at++) {
      if (bytes[at] !== 59 || !equalsIgnoreCase(bytes, at + 1, at + 1 + TRANSPORT.length, TRANSPORT)) continue;
      const value = at + 1 + TRANSPORT.length;
      let stop = value;
      while (stop < end && bytes[stop] !== 59 && bytes[stop] !== 63 && bytes[stop] !== 62) stop++;
      // Of several places that speak it the one in use.
      if (equalsIgnoreCase(bytes, value, stop, names[placeOf(near)]!)) return placeOf(near);
      for (let i = 0; i < names.length; i++) if (equalsIgnoreCase(bytes, value, stop, names[i]!)) return i;
      return placeOf(near);
    }
    return this.transport.places[placeOf(near)]!.protocol === 'udp' ? placeOf(near) : usual;
  }

  /**
   * The peer of host `[start, end)` and `port` (NONE: 5060, RFC 3261 §19.1.2), or NONE when the host is a name or the
   * peer table is full.
   */
  private find(bytes: Uint8Array, start: number, end: number, port: number, place: number): number {
    const length = end - start;
    const wanted = port === NONE ? 5060 : port;
    if (length > KEY_BYTES - 3 || length <= 0) return NONE;
    let hash = wanted + place * 65_537;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const entry = (hash ^ (hash >>> 8)) & (ENTRIES - 1);
    const at = entry * KEY_BYTES;
    const { keys } = this;
    if (
      this.lengths[entry] === length &&
      keys[at] === wanted >> 8 &&
      keys[at + 1] === (wanted & 255) &&
      keys[at + 2] === place
    ) {
      let i = 0;
      while (i < length && keys[at + 3 + i] === bytes[start + i]) i++;
      if (i === length) return this.peers[entry]!;
    }
    const host = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
    const peer = this.transport.peer(bareAddress(host), wanted, place);
    this.lengths[entry] = length;
    keys[at] = wanted >> 8;
    keys[at + 1] = wanted & 255;
    keys[at + 2] = place;
    for (let i = 0; i < length; i++) keys[at + 3 + i] = bytes[start + i]!;
    this.peers[entry] = peer;
    return peer;
  }
}
