// `busyhour demo`: an embedded answerer on loopback, the flagship flow and then the conformance suite against it. No other machine is touched.

import { loadCases } from '../../suites/load.ts';
import { isCase } from '../conformance/case.ts';
import { profileOf, REFERENCE } from '../conformance/profile.ts';
import { countsOf, judge } from '../conformance/result.ts';
import { conformanceSummary, withConformance } from '../controller/conformance-summary.ts';
import { type AnswerOptions, PLAIN_LOAD, planAnswer, planLoad } from '../controller/plan.ts';
import { Run, type RunPlan } from '../controller/run.ts';
import type { Summary } from '../controller/watching.ts';
import { compile } from '../flow/compile.ts';
import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';
import { countLines } from '../report/conformance-terminal.ts';
import { colorWanted } from '../report/paint.ts';
import { runCases } from './judging.ts';
import { flowOf, rehearsalOf } from './programs.ts';
import { ruleFacts } from './rule-facts.ts';
import { conclude, Show } from './show.ts';
import { algorithmsOf, durationOf, outFolder } from './values.ts';
import { readVersion } from './version.ts';

const FLAGSHIP = 'prack-info-refer';
const HOST = '127.0.0.1';
/** Cases at a time: most of a case is waiting. */
const JOBS = 24;

export async function demo(o: {
  readonly rate: number;
  readonly duration: string;
  readonly out?: string;
}): Promise<void> {
  const durationUs = durationOf(o.duration, '--duration');
  const flow = flowOf(FLAGSHIP);
  const caller = compile(flow, 'caller', { holdUs: 0 });
  const out = outFolder(o.out, 'demo');
  const common: AnswerOptions = {
    programs: [REFERENCE_PROGRAM],
    server: true,
    credentials: { user: 'busyhour', password: 'busyhour' },
    challenge: false,
    referCalls: false,
    referHoldUs: 0,
    algorithms: algorithmsOf('SHA-512-256,SHA-256,MD5', '--auth-algorithms'),
    workers: 1,
    io: 'auto',
    segmentation: true,
    rules: true,
    rcvbufBytes: 8_388_608,
    maxCalls: 0,
    rehearsal: rehearsalOf(flow),
    listen: [{ protocol: 'udp', address: HOST, port: 0 }],
    rateLimitCps: 0,
    delayUs: 0,
  };
  const plan: Omit<RunPlan, 'command' | 'configs' | 'flow' | 'target' | 'scheduleS' | 'openModel'> = {
    version: readVersion(),
    seed: 1,
    thresholds: [],
    durationS: Number.POSITIVE_INFINITY,
    rules: ruleFacts(),
  };
  let listening: (port: number) => void = () => {};
  const port = new Promise<number>((resolve) => {
    listening = resolve;
  });
  const answerer = new Run(
    {
      ...plan,
      command: 'answer',
      configs: planAnswer(common),
      flow: FLAGSHIP,
      target: null,
      scheduleS: Number.POSITIVE_INFINITY,
      openModel: false,
    },
    { onReady: (ready) => listening(ready[0]!.places[0]!.port) },
  );
  const answered = answerer.go();
  // An answerer that cannot start must not leave us waiting for its port.
  const targetPort = await Promise.race([
    port,
    answered.then(() => Promise.reject(new Error('the embedded answerer ended'))),
  ]);
  const target = `udp:${HOST}:${targetPort}`;
  process.stderr.write(
    `demo: ${FLAGSHIP} at ${o.rate} calls/s for ${o.duration} against an embedded answerer on ${target}\n`,
  );
  const show = new Show({
    title: `${FLAGSHIP} → ${target}`,
    programs: [caller],
    totalS: durationUs / 1e6,
    offeredCps: () => o.rate,
    quiet: false,
    keys: true,
  });
  const run = new Run(
    {
      ...plan,
      command: 'demo',
      configs: planLoad({
        ...PLAIN_LOAD,
        ...common,
        programs: [caller],
        target: { text: target, protocol: 'udp', user: 'service', host: HOST, port: targetPort, address: HOST },
        local: { protocol: 'udp', address: HOST, port: 0 },
        phases: [{ fromCps: o.rate, toCps: o.rate, durationUs }],
      }),
      flow: FLAGSHIP,
      target,
      scheduleS: durationUs / 1e6,
      openModel: true,
    },
    { onProgress: (totals, interval) => show.progress(totals, interval) },
  );
  await show.begin(run);
  try {
    // Threads that wait for calls would keep the program from ending when the calling side could not start.
    const both = run.go().then(async (load) => {
      show.end();
      // A run that was interrupted is over.
      return load.exitCode >= 130 ? load : withConformance(load, await judgeAnswerer(targetPort, target));
    });
    const summary = await both.catch((error: unknown) => {
      answerer.stop(0);
      throw error;
    });
    // At once: what cases left half done would hold it for half a minute.
    answerer.stop(0);
    answerer.stop(0);
    await answered;
    await conclude(summary, { out, json: false, quiet: false });
  } finally {
    show.end();
  }
}

async function judgeAnswerer(port: number, target: string): Promise<Summary> {
  const cases = (await loadCases()).filter(isCase);
  process.stderr.write(`demo: ${cases.length} conformance cases against ${target}\n`);
  const startedAt = new Date().toISOString();
  const color = colorWanted(process.env, process.stderr.isTTY === true);
  const profile = profileOf(REFERENCE, `${HOST}:${port}`);
  const options = { kind: 'udp', profile, jobs: JOBS, slow: false, quiet: false, color } as const;
  const { result, signalled } = await runCases(cases, { target: { address: HOST, port }, ...options });
  const judged = judge(result, false);
  const counts = countsOf(result.results);
  process.stderr.write(`${countLines(result, counts, color).join('\n')}\n`);
  return conformanceSummary({
    ...judged,
    exitCode: judged.exitCode === 130 ? signalled : judged.exitCode,
    version: readVersion(),
    target,
    startedAt,
    elapsedS: result.elapsedS,
    conformance: { ...counts, strict: false, server: profile.name, results: result.results },
    rules: result.rules,
    messages: result.messages,
  });
}
