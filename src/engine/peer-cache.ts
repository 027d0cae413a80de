// Which peer a URI's host and port mean, remembered by their bytes so that no text is made per message. Resolves literal IPv4 addresses only; never asks DNS.

import { NONE } from '../sip/message.ts';
import type { DatagramTransport } from '../transport/transport.ts';

const ENTRIES = 256;
const KEY_BYTES = 64;

export class PeerCache {
  private readonly transport: DatagramTransport;
  private readonly keys = new Uint8Array(ENTRIES * KEY_BYTES);
  private readonly lengths = new Uint8Array(ENTRIES);
  private readonly peers = new Int32Array(ENTRIES);

  constructor(transport: DatagramTransport) {
    this.transport = transport;
  }

  /** The peer that a SIP URI's host and port mean (RFC 3261 §19.1.1), NONE when the host is a name. */
  ofUri(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] !== 58) at++;
    at++;
    // A user part ends at the last `@` before parameters.
    for (let i = at; i < end && bytes[i] !== 59 && bytes[i] !== 63; i++) if (bytes[i] === 64) at = i + 1;
    let host = at;
    while (host < end && bytes[host] !== 58 && bytes[host] !== 59 && bytes[host] !== 63 && bytes[host] !== 62) host++;
    let port = NONE;
    if (host < end && bytes[host] === 58) {
      port = 0;
      for (let i = host + 1; i < end && bytes[i]! >= 48 && bytes[i]! <= 57; i++) port = port * 10 + bytes[i]! - 48;
    }
    return this.find(bytes, at, host, port);
  }

  /**
   * The peer of host `[start, end)` and `port` (NONE: 5060, RFC 3261 §19.1.2), or NONE when the host is a name or the
   * peer table is full.
   */
  find(bytes: Uint8Array, start: number, end: number, port: number): number {
    const length = end - start;
    const wanted = port === NONE ? 5060 : port;
    if (length > KEY_BYTES - 2 || length <= 0) return NONE;
    let hash = wanted;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const entry = (hash ^ (hash >>> 8)) & (ENTRIES - 1);
    const at = entry * KEY_BYTES;
    const { keys } = this;
    if (this.lengths[entry] === length && keys[at] === wanted >> 8 && keys[at + 1] === (wanted & 255)) {
      let i = 0;
      while (i < length && keys[at + 2 + i] === bytes[start + i]) i++;
      if (i === length) return this.peers[entry]!;
    }
    const host = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
    const peer = /^\d{1,3}(\.\d{1,3}){3}$/.test(host) ? this.transport.peer(host, wanted) : NONE;
    this.lengths[entry] = length;
    keys[at] = wanted >> 8;
    keys[at + 1] = wanted & 255;
    for (let i = 0; i < length; i++) keys[at + 2 + i] = bytes[start + i]!;
    this.peers[entry] = peer;
    return peer;
  }
}
