// Targets as the user types them, resolved to an address. Opens no call.

import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv4, isIPv6 } from 'node:net';
import type { Protocol } from '../engine/protocol.ts';
import { UsageError } from './usage-error.ts';

export interface Target {
  readonly text: string;
  readonly protocol: Protocol;
  /** '' when the text names none. */
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** IPv4. */
  readonly address: string;
}

const FORMS = 'udp:HOST:PORT, tcp:HOST:PORT, udp:USER@HOST:PORT, sip:USER@HOST or HOST:PORT';

/** A word before a colon is a scheme unless a port alone follows it: `proxy:5060` is a host and a port. */
const FORM =
  /^(?:((?:udp|tcp|tls|wss?|sips?)(?=:)|[a-z]+(?=:(?!\d+(?:;|$)))):)?(?:([^@\s:]+(?::[^@\s]+)?)@)?(\[[^\]]*\]|[^:@\s;]+)(?::(\d+))?(;.*)?$/i;
// RFC 3261 §25.1: the last label of a host name begins with a letter; anything else must be an address.
const HOST_NAME = /^(?:[\w-]+\.)*[a-z][\w-]*\.?$/i;

/** `udp:user@host:port`, `sip:user@host`, `host:port`. The default port is 5060 (RFC 3261 §19.1.2). */
export function parseTarget(text: string): Omit<Target, 'address'> {
  const noV6 = `target "${text}": IPv6 does not work in this version; give an IPv4 address`;
  const match = FORM.exec(text);
  if (match === null)
    throw new UsageError(isIPv6(text.replace(/^(udp|tcp|sip):/i, '')) ? noV6 : `target "${text}" is not ${FORMS}`);
  const [, scheme = 'sip', user = '', host = '', port = '5060', params = ''] = match;
  const kind = scheme.toLowerCase();
  if (host.startsWith('[')) throw new UsageError(noV6);
  if (['tls', 'ws', 'wss', 'sips'].includes(kind) || /;\s*transport=(?!(?:udp|tcp)(?:;|$))/i.test(params))
    throw new UsageError(
      `target "${text}": only UDP and TCP work in this version; write udp:${host}:${port} or tcp:${host}:${port}`,
    );
  if (kind !== 'udp' && kind !== 'tcp' && kind !== 'sip')
    throw new UsageError(`target "${text}" begins with "${scheme}:"; want ${FORMS}`);
  if (!isIPv4(host) && !HOST_NAME.test(host))
    throw new UsageError(`target "${text}": "${host}" is neither an IPv4 address nor a host name; want ${FORMS}`);
  const number = Number(port);
  if (number < 1 || number > 65_535) throw new UsageError(`target "${text}": port ${port} is not from 1 to 65535`);
  const named = /^(?:;transport=(udp|tcp))?$/i.exec(params);
  if (named === null)
    throw new UsageError(`target "${text}": URI parameters are not sent in this version; leave out "${params}"`);
  // RFC 3263 §4.1: without a transport parameter a SIP URI is reached by UDP.
  const protocol = (named[1]?.toLowerCase() ?? (kind === 'sip' ? 'udp' : kind)) as Protocol;
  if (kind !== 'sip' && protocol !== kind)
    throw new UsageError(`target "${text}" names both ${kind} and ${protocol}; leave out one of them`);
  return { text, protocol, user, host, port: number };
}

/** @throws UsageError with exit code 5 when the host has no IPv4 address */
export async function resolveTarget(text: string): Promise<Target> {
  const parsed = parseTarget(text);
  if (isIPv4(parsed.host)) return { ...parsed, address: parsed.host };
  try {
    const { address } = await lookup(parsed.host, 4);
    return { ...parsed, address };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `target "${text}": the host ${parsed.host} does not resolve (${code}); check the name or give an address`,
      5,
    );
  }
}

/** The address from which the system would send to `address`; asked of the routing table, nothing is sent. */
export async function sourceAddress(address: string): Promise<string> {
  const socket = createSocket('udp4');
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

/** `ADDR:PORT`, `ADDR`, `udp:ADDR:PORT`, `tcp:ADDR:PORT`; port 0 or none is any free one; `usual` where none of udp and tcp is named. */
export function parseLocal(text: string, option: string, usual: Protocol = 'udp'): LocalPlace {
  const match = /^(?:(udp|tcp):)?(\d{1,3}(?:\.\d{1,3}){3})(?::(\d+))?$/.exec(text);
  const port = Number(match?.[3] ?? 0);
  if (match === null || !isIPv4(match[2]!) || port > 65_535) {
    const other = /^(tls|ws|wss):/.exec(text);
    throw new UsageError(
      other === null
        ? `${option} "${text}" is not ADDRESS:PORT with an IPv4 address, such as udp:127.0.0.1:5070 or tcp:127.0.0.1:5070`
        : `${option} "${text}": only UDP and TCP work in this version; write udp:ADDRESS:PORT or tcp:ADDRESS:PORT`,
    );
  }
  return { protocol: (match[1] ?? usual) as Protocol, address: match[2]!, port };
}
