// `busyhour answer`: the callee side of flows until a signal or --duration ends it.

import { planAnswer } from '../controller/plan.ts';
import { placeText, Run } from '../controller/run.ts';
import { parseLocal } from '../controller/target.ts';
import { UsageError } from '../controller/usage-error.ts';
import { compile } from '../flow/compile.ts';
import { type Flow, needsStore } from '../flow/flow.ts';
import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';
import { type CommonFlags, checkTransport } from './load.ts';
import { flowOf, rehearsalOf } from './programs.ts';
import { ruleFacts } from './rule-facts.ts';
import { conclude, Show } from './show.ts';
import { algorithmsOf, durationOf, outFolder } from './values.ts';
import { readVersion } from './version.ts';

interface AnswerFlags extends CommonFlags {
  readonly listen?: string[];
  readonly rateLimit?: number;
  readonly maxBindings?: number;
  readonly delay: string;
  readonly auth?: boolean;
  readonly referCalls?: boolean;
  readonly authAlgorithms: string;
  readonly user: string;
  readonly password: string;
  readonly duration?: string;
}

/** @throws UsageError for a flow that only the reference server can answer */
function checkAlone(name: string, flow: Flow): void {
  if (needsStore(flow))
    throw new UsageError(
      `${name} has several requests outside a dialog, which a ladder cannot tell apart; answer without a flow: the reference server can`,
    );
}

export async function answer(names: readonly string[], o: AnswerFlags): Promise<void> {
  const server = names.length === 0;
  const flows = server ? ['reference server'] : names;
  if (!server && o.maxBindings !== undefined)
    throw new UsageError('--max-bindings is for the reference server; leave the flows out');
  if (!server && o.auth) throw new UsageError('--auth is for the reference server; leave the flows out');
  if (!server && o.referCalls) throw new UsageError('--refer-calls is for the reference server; leave the flows out');
  const holdUs = durationOf(o.hold, '--hold');
  const given = names.map((name) => flowOf(name));
  const programs = server ? [REFERENCE_PROGRAM] : given.map((flow) => compile(flow, 'callee', { holdUs }));
  for (const [i, flow] of given.entries()) checkAlone(names[i]!, flow);
  const listen = (o.listen ?? ['udp:127.0.0.1:5060']).map((text) => parseLocal(text, '--listen'));
  checkTransport(
    o,
    listen.map(({ protocol }) => protocol),
  );
  const out = o.out === undefined ? null : outFolder(o.out, 'answer');
  const durationS = o.duration === undefined ? Number.POSITIVE_INFINITY : durationOf(o.duration, '--duration') / 1e6;
  const configs = planAnswer({
    programs,
    workers: o.workers,
    io: o.io,
    segmentation: o.segmentation,
    rules: o.rules,
    rcvbufBytes: o.rcvbuf,
    maxCalls: o.maxCalls ?? 0,
    server,
    credentials: { user: o.user, password: o.password },
    challenge: o.auth === true,
    referCalls: o.referCalls === true,
    referHoldUs: holdUs,
    algorithms: algorithmsOf(o.authAlgorithms, '--auth-algorithms'),
    rehearsal: rehearsalOf(given[0] ?? flowOf('basic')),
    listen,
    ...(o.maxBindings === undefined ? {} : { maxBindings: o.maxBindings }),
    rateLimitCps: o.rateLimit ?? 0,
    delayUs: durationOf(o.delay, '--delay'),
  });
  const quiet = o.quiet === true;
  const show = new Show({
    title: `answering ${flows.join(', ')}`,
    programs,
    totalS: Number.isFinite(durationS) ? durationS : null,
    offeredCps: null,
    quiet,
    keys: false,
  });
  const run = new Run(
    {
      command: 'answer',
      version: readVersion(),
      configs,
      flow: flows.join(', '),
      target: null,
      seed: null,
      thresholds: [],
      scheduleS: Number.POSITIVE_INFINITY,
      openModel: false,
      durationS,
      rules: ruleFacts(),
    },
    {
      onReady: (ready) => {
        const places = [...new Set(ready.flatMap((r) => r.places.map(placeText)))].join(', ');
        if (!quiet) process.stderr.write(`listening on ${places} (${ready[0]!.io}, flows: ${flows.join(', ')})\n`);
      },
      onProgress: (totals, interval) => show.progress(totals, interval),
    },
  );
  await show.begin(run);
  try {
    const summary = await run.go();
    show.end();
    await conclude(summary, { out, json: o.json === true, quiet });
  } finally {
    show.end();
  }
}
