// Runs the conformance suite against real servers and keeps what came of it in reports/reference: `npx tsx scripts/reference-results.ts [--runs 3] [kamailio baresip sipp busyhour]`. Ends only the servers it started, and keeps nothing of a run that went wrong.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBaresip } from '../tests/peers/baresip.ts';
import { startAnswerer } from '../tests/peers/busyhour.ts';
import { need } from '../tests/peers/have.ts';
import { startHomeServer } from '../tests/peers/kamailio.ts';
import { type Running, run } from '../tests/peers/process.ts';
import { startSippCallee } from '../tests/peers/sipp.ts';
import { tempDir } from '../tests/peers/temp-dir.ts';
import { differences, kept, overview, ownTrouble, type Run, runFrom, trouble } from './reference.ts';

const LIFETIME_MS = 600_000;
const TOP = join(import.meta.dirname, '..');
const FOLDER = join(TOP, 'reports/reference');
const PROGRAM = join(TOP, 'dist/src/cli/main.js');

interface Server {
  /** What `--version` is for it. */
  readonly version: readonly string[];
  start(): Promise<{ readonly port: number; readonly process: Running; stop(): Promise<unknown> }>;
}

/** Its profile is reports/reference/profiles/NAME.yaml, that of our own is the default. */
const SERVERS: Readonly<Record<string, Server>> = {
  kamailio: { version: ['kamailio', '-v'], start: () => startHomeServer({ lifetimeMs: LIFETIME_MS }) },
  baresip: { version: ['baresip', '-h'], start: () => startBaresip({ lifetimeMs: LIFETIME_MS }) },
  sipp: { version: ['sipp', '-v'], start: () => startSippCallee({ lifetimeMs: LIFETIME_MS }) },
  busyhour: {
    version: [process.execPath, PROGRAM, '--version'],
    start: () => startAnswerer([], { lifetimeMs: LIFETIME_MS }),
  },
};

function versionOf([command, ...args]: readonly string[]): string {
  const ran = spawnSync(command!.includes('/') ? command! : need(command!), args, { encoding: 'utf8' });
  const line = `${ran.stdout}${ran.stderr}`.split('\n').find((one) => /\d+\.\d+/.test(one));
  if (line === undefined) throw new Error(`${command} ${args.join(' ')} says no version`);
  return line.trim().replace(/^version: |\.$| Copyright.*$/g, '');
}

/** One run against a server that was started for it. */
async function runOnce(name: string, server: Server): Promise<Run> {
  const { port, process: child, stop } = await server.start();
  const out = join(tempDir(), 'out');
  const profile = name === 'busyhour' ? [] : ['--profile', join(FOLDER, `profiles/${name}.yaml`)];
  // Not spawnSync: a server whose output nobody reads meanwhile stands still as soon as the pipe is full.
  const ran = await run(
    process.execPath,
    [PROGRAM, 'conform', `udp:127.0.0.1:${port}`, '--jobs', '8', '--quiet', '--out', out, ...profile],
    { lifetimeMs: LIFETIME_MS },
  );
  const ended = await Promise.race([child.exited, Promise.resolve(null)]);
  if (ended !== null) console.log(`${name} ended by itself: ${JSON.stringify(ended)}\n${child.output().slice(-2_000)}`);
  await stop();
  console.log(`${name}: exit ${ran.code}${ran.stderr === '' ? '' : `\n${ran.stderr}`}`);
  return runFrom(readFileSync(join(out, 'summary.json'), 'utf8'), readFileSync(join(out, 'conformance.csv'), 'utf8'));
}

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const times = Number(values.runs);
if (!Number.isInteger(times) || times < 1) throw new Error(`--runs ${values.runs}: want a number of 1 or more`);
const names = positionals.length > 0 ? positionals : Object.keys(SERVERS);
for (const name of names)
  if (!Object.hasOwn(SERVERS, name)) throw new Error(`${name} is none of ${Object.keys(SERVERS).join(', ')}`);
let wrong = 0;
for (const name of names) {
  const server = SERVERS[name]!;
  const version = versionOf(server.version);
  const runs: Run[] = [];
  while (runs.length < times) runs.push(await runOnce(name, server));
  const own = name === 'busyhour' ? runs.flatMap(ownTrouble) : [];
  const faults = [...new Set([...runs.flatMap(trouble), ...own, ...differences(runs)])];
  console.log(`${name} (${version}): ${overview(runs[0]!)}; ${times} run(s), ${faults.length} fault(s)`);
  for (const fault of faults) console.log(`  ${fault}`);
  wrong += faults.length;
  if (faults.length > 0) continue;
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  for (const file of ['summary.json', 'conformance.csv', 'report.md']) rmSync(join(folder, file), { force: true });
  for (const [file, text] of Object.entries(kept(runs[0]!, version, times))) writeFileSync(join(folder, file), text);
  console.log(`written: ${folder}`);
}
if (wrong > 0) process.exitCode = 1;
