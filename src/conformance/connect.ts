// How an end of ours connects to the server, by the kind of its transport, and what that is called in a message. Sends nothing.

import { hostPortText } from '../sip/host.ts';
import { openStream, type Place, type RawEvents, type RawSocket } from '../transport/raw-socket.ts';
import { openWebSocket } from '../transport/raw-websocket.ts';
import type { TransportKind } from './case.ts';
import type { Profile } from './profile.ts';

export interface Way {
  /** Own address. */
  readonly address: string;
  readonly target: Place;
  readonly profile: Profile;
}

/** Rejects with what the system, or the handshake, says. `on.bytes` gets pieces of a stream, and whole WebSocket messages. */
export function connectTo(
  kind: Exclude<TransportKind, 'udp'>,
  { address, target, profile }: Way,
  on: RawEvents,
): Promise<RawSocket> {
  if (kind === 'tcp') return openStream(address, target, on);
  const { port, path } = profile.webSocket;
  return openWebSocket(address, { address: target.address, port: port ?? target.port }, path, on);
}

/** Host and port of a place, as they stand in Via and in URIs. */
export function hostPortOf({ address, port }: Place): string {
  return hostPortText(address, port);
}

/** What a URI of such an end has behind it: RFC 3261 §19.1.1, RFC 7118 §5.2. */
export function transportParameter(kind: TransportKind): string {
  return kind === 'udp' ? '' : `;transport=${kind}`;
}
