// Targets as the user types them, resolved to an address. Opens no call.

import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { bareAddress, type Protocol } from '../engine/protocol.ts';
import { UsageError } from './usage-error.ts';

export interface Target {
  readonly text: string;
  readonly protocol: Protocol;
  /** '' when the text names none. */
  readonly user: string;
  /** As it stands in a URI: an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  /** WebSocket: of the resource that the handshake asks for. */
  readonly path?: string;
}

const FORMS = 'udp:HOST:PORT, tcp:HOST:PORT, ws:HOST:PORT/PATH, udp:USER@HOST:PORT, sip:USER@HOST or HOST:PORT';
const LATER = 'only UDP, TCP and WebSocket without TLS work in this version';

/** A word before a colon is a scheme unless a port alone follows it: `proxy:5060` is a host and a port. */
const FORM =
  /^(?:((?:udp|tcp|tls|wss?|sips?)(?=:)|[a-z]+(?=:(?!\d+(?:;|$)))):)?(?:([^@\s:]+(?::[^@\s]+)?)@)?(\[[^\]]*\]|[^:@\s;]+)(?::(\d+))?(;.*)?$/i;
// RFC 3261 §25.1: the last label of a host name begins with a letter; anything else must be an address.
const HOST_NAME = /^(?:[\w-]+\.)*[a-z][\w-]*\.?$/i;

/** RFC 6455 §3: what follows the authority; `ws://host` is the same as `ws:host`. */
const WEBSOCKET = /^(ws:)(?:\/\/)?([^/\s]*)(\/\S*)?$/i;
/** RFC 6455 §3. */
const WEBSOCKET_PORT = '80';

/** `udp:user@host:port`, `sip:user@host`, `host:port`, `ws:host:port/path`. The default port is 5060 (RFC 3261 §19.1.2), that of `ws:` 80. */
export function parseTarget(text: string): Omit<Target, 'address'> {
  const websocket = WEBSOCKET.exec(text);
  const match = FORM.exec(websocket === null ? text : `${websocket[1]}${websocket[2]}`);
  if (match === null) throw new UsageError(withoutBrackets(text, 'target') ?? `target "${text}" is not ${FORMS}`);
  const [, scheme = 'sip', user = '', host = '', given, params = ''] = match;
  const kind = scheme.toLowerCase();
  const port = given ?? (kind === 'ws' ? WEBSOCKET_PORT : '5060');
  if (['tls', 'wss', 'sips'].includes(kind) || /;\s*transport=(?!(?:udp|tcp|ws)(?:;|$))/i.test(params))
    throw new UsageError(
      `target "${text}": ${LATER}; write udp:${host}:${port}, tcp:${host}:${port} or ws:${host}:${port}`,
    );
  if (!['udp', 'tcp', 'ws', 'sip'].includes(kind))
    throw new UsageError(`target "${text}" begins with "${scheme}:"; want ${FORMS}`);
  if (!isIPv4(host) && !isReference(host) && !HOST_NAME.test(host))
    throw new UsageError(`target "${text}": "${host}" is neither an IP address nor a host name; want ${FORMS}`);
  const number = Number(port);
  if (number < 1 || number > 65_535) throw new UsageError(`target "${text}": port ${port} is not from 1 to 65535`);
  const named = /^(?:;transport=(udp|tcp|ws))?$/i.exec(params);
  if (named === null)
    throw new UsageError(`target "${text}": URI parameters are not sent in this version; leave out "${params}"`);
  // RFC 3263 §4.1: without a transport parameter a SIP URI is reached by UDP.
  const protocol = (named[1]?.toLowerCase() ?? (kind === 'sip' ? 'udp' : kind)) as Protocol;
  if (kind !== 'sip' && protocol !== kind)
    throw new UsageError(`target "${text}" names both ${kind} and ${protocol}; leave out one of them`);
  return { text, protocol, user, host, port: number, ...(protocol === 'ws' && { path: websocket?.[3] ?? '/' }) };
}

/** RFC 3261 §25.1, IPv6reference. An interface (RFC 6874) is not understood. */
function isReference(host: string): boolean {
  return host.startsWith('[') && isIPv6(bareAddress(host)) && !host.includes('%');
}

/** What to say of an IPv6 address whose colons nobody can tell from that of a port; null where there is none. */
function withoutBrackets(text: string, what: string): string | null {
  const [, scheme = '', address = ''] = /^((?:udp|tcp|ws|sip):)?(.*)$/i.exec(text)!;
  if (!isIPv6(address)) return null;
  return `${what} "${text}": an IPv6 address stands in brackets; write ${scheme || 'udp:'}[${address}]:PORT`;
}

/**
 * A name is asked for its addresses of the family of `local` where that is given, else for IPv4 before IPv6.
 * @throws UsageError where that of the target is of the other family; with exit code 5 when the host has no address
 */
export async function resolveTarget(text: string, local: string | null = null): Promise<Target> {
  const parsed = parseTarget(text);
  const literal = bareAddress(parsed.host);
  if (local !== null && isIP(literal) > 0 && isIP(literal) !== isIP(local))
    throw new UsageError(
      `target "${text}" has an IPv${isIP(literal)} address, --local ${local} IPv${isIP(local)}: give both of one kind`,
    );
  if (isIP(literal) > 0) return { ...parsed, address: literal };
  const families = local === null ? [4, 6] : [isIP(local)];
  let code: string | undefined;
  for (const family of families) {
    try {
      return { ...parsed, address: (await lookup(parsed.host, family)).address };
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code;
    }
  }
  throw new UsageError(
    `target "${text}": the host ${parsed.host} does not resolve (${code}); check the name or give an address`,
    5,
  );
}

/** The address from which the system would send to `address`; asked of the routing table, nothing is sent. */
export async function sourceAddress(address: string): Promise<string> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Told of a failure too, though its type does not say so; then no 'error' is emitted.
      socket.connect(9, address, (error?: Error) => (error === undefined ? resolve() : reject(error)));
    });
    return socket.address().address;
  } catch (error) {
    throw new UsageError(`no route to ${address}: ${(error as Error).message}; check the address or give --local`, 5);
  } finally {
    socket.close();
  }
}

export interface LocalPlace {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
}

/** `ADDR:PORT`, `ADDR`, `[IPV6]:PORT`, `udp:ADDR:PORT`, `tcp:ADDR:PORT`, `ws:ADDR:PORT`; port 0 or none is any free one; `usual` where no transport is named. */
export function parseLocal(text: string, option: string, usual: Protocol = 'udp'): LocalPlace {
  const match = /^(?:(udp|tcp|ws):)?(\d{1,3}(?:\.\d{1,3}){3}|\[[^\]]*\])(?::(\d+))?$/.exec(text);
  const port = Number(match?.[3] ?? 0);
  if (match === null || !(isIPv4(match[2]!) || isReference(match[2]!)) || port > 65_535) {
    const other = /^(tls|wss):/.exec(text);
    throw new UsageError(
      other === null
        ? (withoutBrackets(text, option) ??
            `${option} "${text}" is not ADDRESS:PORT with an IP address, such as udp:127.0.0.1:5070, tcp:[::1]:5070 or ws:127.0.0.1:8080`)
        : `${option} "${text}": ${LATER}; write udp:ADDRESS:PORT, tcp:ADDRESS:PORT or ws:ADDRESS:PORT`,
    );
  }
  return { protocol: (match[1] ?? usual) as Protocol, address: bareAddress(match[2]!), port };
}
