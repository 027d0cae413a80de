// Which transport a worker gets: for each place what serves it best on this machine, several of them as one. Sends and receives nothing itself.

import net from 'node:net';
import { BindError } from './bind-error.ts';
import { loadLibc } from './libc.ts';
import { Several } from './several.ts';
import { addressProblem } from './sockaddr.ts';
import { Tcp, type TcpTuning } from './tcp.ts';
import type { DatagramTransport, Io, OpenOptions, Protocol, Transport, WorkerResources } from './transport.ts';
import { UdpBatched } from './udp-batched.ts';
import { hasReusePort, openDgram } from './udp-dgram.ts';

/** Connections that wait to be accepted. */
const BACKLOG = 4_096;

export interface PlaceOptions {
  readonly protocol: Protocol;
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface PlacesOptions extends WorkerResources {
  readonly io: 'auto' | Io;
  readonly reusePort: boolean;
  readonly segmentation: boolean;
  readonly rcvbufBytes: number;
}

/**
 * Opens every place. Throws BindError where an address or port cannot be had, and an Error that names the mend where this
 * machine cannot do what was asked for.
 */
export async function openPlaces(places: readonly PlaceOptions[], options: PlacesOptions): Promise<Transport> {
  const opened: Transport[] = [];
  try {
    for (const { protocol, address, port } of places)
      opened.push(
        protocol === 'tcp'
          ? await openTcp({ ...options, address, port })
          : await openUdp({ ...options, address, port }),
      );
  } catch (error) {
    for (const one of opened) one.close();
    throw error;
  }
  return opened.length === 1 ? opened[0]! : new Several(opened);
}

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

/** Listens; throws BindError where address or port cannot be had. */
export async function openTcp(
  options: WorkerResources & { readonly address: string; readonly port: number; readonly reusePort: boolean },
  tuning?: TcpTuning,
): Promise<Tcp> {
  const { address, port, reusePort } = options;
  const problem = addressProblem(address);
  if (problem !== null) throw new BindError('EAFNOSUPPORT', address, port, problem, 'TCP');
  if (reusePort && !hasReusePort(process.versions.node))
    throw new BindError(
      'ENOTSUP',
      address,
      port,
      `several workers on one TCP port need Node 22.12 or newer (this is ${process.versions.node}): use --workers 1`,
      'TCP',
    );
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new BindError(error.code ?? 'EIO', address, port, undefined, 'TCP')),
    );
    // reusePort is newer than the type declarations in use.
    const listen = { host: address, port, exclusive: true, backlog: BACKLOG, ...(reusePort ? { reusePort } : {}) };
    server.listen(listen, resolve);
  });
  server.removeAllListeners('error');
  return new Tcp(server, { ...options, ...(tuning === undefined ? {} : { tuning }) });
}
