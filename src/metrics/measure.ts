// Merged totals in summary.json's words: what was measured, before anything is judged. Pure.

import { COUNTER, FLOW, FLOW_COUNTERS, LINE, LINE_COUNTERS } from './counters.ts';
import { encodeHistogram } from './encoding.ts';
import { curveOf, type Histogram, meanOf, percentileOf } from './histogram.ts';
import type { Totals } from './merge.ts';
import { ratiosOf } from './ratios.ts';
import type { FlowShare, Ladder, Latency, Measured, RuleViolation, SentReceived, Summary } from './summary.ts';

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
  readonly io: Summary['generator']['io'];
  readonly rcvbufBytes: number;
  readonly localAddresses: readonly string[];
  /** CPU time of the whole process during the run; null when not measured. */
  readonly cpuUs: number | null;
  readonly saturated: boolean;
  readonly saturatedReasons: readonly string[];
}

/** Not thrown over: a run of an hour is worth more than the name of a rule. */
const UNKNOWN_RULE = { rfc: 0, section: '', level: '', title: 'not among the rules named by the controller' };

/** What was measured, in summary.json's words; thresholds are evaluated on this. */
export function measure(input: MeasureInput): Measured {
  const { totals, programs } = input;
  const count = (counter: number) => totals.counters[counter] ?? 0;
  const started = count(COUNTER.CALLS_STARTED);
  const due: Record<string, Latency> = {};
  const sent: Record<string, Latency> = {};
  for (const [name, histogram] of totals.histograms) {
    if (name.includes('/')) continue; // of one flow
    if (name.endsWith('.sent')) sent[name.slice(0, -'.sent'.length)] = latencyOf(histogram);
    else due[name] = latencyOf(histogram);
  }
  const lag = totals.histograms.get('lag') ?? null;
  const flows = flowsOf(totals, programs);
  const opening = flows.filter((_, i) => opensSession(programs[i]!));
  const whole = flows.every(({ role }, i) => role === 'callee' || opensSession(programs[i]!));
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
    discarded: totals.discarded,
    latencyUs: due,
    latencyFromSendUs: sent,
    ratios: ratiosOf({
      attempts: opening.length === 0 ? null : whole ? started : sumOf(opening, 'started'),
      finals: totals.inviteFinals,
      succeeded: whole ? count(COUNTER.CALLS_SUCCEEDED) : sumOf(opening, 'succeeded'),
    }),
    registrations:
      count(COUNTER.USERS) === 0
        ? null
        : {
            users: count(COUNTER.USERS),
            atStart: count(COUNTER.USERS_AT_START),
            added: count(COUNTER.USERS_ADDED),
            refreshed: count(COUNTER.USERS_REFRESHED),
            removed: count(COUNTER.USERS_REMOVED),
            failed: count(COUNTER.REGISTRATIONS_FAILED),
            left: count(COUNTER.USERS_REGISTERED),
          },
    flows,
    ladder: laddersOf(totals, programs),
    rules: {
      messagesChecked: count(COUNTER.RULES_CHECKED),
      violations: totals.rules.map(({ id, count, example }) => {
        const rule = input.rules.find((r) => r.id === id) ?? UNKNOWN_RULE;
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
      connections: totals.connections,
      saturated: input.saturated,
      reasons: input.saturatedReasons,
    },
  };
}

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

function opensSession({ role, ladder }: LadderSource): boolean {
  return role === 'caller' && ladder.some(({ from, label }) => from === 'caller' && label === 'INVITE');
}

function sumOf(flows: readonly FlowShare[], key: 'started' | 'succeeded'): number {
  return flows.reduce((n, flow) => n + flow[key], 0);
}

/** What became of the calls of each program. */
function flowsOf(totals: Totals, programs: readonly LadderSource[]): FlowShare[] {
  return programs.map(({ flow, role }, p) => {
    const n = (what: number) => totals.flowCounts?.[p * FLOW_COUNTERS + what] ?? 0;
    const own = [...totals.histograms].filter(([name]) => role === 'caller' && name.startsWith(`${flow}/`));
    return {
      flow,
      role,
      started: n(FLOW.STARTED),
      succeeded: n(FLOW.SUCCEEDED),
      failed: n(FLOW.FAILED),
      dropped: n(FLOW.DROPPED),
      abandoned: n(FLOW.ABANDONED),
      latencyUs: Object.fromEntries(own.map(([name, h]) => [name.slice(flow.length + 1), latencyOf(h)])),
    };
  });
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
