// baresip as a softphone that answers every call at once. Never registers, never touches a sound card or the user's own settings.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, udpBound } from './free-port.ts';
import { need } from './have.ts';
import { type Running, start } from './process.ts';
import { tempDir } from './temp-dir.ts';

export interface Baresip {
  readonly port: number;
  /** `sip:callee@127.0.0.1:PORT`; other users get 404. */
  readonly uri: string;
  readonly process: Running;
  stop(): Promise<void>;
}

const MODULES = ['/usr/lib/baresip/modules', '/usr/lib64/baresip/modules', '/usr/local/lib/baresip/modules'];

export async function startBaresip(options: { port?: number; lifetimeMs: number }): Promise<Baresip> {
  const modules = MODULES.find((path) => existsSync(join(path, 'aubridge.so')));
  if (modules === undefined) throw new Error(`baresip's modules are in none of ${MODULES.join(', ')}`);
  const port = options.port ?? (await freePort());
  const folder = tempDir();
  const uri = `sip:callee@127.0.0.1:${port}`;
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
      `module_path ${modules}`,
      'module g711.so',
      'module aubridge.so',
      'module_app account.so',
      'module_app menu.so',
      '',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'accounts'), `<${uri}>;regint=0;answermode=auto;audio_codecs=PCMU\n`);
  const lifetimeS = Math.ceil(options.lifetimeMs / 1_000);
  const child = start(need('baresip'), ['-f', folder, '-4', '-t', String(lifetimeS)], {
    lifetimeMs: options.lifetimeMs + 2_000,
    cwd: folder,
  });
  await child.line(/baresip is ready/, 10_000);
  await udpBound(port, 2_000);
  return {
    port,
    uri,
    process: child,
    stop: async () => {
      await child.stop();
    },
  };
}
