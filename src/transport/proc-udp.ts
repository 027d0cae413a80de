// Drops of a UDP socket as Linux lists them in /proc/net/udp. Reads one file when asked; opens no socket.

import { readFileSync } from 'node:fs';
import { familyOf, putSockaddr, V6 } from './sockaddr.ts';

/**
 * Datagrams dropped at the sockets bound to this address and port; 0 where the system keeps no such list. Sockets that
 * share a port cannot be told apart here: the sum is given, so that a loss is rather counted twice than missed.
 */
export function droppedByProc(address: string, port: number): number {
  if (process.platform !== 'linux') return 0;
  const list = familyOf(address) === V6 ? '/proc/net/udp6' : '/proc/net/udp';
  return parseProcUdp(readFileSync(list, 'latin1'), address, port);
}

export function parseProcUdp(text: string, address: string, port: number): number {
  const words = new Int32Array(V6.stride);
  putSockaddr(words, 0, address, port);
  const shown = familyOf(address) === V6 ? words.subarray(2, 6) : words.subarray(1, 2);
  const local = `${[...shown].map((word) => hex(word >>> 0, 8)).join('')}:${hex(port, 4)}`;
  let dropped = 0;
  for (const line of text.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === local) dropped += Number(columns[columns.length - 1]);
  }
  return dropped;
}

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}
