// A hundred thousand calls held at a time by one worker at each end: what they cost in resident memory, and that all of them end well.
// Run: npm run build && npx tsx bench/hold.ts [--calls 100000] [--rate 5000]

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAnswerer, startBusyhour } from '../tests/peers/busyhour.ts';
import { quiet, residentBytes } from './lib/machine.ts';
import { keep, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '100000' }, rate: { type: 'string', default: '5000' } },
});
const calls = Number(values.calls);
const rateCps = Number(values.rate);
const rampS = calls / rateCps;
const holdS = rampS + 5;
/** One call every two seconds before the rest, so that the caller can be looked at when it is idle. */
const IDLE_S = 6;
const TARGET_MB = 150;
const MB = 2 ** 20;

const others = await quiet();
const lifetimeMs = (IDLE_S + rampS + holdS + 60) * 1_000;
const callee = await startAnswerer(['basic', '--json'], { lifetimeMs });
const profile = `hold 0.5 ${IDLE_S}s, hold ${rateCps} ${rampS}s`;
const caller = startBusyhour(
  ['load', 'basic', `udp:127.0.0.1:${callee.port}`, '--profile', profile, '--hold', `${holdS}s`, '--json'],
  { lifetimeMs },
);
const pids = { caller: caller.process.pid, callee: callee.process.pid };
await sleep((IDLE_S - 1) * 1_000);
const idle = { caller: residentBytes(pids.caller), callee: residentBytes(pids.callee) };
const peak = { caller: 0, callee: 0 };
let ended = false;
const result = caller.result().finally(() => {
  ended = true;
});
while (!ended) {
  await sleep(250);
  try {
    peak.caller = Math.max(peak.caller, residentBytes(pids.caller));
  } catch {
    // It has ended since; the loop's condition says so.
  }
  peak.callee = Math.max(peak.callee, residentBytes(pids.callee));
}
const s = (await result).summary;
const answered = (await callee.stop()).summary;
if (s === null || answered === null) throw new Error(`no summary: ${(await result).stderr.slice(-2_000)}`);

const figures = (['caller', 'callee'] as const).map((end) => {
  const grownMb = round((peak[end] - idle[end]) / MB, 1);
  say(`${end}: resident memory of ${calls} held calls`, `${grownMb} MB`, `< ${TARGET_MB} MB`, grownMb < TARGET_MB);
  return {
    end,
    idleMb: round(idle[end] / MB, 1),
    peakMb: round(peak[end] / MB, 1),
    grownMb,
    bytesPerCall: Math.round((peak[end] - idle[end]) / calls),
  };
});
const c = s.calls;
const whole = c.failed === 0 && c.dropped === 0 && c.abandoned === 0 && answered.calls.failed === 0;
say(
  'held at a time, at least',
  `${Math.min(c.peakConcurrent, answered.calls.peakConcurrent)}`,
  `${calls}`,
  Math.min(c.peakConcurrent, answered.calls.peakConcurrent) >= calls,
);
say('calls ended well', `${c.succeeded} of ${c.started}`, 'all', whole && c.succeeded === c.started);
keep('hold', {
  command: `npx tsx bench/hold.ts ${process.argv.slice(2).join(' ')}`.trim(),
  method:
    'highest VmRSS of the whole process, looked at four times a second, less its VmRSS before the first call but with socket and tables open (after the warm-up)',
  calls,
  rateCps,
  holdS,
  targetMb: TARGET_MB,
  othersCores: others,
  ends: figures,
  caller: {
    ...c,
    verdict: s.verdict,
    reasons: s.reasons,
    retransmitted: s.messages.retransmitted,
    failures: s.failures,
  },
  callee: { ...answered.calls, retransmitted: answered.messages.retransmitted, failures: answered.failures },
});
