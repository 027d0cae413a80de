// What a user may write as a threshold, what the message says when it is wrong, and what is passed.

import { describe, expect, test } from 'vitest';
import { asMix, sampleRun } from '../../tests/samples/run.ts';
import type { Summary } from './summary.ts';
import { evaluateThresholds, parseThreshold, ThresholdError } from './thresholds.ts';

const clean: Summary = sampleRun('clean', 3, 100);

describe('parsing', () => {
  test.each([
    ['srd.p99<200ms', 'srd.p99', '<', 200_000, 'us'],
    ['setup.max<=1s', 'setup.max', '<=', 1_000_000, 'us'],
    ['  srd.p99.9 < 1.5 ms ', 'srd.p999', '<', 1500, 'us'],
    ['srd.p99.99<1m', 'srd.p9999', '<', 60_000_000, 'us'],
    ['srd.sent.p50<800us', 'srd.sent.p50', '<', 800, 'us'],
    ['rtt.INFO.p50<5ms', 'rtt.INFO.p50', '<', 5000, 'us'],
    ['basic/srd.p99<200ms', 'basic/srd.p99', '<', 200_000, 'us'],
    ['lag.max<10ms', 'lag.max', '<', 10_000, 'us'],
    ['srd.count>=1000', 'srd.count', '>=', 1000, 'count'],
    ['calls.failed<1', 'calls.failed', '<', 1, 'count'],
    ['failed.rate<0.1%', 'failed.rate', '<', 0.1, 'percent'],
    ['failed.rate<0.001', 'failed.rate', '<', 0.1, 'percent'],
    ['retransmitted.rate<=2%', 'retransmitted.rate', '<=', 2, 'percent'],
    ['ser>99.5%', 'ser', '>', 99.5, 'percent'],
    ['rate.achievedCps>=1900', 'rate.achievedCps', '>=', 1900, 'cps'],
  ])('%s', (text, metric, comparison, limit, unit) => {
    const threshold = parseThreshold(text);
    expect(threshold).toMatchObject({ expression: text.trim(), metric, comparison, unit });
    expect(threshold.limit).toBeCloseTo(limit, 9);
  });

  test.each([
    ['srd.p99<200', 12, 'a latency needs a unit: 200ms'],
    ['srd.p99<200msec', 12, '"msec" is not a unit of time; known: us ms s m'],
    ['sdr.p99<200ms', 1, 'did you mean srd.p99?'],
    ['srd.p98<200ms', 5, 'did you mean p9'],
    ['srd<200ms', 4, 'a column must follow srd; known: min mean p50'],
    ['srd.p99', 8, 'one of < <= > >= must follow srd.p99'],
    ['srd.p99=200ms', 8, '"=" is not a comparison'],
    ['srd.p99==200ms', 8, '"==" is not a comparison'],
    ['srd.p99<', 9, 'a limit is missing'],
    ['srd.p99<fast', 9, '"fast" is not a number'],
    ['<200ms', 1, 'a metric must come first'],
    ['call.failed<1', 1, 'did you mean calls.failed?'],
    ['calls.failed<1%', 15, 'plain number'],
    ['failed.rate<5', 13, '5%'],
    ['ser>99.5', 5, '99.5%'],
    ['rtt.p99<5ms', 8, 'a column must follow rtt.p99'],
    ['', 1, 'a metric must come first'],
    ['  sdr.p99<200ms', 3, 'did you mean srd.p99?'],
    ['constructor<1', 1, 'is not known'],
    ['srd.p99<1toString', 10, 'is not a unit of time'],
  ])('%s is refused at column %i', (text, column, message) => {
    let error: unknown;
    try {
      parseThreshold(text);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ThresholdError);
    expect((error as ThresholdError).message).toContain(message);
    expect((error as ThresholdError).message).toContain(`"${text}", column ${column}`);
    expect((error as ThresholdError).column).toBe(column);
  });
});

describe('evaluation', () => {
  const judge = (text: string, summary = clean) => evaluateThresholds([parseThreshold(text)], summary)[0]!;

  test('observed and passed', () => {
    const p99 = clean.latencyUs.srd!.p99;
    expect(judge('srd.p99<200ms')).toEqual({
      expression: 'srd.p99<200ms',
      observed: p99,
      unit: 'us',
      passed: true,
      note: '',
    });
    expect(judge('srd.p99<1us')).toMatchObject({ observed: p99, passed: false });
    expect(judge('srd.sent.p99<200ms').observed).toBe(clean.latencyFromSendUs.srd!.p99);
    expect(judge(`calls.started>=${clean.calls.started}`).passed).toBe(true);
    expect(judge(`calls.started>${clean.calls.started}`).passed).toBe(false);
    expect(judge(`calls.started<=${clean.calls.started}`).passed).toBe(true);
    expect(judge(`calls.started<${clean.calls.started}`).passed).toBe(false);
    expect(judge('ser>99.5%')).toMatchObject({ observed: 100, passed: true });
  });

  test('a series without data is not passed, and says so', () => {
    expect(judge('rtt.INFO.p50<5ms')).toEqual({
      expression: 'rtt.INFO.p50<5ms',
      observed: null,
      unit: 'us',
      passed: false,
      note: 'rtt.INFO has no data; series with data: lag sdd setup srd',
    });
  });

  test('a ratio or a share of nothing is not passed, and says so', () => {
    const idle = sampleRun('clean', 1, 0);
    expect(judge('ser>99%', idle)).toMatchObject({
      observed: null,
      passed: false,
      note: expect.stringContaining('no session was attempted'),
    });
    expect(judge('failed.rate<1%', idle)).toMatchObject({ observed: null, passed: false, note: 'no call was started' });
  });
});

describe('thresholds of one flow of a mix', () => {
  const mixed = asMix(clean);
  const observe = (text: string, run = mixed) => evaluateThresholds([parseThreshold(text)], run)[0]!;

  test('are held against that flow', () => {
    expect(observe('basic/srd.p99<9m')).toMatchObject({ passed: true, note: '' });
    expect(observe('basic/srd.count>=1').observed).toBe(mixed.flows[0]!.latencyUs.srd!.count);
  });

  test('are not passed without data, and say what there is', () => {
    expect(observe('options/srd.p99<1s')).toMatchObject({
      passed: false,
      note: 'options/srd has no data; series of options with data: none',
    });
    expect(observe('basci/srd.p99<1s').note).toBe('no flow of this run is called basci; flows: basic options');
  });

  test('mean the whole run where it has one flow', () => {
    const name = clean.flows[0]!.flow;
    expect(observe(`${name}/srd.p99<9m`, clean).observed).toBe(clean.latencyUs.srd!.p99);
  });

  test('are not taken from the send', () => {
    expect(() => parseThreshold('basic/srd.sent.p99<1s')).toThrow(ThresholdError);
  });
});
