// A built summary has the published shape, agrees with itself, and shows a lost worker.

import { describe, expect, test } from 'vitest';
import { PROGRAM, sampleRun } from '../../tests/samples/run.ts';
import { COUNTER_COUNT } from './counters.ts';
import { definitionOf } from './definitions.ts';
import { decodeHistogram } from './encoding.ts';
import { percentileOf } from './histogram.ts';
import { intervalOf } from './interval.ts';
import { liveOf } from './live.ts';
import { measure } from './measure.ts';
import { merge } from './merge.ts';
import { Recorder } from './recorder.ts';
import type { Snapshot } from './snapshot.ts';

const clean = sampleRun('clean', 5, 200);
const troubled = sampleRun('troubled', 40, 200);

describe('buildSummary', () => {
  test('has the fields of the contract', () => {
    expect(clean).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'busyhour', version: '0.1.0' },
      verdict: 'pass',
      exitCode: 0,
      rate: { offeredCps: clean.calls.planned / 5, achievedCps: clean.calls.started / 5 },
      conformance: { cases: 0, results: [] },
    });
    for (const key of ['planned', 'started', 'succeeded', 'failed', 'dropped', 'late', 'peakConcurrent'])
      expect(clean.calls).toHaveProperty(key);
  });

  test('is plain JSON: nothing is lost, nothing is NaN', () => {
    for (const summary of [clean, troubled, sampleRun('saturated', 3, 50, true), sampleRun('clean', 1, 0)]) {
      const text = JSON.stringify(summary);
      expect(JSON.parse(text)).toEqual(summary);
    }
  });

  test('the intervals add up to the calls and messages', () => {
    const sum = (key: 'started' | 'succeeded' | 'failed' | 'sent' | 'received' | 'retransmitted') =>
      troubled.intervals.reduce((n, row) => n + row[key], 0);
    for (const key of ['started', 'succeeded', 'failed'] as const) expect(sum(key)).toBe(troubled.calls[key]);
    for (const key of ['sent', 'received', 'retransmitted'] as const) expect(sum(key)).toBe(troubled.messages[key]);
  });

  test('percentiles rise, and the portable histogram has them too', () => {
    for (const latency of Object.values(troubled.latencyUs)) {
      const rising = [
        latency.min,
        latency.p50,
        latency.p75,
        latency.p90,
        latency.p95,
        latency.p99,
        latency.p999,
        latency.p9999,
        latency.max,
      ];
      expect([...rising].sort((a, b) => a - b)).toEqual(rising);
      const decoded = decodeHistogram(latency.hdr)!;
      expect(decoded.total).toBe(latency.count);
      expect(percentileOf(decoded, 99)).toBe(latency.p99);
    }
  });

  test('latency from the due instant is never below that from the send', () => {
    for (const [name, fromSend] of Object.entries(clean.latencyFromSendUs))
      expect(clean.latencyUs[name]!.mean).toBeGreaterThanOrEqual(fromSend.mean);
  });

  test('messages by method and status, ladder lines with their counters', () => {
    expect(clean.messages.byMethod.BYE).toEqual({ sent: clean.calls.started, received: 0 });
    expect(clean.messages.byStatus['180']).toEqual({ sent: 0, received: clean.calls.started });
    expect(clean.ladder[0]!.lines[2]).toMatchObject({
      from: 'callee',
      label: '180 Ringing',
      received: clean.calls.started,
    });
  });

  test('rules carry section and level; an unknown rule does not lose the run', () => {
    expect(troubled.rules.violations[0]).toMatchObject({
      id: 'via-echo',
      rfc: 3261,
      section: '8.2.6.2',
      level: 'MUST',
    });
  });

  test('a lost worker is named', () => {
    expect(sampleRun('clean', 3, 50, true).generator).toMatchObject({ workers: 2, lostWorkers: [1] });
  });

  test('every timer and ratio shown has a definition', () => {
    for (const name of [...Object.keys(troubled.latencyUs), ...Object.keys(troubled.ratios)])
      expect(troubled.definitions[name]?.text).toBeTruthy();
  });
});

test('definitions of timers: rtt of any method, .sent of any timer, null for what is none', () => {
  expect(definitionOf('rtt.REFER')!.text).toContain('REFER');
  expect(definitionOf('srd.sent')).toMatchObject({ unit: 'µs', source: 'RFC 6076 §4.3' });
  expect(definitionOf('nonsense')).toBeNull();
  expect(definitionOf('constructor')).toBeNull();
  expect(definitionOf('nonsense.sent')).toBeNull();
});

test('no worker at all still makes a summary of zeros', () => {
  const measured = measure({
    totals: merge([], 2),
    programs: [PROGRAM],
    methodNames: [],
    startWindowS: 0,
    rules: [],
    io: 'dgram',
    rcvbufBytes: 0,
    localAddresses: [],
    cpuUs: null,
    saturated: false,
    saturatedReasons: [],
  });
  expect(measured).toMatchObject({
    calls: { started: 0 },
    rate: { achievedCps: 0 },
    generator: { workers: 2, lostWorkers: [0, 1], busyFraction: null },
  });
});

describe('the live view', () => {
  test('is empty before there is data', () => {
    const live = liveOf(merge([], 1), [PROGRAM], null);
    expect(live).toMatchObject({ started: 0, p50Us: null, intervalCps: null, failure: '' });
    expect(live.ladder[0]!.lines).toHaveLength(PROGRAM.ladder.length);
  });

  test('takes srd where the flow has it, else the first other timer', () => {
    const view = (...series: string[]) => {
      const recorder = new Recorder();
      for (const [i, name] of series.entries()) recorder.record(recorder.series(name), 100 * (i + 1));
      const totals = merge([{ ...EMPTY, histograms: recorder.snapshot() }], 1);
      return liveOf(totals, [PROGRAM], intervalOf(null, totals));
    };
    expect(view('lag', 'rtt.INFO', 'srd')).toMatchObject({
      timer: 'srd',
      p50Us: 300,
      intervalP50Us: 300,
      lagP99Us: 100,
    });
    expect(view('lag', 'rtt.OPTIONS.sent', 'rtt.OPTIONS')).toMatchObject({
      timer: 'rtt.OPTIONS',
      p50Us: 300,
      intervalP99Us: 300,
    });
    expect(view('rtt.INFO', 'rrd')).toMatchObject({ timer: 'rrd', p50Us: 200 });
  });
});

const EMPTY: Snapshot = {
  type: 'snapshot',
  index: 0,
  final: true,
  atUs: 1e6,
  counters: new Float64Array(COUNTER_COUNT),
  planned: 0,
  methodCounts: new Float64Array(0),
  statusCounts: new Float64Array(0),
  lineCounts: [],
  histograms: [],
  failures: [],
  discarded: [],
  rules: [],
  sendErrors: {},
  connections: {},
  slots: { transactions: 0, calls: 0, chunkBytes: 0, connections: 0 },
  refusedBy: [],
  heard: false,
};
