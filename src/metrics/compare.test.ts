// Two load runs side by side.
import { expect, it } from 'vitest';
import { sampleRun } from '../../tests/samples/run.ts';
import { compareLoad } from './compare.ts';

const clean = sampleRun('clean', 20, 100);
const troubled = sampleRun('troubled', 20, 100);

it('has a row for each timer and column of either run, with both numbers', () => {
  const { rows } = compareLoad(clean, troubled);
  const row = rows.find(({ metric }) => metric === 'srd.p99')!;
  expect(row).toEqual({
    metric: 'srd.p99',
    unit: 'us',
    before: clean.latencyUs.srd!.p99,
    after: troubled.latencyUs.srd!.p99,
    changePercent: expect.closeTo((troubled.latencyUs.srd!.p99 / clean.latencyUs.srd!.p99 - 1) * 100, 6),
  });
  expect(rows.find(({ metric }) => metric === 'calls.failed')).toMatchObject({
    unit: 'count',
    before: clean.calls.failed,
    after: troubled.calls.failed,
  });
});

it('a timer that one run lacks has no number there', () => {
  const { srd: _, ...rest } = troubled.latencyUs;
  const { rows } = compareLoad(clean, { ...troubled, latencyUs: rest });
  expect(rows.find(({ metric }) => metric === 'srd.p50')).toMatchObject({ after: null });
});

it('failures stand by reason, the largest difference first', () => {
  const failures = (counts: Record<string, number>) =>
    Object.entries(counts).map(([reason, count]) => ({ reason, count, example: '' }));
  const { failures: rows } = compareLoad(
    { ...clean, failures: failures({ 'a 503': 5, 'a timeout': 10 }) },
    { ...clean, failures: failures({ 'a timeout': 12, 'a 404': 90 }) },
  );
  expect(rows).toEqual([
    { reason: 'a 404', before: 0, after: 90 },
    { reason: 'a 503', before: 5, after: 0 },
    { reason: 'a timeout', before: 10, after: 12 },
  ]);
});
