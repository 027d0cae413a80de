// Several flows in one run, in virtual time: which call plays which, what is counted for each, and shards that together are the whole.
import { describe, expect, it } from 'vitest';
import { counts, failures, held, NOTHING_HELD, Pair, programOf, violations } from '../../tests/virtual/pair.ts';
import { smoothOrder } from '../flow/mix-order.ts';
import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';
import { FLOW, FLOW_COUNTERS } from '../metrics/counters.ts';

const NAMES = ['basic', 'options', 'cancel', 'prack-info-refer'] as const;
const WEIGHTS = [6, 3, 2, 1];

function play(options: { calls?: number; load?: object; faults?: Pair['link']['faults'] } = {}): Pair {
  const programs = NAMES.map((name) => programOf(name, 'caller', 1_000_000));
  return new Pair({
    flow: 'basic',
    calls: options.calls ?? 24,
    load: { order: smoothOrder(WEIGHTS), ...options.load },
    caller: {
      programs,
      target: { address: '127.0.0.1', port: 5_060, host: '127.0.0.1', users: ['a', 'b', 'ring', 'd'] },
    },
    // The reference server tells a call to be cancelled by its user, `ring`.
    callee: { server: true, programs: [REFERENCE_PROGRAM] },
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  }).run();
}

function started(pair: Pair, what: number = FLOW.STARTED): number[] {
  return NAMES.map((_, p) => pair.caller!.e.tally.flowCounts[p * FLOW_COUNTERS + what]!);
}

describe('a mix of flows', () => {
  it('plays each as often as its weight says, and each to its end', () => {
    const pair = play();
    expect(started(pair)).toEqual([12, 6, 4, 2]);
    expect(started(pair, FLOW.SUCCEEDED)).toEqual([12, 6, 4, 2]);
    expect(counts(pair.caller)).toEqual({ started: 24, succeeded: 24, failed: 0, dropped: 0, unexpected: 0 });
    for (const end of [pair.caller, pair.callee]) {
      expect(held(end)).toEqual(NOTHING_HELD);
      expect(violations(end)).toEqual([]);
    }
  });

  it('calls the user of each flow', () => {
    const uris = play({ calls: 12 })
      .kinds()
      .filter((kind) => kind === 'OPTIONS');
    expect(uris).toHaveLength(3);
    const invites = play({ calls: 12 }).log('INVITE');
    const users = invites.map(({ text }) => /^INVITE sip:(\w+)@/.exec(text)![1]!);
    expect(users.filter((user) => user === 'ring')).toHaveLength(2);
    expect(users.filter((user) => user === 'a')).toHaveLength(6);
    expect(users.filter((user) => user === 'd')).toHaveLength(1);
  });

  it('has latencies of each flow beside those of all', () => {
    const { recorder } = play().caller!.e;
    const totals = Object.fromEntries(recorder.snapshot().map(({ name, total }) => [name, total]));
    expect(totals).toMatchObject({ srd: 18, 'basic/srd': 12, 'cancel/srd': 4, 'prack-info-refer/srd': 2 });
    expect(totals).toMatchObject({ setup: 14, 'basic/setup': 12, 'options/rtt.OPTIONS': 6, 'basic/sdd': 12 });
  });

  it('is shared out by shards without a call more or less of any flow', () => {
    const parts = [0, 1, 2].map((shardIndex) => play({ load: { shardIndex, shardCount: 3 } }));
    const sum = NAMES.map((_, p) => parts.reduce((n, pair) => n + started(pair)[p]!, 0));
    expect(sum).toEqual([12, 6, 4, 2]);
  });

  it('counts a failed call for its flow, and the ACK of its refusal carries its own Request-URI and Call-ID', () => {
    const faults: Pair['link']['faults'] = ({ kind }) => (kind === 'OPTIONS' ? [] : [0]);
    const pair = play({ faults });
    expect(started(pair, FLOW.FAILED)).toEqual([0, 6, 0, 0]);
    expect(failures(pair.caller)).toEqual(['6 timeout: no response to OPTIONS within 32 s']);
    for (const { text } of pair.log('ACK')) {
      const id = /^Call-ID: (\S+)/m.exec(text)![1]!;
      const invite = pair.log('INVITE').find((one) => one.text.includes(id))!;
      const cancelled = /^INVITE sip:ring@/.test(invite.text);
      if (cancelled) expect(text).toMatch(/^ACK sip:ring@/);
    }
  });
});
