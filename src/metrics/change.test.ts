// Bounds on the change between two runs.
import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../tests/samples/run.ts';
import { evaluateChanges, parseChange, relativeChange } from './change.ts';
import type { Measured } from './summary.ts';

describe('is read', () => {
  it.each([
    ['srd.p99 > +10%', { metric: 'srd.p99', unit: 'us', comparison: '>', amount: 10, relative: true }],
    ['srd.p99>=+5ms', { metric: 'srd.p99', unit: 'us', comparison: '>=', amount: 5_000, relative: false }],
    ['calls.failed > +0', { metric: 'calls.failed', unit: 'count', comparison: '>', amount: 0, relative: false }],
    ['rate.achievedCps < -5 %', { metric: 'rate.achievedCps', unit: 'cps', amount: -5, relative: true }],
    ['failed.rate > +0.5pp', { metric: 'failed.rate', unit: 'percent', amount: 0.5, relative: false }],
  ])('%s', (text, read) => {
    expect(parseChange(text)).toMatchObject(read);
  });

  it.each([
    ['srd.p99 > 10%', 11, /a change has a sign: write \+10%/],
    ['> +10%', 1, /a metric must come first/],
    ['srd.p99 +10%', 9, /one of < <= > >= must follow srd\.p99/],
    ['srd.p98 > +10%', 5, /"p98" is not a column of srd/],
    ['failed.rate > +1', 16, /by % of itself or by pp/],
    ['srd.p99 > +5', 13, /a latency needs a unit/],
    ['srd.p99 > +', 12, /a limit is missing/],
  ])('or refused with its column: %s', (text, column, what) => {
    expect(() => parseChange(text)).toThrow(expect.objectContaining({ column, message: expect.stringMatching(what) }));
  });
});

const run = sampleRun('clean', 20, 100);
function slower(factor: number): Measured {
  const srd = run.latencyUs.srd!;
  return { ...run, latencyUs: { ...run.latencyUs, srd: { ...srd, p99: srd.p99 * factor } } };
}
const crossed = (text: string, before: Measured, after: Measured) =>
  evaluateChanges([parseChange(text)], before, after)[0]!;

describe('is crossed', () => {
  it('by more than it says, and not by as much', () => {
    expect(crossed('srd.p99 > +10%', run, slower(1.11))).toMatchObject({ crossed: true, note: '' });
    expect(crossed('srd.p99 >= +25%', run, slower(1.25)).crossed).toBe(true);
    expect(crossed('srd.p99 > +25%', run, slower(1.25)).crossed).toBe(false);
    expect(crossed('srd.p99 > +10%', run, slower(0.5)).crossed).toBe(false);
    expect(crossed('srd.p99 < -40%', run, slower(0.5)).crossed).toBe(true);
  });

  it('from nothing to anything, whatever the percentage', () => {
    const failed = { ...run, calls: { ...run.calls, failed: 1 } };
    const none = { ...run, calls: { ...run.calls, failed: 0 } };
    expect(crossed('calls.failed > +900%', none, failed).crossed).toBe(true);
    expect(crossed('calls.failed > +0%', none, none).crossed).toBe(false);
  });

  it('when a run has no such number, and it says which', () => {
    expect(crossed('rrd.p99 > +10%', run, run)).toMatchObject({
      crossed: true,
      before: null,
      note: expect.stringMatching(/^in the first run rrd has no data; series with data: /),
    });
  });
});

it('a change is a share of the first number', () => {
  expect([relativeChange(200, 250), relativeChange(200, 100), relativeChange(0, 0), relativeChange(0, 3)]).toEqual([
    25,
    -50,
    0,
    Number.POSITIVE_INFINITY,
  ]);
});
