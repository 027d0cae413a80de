// Kamailio on loopback: a stateful, record-routing proxy, or a home server with users. Never shares a folder, a port or a database with another one.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bound, freePort } from './free-port.ts';
import { need } from './have.ts';
import { type Running, run, start } from './process.ts';
import { tempDir } from './temp-dir.ts';

export interface Kamailio {
  readonly port: number;
  readonly process: Running;
  stop(): Promise<void>;
}

/** The home server of kamailio-home.cfg: users register with the password `USER-secret`, presence is kept and told. */
export interface HomeServer extends Kamailio {
  /** Its own counters since it started, by `group:name`; those at 0 too. */
  statistics(): Promise<ReadonlyMap<string, number>>;
  /** Contact URIs of all bindings, sorted. */
  contacts(): Promise<string[]>;
}

/** Empty tables, as Debian's package brings them: the presence modules look at their columns, and keep everything in memory. */
const TABLES = '/usr/share/kamailio/dbtext/kamailio';

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
  /** More addresses, in brackets where they are IPv6, that it listens at for datagrams. */
  also?: readonly string[];
  /** What it listens at, and forwards by; `both`: whatever a message came by, or its URI asks for. */
  protocol?: 'udp' | 'tcp' | 'both';
  lifetimeMs: number;
}): Promise<Kamailio> {
  const transport = options.protocol === 'tcp' ? ';transport=tcp' : '';
  const defines = options.callee === undefined ? [] : [`CALLEE="sip:${options.callee}${transport}"`];
  return launch(options.config ?? 'kamailio-proxy.cfg', [...defines, ...(options.define ?? [])], tempDir(), options);
}

/** `defines` as the head of kamailio-home.cfg lists them. */
export async function startHomeServer(options: {
  defines?: readonly string[];
  port?: number;
  lifetimeMs: number;
}): Promise<HomeServer> {
  const folder = tempDir();
  const database = join(folder, 'tables');
  mkdirSync(database);
  for (const table of ['version', 'presentity', 'active_watchers', 'watchers', 'xcap'])
    copyFileSync(join(TABLES, table), join(database, table));
  const control = `unix:${join(folder, 'control')}`;
  const defines = [`DATABASE="text://${database}"`, `CONTROL="${control}"`, ...(options.defines ?? [])];
  const server = await launch('kamailio-home.cfg', defines, folder, options);
  const ask = async (...command: readonly string[]): Promise<string> => {
    const answer = await run(need('kamcmd'), ['-s', control, ...command], { lifetimeMs: 5_000 });
    if (answer.code !== 0) throw new Error(`kamcmd ${command.join(' ')}: ${answer.stderr}${answer.stdout}`);
    return answer.stdout;
  };
  return {
    ...server,
    statistics: async () => {
      const rows = (await ask('stats.get_statistics', 'all')).matchAll(/^(\S+:\S+) = (\d+)$/gm);
      return new Map([...rows].map(([, name, value]) => [name!, Number(value)]));
    },
    contacts: async () => [...(await ask('ul.dump')).matchAll(/^\s*Address: (\S+)$/gm)].map((row) => row[1]!).sort(),
  };
}

/** A data file of users who know the password the home server expects; `to` is whom they call. */
export function homeUsers(names: readonly string[], to?: string): string {
  const file = join(tempDir(), 'users.csv');
  const head = to === undefined ? 'user,password' : 'user,password,to';
  const rows = names.map((name) => `${name},${name}-secret${to === undefined ? '' : `,${to}`}`);
  writeFileSync(file, `${[head, ...rows].join('\n')}\n`);
  return file;
}

async function launch(
  config: string,
  defines: readonly string[],
  folder: string,
  options: {
    address?: string;
    port?: number;
    children?: number;
    also?: readonly string[];
    protocol?: 'udp' | 'tcp' | 'both';
    lifetimeMs: number;
  },
): Promise<Kamailio> {
  const port = options.port ?? (await freePort());
  const { address = '127.0.0.1', protocol = 'udp' } = options;
  const protocols = protocol === 'both' ? (['udp', 'tcp'] as const) : [protocol];
  const args = [
    ...['-DD', '-E', '-f', join(import.meta.dirname, config)],
    ...protocols.flatMap((one) => ['-l', `${one}:${address}:${port}`]),
    ...(options.also ?? []).flatMap((host) => ['-l', `udp:${host}:${port}`]),
    // 512 MB are addressed, not used: each transaction stays for five seconds.
    ...['-m', '512', '-M', '16', '-n', String(options.children ?? 1)],
    ...['-w', folder, '-Y', folder, '-P', join(folder, 'kamailio.pid')],
    ...(protocol === 'udp' ? [] : ['-N', '1', '-A', 'WITH_TCP']),
    ...defines.flatMap((define) => ['-A', define]),
  ];
  const child = start(need('kamailio'), args, { lifetimeMs: options.lifetimeMs, cwd: folder });
  try {
    await Promise.race([
      Promise.all(protocols.map((one) => bound(one, port, 10_000, address))),
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
