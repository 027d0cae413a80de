// summary.json of a conformance run: the common shape, in which nothing was called at a rate. Judges nothing; reads only the facts of the machine.

import { arch, cpus, release, type } from 'node:os';
import { ratiosOf } from '../metrics/ratios.ts';
import { buildSummary, type Measured, type RuleViolation, type Summary } from '../metrics/summary.ts';

type Tally = Readonly<Record<string, number>>;

export interface ConformanceRun {
  readonly version: string;
  readonly target: string;
  readonly startedAt: string;
  readonly elapsedS: number;
  readonly verdict: Summary['verdict'];
  readonly reasons: readonly string[];
  readonly exitCode: number;
  readonly conformance: Summary['conformance'];
  readonly rules: { readonly messagesChecked: number; readonly violations: readonly RuleViolation[] };
  /** By method or status. */
  readonly messages: { readonly sent: Tally; readonly received: Tally };
}

export function conformanceSummary(run: ConformanceRun): Summary {
  const { conformance, messages, rules, ...rest } = run;
  const summary = buildSummary({
    ...rest,
    measured: measured(messages, rules),
    command: 'conform',
    flow: '',
    seed: null,
    thresholds: [],
    intervals: [],
    environment: { node: process.version, kernel: `${type()} ${release()} ${arch()}`, cpus: cpus().length },
  });
  return { ...summary, conformance };
}

/** When several hold, the first of these; then whatever is not 0. */
const GRAVEST = [1, 2, 5, 4, 3, 99];

/** One summary of a load run and of a conformance run after it against the same target. */
export function withConformance(load: Summary, judged: Summary): Summary {
  const both = [load, judged];
  const exitCode =
    GRAVEST.find((code) => both.some((one) => one.exitCode === code)) ?? Math.max(...both.map((one) => one.exitCode));
  const violations = [...load.rules.violations];
  for (const one of judged.rules.violations) {
    const at = violations.findIndex(({ id }) => id === one.id);
    if (at < 0) violations.push(one);
    else violations[at] = { ...violations[at]!, count: violations[at]!.count + one.count };
  }
  return {
    ...load,
    verdict: both.find((one) => one.exitCode === exitCode)!.verdict,
    reasons: [...load.reasons, ...judged.reasons],
    exitCode,
    elapsedS: load.elapsedS + judged.elapsedS,
    conformance: judged.conformance,
    rules: { messagesChecked: load.rules.messagesChecked + judged.rules.messagesChecked, violations },
  };
}

function measured({ sent, received }: ConformanceRun['messages'], rules: ConformanceRun['rules']): Measured {
  const sum = (tally: Tally) => Object.values(tally).reduce((n, one) => n + one, 0);
  const pairs = (wanted: (key: string) => boolean) => {
    const keys = [...new Set([...Object.keys(sent), ...Object.keys(received)])].filter(wanted).sort();
    return Object.fromEntries(keys.map((key) => [key, { sent: sent[key] ?? 0, received: received[key] ?? 0 }]));
  };
  const isStatus = (key: string) => /^\d/.test(key);
  return {
    calls: { planned: 0, started: 0, succeeded: 0, failed: 0, dropped: 0, late: 0, peakConcurrent: 0, abandoned: 0 },
    rate: { offeredCps: 0, achievedCps: 0 },
    ratios: ratiosOf({ attempts: null, finals: null, succeeded: 0 }),
    messages: {
      sent: sum(sent),
      received: sum(received),
      retransmitted: 0,
      retransmissionsReceived: 0,
      unexpected: 0,
      malformed: 0,
      stray: 0,
      otherSource: 0,
      icmpRefused: 0,
      forked: 0,
      refused: 0,
      keepalives: 0,
      unsent: 0,
      byMethod: pairs((key) => !isStatus(key)),
      byStatus: pairs(isStatus),
    },
    failures: [],
    discarded: [],
    registrations: null,
    flows: [],
    ladder: [],
    latencyUs: {},
    latencyFromSendUs: {},
    rules,
    generator: {
      io: 'dgram',
      workers: 1,
      lostWorkers: [],
      cpuUsPerCall: null,
      scheduleLagUs: { p50: null, p99: null, max: null },
      lateCalls: 0,
      rxDropped: 0,
      busyFraction: null,
      longestSliceUs: 0,
      rcvbufBytes: 0,
      localAddresses: [],
      sendErrors: {},
      connections: {},
      saturated: false,
      reasons: [],
    },
  };
}
