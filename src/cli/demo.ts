// `busyhour demo`: an embedded answerer on loopback and the flagship flow against it. No other machine is touched.

import { type AnswerOptions, planAnswer, planLoad } from '../controller/plan.ts';
import { Run, type RunPlan } from '../controller/run.ts';
import { compile } from '../flow/compile.ts';
import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';
import { flowOf, rehearsalOf } from './programs.ts';
import { ruleFacts } from './rule-facts.ts';
import { conclude, Show } from './show.ts';
import { algorithmsOf, durationOf, outFolder } from './values.ts';
import { readVersion } from './version.ts';

const FLAGSHIP = 'prack-info-refer';
const HOST = '127.0.0.1';

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
        ...common,
        programs: [caller],
        data: null,
        dataOrder: 'sequential',
        credentials: null,
        target: { text: target, protocol: 'udp', user: 'service', host: HOST, port: targetPort, address: HOST },
        local: { protocol: 'udp', address: HOST, port: 0 },
        connections: 'one',
        phases: [{ fromCps: o.rate, toCps: o.rate, durationUs }],
        arrivals: 'uniform',
        seed: 1,
        calls: 0,
        users: 0,
        durationUs: 0,
        concurrency: 0,
        holdUs: 0,
        shardIndex: 0,
        shardCount: 1,
        trace: false,
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
    const summary = await run.go().catch((error: unknown) => {
      answerer.stop(0);
      throw error;
    });
    show.end();
    answerer.stop(0);
    await answered;
    await conclude(summary, { out, json: false, quiet: false });
  } finally {
    show.end();
  }
}
