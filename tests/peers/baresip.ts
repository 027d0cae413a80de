// baresip as a softphone, driven over its ctrl_tcp module: it registers, calls and is called. Never touches a sound card or the user's own settings.
import { existsSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, udpBound } from './free-port.ts';
import { need } from './have.ts';
import { type Running, start } from './process.ts';
import { tempDir } from './temp-dir.ts';

/** What happened in the phone, as ctrl_tcp tells it: `CALL_ESTABLISHED`, `REGISTER_OK` … */
export interface PhoneEvent {
  readonly type: string;
  readonly direction?: 'incoming' | 'outgoing';
  readonly peeruri?: string;
  readonly param?: string;
}

export interface Baresip {
  readonly port: number;
  /** Its address: `sip:callee@127.0.0.1:PORT`, or that at its server; other users get 404. */
  readonly uri: string;
  readonly process: Running;
  readonly events: readonly PhoneEvent[];
  /** A command of its menu, such as `dial`, and what it printed. */
  command(name: string, params?: string): Promise<string>;
  /** Repeats a command until what it prints matches; rejects after five seconds. */
  says(name: string, pattern: RegExp): Promise<void>;
  /** The nth event of this type, past or future, but for what happens while it starts, such as a registration; rejects after five seconds. */
  event(type: string, nth?: number): Promise<PhoneEvent>;
  /** How many events of this type there were. */
  count(type: string): number;
  /** Lets it sign off by itself: it ends its calls, subscriptions, publications and registration. */
  quit(): Promise<void>;
  stop(): Promise<void>;
}

export interface BaresipOptions {
  readonly port?: number;
  /** Port of a server on 127.0.0.1 that it calls through, and whether it registers there (with the password `secret`). */
  readonly server?: { readonly port: number; readonly user: string; readonly register: boolean };
  /** More parameters of the account, such as `pubint=600`, and more modules, such as `presence.so`. Not mwi.so: in 1.0 it subscribes without end, faster than it sends. */
  readonly account?: string;
  readonly modules?: readonly string[];
  /** Lines of its contacts: addresses that `message` writes to and `presence.so` watches. */
  readonly contacts?: readonly string[];
  readonly answers?: 'auto' | 'manual';
  readonly lifetimeMs: number;
}

const MODULES = ['/usr/lib/baresip/modules', '/usr/lib64/baresip/modules', '/usr/local/lib/baresip/modules'];

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const modules = MODULES.find((path) => existsSync(join(path, 'aubridge.so')));
  if (modules === undefined) throw new Error(`baresip's modules are in none of ${MODULES.join(', ')}`);
  const port = options.port ?? (await freePort());
  const controlPort = await freePort();
  const folder = tempDir();
  const { server } = options;
  const uri = server === undefined ? `sip:callee@127.0.0.1:${port}` : `sip:${server.user}@127.0.0.1:${server.port}`;
  writeFileSync(
    join(folder, 'config'),
    [
      `sip_listen 127.0.0.1:${port}`,
      // An address, not `lo`: baresip leaves loopback out when it looks for interfaces by name.
      'net_interface 127.0.0.1',
      'rtp_ports 10000-19998',
      'call_max_calls 0',
      // aubridge plays what it hears: sound without a device.
      'audio_player aubridge,loop',
      'audio_source aubridge,loop',
      'audio_alert aubridge,alert',
      `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
      `module_path ${modules}`,
      'module g711.so',
      'module aubridge.so',
      'module_app account.so',
      'module_app contact.so',
      'module_app menu.so',
      ...(options.modules ?? []).map((module) => `module_app ${module}`),
      'module_app ctrl_tcp.so',
      '',
    ].join('\n'),
  );
  const account = [
    `<${uri}>`,
    `regint=${server?.register === true ? 600 : 0}`,
    `answermode=${options.answers ?? 'auto'}`,
    'audio_codecs=PCMU',
    ...(server === undefined ? [] : [`auth_user=${server.user}`, 'auth_pass=secret']),
    ...(options.account === undefined ? [] : [options.account]),
  ];
  writeFileSync(join(folder, 'accounts'), `${account.join(';')}\n`);
  writeFileSync(join(folder, 'contacts'), `${(options.contacts ?? []).join('\n')}\n`);
  const lifetimeS = Math.ceil(options.lifetimeMs / 1_000);
  const child = start(need('baresip'), ['-f', folder, '-4', '-t', String(lifetimeS)], {
    lifetimeMs: options.lifetimeMs + 2_000,
    cwd: folder,
  });
  await child.line(/baresip is ready/, 10_000);
  await udpBound(port, 2_000);
  const control = await connectControl(controlPort);
  return {
    port,
    uri,
    process: child,
    events: control.events,
    command: control.command,
    says: async (name, pattern) => {
      const end = performance.now() + 5_000;
      for (let said = ''; !pattern.test(said); said = await control.command(name)) {
        if (performance.now() > end) throw new Error(`baresip: ${name} never said ${pattern}, but ${said}`);
        await sleep(50);
      }
    },
    event: control.event,
    count: (type) => control.events.filter((event) => event.type === type).length,
    quit: async () => {
      await control.command('quit');
      await child.exited;
      control.close();
    },
    stop: async () => {
      control.close();
      await child.stop();
    },
  };
}

interface Control {
  readonly events: readonly PhoneEvent[];
  command(name: string, params?: string): Promise<string>;
  event(type: string, nth?: number): Promise<PhoneEvent>;
  close(): void;
}

/** ctrl_tcp: JSON in netstrings (`LENGTH:TEXT,`), a response for each command by its token, and events at any time. */
async function connectControl(port: number): Promise<Control> {
  const socket: Socket = await new Promise((resolve, reject) => {
    const made = createConnection({ port, host: '127.0.0.1' }, () => resolve(made));
    made.once('error', reject);
  });
  const events: PhoneEvent[] = [];
  const answers = new Map<string, { ok: boolean; data: string }>();
  const watchers = new Set<() => void>();
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const colon = rest.indexOf(':');
      const end = colon + 1 + Number(rest.toString('latin1', 0, colon));
      if (colon < 0 || rest.length < end + 1) break;
      const message = JSON.parse(rest.toString('utf8', colon + 1, end));
      rest = rest.subarray(end + 1);
      if (message.response === true) answers.set(message.token, message);
      else events.push(message);
    }
    for (const watcher of watchers) watcher();
  });
  // It may end first: whoever still waits then is told by the time.
  socket.on('error', () => {});

  function until<T>(what: string, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(watcher);
        reject(new Error(`baresip: no ${what} within 5 s; events: ${JSON.stringify(events)}`));
      }, 5_000);
      const watcher = (): void => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        watchers.delete(watcher);
        resolve(found);
      };
      watchers.add(watcher);
      watcher();
    });
  }

  let commands = 0;
  return {
    events,
    command: async (command, params = '') => {
      const token = String(++commands);
      const text = JSON.stringify({ command, params, token });
      socket.write(`${Buffer.byteLength(text)}:${text},`);
      const { ok, data } = await until(`answer to ${command}`, () => answers.get(token));
      if (!ok) throw new Error(`baresip refused ${command} ${params}: ${data}`);
      return data;
    },
    event: (type, nth = 1) => until(`${type} ${nth}`, () => events.filter((event) => event.type === type)[nth - 1]),
    close: () => socket.destroy(),
  };
}
