// The open model: instants against the integral of the rate, shards against the whole, the seed against itself.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Phase, Schedule } from './schedule.ts';

const hold = (rate: number, s: number): Phase => ({ fromCps: rate, toCps: rate, durationUs: s * 1e6 });
const ramp = (from: number, to: number, s: number): Phase => ({ fromCps: from, toCps: to, durationUs: s * 1e6 });

/** All arrivals: [number, due in µs]. */
function all(schedule: Schedule, limit = 100_000): [number, number][] {
  const out: [number, number][] = [];
  while (schedule.due[0] !== Number.POSITIVE_INFINITY && out.length < limit) {
    out.push([schedule.index, schedule.due[0]!]);
    schedule.advance();
  }
  return out;
}

/** Calls that the phases ask for up to `us`, by the area under the straight lines. */
function integral(phases: readonly Phase[], us: number): number {
  let calls = 0;
  let left = us / 1e6;
  for (const { fromCps, toCps, durationUs } of phases) {
    const s = Math.min(left, durationUs / 1e6);
    if (s <= 0) continue;
    const end = fromCps + ((toCps - fromCps) * s * 1e6) / durationUs;
    calls += ((fromCps + end) / 2) * s;
    left -= s;
  }
  return calls;
}

test('a constant rate: arrival k is due at k/rate, the first at 0', () => {
  const due = all(new Schedule([hold(4, 2)], 'uniform', 1, 0, 0, 1)).map(([, us]) => us);
  expect(due).toEqual([0, 250_000, 500_000, 750_000, 1_000_000, 1_250_000, 1_500_000, 1_750_000]);
});

test('errors do not add up: the ten millionth arrival is where it belongs', () => {
  const schedule = new Schedule([hold(30_000, Number.POSITIVE_INFINITY)], 'uniform', 1, 0, 9_999_999, 10_000_000);
  expect(schedule.index).toBe(9_999_999);
  expect(schedule.due[0]).toBeCloseTo((9_999_999 / 30_000) * 1e6, 3);
});

test('a ramp from 0: arrivals follow the square root of time', () => {
  const due = all(new Schedule([ramp(0, 10, 10)], 'uniform', 1, 0, 0, 1));
  expect(due).toHaveLength(50);
  for (const [k, us] of due) expect(us).toBeCloseTo(Math.sqrt(2 * k) * 1e6, 3);
});

test('nothing is due while the rate is 0', () => {
  const due = all(new Schedule([hold(0, 5), hold(2, 1), hold(0, 5), hold(2, 1)], 'uniform', 1, 0, 0, 1));
  expect(due.map(([, us]) => us / 1e6)).toEqual([5, 5.5, 11, 11.5]);
});

test('a number of calls ends a schedule, also one that never ends', () => {
  const schedule = new Schedule([hold(1, Number.POSITIVE_INFINITY)], 'uniform', 1, 3, 0, 1);
  expect(schedule.planned).toBe(3);
  expect(all(schedule)).toHaveLength(3);
  expect(new Schedule([hold(1, Number.POSITIVE_INFINITY)], 'uniform', 1, 0, 0, 1).planned).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(new Schedule([hold(10, 1)], 'uniform', 1, 3, 2, 4).planned).toBe(1);
  expect(new Schedule([hold(10, 1)], 'uniform', 1, 3, 3, 4).planned).toBe(0);
});

const phaseArb = fc
  .record({ from: fc.nat(400), to: fc.nat(400), ms: fc.integer({ min: 1, max: 2000 }) })
  .map(({ from, to, ms }) => ramp(from / 4, to / 4, ms / 1000));
const phasesArb = fc.array(phaseArb, { minLength: 1, maxLength: 6 });
const arrivalsArb = fc.constantFrom('uniform' as const, 'poisson' as const);

test('uniform: the integral up to arrival k is k, instants never go back, and all planned arrivals come', () => {
  fc.assert(
    fc.property(phasesArb, (phases) => {
      const schedule = new Schedule(phases, 'uniform', 1, 0, 0, 1);
      const planned = schedule.planned;
      const arrivals = all(schedule);
      const endUs = phases.reduce((sum, phase) => sum + phase.durationUs, 0);
      expect(arrivals).toHaveLength(planned);
      expect(Math.abs(planned - Math.ceil(integral(phases, endUs) - 1e-6))).toBe(0);
      let before = 0;
      for (const [k, us] of arrivals) {
        expect(Math.abs(integral(phases, us) - k)).toBeLessThan(1e-6);
        expect(us).toBeGreaterThanOrEqual(before);
        expect(us).toBeLessThan(endUs);
        before = us;
      }
    }),
  );
});

