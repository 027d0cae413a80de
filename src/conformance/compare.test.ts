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
  expect(rows[0]!.cells[0]).toEqual({ verdict: 'fail', actual: '200', known: 'bug 7' });
  expect(rows[2]!.cells).toEqual([null, { verdict: 'pass', actual: '', known: '' }]);
});
