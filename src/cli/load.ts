// `busyhour load`: options to a plan, the run, its results.

import { type LoadOptions, planLoad } from '../controller/plan.ts';
import { Run } from '../controller/run.ts';
import { type LocalPlace, parseLocal, parseTarget, resolveTarget, sourceAddress } from '../controller/target.ts';
import type { Phase } from '../controller/texts.ts';
import { UsageError } from '../controller/usage-error.ts';
import { compile } from '../flow/compile.ts';
import { needsStore } from '../flow/flow.ts';
import { REGISTRATION, type Registration } from '../flow/mix.ts';
import { mixOf, rehearsalOf } from './programs.ts';
import { ruleFacts } from './rule-facts.ts';
import { conclude, Show } from './show.ts';
import { durationOf, outFolder, profileOf, thresholdsOf } from './values.ts';
import { readVersion } from './version.ts';

export interface CommonFlags {
  readonly hold: string;
  readonly workers: number;
  readonly io: 'auto' | 'batched' | 'dgram';
  readonly segmentation: boolean;
  readonly rules: boolean;
  readonly maxCalls?: number;
  readonly rcvbuf: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface LoadFlags extends CommonFlags {
  readonly rate?: number;
  readonly duration?: string;
  readonly calls?: number;
  readonly profile?: string;
  readonly users?: number;
  readonly concurrency?: number;
  readonly arrivals: 'uniform' | 'poisson';
  readonly seed: number;
  readonly local?: string;
  readonly connections: 'one' | 'per-user' | 'per-call';
  readonly data?: string;
  readonly dataOrder: LoadOptions['dataOrder'];
  readonly register?: boolean;
  readonly registerExpires?: string;
  readonly registerRate?: number;
  readonly user?: string;
  readonly password?: string;
  readonly threshold?: string[];
  readonly shard?: string;
  readonly once?: boolean;
  readonly verbose?: boolean;
}

const DEFAULT_CPS = 10;
export const DEFAULT_RCVBUF = 33_554_432;
const DEFAULT_US = 10_000_000;

interface Shape {
  readonly phases: Phase[];
  readonly calls: number;
  readonly users: number;
  readonly durationUs: number;
}

/** Which load the options ask for; contradictions are errors, never silently resolved. */
function shapeOf(o: LoadFlags): Shape {
  const both = (a: string, b: string) => new UsageError(`${a} and ${b} exclude each other; give one of them`);
  const durationUs = o.duration === undefined ? 0 : durationOf(o.duration, '--duration');
  if (o.duration !== undefined && durationUs === 0)
    throw new UsageError('--duration 0 makes no call; give a time above 0');
  if (o.once) {
    for (const [flag, value] of Object.entries({
      '--rate': o.rate,
      '--calls': o.calls,
      '--users': o.users,
      '--profile': o.profile,
      '--duration': o.duration,
    }))
      if (value !== undefined) throw both('--once', flag);
    return { phases: [steady(1, Number.POSITIVE_INFINITY)], calls: 1, users: 0, durationUs: 0 };
  }
  if (o.verbose) throw new UsageError('-v prints the messages of one call; give --once with it');
  if (o.profile !== undefined) {
    if (o.rate !== undefined) throw both('--profile', '--rate');
    if (o.users !== undefined) throw both('--profile', '--users');
    if (o.duration !== undefined) throw both('--profile', '--duration');
    return { phases: profileOf(o.profile), calls: o.calls ?? 0, users: 0, durationUs: 0 };
  }
  if (o.users !== undefined) {
    if (o.rate !== undefined) throw both('--users', '--rate');
    if (o.concurrency !== undefined) throw both('--users', '--concurrency');
    const ends = o.calls !== undefined || o.duration !== undefined;
    return { phases: [], calls: o.calls ?? 0, users: o.users, durationUs: ends ? durationUs : DEFAULT_US };
  }
  const rate = o.rate ?? DEFAULT_CPS;
  const lengthUs =
    o.duration !== undefined ? durationUs : o.calls !== undefined ? Number.POSITIVE_INFINITY : DEFAULT_US;
  return { phases: [steady(rate, lengthUs)], calls: o.calls ?? 0, users: 0, durationUs: 0 };
}

function steady(cps: number, durationUs: number): Phase {
  return { fromCps: cps, toCps: cps, durationUs };
}

function shardOf(text: string | undefined): { shardIndex: number; shardCount: number } {
  if (text === undefined) return { shardIndex: 0, shardCount: 1 };
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [i, n] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || i < 1 || i > n)
    throw new UsageError(`--shard "${text}" is not I/N with 1 ≤ I ≤ N, such as 1/3`);
  return { shardIndex: i - 1, shardCount: n };
}

/** Rate by schedule at an instant. */
export function rateAt(phases: readonly Phase[]): (elapsedS: number) => number | null {
  return (elapsedS) => {
    let from = 0;
    for (const { fromCps, toCps, durationUs } of phases) {
      const lengthS = durationUs / 1e6;
      if (elapsedS < from + lengthS)
        return fromCps === toCps ? fromCps : fromCps + ((toCps - fromCps) * (elapsedS - from)) / lengthS;
      from += lengthS;
    }
    return 0;
  };
}

/** What challenges are answered with: both or neither. */
export function credentialsOf(o: {
  readonly user?: string;
  readonly password?: string;
}): { user: string; password: string } | null {
  if (o.user === undefined && o.password === undefined) return null;
  if (o.user === undefined) throw new UsageError('--password without --user; give both');
  if (o.password === undefined) throw new UsageError('--user without --password; give both');
  return { user: o.user, password: o.password };
}

const NAMES = { udp: 'UDP', tcp: 'TCP', ws: 'WebSocket' } as const;

