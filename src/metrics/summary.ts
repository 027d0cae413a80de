// summary.json: its types, and how it is put together. Pure; judges nothing: thresholds and verdict are given.

import { type Definition, definitionsOf } from './definitions.ts';
import type { Interval } from './interval.ts';
import type { Ratio, RatioName } from './ratios.ts';

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

/** The calls of one flow of a mix, or of one that is answered beside. */
export interface FlowShare {
  readonly flow: string;
  readonly role: 'caller' | 'callee';
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly dropped: number;
  readonly abandoned: number;
  /** From the due instant; callers of a mix only. */
  readonly latencyUs: Readonly<Record<string, Latency>>;
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
  /** The malformed and stray ones of `messages`, by why, with the first of each as it came. */
  readonly discarded: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
  /** From the due instant. */
  readonly latencyUs: Readonly<Record<string, Latency>>;
  /** From the actual send. */
  readonly latencyFromSendUs: Readonly<Record<string, Latency>>;
  readonly ratios: Readonly<Record<RatioName, Ratio>>;
  /** The users kept registered; null where there are none. */
  readonly registrations: {
    readonly users: number;
    /** Registered when the first call was due. */
    readonly atStart: number;
    /** REGISTERs answered 2xx: that added a binding, refreshed it, removed it. */
    readonly added: number;
    readonly refreshed: number;
    readonly removed: number;
    /** REGISTERs that ended otherwise. */
    readonly failed: number;
    /** At the end. */
    readonly left: number;
  } | null;
  /** In the order of `ladder`. */
  readonly flows: readonly FlowShare[];
  readonly ladder: readonly Ladder[];
  readonly rules: { readonly messagesChecked: number; readonly violations: readonly RuleViolation[] };
  readonly generator: {
    /** batched and dgram move datagrams, tcp streams; mixed: several listening places in one worker. */
    readonly io: 'batched' | 'dgram' | 'tcp' | 'ws' | 'mixed';
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
    /** As granted, of one socket; 0 for streams. */
    readonly rcvbufBytes: number;
    readonly localAddresses: readonly string[];
    readonly sendErrors: Readonly<Record<string, number>>;
    /** What happened to connections, by name; empty for datagrams. */
    readonly connections: Readonly<Record<string, number>>;
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
    /** A missed SHOULD failed the run too. */
    readonly strict: boolean;
    /** What the profile calls the server; '' where it does not. */
    readonly server: string;
    /** One for each case; their shape is that of the conformance room. */
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
    discarded: measured.discarded,
    registrations: measured.registrations,
    flows: measured.flows,
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
  strict: false,
  server: '',
  results: [],
};

function round(x: number): number {
  return Math.round(x * 1000) / 1000;
}
