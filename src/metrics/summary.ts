// summary.json: its types, and how merged totals become one. Pure; judges nothing: thresholds and verdict are given.

import { COUNTER, LINE, LINE_COUNTERS } from './counters.ts';
import { type Definition, definitionsOf } from './definitions.ts';
import { curveOf, encodeHistogram, type Histogram, meanOf, percentileOf } from './histogram.ts';
import type { Interval } from './interval.ts';
import type { Totals } from './merge.ts';
import { type Ratio, type RatioName, ratiosOf } from './ratios.ts';

export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface Latency {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
  /** Records above two minutes, which stand at two minutes. */
  readonly clipped: number;
  /** HdrHistogram V2, compressed, base64. */
  readonly hdr: string;
  /** Points of the percentile curve. */
  readonly curve: readonly (readonly [percent: number, us: number])[];
}

export interface SentReceived {
  readonly sent: number;
  readonly received: number;
}

export interface ThresholdResult {
  readonly expression: string;
  /** In the unit of `unit`; null when the series has no data, and then it is not passed. */
  readonly observed: number | null;
  readonly unit: 'us' | 'percent' | 'count' | 'cps';
  readonly passed: boolean;
  /** Why it is not passed although no number says so; '' otherwise. */
  readonly note: string;
}

export interface LadderRow {
  /** null for a pause, label or goto. */
  readonly from: 'caller' | 'callee' | null;
  readonly label: string;
  readonly note: string;
  readonly optional: boolean;
  readonly sent: number;
  readonly received: number;
  readonly retransmitted: number;
  readonly timedOut: number;
  readonly unexpected: number;
}

export interface Ladder {
  readonly flow: string;
  readonly role: 'caller' | 'callee';
  readonly lines: readonly LadderRow[];
}

export interface RuleViolation {
  readonly id: string;
  readonly rfc: number;
  readonly section: string;
  readonly level: string;
  readonly title: string;
  readonly count: number;
  readonly example: string;
}

/** What the run measured, before anything is judged. */
export interface Measured {
  readonly calls: {
    readonly planned: number;
    readonly started: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly dropped: number;
    readonly late: number;
    /** With several workers the sum of their peaks: an upper bound. */
    readonly peakConcurrent: number;
    /** Still up when the run was cut off. */
    readonly abandoned: number;
  };
  readonly rate: { readonly offeredCps: number; readonly achievedCps: number };
  readonly messages: {
    readonly sent: number;
    readonly received: number;
    readonly retransmitted: number;
    readonly retransmissionsReceived: number;
    readonly unexpected: number;
    readonly malformed: number;
    readonly stray: number;
    readonly otherSource: number;
    readonly icmpRefused: number;
    readonly forked: number;
    readonly refused: number;
    readonly keepalives: number;
    readonly unsent: number;
    readonly byMethod: Readonly<Record<string, SentReceived>>;
    readonly byStatus: Readonly<Record<string, SentReceived>>;
  };
  readonly failures: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
  /** From the due instant. */
  readonly latencyUs: Readonly<Record<string, Latency>>;
  /** From the actual send. */
  readonly latencyFromSendUs: Readonly<Record<string, Latency>>;
  readonly ratios: Readonly<Record<RatioName, Ratio>>;
  readonly ladder: readonly Ladder[];
  readonly rules: { readonly messagesChecked: number; readonly violations: readonly RuleViolation[] };
  readonly generator: {
    readonly io: 'batched' | 'dgram';
    readonly workers: number;
    /** Workers that were lost: they left no final snapshot. */
    readonly lostWorkers: readonly number[];
    readonly cpuUsPerCall: number | null;
    /** null when no call was started by schedule. */
    readonly scheduleLagUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
    readonly lateCalls: number;
    readonly rxDropped: number;
    /** Part of the run the busiest worker's loop was at work. */
    readonly busyFraction: number | null;
    readonly longestSliceUs: number;
    /** As granted, of one socket. */
    readonly rcvbufBytes: number;
    readonly localAddresses: readonly string[];
    readonly sendErrors: Readonly<Record<string, number>>;
    readonly saturated: boolean;
    /** Why it is saturated, in plain words. */
    readonly reasons: readonly string[];
  };
}

export interface Summary extends Measured {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'busyhour'; readonly version: string };
  readonly command: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly exitCode: number;
  /** null for `answer`, which has none. */
  readonly target: string | null;
  readonly flow: string;
  readonly seed: number | null;
  readonly startedAt: string;
  readonly elapsedS: number;
  readonly thresholds: readonly ThresholdResult[];
  readonly conformance: {
    readonly cases: number;
    readonly pass: number;
    readonly nonStrict: number;
    readonly fail: number;
    readonly info: number;
    readonly unsupported: number;
    readonly skip: number;
    readonly inconclusive: number;
    readonly error: number;
    readonly results: readonly unknown[];
  };
  readonly environment: Readonly<Record<string, string | number>> & {
    readonly node: string;
    readonly kernel: string;
    readonly cpus: number;
  };
  readonly intervals: readonly Interval[];
  /** Of every number above, by its name. */
  readonly definitions: Readonly<Record<string, Definition>>;
}

