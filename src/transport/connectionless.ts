// What a transport without connections answers where others have some. Opens no socket.

import type { Place } from './transport.ts';

/** A turn of the event loop costs more than a tick at low rates, and here nothing but the end of the thread waits for it. */
const SLICE_US = 100_000;

export abstract class Connectionless {
  readonly rxFault: Int32Array | null = null;
  readonly sliceUs = SLICE_US;
  /** Never called: a datagram that does not fit waits in the kernel, or is dropped and counted. */
  onFull: () => void = () => {};
  /** Stays empty. */
  readonly broken = new Map<number, number>();

  abstract readonly localAddress: string;
  abstract readonly localPort: number;

  get places(): readonly Place[] {
    return [{ protocol: 'udp', reliable: false, stream: false, address: this.localAddress, port: this.localPort }];
  }

  ownPeer(peer: number): number {
    return peer;
  }

  releasePeer(_peer: number): void {}

  returnPort(_peer: number, _port: number): void {}
}
