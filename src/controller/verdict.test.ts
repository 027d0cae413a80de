// Every way in which what was seen of a run combines, and the one exit code that comes of it.
import { describe, expect, it } from 'vitest';
import { parseThreshold } from '../metrics/thresholds.ts';
import { type Evidence, EXIT, judge, withImplicit } from './verdict.ts';

const crossed = { expression: 'srd.p99<200ms', observed: 250_000, unit: 'us', passed: false, note: '' } as const;
const kept = { expression: 'srd.p99<200ms', observed: 100_000, unit: 'us', passed: true, note: '' } as const;

const GOOD: Evidence = {
  target: 'udp:127.0.0.1:5060',
  started: 100,
  planned: 100,
  heard: true,
  refusedBy: [],
  saturatedReasons: [],
  thresholds: [kept],
  signalExit: 0,
};

describe('judge', () => {
  it('passes a clean run', () => {
    expect(judge(GOOD)).toEqual({ verdict: 'pass', reasons: [], exitCode: 0 });
    expect(judge({ ...GOOD, thresholds: [] })).toEqual({ verdict: 'pass', reasons: [], exitCode: 0 });
  });

  // 5 before 4 before 99; a signal's own code only when none of them holds.
  const bits = [false, true];
  const all = bits.flatMap((silent) =>
    bits.flatMap((none) =>
      bits.flatMap((saturated) =>
        bits.flatMap((over) => ([0, 130, 143] as const).map((signal) => ({ silent, none, saturated, over, signal }))),
      ),
    ),
  );

  it.each(all)('silent $silent, no call $none, saturated $saturated, crossed $over, signal $signal', (c) => {
    const judged = judge({
      ...GOOD,
      started: c.none ? 0 : 100,
      heard: !c.silent,
      saturatedReasons: c.saturated ? ['the generator lagged'] : [],
      thresholds: [kept, ...(c.over ? [crossed] : [])],
      signalExit: c.signal,
    });
    const unjudgeable = c.none || c.silent;
    const expected = c.none && c.signal !== 0 ? c.signal : unjudgeable ? 5 : c.saturated ? 4 : c.over ? 99 : c.signal;
    expect(judged.exitCode).toBe(expected);
    expect(judged.verdict).toBe(unjudgeable || c.saturated ? 'inconclusive' : c.over ? 'fail' : 'pass');
    expect(judged.reasons.length > 0).toBe(judged.verdict !== 'pass');
    // What was the matter with the generator is said whatever else was the matter.
    expect(judged.reasons.includes('the generator lagged')).toBe(c.saturated);
  });

  it.each([null, 'udp:127.0.0.1:5060'])('zero calls never pass (target %s)', (target) => {
    for (const signalExit of [0, 130, 143])
      for (const heard of bits) {
        const judged = judge({ ...GOOD, target, started: 0, planned: 0, heard, signalExit, thresholds: [] });
        expect(judged.verdict).toBe('inconclusive');
        expect(judged.exitCode).not.toBe(0);
        expect(judged.reasons[0]).toBe('no call was made: nothing can be judged');
      }
  });

  it('says who refused', () => {
    const { reasons, exitCode } = judge({ ...GOOD, heard: false, refusedBy: ['127.0.0.1:9 (ICMP port unreachable)'] });
    expect(exitCode).toBe(EXIT.UNREACHABLE);
    expect(reasons).toEqual([
      'no SIP message came from udp:127.0.0.1:5060: nothing listens at 127.0.0.1:9 (ICMP port unreachable); nothing can be said about it',
    ]);
  });

  it('an answering end that heard calls does not ask for a target', () => {
    expect(judge({ ...GOOD, target: null, heard: true, thresholds: [] }).exitCode).toBe(0);
  });

  it('names every threshold that was crossed, with its note', () => {
    const note = { ...crossed, expression: 'rrd.p99<1s', observed: null, note: 'rrd has no data' };
    expect(judge({ ...GOOD, thresholds: [crossed, kept, note] })).toEqual({
      verdict: 'fail',
      reasons: ['threshold crossed: srd.p99<200ms', 'threshold crossed: rrd.p99<1s (rrd has no data)'],
      exitCode: 99,
    });
  });
});

describe('EXIT', () => {
  it('is the published list', () => {
    expect(EXIT).toEqual({
      PASS: 0,
      INTERNAL: 1,
      USAGE: 2,
      CONFORMANCE: 3,
      INCONCLUSIVE: 4,
      UNREACHABLE: 5,
      THRESHOLD: 99,
      SIGINT: 130,
      SIGTERM: 143,
    });
  });
});

describe('withImplicit', () => {
  const of = (...expressions: string[]) => withImplicit(expressions.map(parseThreshold));

  it('a failed call is a failed run unless the user says how many may fail', () => {
    expect(of()).toEqual(['calls.failed<1']);
    expect(of('srd.p99<1s', 'calls.succeeded>10')).toEqual(['calls.failed<1']);
    expect(parseThreshold(of()[0]!).metric).toBe('calls.failed');
  });

  it.each(['calls.failed<5', 'failed.rate<1%', ' calls.failed <= 0', 'failed.rate < 0.5'])(
    '%s stands for it',
    (text) => {
      expect(of('srd.p99<1s', text)).toEqual([]);
    },
  );
});