/** A program as the summary needs it; flow/program.ts's Program fits. */
export interface LadderSource {
  readonly flow: string;
  readonly role: 'caller' | 'callee';
  readonly ladder: readonly {
    readonly from: 'caller' | 'callee' | null;
    readonly label: string;
    readonly note: string;
    readonly optional: boolean;
  }[];
}

export interface MeasureInput {
  readonly totals: Totals;
  /** In the order of lineCounts. */
  readonly programs: readonly LadderSource[];
  /** METHOD_NAMES (engine/protocol.ts). */
  readonly methodNames: readonly string[];
  /** Seconds in which calls were to be started: the length of the schedule, shorter when the run was stopped. Rates are per this. */
  readonly startWindowS: number;
  /** Of the rules that were run. */
  readonly rules: readonly Omit<RuleViolation, 'count' | 'example'>[];
  readonly io: 'batched' | 'dgram';
  readonly rcvbufBytes: number;
  readonly localAddresses: readonly string[];
  /** CPU time of the whole process during the run; null when not measured. */
  readonly cpuUs: number | null;
  readonly saturated: boolean;
  readonly saturatedReasons: readonly string[];
}

/** What was measured, in summary.json's words; thresholds are evaluated on this. */
export function measure(input: MeasureInput): Measured {
  const { totals, programs } = input;
  const count = (counter: number) => totals.counters[counter] ?? 0;
  const started = count(COUNTER.CALLS_STARTED);
  const due: Record<string, Latency> = {};
  const sent: Record<string, Latency> = {};
  for (const [name, histogram] of totals.histograms) {
    if (name.endsWith('.sent')) sent[name.slice(0, -'.sent'.length)] = latencyOf(histogram);
    else due[name] = latencyOf(histogram);
  }
  const lag = totals.histograms.get('lag') ?? null;
  const opensSession = programs.some(
    (p) => p.role === 'caller' && p.ladder.some((line) => line.from === 'caller' && line.label === 'INVITE'),
  );
  return {
    calls: {
      planned: totals.planned,
      started,
      succeeded: count(COUNTER.CALLS_SUCCEEDED),
      failed: count(COUNTER.CALLS_FAILED),
      dropped: count(COUNTER.CALLS_DROPPED),
      late: count(COUNTER.CALLS_LATE),
      peakConcurrent: count(COUNTER.CALLS_PEAK),
      abandoned: count(COUNTER.CALLS_ABANDONED),
    },
    rate: { offeredCps: rate(totals.planned, input.startWindowS), achievedCps: rate(started, input.startWindowS) },
    messages: {
      sent: count(COUNTER.MESSAGES_SENT),
      received: count(COUNTER.MESSAGES_RECEIVED),
      retransmitted: count(COUNTER.RETRANSMITTED),
      retransmissionsReceived: count(COUNTER.RETRANSMISSIONS_RECEIVED),
      unexpected: count(COUNTER.UNEXPECTED),
      malformed: count(COUNTER.MALFORMED),
      stray: count(COUNTER.STRAY),
      otherSource: count(COUNTER.OTHER_SOURCE),
      icmpRefused: count(COUNTER.ICMP_REFUSED),
      forked: count(COUNTER.FORKED),
      refused: count(COUNTER.REFUSED),
      keepalives: count(COUNTER.KEEPALIVES),
      unsent: count(COUNTER.UNSENT),
      byMethod: pairs(totals.methodCounts, (id) => input.methodNames[id] ?? `method ${id}`),
      byStatus: pairs(totals.statusCounts, (i) => String(i + 100)),
    },
    failures: totals.failures,
    latencyUs: due,
    latencyFromSendUs: sent,
    ratios: ratiosOf({
      attempts: opensSession ? started : null,
      finals: totals.inviteFinals,
      succeeded: count(COUNTER.CALLS_SUCCEEDED),
    }),
    ladder: laddersOf(totals, programs),
    rules: {
      messagesChecked: count(COUNTER.RULES_CHECKED),
      violations: totals.rules.map(({ id, count, example }) => {
        const rule = input.rules.find((r) => r.id === id);
        if (rule === undefined) throw new RangeError(`rule ${id} is not among the rules given`);
        const { rfc, section, level, title } = rule;
        return { id, rfc, section, level, title, count, example };
      }),
    },
    generator: {
      io: input.io,
      workers:
        totals.workers.length + totals.incomplete.filter((i) => !totals.workers.some((w) => w.index === i)).length,
      lostWorkers: totals.incomplete,
      cpuUsPerCall: input.cpuUs === null || started === 0 ? null : round(input.cpuUs / started),
      scheduleLagUs: {
        p50: lag === null ? null : percentileOf(lag, 50),
        p99: lag === null ? null : percentileOf(lag, 99),
        max: lag === null ? null : lag.max,
      },
      lateCalls: count(COUNTER.CALLS_LATE),
      rxDropped: count(COUNTER.RX_DROPPED),
      busyFraction: totals.workers.reduce<number | null>(
        (most, w) => (w.atUs > 0 ? Math.max(most ?? 0, round(Math.min(1, w.busyUs / w.atUs))) : most),
        null,
      ),
      longestSliceUs: round(count(COUNTER.LONGEST_SLICE_US)),
      rcvbufBytes: input.rcvbufBytes,
      localAddresses: input.localAddresses,
      sendErrors: totals.sendErrors,
      saturated: input.saturated,
      reasons: input.saturatedReasons,
    },
  };
}

