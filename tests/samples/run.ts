// A made-up run of two workers for tests and for looking at the report: recorded, merged and built like a real one. Deterministic.

import { COUNTER, COUNTER_COUNT, LINE, LINE_COUNTERS } from '../../src/metrics/counters.ts';
import { IntervalLog } from '../../src/metrics/interval.ts';
import { type LadderSource, type MeasureInput, measure } from '../../src/metrics/measure.ts';
import { Merger } from '../../src/metrics/merge.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import type { Snapshot } from '../../src/metrics/snapshot.ts';
import { buildSummary, type Summary } from '../../src/metrics/summary.ts';
import { evaluateThresholds, parseThreshold } from '../../src/metrics/thresholds.ts';
import { METHOD_NAMES } from '../../src/sip/names.ts';

export type Mood = 'clean' | 'troubled' | 'saturated';

type Line = readonly [from: 'caller' | 'callee' | null, label: string, note?: string, optional?: boolean];

const BASIC: readonly Line[] = [
  ['caller', 'INVITE'],
  ['callee', '100 Trying', '', true],
  ['callee', '180 Ringing'],
  ['callee', '200 OK', 'of INVITE'],
  ['caller', 'ACK'],
  [null, 'pause hold'],
  ['caller', 'BYE'],
  ['callee', '200 OK'],
];

export const PROGRAM: LadderSource = {
  flow: 'basic',
  role: 'caller',
  ladder: BASIC.map(([from, label, note = '', optional = false]) => ({ from, label, note, optional })),
};

const RULES: MeasureInput['rules'] = [
  {
    id: 'via-echo',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'A response carries the Via header fields of its request, in order.',
  },
  {
    id: 'content-length-present',
    rfc: 3261,
    section: '20.14',
    level: 'SHOULD',
    title: 'A message over a datagram transport says how long its body is.',
  },
];

