// Transactions over a stream, in virtual time: nothing is repeated, nobody lingers, and what is end to end is repeated all the same (RFC 3261 §17, §13.3.1.4).
import { describe, expect, it } from 'vitest';
import { FLOWS as LADDER_FLOWS, LADDERS } from '../../tests/virtual/ladders.ts';
import type { Faults } from '../../tests/virtual/link.ts';
import {
  CALLEE_PORT,
  counter,
  counts,
  failures,
  held,
  NOTHING_HELD,
  Pair,
  restOfCaller,
  violations,
} from '../../tests/virtual/pair.ts';
import { listFlows } from '../flow/find.ts';
import { FAULT } from '../transport/transport.ts';

const S = 1_000_000;

function never(...kinds: string[]): Faults {
  return ({ kind }) => (kinds.includes(kind) ? [] : [0]);
}

function expectNothingHeld(pair: Pair): void {
  for (const end of [pair.caller, pair.callee]) if (end !== null) expect(held(end)).toEqual(NOTHING_HELD);
}

describe('timers', () => {
  it.each([
    ['basic', 'INVITE'],
    ['options', 'OPTIONS'],
  ])('RFC 3261 §17.1.1.2, §17.1.2.2: %s: Timers A and E are not started, Timers B and F are', (flow, method) => {
    const pair = new Pair({ flow, stream: true, ends: ['caller'] }).run(32 * S - 1);
    expect(counts(pair.caller)).toMatchObject({ failed: 0 });
    pair.run(32 * S);
    expect(failures(pair.caller)).toEqual([`1 timeout: no response to ${method} within 32 s`]);
    expect(pair.sent()).toEqual([{ kind: method, s: 0 }]);
    pair.run();
    expectNothingHeld(pair);
  });

  it('RFC 3261 §17.1.2.2, §17.2.2: Timers J and K are zero', () => {
    const pair = new Pair({ flow: 'options', stream: true }).run();
    expect(counts(pair.caller)).toMatchObject({ succeeded: 1 });
    expectNothingHeld(pair);
    expect(pair.now[0]).toBeLessThan(0.1 * S);
  });

  it('RFC 3261 §17.1.1.2, §17.2.1: Timers D, G and I: a refused INVITE leaves nothing behind once it is acknowledged', () => {
    const pair = new Pair({ flow: 'cancel', stream: true }).run();
    expect(counts(pair.caller)).toMatchObject({ succeeded: 1 });
    expectNothingHeld(pair);
    expect(pair.kinds()).toEqual(LADDERS.cancel);
    expect(pair.now[0]! - pair.link.log.at(-1)!.atUs).toBeLessThan(0.1 * S);
  });

  it('RFC 3261 §13.3.1.4: the 2xx to an INVITE is retransmitted until its ACK on a stream, too', () => {
    const pair = new Pair({ flow: 'basic', stream: true, faults: never('ACK') }).run(40 * S);
    const finals = pair.sent(CALLEE_PORT).filter(({ kind }) => kind === '200 INVITE');
    expect(finals).toHaveLength(11);
    expect(failures(pair.callee)[0]).toMatch(/no ACK for the 2xx/);
    pair.run();
    expectNothingHeld(pair);
  });
});

describe('flows', () => {
  it.each(LADDER_FLOWS)('%s has its messages once each', (flow) => {
    expect(new Pair({ flow, stream: true }).run().kinds()).toEqual(LADDERS[flow]);
  });

  const ALL = listFlows().map(({ name }) => name);
  const play = (flow: string, faults?: Faults) =>
    new Pair({
      flow: { caller: flow, callee: 'reference' },
      stream: true,
      holdUs: S,
      ...(faults === undefined ? {} : { faults }),
    }).run();

  function expectWell(pair: Pair, what: string): void {
    expect([what, failures(pair.caller), failures(pair.callee)]).toEqual([what, [], []]);
    expect(counts(pair.caller)).toEqual({ started: 1, succeeded: 1, failed: 0, dropped: 0, unexpected: 0 });
    for (const end of [pair.caller, pair.callee]) {
      expect([what, violations(end)]).toEqual([what, []]);
      expect([what, counter(end, 'RETRANSMITTED')]).toEqual([what, 0]);
      expect(held(end)).toMatchObject({ ...NOTHING_HELD, chunkBytes: expect.any(Number) });
    }
    expect(held(pair.caller)).toEqual(restOfCaller(pair));
  }

  it.each(ALL)('%s: nothing sent twice, no rule broken, nothing held', (flow) => {
    expectWell(play(flow), flow);
  });

  it.each(ALL)('%s: a message that is overtaken by others, as by those of another connection, is not lost', (flow) => {
    for (const late of play(flow).link.log) {
      const slow: Faults = ({ fromPort, kind, nth }) =>
        fromPort === late.fromPort && kind === late.kind && nth === late.nth ? [100_000] : [0];
      expectWell(play(flow, slow), `${late.fromPort} ${late.kind} ${late.nth}`);
    }
  });
});

describe('a connection that breaks', () => {
  it.each([
    [FAULT.REFUSED, 'connection refused'],
    [FAULT.RESET, 'connection reset by the peer'],
    [FAULT.STALLED, 'the peer has read nothing for 32 s'],
    [FAULT.UNREADABLE, 'what came on the connection could not be read'],
  ])('fault %i: RFC 3261 §17.1.4: its requests fail at once, by name', (fault, text) => {
    const pair = new Pair({ flow: 'basic', stream: true, ends: ['caller'], calls: 5, rateCps: 1_000 }).run(0.5 * S);
    const { e } = pair.caller!;
    e.transport.broken.set(e.targetPeer, fault);
    pair.caller!.loop.slice();
    expect(failures(pair.caller)).toEqual([`5 transport: ${text} for INVITE`]);
    pair.run();
    expectNothingHeld(pair);
  });

  it('leaves the requests of other connections alone', () => {
    const pair = new Pair({ flow: 'basic', stream: true, ends: ['caller'], calls: 2 }).run(0.5 * S);
    const { e } = pair.caller!;
    e.transport.broken.set(e.targetPeer + 1, FAULT.RESET);
    pair.caller!.loop.slice();
    expect(counts(pair.caller)).toMatchObject({ failed: 0 });
    expect(e.transport.broken.size).toBe(0);
  });
});
