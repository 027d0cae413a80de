// The four flows between two engines in virtual time: what is sent, what is counted, and that nothing stays behind. No faults here.
import { describe, expect, it } from 'vitest';
import { FLOWS, LADDERS } from '../../tests/virtual/ladders.ts';
import { CALLEE_PORT, counter, counts, held, lines, NOTHING_HELD, Pair, violations } from '../../tests/virtual/pair.ts';

const ALL_WELL = { started: 1, succeeded: 1, failed: 0, dropped: 0, unexpected: 0 };

describe.each(FLOWS)('%s between two engines', (flow) => {
  it('has its messages once each, from the right end; both ends are content and hold nothing afterwards', () => {
    const pair = new Pair({ flow }).run();
    expect(pair.kinds()).toEqual(LADDERS[flow]);
    for (const { kind, fromPort } of pair.link.log)
      expect([kind, fromPort === CALLEE_PORT]).toEqual([kind, isCallees(kind)]);
    for (const end of [pair.caller, pair.callee]) {
      expect(counts(end)).toEqual(ALL_WELL);
      expect(violations(end)).toEqual([]);
      expect(held(end)).toEqual(NOTHING_HELD);
      for (const name of [
        'RETRANSMITTED',
        'RETRANSMISSIONS_RECEIVED',
        'STRAY',
        'MALFORMED',
        'UNSENT',
        'REFUSED',
      ] as const)
        expect([name, counter(end, name)]).toEqual([name, 0]);
    }
  });

  it('is counted line by line alike by the end that sends and the end that receives', () => {
    const pair = new Pair({ flow, calls: 20 }).run();
    expect(lines(pair.callee, 'RECEIVED')).toEqual(lines(pair.caller, 'SENT'));
    expect(lines(pair.caller, 'RECEIVED')).toEqual(lines(pair.callee, 'SENT'));
    const once = pair.caller!.e.programs[0]!.ladder.map(({ from, optional, label }) =>
      from === null || (optional && label.startsWith('100')) ? 0 : 20,
    );
    expect(lines(pair.caller, 'SENT').map((n, i) => n + lines(pair.caller, 'RECEIVED')[i]!)).toEqual(once);
  });

  it('holds calls, transactions and timers while it runs, so that the check for leaks can fail', () => {
    const pair = new Pair({ flow }).run(1_500);
    expect(held(pair.caller)).toMatchObject({ calls: 1, callsWithSerial: 1, transactions: 1, timers: true });
    expect(held(pair.caller).chunkBytes).toBeGreaterThan(0);
    expect(held(pair.callee)).toMatchObject({ transactions: 1, serverKeys: 1, timers: true });
  });

  it('keeps no end busy after its call but for the timers that absorb retransmissions', () => {
    const pair = new Pair({ flow }).run();
    const lastUs = pair.link.log.at(-1)!.atUs;
    // RFC 3261 §17, RFC 6026 §8: Timers D, I, J, K, L and M end 64·T1 after the last message at the latest.
    expect(pair.now[0]! - lastUs).toBeLessThanOrEqual(32_001_000);
  });
});

function isCallees(kind: string): boolean {
  return (/^\d/.test(kind) && kind !== '200 NOTIFY') || kind === 'NOTIFY';
}
