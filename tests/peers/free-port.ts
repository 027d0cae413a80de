// Ports on loopback that nobody holds, and whether somebody has bound one. Never picks from the ephemeral range, where the kernel might hand the port to another socket first.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const RANGES = { 4: [2_000, 9_999], 5: [20_000, 32_000] } as const;
const LOOPBACKS = ['127.0.0.1', '::1'];
const given = new Set<number>();
/** Two test files at a time: one takes even ports, the other odd ones, since a port picked is not yet bound. */
const PARITY = Number(process.env.VITEST_POOL_ID ?? 0) % 2;

/** A port of so many digits, free for UDP and TCP on 127.0.0.1 and ::1; never the same twice in one process, nor in the one beside it. */
export async function freePort(digits: 4 | 5 = 5): Promise<number> {
  const [lowest, highest] = RANGES[digits];
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = lowest + 2 * Math.floor((Math.random() * (highest - lowest)) / 2) + PARITY;
    if (given.has(port)) continue;
    const free = await Promise.all(LOOPBACKS.flatMap((host) => [udpFree(port, host), tcpFree(port, host)]));
    if (free.every(Boolean)) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`no free port found between ${lowest} and ${highest}`);
}

function udpFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(address === '::1' ? 'udp6' : 'udp4');
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

function tcpFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Waits until some process has bound this UDP port on the address or on any address; rejects when the time is over. */
export async function udpBound(port: number, timeoutMs: number, address = '127.0.0.1'): Promise<void> {
  await bound('udp', port, timeoutMs, address);
}

/** The same of a UDP port, or of a TCP port that somebody listens at (state 0A). */
export async function bound(
  protocol: 'udp' | 'tcp',
  port: number,
  timeoutMs: number,
  address = '127.0.0.1',
): Promise<void> {
  const digits = (value: number, width: number) => value.toString(16).toUpperCase().padStart(width, '0');
  const hex = digits(port, 4);
  const v6 = address === '::1';
  const any = '0'.repeat(v6 ? 32 : 8);
  const state = protocol === 'tcp' ? ` ${any}:0000 0A` : '';
  const bytes = v6 ? [1, 0, 0, 0] : address.split('.').map(Number).reverse();
  const own = bytes.map((byte) => digits(byte, 2)).join('');
  const wanted = [own.padStart(any.length, '0'), any].map((one) => `${one}:${hex}${state}`);
  const end = performance.now() + timeoutMs;
  for (;;) {
    const table = readFileSync(`/proc/net/${protocol}${v6 ? '6' : ''}`, 'latin1');
    if (wanted.some((address) => table.includes(address))) return;
    if (performance.now() > end) throw new Error(`nobody bound ${protocol} port ${port} within ${timeoutMs} ms`);
    await sleep(20);
  }
}