export interface SummaryInput {
  readonly measured: Measured;
  readonly version: string;
  readonly command: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly exitCode: number;
  readonly target: string | null;
  readonly flow: string;
  readonly seed: number | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly elapsedS: number;
  readonly thresholds: readonly ThresholdResult[];
  readonly environment: Summary['environment'];
  readonly intervals: readonly Interval[];
}

export function buildSummary(input: SummaryInput): Summary {
  const { measured } = input;
  return {
    schemaVersion: 1,
    tool: { name: 'busyhour', version: input.version },
    command: input.command,
    verdict: input.verdict,
    reasons: input.reasons,
    exitCode: input.exitCode,
    target: input.target,
    flow: input.flow,
    seed: input.seed,
    startedAt: input.startedAt,
    elapsedS: round(input.elapsedS),
    calls: measured.calls,
    rate: measured.rate,
    ratios: measured.ratios,
    thresholds: input.thresholds,
    latencyUs: measured.latencyUs,
    latencyFromSendUs: measured.latencyFromSendUs,
    messages: measured.messages,
    failures: measured.failures,
    ladder: measured.ladder,
    rules: measured.rules,
    conformance: NO_CASES,
    generator: measured.generator,
    environment: input.environment,
    intervals: input.intervals,
    definitions: definitionsOf(Object.keys(measured.latencyUs)),
  };
}

const NO_CASES: Summary['conformance'] = {
  cases: 0,
  pass: 0,
  nonStrict: 0,
  fail: 0,
  info: 0,
  unsupported: 0,
  skip: 0,
  inconclusive: 0,
  error: 0,
  results: [],
};

function latencyOf(h: Histogram): Latency {
  return {
    count: h.total,
    min: h.min,
    mean: round(meanOf(h)),
    p50: percentileOf(h, 50),
    p75: percentileOf(h, 75),
    p90: percentileOf(h, 90),
    p95: percentileOf(h, 95),
    p99: percentileOf(h, 99),
    p999: percentileOf(h, 99.9),
    p9999: percentileOf(h, 99.99),
    max: h.max,
    clipped: h.clipped,
    hdr: encodeHistogram(h),
    curve: curveOf(h),
  };
}

/** Counters on the lines of each program's ladder. */
export function laddersOf(totals: Totals, programs: readonly LadderSource[]): Ladder[] {
  return programs.map((program, p) => {
    const counts = totals.lineCounts[p];
    const lines = program.ladder.map(({ from, label, note, optional }, line) => {
      const n = (what: number) => counts?.[line * LINE_COUNTERS + what] ?? 0;
      return {
        from,
        label,
        note,
        optional,
        sent: n(LINE.SENT),
        received: n(LINE.RECEIVED),
        retransmitted: n(LINE.RETRANSMITTED),
        timedOut: n(LINE.TIMED_OUT),
        unexpected: n(LINE.UNEXPECTED),
      };
    });
    return { flow: program.flow, role: program.role, lines };
  });
}

function pairs(counts: Float64Array, name: (index: number) => string): Record<string, SentReceived> {
  const out: Record<string, SentReceived> = {};
  for (let i = 0; i * 2 < counts.length; i++) {
    const [sent, received] = [counts[i * 2]!, counts[i * 2 + 1]!];
    if (sent > 0 || received > 0) out[name(i)] = { sent, received };
  }
  return out;
}

function rate(n: number, seconds: number): number {
  return seconds > 0 ? round(n / seconds) : 0;
}

function round(x: number): number {
  return Math.round(x * 1000) / 1000;
}
