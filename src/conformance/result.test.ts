// From results to verdict and exit code.
import { expect, it } from 'vitest';
import type { Case } from './case.ts';
import { countsOf, judge, type RunResult, resultOf } from './result.ts';
import { VERDICTS, type Verdict } from './verdict.ts';

const CASE: Case = {
  id: 'rfc3261/8.2/x',
  title: 'A title that says what is required',
  req: [],
  level: 'MUST',
  role: 'uas',
  methods: ['OPTIONS'],
  run: async () => {},
};

function run(verdicts: readonly Verdict[], rest: Partial<RunResult> = {}): RunResult {
  return {
    results: verdicts.map((verdict) => resultOf(CASE, { verdict, actual: '' })),
    unreachable: null,
    killedBy: [],
    interrupted: false,
    elapsedS: 1,
    messages: { sent: {}, received: {} },
    rules: { messagesChecked: 0, violations: [] },
    ...rest,
  };
}

it.each([
  ['a pass', run(['pass', 'skip', 'inconclusive', 'info', 'unsupported']), false, 'pass', 0],
  ['a failure', run(['pass', 'fail']), false, 'fail', 3],
  ['non-strict', run(['non-strict']), false, 'pass', 0],
  ['non-strict with --strict', run(['pass', 'non-strict']), true, 'fail', 3],
  ['an error of ours, before all else', run(['fail', 'error'], { killedBy: ['x'] }), false, 'inconclusive', 1],
  ['nothing at all', run([]), false, 'inconclusive', 5],
  ['nothing judged', run(['skip', 'inconclusive', 'info', 'unsupported']), false, 'inconclusive', 5],
  ['a target that is not there', run(['inconclusive'], { unreachable: 'no answer' }), false, 'inconclusive', 5],
  ['a server that died, before a failure', run(['pass', 'fail'], { killedBy: ['a'] }), false, 'inconclusive', 5],
  ['an interruption', run(['pass'], { interrupted: true }), false, 'inconclusive', 130],
  ['a failure, then an interruption', run(['fail'], { interrupted: true }), false, 'fail', 3],
] as const)('%s', (_, result, strict, verdict, exitCode) => {
  expect(judge(result, strict)).toMatchObject({ verdict, exitCode });
});

it('a known failure is borne; a fault of the gate is not', () => {
  const known = run(['fail', 'pass']);
  const results = known.results.map((one) => (one.verdict === 'fail' ? { ...one, known: 'bug 7' } : one));
  expect(judge({ ...known, results }, false)).toEqual({
    verdict: 'pass',
    exitCode: 0,
    reasons: ['1 known failure(s) borne by the baseline'],
  });
  expect(judge({ ...known, results }, false, ['unexpected pass: x'])).toMatchObject({ verdict: 'fail', exitCode: 3 });
  expect(judge(run(['skip']), false, ['unexpected pass: x'])).toMatchObject({ verdict: 'inconclusive', exitCode: 5 });
});

it('names what killed the server', () => {
  expect(judge(run(['fail'], { killedBy: ['a'] }), false).reasons.join()).toMatch(/stopped answering after a/);
  expect(judge(run(['fail'], { killedBy: ['a', 'b'] }), false).reasons.join()).toMatch(/after one of a, b.*--jobs 1/);
});

it('counts every verdict once', () => {
  const { cases, ...counts } = countsOf(run(VERDICTS).results);
  expect(cases).toBe(8);
  expect(Object.values(counts)).toEqual(VERDICTS.map(() => 1));
});

it('a target that answers no probe: the reasons say what to look at', () => {
  const { reasons } = judge(run(['inconclusive'], { unreachable: 'no answer' }), false);
  expect(reasons[0]).toBe('no claim: no answer');
  expect(reasons[1]).toMatch(/is it started.*probe: \{ method: INVITE, to: bob \}$/);
});
