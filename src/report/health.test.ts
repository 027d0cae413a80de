// What the page says of the generator's own health. Never judges what the verdict does not.

import { expect, test } from 'vitest';
import { sampleRun } from '../../tests/samples/run.ts';
import { healthOf } from './health.ts';

function busyRow(seconds: number, busyFraction: number) {
  const run = sampleRun('clean', seconds, 100);
  return healthOf({ ...run, elapsedS: seconds, generator: { ...run.generator, busyFraction } }).find(
    (row) => row.name === 'Busiest worker',
  );
}

test('a busy worker is held against the generator, but not in a run that was all start-up', () => {
  expect(busyRow(20, 0.3)).toMatchObject({ good: true });
  expect(busyRow(20, 0.97)).toMatchObject({ good: false, value: '97 % busy' });
  expect(busyRow(1, 0.97)).toMatchObject({ good: null, value: '97 % busy' });
  expect(busyRow(1, 0.3)).toMatchObject({ good: true });
});
