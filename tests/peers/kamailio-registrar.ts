// Kamailio as registrar and proxy with digest, on loopback. Never shares a folder, a port or a database with another one.
import { join } from 'node:path';
import { freePort, udpBound } from './free-port.ts';
import { need } from './have.ts';
import type { Kamailio } from './kamailio.ts';
import { start } from './process.ts';
import { tempDir } from './temp-dir.ts';

/** @param options how long a binding is granted at most, and how long a nonce is good; seconds */
export async function startKamailioRegistrar(options: {
  lifeS?: number;
  nonceS?: number;
  lifetimeMs: number;
}): Promise<Kamailio> {
  const port = await freePort();
  const folder = tempDir();
  const { lifeS = 3_600, nonceS = 300, lifetimeMs } = options;
  const args = [
    ...['-DD', '-E', '-f', join(import.meta.dirname, 'kamailio-registrar.cfg'), '-l', `udp:127.0.0.1:${port}`],
    ...['-m', '256', '-M', '16', '-n', '1', '-w', folder, '-Y', folder, '-P', join(folder, 'kamailio.pid')],
    ...['-A', `LIFE=${lifeS}`, '-A', `NONCE=${nonceS}`],
  ];
  const child = start(need('kamailio'), args, { lifetimeMs, cwd: folder });
  try {
    await Promise.race([
      udpBound(port, 10_000),
      child.exited.then((exit) =>
        Promise.reject(new Error(`kamailio ended (code ${exit.code})\n${child.output().slice(-4_000)}`)),
      ),
    ]);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    port,
    process: child,
    stop: async () => {
      await child.stop(8_000);
    },
  };
}
