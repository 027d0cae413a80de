// Side by side with SIPp on the same machine in one run, taking turns: highest clean rate of each tool's own pair, and the CPU a call costs the caller against one and the same callee.
// Run: npm run build && npx tsx bench/versus-sipp.ts [--quick] [--only rate|cpu] [--rounds 3] [--seconds 5]

import { parseArgs } from 'node:util';
import { quiet } from './lib/machine.ts';
import { fault, probe, type Tool } from './lib/pairs.ts';
import { keep, median, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'rate,cpu' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const seconds = Number(values.seconds ?? (values.quick ? 3 : 5));
/** The search ends when clean and not clean are this close. */
const RESOLUTION = values.quick ? 1.1 : 1.04;
const TOOLS: readonly Tool[] = ['batched', 'sipp', 'dgram'];
const NAMES = { batched: 'busyhour', dgram: 'busyhour --io dgram', sipp: 'SIPp' } as const;

interface Probed {
  readonly rateCps: number;
  readonly fault: string;
  readonly verdict: string;
  readonly othersCores: number;
}

async function clean(tool: Tool, rateCps: number, log: Probed[]): Promise<boolean> {
  const othersCores = await quiet();
  const outcome = await probe(tool, tool, rateCps, seconds);
  const why = fault(outcome, Math.round(rateCps * seconds), rateCps);
  log.push({ rateCps, fault: why, verdict: outcome.verdict, othersCores });
  console.log(
    `  ${NAMES[tool].padEnd(20)} ${String(rateCps).padStart(7)} calls/s  ${why === '' ? 'clean' : why}` +
      (why === '' && outcome.verdict !== 'pass' ? ` (it says ${outcome.verdict})` : '') +
      (othersCores >= 0.1 ? `  (${othersCores} cores in use by others)` : ''),
  );
  return why === '';
}

/** Up or down by steps until one rate is clean and a higher one is not, then halves the way between them. */
async function highestClean(tool: Tool, fromCps: number, step: number, log: Probed[]): Promise<number> {
  let [good, bad] = [0, 0];
  for (let rate = fromCps; good === 0 || bad === 0; rate = round(bad === 0 ? good * step : bad / step, -2)) {
    if (rate < 500) return 0;
    if (await clean(tool, rate, log)) good = rate;
    else bad = rate;
  }
  while (bad / good > RESOLUTION) {
    const rate = round((good + bad) / 2, -2);
    if (await clean(tool, rate, log)) good = rate;
    else bad = rate;
  }
  return good;
}

async function rates() {
  const found: Record<Tool, number[]> = { batched: [], dgram: [], sipp: [] };
  const log: Record<Tool, Probed[]> = { batched: [], dgram: [], sipp: [] };
  for (let i = 0; i < rounds; i++) {
    console.log(`highest clean rate, round ${i + 1} of ${rounds}, ${seconds} s a probe`);
    for (const tool of TOOLS) {
      const before = found[tool].at(-1);
      const from = before || { batched: 60_000, dgram: 10_000, sipp: 16_000 }[tool];
      found[tool].push(await highestClean(tool, from, before ? 1.15 : 1.4, log[tool]));
    }
  }
  const cps = { batched: median(found.batched), dgram: median(found.dgram), sipp: median(found.sipp) };
  const ratio = round(cps.batched / cps.sipp, 2);
  console.log('');
  for (const tool of TOOLS) console.log(`${NAMES[tool].padEnd(22)} ${cps[tool]} calls/s (${found[tool].join(', ')})`);
  say('highest clean rate, ours to SIPp', `${ratio}x`, '≥ 4x', ratio >= 4);
  return {
    medianCps: cps,
    roundsCps: found,
    ratio,
    ratioDgram: round(cps.dgram / cps.sipp, 2),
    target: 4,
    probes: log,
  };
}

async function cpu(rateCps: number, lengthS: number, targetRatio: number) {
  const us: Record<'batched' | 'sipp', number[]> = { batched: [], sipp: [] };
  const notes: string[] = [];
  const calls = rateCps * lengthS;
  console.log(`\nCPU of the caller, ${rateCps} calls/s for ${lengthS} s against sipp -sn uas`);
  for (let i = 0; i < rounds; i++) {
    for (const tool of ['batched', 'sipp'] as const) {
      const others = await quiet();
      const outcome = await probe(tool, 'sipp', rateCps, lengthS);
      const why = fault(outcome, calls, rateCps);
      if (why !== '') notes.push(`round ${i + 1}, ${NAMES[tool]}: ${why}`);
      if (others >= 0.1) notes.push(`round ${i + 1}, ${NAMES[tool]}: ${others} cores in use by others before it`);
      us[tool].push(round((outcome.callerCpuS * 1e6) / calls, 1));
      console.log(
        `  ${NAMES[tool].padEnd(10)} ${us[tool].at(-1)} µs a call, ${round(outcome.callerCpuS, 2)} s, ` +
          `peak RSS ${round(outcome.callerPeakRssMb)} MB ${why}`,
      );
    }
  }
  const usPerCall = { busyhour: median(us.batched), sipp: median(us.sipp) };
  const ratio = round(usPerCall.busyhour / usPerCall.sipp, 2);
  const figure = `${usPerCall.busyhour} / ${usPerCall.sipp} µs = ${ratio}`;
  const target = targetRatio === 1 ? 'no more than SIPp' : '≤ 1/3 of SIPp';
  say(`caller's CPU per call at ${rateCps} calls/s`, figure, target, ratio <= round(targetRatio, 2));
  return { rateCps, lengthS, calls, usPerCall, roundsUs: us, ratio, target: round(targetRatio, 2), notes };
}

const only = values.only.split(',');
const highest = only.includes('rate') ? await rates() : null;
const cpus = only.includes('cpu')
  ? [await cpu(10_000, values.quick ? 5 : 10, 1 / 3), await cpu(500, values.quick ? 10 : 30, 1)]
  : null;
keep(
  values.quick || values.only !== 'rate,cpu' ? `versus-sipp-${values.quick ? 'quick' : values.only}` : 'versus-sipp',
  {
    command: `npx tsx bench/versus-sipp.ts ${process.argv.slice(2).join(' ')}`.trim(),
    rules: {
      clean:
        '0 failed, every call made, retransmissions (both ends) < 0.1 % of the calls, p99 of INVITE to 200 < 50 ms, at least 98 % of the rate achieved; the same for both, whatever the tool says of its run (see verdict)',
      latency:
        "SIPp: its scenario's response-time buckets (< 50 ms) in -trace_stat, from the send; ours: setup.p99 from the due instant",
      cpu: 'user and system time of the whole process from exec to exit, by GNU time for both',
      commands: {
        sipp: [
          'sipp 127.0.0.1:PORT -sn uac -buff_size 4000000 -nostdin -r RATE -m CALLS',
          'sipp -sn uas -buff_size 4000000 -nostdin',
        ],
        busyhour: [
          'busyhour load basic udp:127.0.0.1:PORT --rate RATE --calls CALLS',
          'busyhour answer basic --listen udp:127.0.0.1:PORT',
        ],
      },
      turns: `median of ${rounds}, the tools taking turns, a fresh callee for each probe`,
    },
    highestCleanRate: highest,
    callerCpu: cpus,
  },
);
