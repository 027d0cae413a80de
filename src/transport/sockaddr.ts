// How an address and a port stand in the kernel's sockaddr, as two words of memory. The only place that knows an address family; never resolves a name.

import { isIPv4, isIPv6 } from 'node:net';

/** sockaddr_in: family, port, address, and eight bytes of padding. */
export const SOCKADDR_BYTES = 16;
const AF_INET = 2;

/** Why `address` cannot be used, with the mend; null when it is an IPv4 literal. */
export function addressProblem(address: string): string | null {
  if (isIPv4(address)) return null;
  if (isIPv6(address)) return `${address} is an IPv6 address, and UDP here speaks IPv4 only: give an IPv4 address`;
  return `"${address}" is not an IPv4 address: give one as four decimal numbers, e.g. 127.0.0.1`;
}

/** The word of memory that holds an IPv4 literal in network order. Throws TypeError for anything else. */
export function addressWord(address: string): number {
  const problem = addressProblem(address);
  if (problem !== null) throw new TypeError(problem);
  const parts = address.split('.');
  return Number(parts[0]) | (Number(parts[1]) << 8) | (Number(parts[2]) << 16) | (Number(parts[3]) << 24);
}

/** The word of memory that holds the family and, in network order, the port. Throws RangeError unless 0 ≤ port ≤ 65535. */
export function portWord(port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new RangeError(`${port} is not a UDP port (0 to 65535)`);
  return AF_INET | ((port >> 8) << 16) | ((port & 255) << 24);
}

export function addressOf(addressWord: number): string {
  return `${addressWord & 255}.${(addressWord >>> 8) & 255}.${(addressWord >>> 16) & 255}.${addressWord >>> 24}`;
}

export function portOf(portWord: number): number {
  return ((portWord >>> 8) & 0xff00) | (portWord >>> 24);
}
