// The shape of summary.json as a validator, and the JSON Schema published from it. Unknown fields are allowed: they may be added.

import { z } from 'zod';
import type { Result } from '../conformance/result.ts';
import type { Summary } from '../metrics/summary.ts';

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();
const maybe = amount.nullable();

const latency = z.object({
  count,
  min: amount,
  mean: amount,
  p50: amount,
  p75: amount,
  p90: amount,
  p95: amount,
  p99: amount,
  p999: amount,
  p9999: amount,
  max: amount,
  clipped: count.describe('records above two minutes, which stand at two minutes'),
  hdr: z.string().describe('HdrHistogram V2, compressed, base64; microseconds'),
  curve: z.array(z.tuple([amount.max(100), amount])).describe('points of the percentile curve: percent, microseconds'),
});

const sentReceived = z.object({ sent: count, received: count });
const ratio = z.object({ percent: maybe, numerator: maybe, denominator: z.number().nullable(), note: z.string() });
const reasonCount = z.object({ reason: z.string(), count, example: z.string() });

const interval = z.object({
  t: amount.describe('seconds from the start to the end of the interval'),
  durationS: amount,
  planned: count,
  started: count,
  succeeded: count,
  failed: count,
  dropped: count,
  late: count,
  concurrent: count,
  sent: count,
  received: count,
  retransmitted: count,
  unexpected: count,
  achievedCps: maybe,
  srdP50Us: maybe,
  srdP99Us: maybe,
  srdMaxUs: maybe,
  setupP50Us: maybe,
  setupP99Us: maybe,
  rttP50Us: maybe,
  rttP99Us: maybe,
  rttMaxUs: maybe,
  lagP99Us: maybe,
  lagMaxUs: maybe,
  rxDropped: count,
  busyFraction: maybe,
});

const ladderLine = z.object({
  from: z.enum(['caller', 'callee']).nullable(),
  label: z.string(),
  note: z.string(),
  optional: z.boolean(),
  sent: count,
  received: count,
  retransmitted: count,
  timedOut: count,
  unexpected: count,
});

/** A result of a conformance case. */
const result = z.object({
  id: z.string(),
  title: z.string().describe('the requirement'),
  req: z.array(z.string()).describe('ids in the catalogue of requirements'),
  rfc: count,
  section: z.string(),
  level: z.string(),
  role: z.string(),
  methods: z.array(z.string()),
  verdict: z.enum(['pass', 'non-strict', 'fail', 'info', 'unsupported', 'skip', 'inconclusive', 'error']),
  expected: z.string(),
  actual: z.string(),
  health: z.enum(['alive', 'slow', 'dead']).describe('the server after the case'),
  elapsedMs: amount,
  attempts: z.array(z.enum(['pass', 'non-strict', 'fail', 'info', 'unsupported', 'skip', 'inconclusive', 'error'])),
  notes: z.array(z.string()),
  rules: z.array(z.string()).describe('passive rules that its messages broke'),
  known: z.string().describe("the baseline's reason where the failure is borne"),
  messages: z
    .array(
      z.object({
        atUs: z.number().describe('monotonic; of use for differences'),
        direction: z.enum(['out', 'in', 'note']),
        end: z.string(),
        text: z.string(),
      }),
    )
    .describe('what went over the wire, where the verdict is not pass'),
});