test('the shards together are exactly the whole, whatever their number', () => {
  fc.assert(
    fc.property(
      phasesArb,
      arrivalsArb,
      fc.integer(),
      fc.nat(80),
      fc.integer({ min: 1, max: 7 }),
      (phases, arrivals, seed, calls, n) => {
        const whole = all(new Schedule(phases, arrivals, seed, calls, 0, 1));
        const merged: [number, number][] = [];
        let planned = 0;
        for (let i = 0; i < n; i++) {
          const shard = new Schedule(phases, arrivals, seed, calls, i, n);
          const mine = all(shard);
          for (const [k] of mine) expect(k % n).toBe(i);
          expect(mine).toHaveLength(shard.planned);
          planned += shard.planned;
          merged.push(...mine);
        }
        merged.sort((a, b) => a[0] - b[0]);
        expect(merged).toEqual(whole);
        expect(planned).toBe(whole.length);
      },
    ),
  );
});

test('poisson: the seed decides, another seed differs', () => {
  const due = (seed: number) => all(new Schedule([hold(100, 5)], 'poisson', seed, 0, 0, 1));
  expect(due(7)).toEqual(due(7));
  expect(due(7)).not.toEqual(due(8));
  expect(due(7)).not.toEqual(due(-7));
  expect(due(7)).not.toEqual(due(7 + 2 ** 32));
});

test('poisson: gaps have the mean and the spread of an exponential, counts those of a Poisson process', () => {
  const due = all(new Schedule([hold(1000, 60)], 'poisson', 42, 0, 0, 1)).map(([, us]) => us);
  // 60,000 expected, standard deviation 245.
  expect(Math.abs(due.length - 60_000)).toBeLessThan(1000);
  let sum = 0;
  let squares = 0;
  for (let i = 1; i < due.length; i++) {
    const gap = due[i]! - due[i - 1]!;
    expect(gap).toBeGreaterThan(0);
    sum += gap;
    squares += gap * gap;
  }
  const mean = sum / (due.length - 1);
  const deviation = Math.sqrt(squares / (due.length - 1) - mean * mean);
  expect(mean / 1000).toBeCloseTo(1, 1);
  expect(deviation / mean).toBeCloseTo(1, 1);
});

test('poisson through a ramp: the second half of 0..r holds three quarters of the calls', () => {
  const due = all(new Schedule([ramp(0, 2000, 20)], 'poisson', 3, 0, 0, 1)).map(([, us]) => us);
  const late = due.filter((us) => us >= 10e6).length;
  expect(late / due.length).toBeCloseTo(0.75, 1);
});

test('misuse throws', () => {
  const make = (phases: Phase[], calls = 0, shard = 0, shards = 1) =>
    new Schedule(phases, 'uniform', 1, calls, shard, shards);
  expect(() => make([])).toThrow(/no phase/);
  expect(() => make([hold(-1, 1)])).toThrow(RangeError);
  expect(() => make([hold(Number.NaN, 1)])).toThrow(RangeError);
  expect(() => make([hold(1, Number.NaN)])).toThrow(RangeError);
  expect(() => make([hold(1, Number.POSITIVE_INFINITY), hold(1, 1)])).toThrow(/never ends, but/);
  expect(() => make([ramp(0, 5, Number.POSITIVE_INFINITY)])).toThrow(/one rate above 0/);
  expect(() => make([hold(0, Number.POSITIVE_INFINITY)])).toThrow(/one rate above 0/);
  expect(() => make([hold(1, 1)], 0, 2, 2)).toThrow(/shard 2 of 2/);
  expect(() => make([hold(1, 1)], 1.5)).toThrow(/1.5 calls/);
});

test('advance allocates nothing', () => {
  const phases = [ramp(1, 100_000, 10), hold(100_000, Number.POSITIVE_INFINITY)];
  for (const arrivals of ['uniform', 'poisson'] as const) {
    const schedule = new Schedule(phases, arrivals, 1, 0, 0, 2);
    const run = (count: number) => {
      for (let i = 0; i < count; i++) schedule.advance();
    };
    for (let i = 0; i < 20; i++) run(20_000); // until it is compiled
    const grown: number[] = [];
    for (let i = 0; i < 9; i++) {
      const before = process.memoryUsage().heapUsed;
      run(20_000);
      grown.push(process.memoryUsage().heapUsed - before);
    }
    // One boxed double per call would be 240 kB or more.
    grown.sort((a, b) => a - b);
    expect(grown[4]).toBeLessThan(100_000);
  }
});
