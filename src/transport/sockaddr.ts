// How an address and a port stand in the kernel's sockaddr, as words of memory. The only place that knows an address family; never resolves a name.

import { isIPv4, isIPv6 } from 'node:net';

/** What differs between IPv4 and IPv6: a socket speaks one of them. */
export interface Family {
  /** As node:net and node:dgram name it. */
  readonly version: 4 | 6;
  /** AF_INET or AF_INET6 of Linux. */
  readonly domain: number;
  /** Of its sockaddr. */
  readonly bytes: number;
  /** From one sockaddr to the next in a table, as words. */
  readonly stride: number;
  /** Every address of the machine. */
  readonly any: string;
}

/** sockaddr_in: family, port, address, and eight bytes of padding. */
export const V4: Family = { version: 4, domain: 2, bytes: 16, stride: 4, any: '0.0.0.0' };
/** sockaddr_in6: family, port, flow information, four words of address, scope. */
export const V6: Family = { version: 6, domain: 10, bytes: 28, stride: 8, any: '::' };

/** Where the words of the address begin. */
const V4_ADDRESS = 1;
const V6_ADDRESS = 2;

/** Why `address` cannot be used, with the mend; null when it is a literal of either family. */
export function addressProblem(address: string): string | null {
  if (address.includes('%')) return `${address} names an interface, which is not understood: give an address without %`;
  if (isIPv4(address) || isIPv6(address)) return null;
  return `"${address}" is not an IP address: give one such as 127.0.0.1 or ::1`;
}

/** Throws TypeError for what is no address. */
export function familyOf(address: string): Family {
  const problem = addressProblem(address);
  if (problem !== null) throw new TypeError(problem);
  return isIPv4(address) ? V4 : V6;
}

/**
 * Writes address and port at `words[at]`, in network order, and clears what stands between and behind them.
 * Throws TypeError for what is no address, RangeError unless 0 ≤ port ≤ 65535.
 */
export function putSockaddr(words: Int32Array, at: number, address: string, port: number): void {
  const family = familyOf(address);
  words.fill(0, at, at + family.stride);
  words[at] = portWord(port, family);
  if (family === V4) {
    const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
    words[at + V4_ADDRESS] = a | (b << 8) | (c << 16) | (d << 24);
    return;
  }
  const groups = groupsOf(address);
  for (let i = 0; i < 4; i++)
    words[at + V6_ADDRESS + i] = swapped(groups[i * 2]!) | (swapped(groups[i * 2 + 1]!) << 16);
}

/** The word that holds the family and, in network order, the port. */
function portWord(port: number, { domain }: Family): number {
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`${port} is not a port (0 to 65535)`);
  return domain | (swapped(port) << 16);
}

export function addressAt(words: Int32Array, at: number, family: Family): string {
  if (family === V4) {
    const word = words[at + V4_ADDRESS]!;
    return `${word & 255}.${(word >>> 8) & 255}.${(word >>> 16) & 255}.${word >>> 24}`;
  }
  const groups: string[] = [];
  for (let i = 0; i < 4; i++) {
    const word = words[at + V6_ADDRESS + i]!;
    groups.push(swapped(word & 0xffff).toString(16), swapped(word >>> 16).toString(16));
  }
  return canonical(groups.join(':'));
}

export function portAt(words: Int32Array, at: number): number {
  return swapped(words[at]! >>> 16);
}

function swapped(half: number): number {
  return ((half & 255) << 8) | (half >>> 8);
}

/** RFC 5952 §4: small letters, no leading zeros, the longest run of zeros left out. */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** The eight groups of an IPv6 literal. */
function groupsOf(address: string): number[] {
  const [head, tail] = canonical(address)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  if (tail === undefined) return head!;
  return [...head!, ...Array<number>(8 - head!.length - tail.length).fill(0), ...tail];
}
