// Which transport a worker gets: for each place what serves it best on this machine, several of them as one. Sends and receives nothing itself.

import net from 'node:net';
import { BindError } from './bind-error.ts';
import type { Tuning } from './connections.ts';
import { loadLibc } from './libc.ts';
import { Several } from './several.ts';
import { addressProblem } from './sockaddr.ts';
import { Tcp } from './tcp.ts';
import type { DatagramTransport, Io, OpenOptions, Protocol, Transport, WorkerResources } from './transport.ts';
import { UdpBatched } from './udp-batched.ts';
import { hasReusePort, openDgram } from './udp-dgram.ts';
import type { WebSockets } from './websockets.ts';

/** Connections that wait to be accepted. */
const BACKLOG = 4_096;

export interface PlaceOptions {
  readonly protocol: Protocol;
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** WebSocket: the resource that our own connections ask for; `/` where absent. */
  readonly path?: string;
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
    for (const { protocol, address, port, path = '/' } of places) {
      const place = { ...options, address, port };
      if (protocol === 'tcp') opened.push(await openTcp(place));
      else if (protocol === 'ws') opened.push(await openWebSockets({ ...place, path }));
      else opened.push(await openUdp(place));
    }
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

interface Listening extends WorkerResources {
  readonly address: string;
  readonly port: number;
  readonly reusePort: boolean;
}

/** Listens for TCP; throws BindError where address or port cannot be had. */
export async function openTcp(options: Listening, tuning?: Tuning): Promise<Tcp> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true });
  await listen(server, options);
  return new Tcp(server, { ...options, ...(tuning === undefined ? {} : { tuning }) });
}

/** Listens for WebSocket handshakes; throws BindError where address or port cannot be had. */
export async function openWebSockets(
  options: Listening & { readonly path: string },
  tuning?: Tuning,
): Promise<WebSockets> {
  // Loaded by those alone who use it: the library takes its time to load.
  const [http, { WebSockets }] = await Promise.all([import('node:http'), import('./websockets.ts')]);
  const server = http.createServer({ noDelay: true, keepAlive: true }, (_, response) => {
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close', 'Content-Type': 'text/plain' });
    response.end('SIP over WebSocket (RFC 7118): nothing else is served here\n');
  });
  await listen(server, options);
  return new WebSockets(server, { ...options, ...(tuning === undefined ? {} : { tuning }) });
}

async function listen(server: net.Server, { address, port, reusePort }: Listening): Promise<void> {
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
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new BindError(error.code ?? 'EIO', address, port, undefined, 'TCP')),
    );
    // reusePort is newer than the type declarations in use.
    const place = {
      host: address,
      port,
      ipv6Only: true,
      exclusive: true,
      backlog: BACKLOG,
      ...(reusePort ? { reusePort } : {}),
    };
    server.listen(place, resolve);
  });
  server.removeAllListeners('error');
}
