// The verdict over runs side by side.
import { describe, expect, it } from 'vitest';
import { sampleConformance, sampleResult } from '../../tests/samples/conformance.ts';
import { sampleRun } from '../../tests/samples/run.ts';
import { parseChange } from '../metrics/change.ts';
import type { Summary } from '../metrics/summary.ts';
import { judgeComparison } from './comparing.ts';

const named = (...summaries: readonly Summary[]) => summaries.map((summary, i) => ({ name: 'ABCD'[i]!, summary }));
const clean: Summary = { ...sampleRun('clean', 20, 100), verdict: 'pass', reasons: [] };
const slow: Summary = {
  ...clean,
  latencyUs: { ...clean.latencyUs, srd: { ...clean.latencyUs.srd!, p99: clean.latencyUs.srd!.p99 * 2 } },
};
const bound = [parseChange('srd.p99 > +10%')];

describe('two load runs', () => {
  it.each([
    ['alike, without a bound', [clean, clean], [], 'pass', 0],
    ['slower, without a bound', [clean, slow], [], 'pass', 0],
    ['slower than the bound', [clean, slow], bound, 'fail', 99],
    ['faster', [slow, clean], bound, 'pass', 0],
    ['one of which is inconclusive', [{ ...clean, verdict: 'inconclusive' }, slow], bound, 'inconclusive', 4],
  ] as const)('%s', (_, runs, changes, verdict, exitCode) => {
    expect(judgeComparison(named(...runs), changes)).toMatchObject({ verdict, exitCode });
  });

  it('tell what makes them unlike', () => {
    const other = { ...clean, flow: 'cancel', rate: { ...clean.rate, offeredCps: 1 } };
    expect(judgeComparison(named(clean, other), []).notes).toEqual([
      `the flows differ: ${clean.flow} and cancel`,
      `the offered rates differ: ${clean.rate.offeredCps.toFixed(1)} and 1.0 calls/s`,
    ]);
    expect(judgeComparison(named(clean, clean), []).notes).toEqual([]);
  });
});

it('conformance runs: as many as there are; one that judged nothing is no claim', () => {
  const run = sampleConformance();
  expect(judgeComparison(named(run, run, run), [])).toMatchObject({ load: null, verdict: 'pass', exitCode: 0 });
  const nothing = sampleConformance([sampleResult('rfc3261/8.2/x', 'inconclusive')]);
  expect(judgeComparison(named(run, nothing), [])).toMatchObject({
    verdict: 'inconclusive',
    exitCode: 5,
    reasons: ['B: no case was judged'],
  });
});

describe('conformance runs tell what keeps them from being alike', () => {
  const run = sampleConformance();
  it.each([
    [
      'the version',
      { ...run, tool: { ...run.tool, version: '0.0.9' } },
      /different versions of busyhour.*B by 0\.0\.9/,
    ],
    [
      'the cases',
      sampleConformance([sampleResult('rfc3261/8.2.1/only-one', 'pass')]),
      /B was not asked 10 of the 11 cases/,
    ],
    [
      'a doubt',
      { ...run, verdict: 'inconclusive', reasons: ['the server stopped'] },
      /^B is inconclusive: the server s/,
    ],
    ['--strict', { ...run, conformance: { ...run.conformance, strict: true } }, /^only B ran with --strict/],
  ] as const)('%s', (_, other, told) => {
    expect(judgeComparison(named(run, other), []).notes).toContainEqual(expect.stringMatching(told));
  });

  it('and nothing where they are', () => {
    expect(judgeComparison(named(run, run), []).notes).toEqual([]);
  });
});

it.each([
  ['a load run and a conformance run', [clean, sampleConformance()], [], /A is a load run, B is a conformance run/],
  ['three load runs', [clean, clean, clean], [], /two at a time; 3 are given/],
  ['a bound on conformance runs', [sampleConformance(), sampleConformance()], bound, /--fail-on needs two load runs/],
] as const)('%s cannot be compared', (_, runs, changes, told) => {
  expect(() => judgeComparison(named(...runs), changes)).toThrow(told);
});
