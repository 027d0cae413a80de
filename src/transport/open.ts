// Which UDP transport a worker gets: batched where Linux and koffi are, node:dgram elsewhere. Sends and receives nothing itself.

import { loadLibc } from './libc.ts';
import type { DatagramTransport, OpenOptions } from './transport.ts';
import { UdpBatched } from './udp-batched.ts';
import { openDgram } from './udp-dgram.ts';

/**
 * Opens and binds a UDP socket. Throws BindError where the address or port cannot be had, and an Error that names the
 * mend where `io: 'batched'` is asked for and this machine cannot.
 */
export async function openUdp(options: OpenOptions): Promise<DatagramTransport> {
  if (options.io === 'dgram') return openDgram(options);
  const { libc, reason } = await loadLibc();
  if (libc !== null) return new UdpBatched(libc, options);
  if (options.io === 'auto') return openDgram(options);
  throw new Error(
    `batched UDP needs Linux and the package koffi (${reason}): run "npm install koffi", or use --io dgram`,
  );
}
