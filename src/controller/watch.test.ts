// A worker that says nothing for too long is named once; the clock is the test's own.
import { expect, it } from 'vitest';
import { Watch } from './watch.ts';

it('names a worker that has been silent, once', () => {
  const watch = new Watch();
  watch.heard(0, 0);
  watch.heard(1, 0);
  expect(watch.silent(20_000)).toEqual([]);
  watch.heard(1, 15_000);
  expect(watch.silent(20_001)).toEqual([0]);
  expect(watch.silent(30_000)).toEqual([]);
  expect(watch.silent(35_001)).toEqual([1]);
  expect(watch.silent(1e9)).toEqual([]);
});

it('does not wait for one that has ended', () => {
  const watch = new Watch();
  watch.heard(0, 0);
  watch.ended(0);
  watch.ended(7);
  expect(watch.silent(1e9)).toEqual([]);
});

it('hears a worker again that was named', () => {
  const watch = new Watch();
  watch.heard(0, 0);
  expect(watch.silent(50_000)).toEqual([0]);
  watch.heard(0, 60_000);
  expect(watch.silent(70_000)).toEqual([]);
  expect(watch.silent(80_001)).toEqual([0]);
});
