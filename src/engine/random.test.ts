// Hundreds of calls over a link that loses, doubles and delays at random, from a seed: every call ends and is counted once, nothing leaks, nobody is blamed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLOWS, type FlowName } from '../../tests/virtual/ladders.ts';
import type { Faults } from '../../tests/virtual/link.ts';
import { counter, counts, failures, held, NOTHING_HELD, Pair, violations } from '../../tests/virtual/pair.ts';
import { Random } from '../time/random.ts';

interface Weather {
  readonly seed: number;
  /** Parts of all datagrams. */
  readonly loss: number;
  readonly doubling: number;
  readonly delay: number;
  readonly longestDelayUs: number;
}

function weather({ seed, loss, doubling, delay, longestDelayUs }: Weather): Faults {
  const random = new Random(seed);
  const draw = () => (random.bits() >>> 0) / 2 ** 32;
  const late = () => (draw() < delay ? draw() * longestDelayUs : 0);
  return () => {
    if (draw() < loss) return [];
    return draw() < doubling ? [late(), late()] : [late()];
  };
}

const CALLS = 200;
const share = fc.double({ min: 0.05, max: 0.2, noNaN: true });
const anyFlow = fc.constantFrom<FlowName>(...FLOWS);
const anyHoldUs = fc.constantFrom(0, 700_000, 5_000_000);

function play(flow: FlowName, holdUs: number, faults: Faults): Pair {
  return new Pair({ flow, calls: CALLS, rateCps: 40, holdUs, faults }).run();
}

/** Every start has an end, for a reason that has a name, and nothing is held. */
function expectAllAccounted(pair: Pair): void {
  for (const end of [pair.caller, pair.callee]) {
    const { started, succeeded, failed, dropped } = counts(end);
    expect(succeeded + failed).toBe(started);
    expect(dropped).toBe(0);
    const named = failures(end).map((line) => /^(\d+) (timeout|unexpected|cancelled|protocol|flow): ?/.exec(line));
    expect(named.reduce((n, match) => n + Number(match?.[1] ?? 0), 0)).toBe(failed);
    expect(counter(end, 'MALFORMED')).toBe(0);
    expect(counter(end, 'UNSENT')).toBe(0);
    expect(held(end)).toEqual(NOTHING_HELD);
  }
  expect(counts(pair.caller).started).toBe(CALLS);
}

describe('200 calls over a bad link', () => {
  it('RFC 3261 §17: end one by one, with nothing left and no rule broken', () => {
    fc.assert(
      fc.property(anyFlow, anyHoldUs, fc.nat(), share, share, share, (flow, holdUs, seed, loss, doubling, delay) => {
        const pair = play(flow, holdUs, weather({ seed, loss, doubling, delay, longestDelayUs: 3_000_000 }));
        expectAllAccounted(pair);
        expect(violations(pair.caller)).toEqual([]);
        expect(violations(pair.callee)).toEqual([]);
      }),
      { seed: 3261, numRuns: 40 },
    );
  });

  it('RFC 3261 §17.2.1: also when messages outlive the transactions they belong to', () => {
    fc.assert(
      fc.property(anyFlow, fc.nat(), share, (flow, seed, delay) => {
        const faults = weather({ seed, loss: 0.1, doubling: 0.1, delay, longestDelayUs: 100_000_000 });
        expectAllAccounted(play(flow, 0, faults));
      }),
      { seed: 6026, numRuns: 20 },
    );
  });

  it('RFC 3261 §17: most calls survive a loss of 5 %', () => {
    for (const flow of FLOWS) {
      const faults = weather({ seed: 7, loss: 0.05, doubling: 0, delay: 0, longestDelayUs: 0 });
      expect([flow, counts(play(flow, 0, faults).caller).succeeded]).toEqual([flow, CALLS]);
    }
  });

  it('is the same run for the same seed', () => {
    const options = { seed: 11, loss: 0.2, doubling: 0.2, delay: 0.2, longestDelayUs: 3_000_000 };
    const [a, b] = [0, 1].map(() => play('prack-info-refer', 0, weather(options)).sent());
    expect(a).toEqual(b);
  });
});
