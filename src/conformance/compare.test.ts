// Results of several servers side by side.
import { expect, it } from 'vitest';
import { sampleResult } from '../../tests/samples/conformance.ts';
import { compareResults } from './compare.ts';

it('has a row for each case of any run, by RFC and section, and says which differ', () => {
  const rows = compareResults([
    [sampleResult('rfc3261/10.3/a', 'pass'), sampleResult('rfc3261/8.2/b', 'fail', { actual: '200', known: 'bug 7' })],
    [
      sampleResult('rfc3261/8.2/b', 'fail'),
      sampleResult('rfc3262/3/c', 'pass'),
      sampleResult('rfc3261/10.3/a', 'skip'),
    ],
  ]);
  expect(rows.map(({ id, differs }) => [id, differs])).toEqual([
    ['rfc3261/8.2/b', false],
    ['rfc3261/10.3/a', true],
    ['rfc3262/3/c', true],
  ]);
  expect(rows[0]!.cells[0]).toEqual({ verdict: 'fail', expected: '', actual: '200', known: 'bug 7' });
  expect(rows[2]!.cells).toEqual([null, { verdict: 'pass', expected: '', actual: '', known: '' }]);
});

it.each([
  ['broken', ['pass', 'fail', 'skip']],
  ['broken', ['fail', 'fail']],
  ['missed', ['pass', 'non-strict', 'inconclusive']],
  ['unlike', ['pass', 'unsupported', 'skip']],
  ['some', ['pass', 'skip', 'pass']],
  ['same', ['pass', 'pass']],
  ['same', ['skip', 'skip']],
] as const)('%s: %j', (kind, verdicts) => {
  const [row] = compareResults(verdicts.map((verdict) => [sampleResult('rfc3261/8.2/b', verdict)]));
  expect(row!.kind).toBe(kind);
});

it('a case that a run has not is as one that was left out', () => {
  const [row] = compareResults([[sampleResult('rfc3261/8.2/b', 'pass')], []]);
  expect(row!.kind).toBe('some');
});
