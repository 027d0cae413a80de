// Kamailio as a stateful, record-routing proxy on loopback. Never shares a folder, a port or a database with another one.
import { join } from 'node:path';
import { freePort, udpBound } from './free-port.ts';
import { need } from './have.ts';
import { type Running, start } from './process.ts';
import { tempDir } from './temp-dir.ts';

export interface Kamailio {
  readonly port: number;
  readonly process: Running;
  stop(): Promise<void>;
}

/**
 * `callee` as `127.0.0.1:5070`: everything outside a dialog goes there. Without it the Request-URI decides.
 * With more than one of `children`, a message may overtake another one: of 1,500 calls about one sees its BYE before its ACK.
 */
export async function startKamailio(options: {
  callee?: string;
  /** 127.0.0.1 where absent. */
  address?: string;
  port?: number;
  /** File beside this one; kamailio-proxy.cfg where absent. */
  config?: string;
  /** Names and values for its preprocessor: `LIFE=60`. */
  define?: readonly string[];
  children?: number;
  lifetimeMs: number;
}): Promise<Kamailio> {
  const port = options.port ?? (await freePort());
  const { address = '127.0.0.1' } = options;
  const folder = tempDir();
  const args = [
    ...['-DD', '-E', '-f', join(import.meta.dirname, options.config ?? 'kamailio-proxy.cfg'), '-l', `udp:${address}:${port}`],
    // 512 MB are addressed, not used: each transaction stays for five seconds.
    ...[
      '-m',
      '512',
      '-M',
      '16',
      '-n',
      String(options.children ?? 1),
      '-w',
      folder,
      '-Y',
      folder,
      '-P',
      join(folder, 'kamailio.pid'),
    ],
    ...(options.define ?? []).flatMap((one) => ['-A', one]),
    ...(options.callee === undefined ? [] : ['-A', `CALLEE="sip:${options.callee}"`]),
  ];
  const child = start(need('kamailio'), args, { lifetimeMs: options.lifetimeMs, cwd: folder });
  try {
    await Promise.race([
      udpBound(port, 10_000, address),
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