export const summarySchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('busyhour'), version: z.string() }),
  command: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reasons: z.array(z.string()),
  exitCode: count,
  target: z.string().nullable().describe('null for the answering side'),
  flow: z.string(),
  seed: z.number().nullable(),
  startedAt: z.string().describe('ISO 8601, UTC'),
  elapsedS: amount,
  calls: z.object({
    planned: count,
    started: count,
    succeeded: count,
    failed: count,
    dropped: count,
    late: count,
    peakConcurrent: count,
    abandoned: count,
  }),
  rate: z.object({ offeredCps: amount, achievedCps: amount }),
  ratios: z.object({ ser: ratio, seer: ratio, isa: ratio, scr: ratio }),
  thresholds: z.array(
    z.object({
      expression: z.string(),
      observed: z.number().nullable().describe('null when the series has no data, and then it is not passed'),
      unit: z.enum(['us', 'percent', 'count', 'cps']),
      passed: z.boolean(),
      note: z.string(),
    }),
  ),
  latencyUs: z.record(z.string(), latency).describe('by timer, from the instant the message was due'),
  latencyFromSendUs: z.record(z.string(), latency).describe('by timer, from the instant the message was sent'),
  messages: z.object({
    sent: count,
    received: count,
    retransmitted: count,
    retransmissionsReceived: count,
    unexpected: count,
    malformed: count,
    stray: count,
    otherSource: count,
    icmpRefused: count,
    forked: count,
    refused: count,
    keepalives: count,
    unsent: count,
    byMethod: z.record(z.string(), sentReceived),
    byStatus: z.record(z.string(), sentReceived),
  }),
  failures: z.array(reasonCount),
  discarded: z.array(reasonCount).describe('messages that no call could use (malformed, stray), by reason'),
  registrations: z
    .object({
      users: count,
      atStart: count,
      added: count,
      refreshed: count,
      removed: count,
      failed: count,
      left: count,
    })
    .nullable()
    .describe('the users kept registered during the run'),
  flows: z
    .array(
      z.object({
        flow: z.string(),
        role: z.enum(['caller', 'callee']),
        started: count,
        succeeded: count,
        failed: count,
        dropped: count,
        abandoned: count,
        latencyUs: z.record(z.string(), latency),
      }),
    )
    .describe('what became of the calls of each flow, in the order of ladder'),
  ladder: z.array(z.object({ flow: z.string(), role: z.enum(['caller', 'callee']), lines: z.array(ladderLine) })),
  rules: z.object({
    messagesChecked: count,
    violations: z.array(
      z.object({
        id: z.string(),
        rfc: count,
        section: z.string(),
        level: z.string(),
        title: z.string(),
        count,
        example: z.string(),
      }),
    ),
  }),
  conformance: z.object({
    cases: count,
    pass: count,
    nonStrict: count,
    fail: count,
    info: count,
    unsupported: count,
    skip: count,
    inconclusive: count,
    error: count,
    strict: z.boolean().describe('a missed SHOULD failed the run too'),
    server: z.string().describe('what the profile calls the server'),
    results: z.array(result),
  }),
  generator: z.object({
    io: z.enum(['batched', 'dgram', 'tcp', 'ws', 'mixed']),
    workers: count,
    lostWorkers: z.array(count),
    cpuUsPerCall: maybe,
    scheduleLagUs: z.object({ p50: maybe, p99: maybe, max: maybe }),
    lateCalls: count,
    rxDropped: count,
    busyFraction: maybe,
    longestSliceUs: amount,
    rcvbufBytes: count,
    localAddresses: z.array(z.string()),
    sendErrors: z.record(z.string(), count),
    connections: z.record(z.string(), count).default({}),
    saturated: z.boolean(),
    reasons: z.array(z.string()),
  }),
  environment: z
    .object({ node: z.string(), kernel: z.string(), cpus: count })
    .catchall(z.union([z.string(), z.number()])),
  intervals: z.array(interval),
  definitions: z.record(z.string(), z.object({ unit: z.string(), text: z.string(), source: z.string() })),
});

/** The published schema; schemas/summary.schema.json is this, and a test says when it is stale. */
export function summaryJsonSchema(): object {
  return {
    ...z.toJSONSchema(summarySchema, { io: 'input' }),
    title: 'busyhour summary.json',
    description: 'Results of a run, schemaVersion 1. Fields may be added; none is renamed.',
  };
}

/** What is wrong with a parsed summary.json, in words that name the place; null when it is one. */
export function checkSummary(value: unknown): string | null {
  const result = summarySchema.safeParse(value);
  if (result.success) return null;
  const [issue] = result.error.issues;
  return `${issue!.path.join('.') || 'the document'}: ${issue!.message}`;
}

// The validator and the types say the same: a difference does not compile.
type Plain<T> = T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T;
type Fits<A, B> = A extends B ? true : never;
type Document = Omit<Summary, 'conformance'> & {
  conformance: Omit<Summary['conformance'], 'results'> & { results: readonly Result[] };
};
true satisfies Fits<Plain<Document>, z.input<typeof summarySchema>>;
true satisfies Fits<z.output<typeof summarySchema>, Plain<Document>>;