/** Options that only datagrams know are not passed over in silence. */
export function checkTransport(o: CommonFlags, protocols: readonly LocalPlace['protocol'][]): void {
  if (protocols.includes('udp')) return;
  const given = [
    ...(o.io === 'auto' ? [] : ['--io']),
    ...(o.segmentation ? [] : ['--no-segmentation']),
    ...(o.rcvbuf === DEFAULT_RCVBUF ? [] : ['--rcvbuf']),
  ];
  if (given.length > 0)
    throw new UsageError(`${given.join(', ')}: for datagrams only, and this is ${NAMES[protocols[0]!]}; leave it out`);
}

function checkConnections(o: LoadFlags, protocol: LocalPlace['protocol']): void {
  if (o.connections === 'one') return;
  if (protocol === 'udp')
    throw new UsageError(
      `--connections ${o.connections}: UDP has no connections; give a tcp: or ws: target or leave it out`,
    );
  if (o.connections === 'per-user' && o.data === undefined && o.users === undefined)
    throw new UsageError('--connections per-user needs users: give --data FILE or --users N');
}

/** How the users are kept registered, by the mix and the options; null where nobody asks for it. */
function registrationOf(o: LoadFlags, mixed: Registration | null): Registration | null {
  if (o.register !== true && mixed === null) {
    for (const [flag, value] of Object.entries({
      '--register-expires': o.registerExpires,
      '--register-rate': o.registerRate,
    }))
      if (value !== undefined) throw new UsageError(`${flag} without --register; give both`);
    return null;
  }
  const base = mixed ?? REGISTRATION;
  const expiresS =
    o.registerExpires === undefined ? base.expiresS : durationOf(o.registerExpires, '--register-expires') / 1e6;
  if (!Number.isInteger(expiresS) || expiresS < 1)
    throw new UsageError(`--register-expires "${o.registerExpires}" is not whole seconds, such as 300s`);
  return { ...base, expiresS, rateCps: o.registerRate ?? base.rateCps };
}

export async function load(name: string, targetText: string, o: LoadFlags): Promise<void> {
  const shape = shapeOf(o);
  const shard = shardOf(o.shard);
  const thresholds = thresholdsOf(o.threshold ?? []);
  const holdUs = durationOf(o.hold, '--hold');
  const data = o.data === undefined ? null : (await import('../controller/data.ts')).readData(o.data);
  const mix = mixOf(name, data?.columns);
  const programs = mix.flows.map((one) => ({
    ...compile(one.flow, 'caller', { holdUs: one.holdUs ?? holdUs }),
    flow: one.name,
  }));
  const config = registrationOf(o, mix.register);
  // A flow whose requests only a server's store ties together has no callee of its own.
  const callees = mix.flows.map((one) =>
    needsStore(one.flow) ? null : { ...compile(one.flow, 'callee', { holdUs: one.holdUs ?? holdUs }), flow: one.name },
  );
  const register = config === null ? null : { config, callees };
  const { protocol } = parseTarget(targetText);
  checkTransport(o, [protocol]);
  checkConnections(o, protocol);
  const givenLocal = o.local === undefined ? null : parseLocal(o.local, '--local', protocol);
  if (givenLocal !== null && givenLocal.protocol !== protocol)
    throw new UsageError(
      `--local "${o.local}" is for ${givenLocal.protocol}, the target for ${protocol}; write ${protocol}: in both`,
    );
  const target = await resolveTarget(targetText, givenLocal?.address ?? null);
  const local = givenLocal ?? { protocol, address: await sourceAddress(target.address), port: 0 };
  const out = outFolder(o.out, 'load');
  const configs = planLoad({
    ...shape,
    ...shard,
    programs,
    order: mix.order,
    register,
    workers: o.workers,
    io: o.io,
    segmentation: o.segmentation,
    rules: o.rules,
    rcvbufBytes: o.rcvbuf,
    maxCalls: o.maxCalls ?? 0,
    rehearsal: rehearsalOf(mix.flows[0]!.flow),
    target,
    data,
    dataOrder: o.dataOrder,
    credentials: credentialsOf(o),
    local,
    connections: o.connections,
    arrivals: o.arrivals,
    seed: o.seed,
    concurrency: o.concurrency ?? 0,
    holdUs: Math.max(...mix.flows.map((one) => one.holdUs ?? holdUs)),
    trace: o.once === true && o.verbose === true,
  });
  const phaseS = shape.phases.reduce((sum, p) => sum + p.durationUs / 1e6, 0);
  const scheduleS = shape.users > 0 ? shape.durationUs / 1e6 || Number.POSITIVE_INFINITY : phaseS;
  const show = new Show({
    title: `${mix.name} → ${targetText}`,
    programs: configs[0]!.programs,
    totalS: Number.isFinite(scheduleS) ? scheduleS : null,
    offeredCps: shape.users > 0 ? null : rateAt(shape.phases),
    quiet: o.quiet === true,
    keys: shape.users === 0,
  });
  const run = new Run(
    {
      command: 'load',
      version: readVersion(),
      configs,
      flow: mix.name,
      target: targetText,
      seed: o.seed,
      thresholds,
      scheduleS,
      openModel: shape.users === 0,
      durationS: Number.POSITIVE_INFINITY,
      rules: ruleFacts(),
    },
    {
      onProgress: (totals, interval) => show.progress(totals, interval),
      onTrace: ({ atUs, sent, peer, text }) =>
        process.stderr.write(`${(atUs / 1e6).toFixed(6)} ${sent ? `→ ${peer}` : `← ${peer}`}\n${text}\n`),
    },
  );
  await show.begin(run);
  try {
    const summary = await run.go();
    show.end();
    await conclude(summary, { out, json: o.json === true, quiet: o.quiet === true });
  } finally {
    show.end();
  }
}