/** A small generator of its own, so that the sample is the same everywhere. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
}

class SampleWorker {
  private readonly index: number;
  private readonly random: () => number;
  private readonly mood: Mood;
  private readonly recorder = new Recorder();
  private readonly counters = new Float64Array(COUNTER_COUNT);
  private readonly lines = new Float64Array(BASIC.length * LINE_COUNTERS);
  private readonly methods = new Float64Array(METHOD_NAMES.length * 2);
  private readonly statuses = new Float64Array(1200);
  private readonly finals = new Float64Array(600);
  private planned = 0;
  private readonly ids: Record<string, number> = {};

  constructor(index: number, mood: Mood) {
    this.index = index;
    this.mood = mood;
    this.random = dice(index * 7919 + 12);
    for (const name of ['lag', 'srd', 'setup', 'sdd']) {
      this.ids[name] = this.recorder.series(name);
      this.ids[`${name}.sent`] = this.recorder.series(`${name}.sent`);
    }
  }

  /** One second at `rate` calls a second. */
  second(second: number, rate: number): void {
    const n = Math.round(rate);
    this.planned += n;
    const slow = this.mood === 'troubled' && second >= 34 && second < 39 ? 40 : 1;
    for (let i = 0; i < n; i++) this.call(slow);
    this.counters[COUNTER.CALLS_CURRENT] = Math.round(rate * 2.02 * (slow > 1 ? 1.4 : 1));
    this.counters[COUNTER.CALLS_PEAK] = Math.max(
      this.counters[COUNTER.CALLS_PEAK]!,
      this.counters[COUNTER.CALLS_CURRENT]!,
    );
    const busy = this.mood === 'saturated' ? 0.93 : 0.31 + 0.05 * this.random();
    this.counters[COUNTER.BUSY_US]! += busy * 1e6;
    this.counters[COUNTER.LONGEST_SLICE_US] = this.mood === 'saturated' ? 48_200 : 2_140;
    if (this.mood === 'saturated' && second > 20) this.counters[COUNTER.RX_DROPPED]! += Math.round(40 * this.random());
  }

  private call(slow: number): void {
    const { counters, random } = this;
    const failed = this.mood === 'troubled' && random() < (slow > 1 ? 0.02 : 0.0008);
    const lag = this.mood === 'saturated' ? 9_000 * -Math.log(random()) : 140 * -Math.log(random());
    const lognormal = (median: number, sigma: number) =>
      median * Math.exp(sigma * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
    counters[COUNTER.CALLS_STARTED]!++;
    if (lag > 10_000) counters[COUNTER.CALLS_LATE]!++;
    this.recorder.record(this.ids.lag!, lag);
    const srd = lognormal(900 * slow, 0.5);
    this.both('srd', srd, lag);
    this.sendLine(0, 1, 0);
    this.receiveLine(1, 100);
    this.receiveLine(2, 180);
    if (random() < (slow > 1 ? 0.15 : 0.0006)) {
      counters[COUNTER.RETRANSMITTED]!++;
      counters[COUNTER.MESSAGES_SENT]!++;
      this.methods[METHOD_NAMES.indexOf('INVITE') * 2]!++;
      this.lines[LINE.RETRANSMITTED]!++;
    }
    if (failed) {
      counters[COUNTER.CALLS_FAILED]!++;
      this.receiveStatus(503);
      this.finals[403]!++;
      this.lines[3 * LINE_COUNTERS + LINE.UNEXPECTED]!++;
      counters[COUNTER.UNEXPECTED]!++;
      return;
    }
    this.finals[100]!++;
    this.both('setup', srd + lognormal(1_400 * slow, 0.6), lag);
    this.receiveLine(3, 200);
    this.sendLine(4, METHOD_NAMES.indexOf('ACK'), 0);
    this.sendLine(6, METHOD_NAMES.indexOf('BYE'), 0);
    this.both('sdd', lognormal(700, 0.4), 0);
    this.receiveLine(7, 200);
    counters[COUNTER.CALLS_SUCCEEDED]!++;
  }

  private both(name: string, us: number, lag: number): void {
    this.recorder.record(this.ids[name]!, us + lag);
    this.recorder.record(this.ids[`${name}.sent`]!, us);
  }

  private sendLine(line: number, method: number, extra: number): void {
    this.counters[COUNTER.MESSAGES_SENT]! += 1 + extra;
    this.methods[method * 2]! += 1 + extra;
    this.lines[line * LINE_COUNTERS + LINE.SENT]!++;
  }

  private receiveLine(line: number, status: number): void {
    this.lines[line * LINE_COUNTERS + LINE.RECEIVED]!++;
    this.receiveStatus(status);
  }

  private receiveStatus(status: number): void {
    this.counters[COUNTER.MESSAGES_RECEIVED]!++;
    this.counters[COUNTER.RULES_CHECKED]!++;
    this.statuses[(status - 100) * 2 + 1]!++;
  }

  snapshot(second: number, final: boolean): Snapshot {
    const { counters } = this;
    const failed = counters[COUNTER.CALLS_FAILED]!;
    if (final) counters[COUNTER.CALLS_CURRENT] = 0;
    return structuredClone({
      type: 'snapshot',
      index: this.index,
      final,
      atUs: second * 1e6 + this.index * 37,
      counters,
      planned: this.planned,
      methodCounts: this.methods,
      statusCounts: this.statuses,
      inviteFinals: this.finals,
      lineCounts: [this.lines],
      histograms: this.recorder.snapshot(),
      failures:
        failed === 0
          ? []
          : [
              {
                reason: 'unexpected: 503 Service Unavailable to INVITE, expected 200 OK',
                count: failed,
                example:
                  'SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK0a1b2c;rport\r\nCall-ID: k3j2h1@127.0.0.1\r\nCSeq: 1 INVITE\r\nRetry-After: 5\r\nServer: <b>overload & co</b>\r\nContent-Length: 0\r\n\r\n',
              },
            ],
      discarded:
        failed === 0
          ? []
          : [
              {
                reason: 'response whose branch is that of no request waiting for one (RFC 3261 §17.1.3)',
                count: Math.ceil(failed / 5),
                example: 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bKfffff;rport\r\n\r\n',
              },
            ],
      rules:
        failed === 0
          ? []
          : [
              {
                id: 'via-echo',
                count: Math.ceil(failed / 3),
                example: 'SIP/2.0 503 Service Unavailable without the second Via\r\n',
              },
            ],
      sendErrors: {},
      connections: {},
      slots: { transactions: 0, calls: 0, chunkBytes: 0, connections: 0 },
      refusedBy: [],
      heard: true,
    } satisfies Snapshot);
  }
}

