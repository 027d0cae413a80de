// What a transport without connections answers where others have some. Opens no socket.

import type { Place } from './transport.ts';

/** Event loops are given their turn this often by a transport that blocks, when only control messages need it. */
const SLICE_US = 10_000;

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
