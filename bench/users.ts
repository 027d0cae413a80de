// A million users held registered and refreshed by one process, against our own registrar: resident memory a user at each end, refreshes a second that are sustained.
// Run: npm run build && npx tsx bench/users.ts [--users 1000000] [--rate 10000] [--expires 150]

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAnswerer, startBusyhour } from '../tests/peers/busyhour.ts';
import { tempDir } from '../tests/peers/temp-dir.ts';
import { quiet, residentBytes } from './lib/machine.ts';
import { keep, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '10000' },
    expires: { type: 'string', default: '150' },
  },
});
const users = Number(values.users);
const rateCps = Number(values.rate);
const expiresS = Number(values.expires);
const REFRESH_SHARE = 0.8;
const TARGET_BYTES = 1_024;
const comeS = users / rateCps;
/** From the last registration on: as long as it takes until the last user has been refreshed. */
const holdS = Math.ceil(expiresS * REFRESH_SHARE + 5);

interface Figures {
  readonly callerPeak: number;
  readonly calleePeak: number;
  /** Before the first user. */
  readonly calleeIdle: number;
  readonly summary: NonNullable<Awaited<ReturnType<ReturnType<typeof startBusyhour>['result']>>['summary']>;
}

async function hold(count: number, lengthS: number): Promise<Figures> {
  const folder = tempDir();
  const data = join(folder, 'users.csv');
  writeFileSync(data, `user,password\n${Array.from({ length: count }, (_, i) => `user${i},secret${i}`).join('\n')}\n`);
  const mix = join(folder, 'mix.yaml');
  const register = `{ expires: ${expiresS}s, refresh: ${REFRESH_SHARE * 100}%, rate: ${rateCps}, unregister: false }`;
  writeFileSync(mix, `mix: held\nregister: ${register}\nflows:\n  - flow: options\n`);
  const lifetimeMs = (comeS + lengthS + 60) * 1_000;
  const callee = await startAnswerer(['--json', '--max-bindings', '1100000'], { lifetimeMs });
  await sleep(2_000);
  const calleeIdle = residentBytes(callee.process.pid);
  const caller = startBusyhour(
    [
      ...['load', mix, `udp:127.0.0.1:${callee.port}`, '--data', data, '--rate', '10', '--duration', `${lengthS}s`],
      '--json',
    ],
    { lifetimeMs },
  );
  let ended = false;
  const result = caller.result().finally(() => {
    ended = true;
  });
  let callerPeak = 0;
  let calleePeak = 0;
  while (!ended) {
    await sleep(250);
    try {
      callerPeak = Math.max(callerPeak, residentBytes(caller.process.pid));
    } catch {
      // It has ended since; the loop's condition says so.
    }
    calleePeak = Math.max(calleePeak, residentBytes(callee.process.pid));
  }
  const { summary, stderr } = await result;
  await callee.stop();
  if (summary === null) throw new Error(`no summary: ${stderr.slice(-2_000)}`);
  return { callerPeak, calleePeak, calleeIdle, summary };
}

const others = await quiet();
// What the process takes with hardly a user is not the users'.
const few = await hold(1_000, 5);
const many = await hold(users, holdS);
const perUser = {
  caller: Math.round((many.callerPeak - few.callerPeak) / (users - 1_000)),
  callee: Math.round((many.calleePeak - few.calleePeak) / (users - 1_000)),
};
for (const end of ['caller', 'callee'] as const)
  say(`${end}: resident memory a user`, `${perUser[end]} B`, `≤ ${TARGET_BYTES} B`, perUser[end] <= TARGET_BYTES);
const r = many.summary.registrations!;
const whole = r.atStart === users && r.failed === 0 && r.left === users;
say('users held, none lost', `${r.left} of ${users}`, 'all', whole);
// The seconds in which refreshes come at the rate at which the users came, and nobody else does.
const from = expiresS * REFRESH_SHARE + 1;
if (from < comeS) throw new Error('users would be refreshed while others still come: give a longer --expires');
const window = many.summary.intervals.filter((row) => row.t > from + 1 && row.t <= from + comeS - 2);
const sent = window.reduce((n, row) => n + row.sent, 0);
// Ten OPTIONS a second are not refreshes.
const refreshCps = round(sent / window.reduce((n, row) => n + row.durationS, 0) - 10);
say('refreshes a second, sustained', `${refreshCps}`, `≥ ${rateCps * 0.98}`, refreshCps >= rateCps * 0.98);
const rrd = many.summary.latencyUs.rrd!;
console.log(
  `${r.refreshed} refreshed, ${many.summary.messages.retransmitted} messages sent again, rrd p50 ${rrd.p50} µs, p99 ${rrd.p99} µs, busy ${many.summary.generator.busyFraction}`,
);
keep('users', {
  command: `npx tsx bench/users.ts ${process.argv.slice(2).join(' ')}`.trim(),
  method:
    'highest VmRSS of the whole process, looked at four times a second, less that of the same run with 1,000 users, by the users beyond; the data file with names and passwords is in it',
  users,
  rateCps,
  expiresS,
  refreshShare: REFRESH_SHARE,
  targetBytes: TARGET_BYTES,
  othersCores: others,
  perUser,
  peakMb: { caller: round(many.callerPeak / 2 ** 20), callee: round(many.calleePeak / 2 ** 20) },
  fewMb: { caller: round(few.callerPeak / 2 ** 20), callee: round(few.calleePeak / 2 ** 20) },
  calleeIdleMb: round(many.calleeIdle / 2 ** 20),
  registrations: r,
  refreshCps,
  retransmitted: many.summary.messages.retransmitted,
  rrdUs: { p50: rrd.p50, p99: rrd.p99, max: rrd.max },
  busyFraction: many.summary.generator.busyFraction,
  verdict: many.summary.verdict,
  reasons: many.summary.reasons,
});