/** @param lost the second worker leaves no final snapshot */
export function sampleRun(mood: Mood, seconds = 60, rateCps = 800, lost = false): Summary {
  const workers = [new SampleWorker(0, mood), new SampleWorker(1, mood)];
  const merger = new Merger(2);
  const log = new IntervalLog();
  for (let second = 1; second <= seconds; second++) {
    for (const worker of workers) {
      worker.second(second, (rateCps / 2) * Math.min(1, second / 10));
      merger.add(worker.snapshot(second, false));
    }
    log.push(merger.totals());
  }
  merger.add(workers[0]!.snapshot(seconds + 2, true));
  if (!lost) merger.add(workers[1]!.snapshot(seconds + 2, true));
  const totals = merger.totals();
  log.finish(totals);
  const saturated = mood === 'saturated';
  const measured = measure({
    totals,
    programs: [PROGRAM],
    methodNames: METHOD_NAMES,
    startWindowS: seconds,
    rules: RULES,
    io: 'batched',
    rcvbufBytes: 8_388_608,
    localAddresses: ['127.0.0.1:5061', '127.0.0.1:5062'],
    cpuUs: totals.counters[COUNTER.CALLS_STARTED]! * (saturated ? 182 : 21.4),
    saturated,
    saturatedReasons: saturated
      ? [
          'calls started 42 ms late (p99); 10 ms is the limit',
          'the kernel dropped 1,612 datagrams at the generator’s own socket',
        ]
      : [],
  });
  const thresholds = evaluateThresholds(
    ['srd.p99<200ms', 'setup.p99<50ms', 'failed.rate<0.1%', 'ser>99.5%', 'rtt.INFO.p50<5ms']
      .slice(0, mood === 'clean' ? 4 : 5)
      .map(parseThreshold),
    measured,
  );
  const crossed = thresholds.filter((t) => !t.passed).map((t) => `threshold ${t.expression} was crossed`);
  const verdict = saturated ? 'inconclusive' : crossed.length > 0 ? 'fail' : 'pass';
  return buildSummary({
    measured,
    version: '0.1.0',
    command: 'load',
    verdict,
    reasons: saturated
      ? ['the generator was the bottleneck: it, not the target, set these figures', ...crossed]
      : crossed,
    exitCode: saturated ? 4 : crossed.length > 0 ? 99 : 0,
    target: 'udp:127.0.0.1:5070',
    flow: 'basic',
    seed: 42,
    startedAt: '2025-01-15T09:30:00.000Z',
    elapsedS: seconds + 2.04,
    thresholds,
    environment: { node: 'v20.20.2', kernel: 'Linux 6.1.0', cpus: 2, arch: 'x64' },
    intervals: log.rows,
  });
}

/** The same run as a mix: its calls in two flows, and some received beside them. */
export function asMix(run: Summary): Summary {
  const { started, succeeded, failed, dropped } = run.calls;
  const none = { dropped: 0, abandoned: 0, latencyUs: {} };
  const { srd } = run.latencyUs;
  const latencyUs = srd === undefined ? {} : { srd };
  return {
    ...run,
    flow: 'office',
    registrations: { users: 100, atStart: 99, added: 100, refreshed: 40, removed: 100, failed: 1, left: 0 },
    flows: [
      {
        flow: 'basic',
        role: 'caller',
        started: started - 1,
        succeeded: succeeded - 1,
        failed,
        dropped,
        abandoned: 0,
        latencyUs,
      },
      { flow: 'options', role: 'caller', started: 1, succeeded: 1, failed: 0, ...none },
      { flow: 'basic', role: 'callee', started: 7, succeeded: 4, failed: 3, ...none },
    ],
  };
}
