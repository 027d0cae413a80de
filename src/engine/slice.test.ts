// How long the loop keeps the thread of a transport that blocks, in virtual time. Opens no socket.
import { expect, it } from 'vitest';
import { Pair } from '../../tests/virtual/pair.ts';

const SLICE_US = 100_000;

/** A callee that nobody calls, on a transport that blocks: waiting moves the clock. */
function idle() {
  const pair = new Pair({ flow: 'basic', ends: ['callee'] });
  const { e, loop } = pair.callee!;
  const waits: number[] = [];
  const wait = (us: number): void => {
    waits.push(us);
    pair.now[0]! += us;
  };
  Object.assign(e.transport, { blocking: true, sliceUs: SLICE_US, wait, nap: wait });
  return { loop, now: pair.now, waits };
}

it('the event loop gets its turn when the slice is over, and not before', () => {
  const { loop, now, waits } = idle();
  loop.slice();
  expect(now[0]).toBe(SLICE_US);
  loop.slice();
  expect(now[0]).toBe(2 * SLICE_US);
  expect(waits).toEqual([SLICE_US, SLICE_US]);
});

it('a slice ends where the next snapshot is due', () => {
  const { loop, now } = idle();
  loop.slice(30_000);
  expect(now[0]).toBe(30_000);
  loop.slice(1_000_000);
  expect(now[0]).toBe(30_000 + SLICE_US);
});

it('a slice that begins late waits for nothing', () => {
  const { loop, now, waits } = idle();
  now[0] = 50_000;
  loop.slice(40_000);
  expect(waits).toEqual([]);
});
