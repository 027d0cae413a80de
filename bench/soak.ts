// A steady rate for a long time: no call fails and memory stays where it is once the first transactions have left (they linger 32 s: RFC 6026 Timers L and M, Timer J).
// Run: npm run build && npx tsx bench/soak.ts [--duration 600] [--rate 5000]

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAnswerer, startBusyhour } from '../tests/peers/busyhour.ts';
import { quiet, residentBytes } from './lib/machine.ts';
import { keep, median, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: { duration: { type: 'string', default: '600' }, rate: { type: 'string', default: '5000' } },
});
const durationS = Number(values.duration);
const rateCps = Number(values.rate);
/** Before this the lingering transactions are still growing in number. */
const SETTLE_S = 45;
const TARGET_MB_PER_MINUTE = 0.5;
const MB = 2 ** 20;
if (durationS < SETTLE_S + 30) throw new Error(`--duration must be at least ${SETTLE_S + 30} seconds`);

const others = await quiet();
const lifetimeMs = (durationS + 90) * 1_000;
const callee = await startAnswerer(['basic', '--json'], { lifetimeMs });
const target = `udp:127.0.0.1:${callee.port}`;
const caller = startBusyhour(
  ['load', 'basic', target, '--rate', `${rateCps}`, '--duration', `${durationS}s`, '--json'],
  {
    lifetimeMs,
  },
);
const series: { t: number; callerMb: number; calleeMb: number }[] = [];
const from = performance.now();
let ended = false;
const result = caller.result().finally(() => {
  ended = true;
});
while (!ended && performance.now() - from < durationS * 1_000) {
  await sleep(1_000);
  if (ended) break;
  const t = round((performance.now() - from) / 1_000, 1);
  const [a, b] = [residentBytes(caller.process.pid), residentBytes(callee.process.pid)];
  series.push({ t, callerMb: round(a / MB, 1), calleeMb: round(b / MB, 1) });
  if (series.length % 30 === 0)
    console.log(`  ${String(Math.round(t)).padStart(4)} s  caller ${round(a / MB)} MB  callee ${round(b / MB)} MB`);
}
const s = (await result).summary;
const answered = (await callee.stop()).summary;
if (s === null || answered === null) throw new Error(`no summary: ${(await result).stderr.slice(-2_000)}`);

/** MB a minute by least squares. */
function slope(points: readonly (readonly [t: number, mb: number])[]): number {
  const n = points.length;
  const meanT = points.reduce((sum, [t]) => sum + t, 0) / n;
  const meanMb = points.reduce((sum, [, mb]) => sum + mb, 0) / n;
  let [above, below] = [0, 0];
  for (const [t, mb] of points) {
    above += (t - meanT) * (mb - meanMb);
    below += (t - meanT) ** 2;
  }
  return (above / below) * 60;
}

// Without the last moments: at the end the caller gives its tables back.
const settled = series.filter(({ t }) => t >= SETTLE_S && t <= durationS - 2);
const figures = (['callerMb', 'calleeMb'] as const).map((key) => {
  const end = key === 'callerMb' ? 'caller' : 'callee';
  const mbPerMinute = round(slope(settled.map((point) => [point.t, point[key]] as const)), 2);
  const quarter = Math.floor(settled.length / 4);
  const firstQuarterMb = round(median(settled.slice(0, quarter).map((point) => point[key])), 1);
  const lastQuarterMb = round(median(settled.slice(-quarter).map((point) => point[key])), 1);
  say(
    `${end}: resident memory, first to last quarter`,
    `${firstQuarterMb} → ${lastQuarterMb} MB, ${mbPerMinute} MB/min`,
    `< ${TARGET_MB_PER_MINUTE} MB/min`,
    mbPerMinute < TARGET_MB_PER_MINUTE,
  );
  return { end, mbPerMinute, firstQuarterMb, lastQuarterMb, peakMb: Math.max(...series.map((point) => point[key])) };
});
const failed = s.calls.failed + s.calls.dropped + s.calls.abandoned + answered.calls.failed;
say('calls failed', `${failed} of ${s.calls.started}`, '0', failed === 0);
keep('soak', {
  command: `npx tsx bench/soak.ts ${process.argv.slice(2).join(' ')}`.trim(),
  method: `VmRSS of each process once a second; slope by least squares from second ${SETTLE_S} on`,
  rateCps,
  durationS,
  targetMbPerMinute: TARGET_MB_PER_MINUTE,
  othersCores: others,
  ends: figures,
  caller: {
    ...s.calls,
    verdict: s.verdict,
    reasons: s.reasons,
    retransmitted: s.messages.retransmitted,
    cpuUsPerCall: s.generator.cpuUsPerCall,
    setupP99Us: s.latencyUs.setup?.p99 ?? null,
    setupMaxUs: s.latencyUs.setup?.max ?? null,
  },
  callee: { ...answered.calls, retransmitted: answered.messages.retransmitted },
  residentMbEachFifthSecond: series.filter((_, i) => i % 5 === 0),
});
