// Calls made from rows of a data file, in virtual time: in every order, with rows that run out and come back. No faults here.
import { describe, expect, it } from 'vitest';
import { CALLER_PORT, counter, counts, held, NOTHING_HELD, Pair } from '../../tests/virtual/pair.ts';
import { parseData } from '../controller/data.ts';
import type { WorkerConfig } from './protocol.ts';

const USERS = parseData('user\nu0\nu1\nu2\nu3\n', 'users.csv');

/** 12 calls, two a second, each up for three seconds: six at a time. */
function play(dataOrder: WorkerConfig['dataOrder'], load = {}): Pair {
  const caller = { data: USERS, dataOrder };
  return new Pair({ flow: 'basic', calls: 12, rateCps: 2, holdUs: 3_000_000, caller, load }).run();
}

/** The user of each INVITE, in order. */
function users(pair: Pair): string[] {
  return pair.log('INVITE').map(({ text }) => /^From: <sip:(\w+)@/m.exec(text)![1]!);
}

describe('rows of a data file', () => {
  it('come in turn', () => {
    expect(users(play('sequential'))).toEqual(['u0', 'u1', 'u2', 'u3', 'u0', 'u1', 'u2', 'u3', 'u0', 'u1', 'u2', 'u3']);
  });

  it('come at random, the same for the same seed', () => {
    const [a, b, c] = [1, 1, 5].map((seed) => users(play('random', { seed })));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('unique: a call that would need a row in use is dropped and said why; a row comes back when its call has ended', () => {
    const pair = play('unique');
    // Calls due at 0, 0.5, 1, 1.5 s take the four rows; those at 2, 2.5 s find none; the first row is free again after 3 s.
    expect(users(pair)).toEqual(['u0', 'u1', 'u2', 'u3', 'u0', 'u1', 'u2', 'u3']);
    expect(counts(pair.caller)).toMatchObject({ started: 8, succeeded: 8, failed: 0, dropped: 4 });
    expect(counter(pair.caller, 'ROWS_USED_UP')).toBe(4);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });

  it('unique: a call with several dialogs has one row, which comes back once', () => {
    const caller = { data: USERS, dataOrder: 'unique' as const };
    const flow = { caller: 'refer-attended', callee: 'reference' };
    const pair = new Pair({ flow, calls: 12, rateCps: 2, holdUs: 3_000_000, caller }).run();
    const byCall = new Map<string, string[]>();
    for (const { fromPort, text } of pair.log('INVITE')) {
      if (fromPort !== CALLER_PORT) continue;
      const user = /^From: <sip:(\w+)@/m.exec(text)![1]!;
      byCall.set(user, [...(byCall.get(user) ?? []), /^Call-ID: (.*)$/m.exec(text)![1]!]);
    }
    const { started, succeeded, dropped } = counts(pair.caller);
    expect([started, dropped]).toEqual([succeeded, 12 - succeeded]);
    expect(dropped).toBeGreaterThan(0);
    // Two dialogs for each call, both of its user; no user in two calls at a time.
    expect([...byCall.values()].flat()).toHaveLength(2 * started);
    expect(counter(pair.caller, 'CALLS_PEAK')).toBe(4);
    expect(counter(pair.caller, 'CALLS_CURRENT')).toBe(0);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });
});
