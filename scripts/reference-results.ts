// Runs the conformance suite against real servers and keeps what came of it in reports/reference: `npx tsx scripts/reference-results.ts [kamailio baresip sipp busyhour]`. Ends only the servers it started.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBaresip } from '../tests/peers/baresip.ts';
import { startAnswerer } from '../tests/peers/busyhour.ts';
import { startHomeServer } from '../tests/peers/kamailio.ts';
import { startSippCallee } from '../tests/peers/sipp.ts';
import { tempDir } from '../tests/peers/temp-dir.ts';

const LIFETIME_MS = 600_000;
const TOP = join(import.meta.dirname, '..');
const FOLDER = join(TOP, 'reports/reference');

/** How each server is started; its profile is reports/reference/profiles/NAME.yaml, that of our own is the default. */
const SERVERS: Readonly<Record<string, () => Promise<{ readonly port: number; stop(): Promise<unknown> }>>> = {
  kamailio: () => startHomeServer({ lifetimeMs: LIFETIME_MS }),
  baresip: () => startBaresip({ lifetimeMs: LIFETIME_MS }),
  sipp: () => startSippCallee({ lifetimeMs: LIFETIME_MS }),
  busyhour: () => startAnswerer([], { lifetimeMs: LIFETIME_MS }),
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SERVERS);
for (const name of names) {
  const begin = SERVERS[name];
  if (begin === undefined) throw new Error(`${name} is none of ${Object.keys(SERVERS).join(', ')}`);
  const server = await begin();
  const out = join(tempDir(), 'out');
  const profile = name === 'busyhour' ? [] : ['--profile', join(FOLDER, `profiles/${name}.yaml`)];
  const args = ['conform', `udp:127.0.0.1:${server.port}`, '--jobs', '8', '--out', out, ...profile];
  const ran = spawnSync(process.execPath, [join(TOP, 'dist/src/cli/main.js'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LIFETIME_MS,
  });
  await server.stop();
  console.log(`${name}: exit ${ran.status}`);
  mkdirSync(join(FOLDER, name), { recursive: true });
  copyFileSync(join(out, 'summary.json'), join(FOLDER, name, 'summary.json'));
}
