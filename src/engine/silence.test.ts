// A peer that says nothing, from the start or from some message on: when the call gives up, by which name, and that it lets go of everything.
import { describe, expect, it } from 'vitest';
import type { Faults } from '../../tests/virtual/link.ts';
import {
  CALLEE_PORT,
  CALLER_PORT,
  counts,
  failures,
  held,
  NOTHING_HELD,
  Pair,
  type PairOptions,
} from '../../tests/virtual/pair.ts';

const S = 1_000_000;
/** One way on the link. */
const MS = 1_000;

/** Loses everything of some kinds. */
function never(...kinds: string[]): Faults {
  return ({ kind }) => (kinds.includes(kind) ? [] : [0]);
}

/** Loses all that comes from one end after its first messages of one kind have passed. */
function falls(port: number, after: string): Faults {
  let silent = false;
  return ({ fromPort, kind }) => {
    if (fromPort !== port) return [0];
    const fate = silent ? [] : [0];
    if (kind === after) silent = true;
    return fate;
  };
}

/** The end that fails does so at `atUs`, not a microsecond earlier. */
function expectFailure(options: PairOptions, who: 'caller' | 'callee', atUs: number, reason: string): Pair {
  const pair = new Pair(options).run(atUs - 1);
  expect(counts(pair[who])).toMatchObject({ started: 1, succeeded: 0, failed: 0 });
  pair.run(atUs);
  expect(counts(pair[who])).toMatchObject({ started: 1, succeeded: 0, failed: 1 });
  expect(failures(pair[who])).toEqual([`1 ${reason}`]);
  pair.run();
  for (const end of [pair.caller, pair.callee]) if (end !== null) expect(held(end)).toEqual(NOTHING_HELD);
  return pair;
}

describe('a peer that never speaks', () => {
  it('RFC 3261 §17.1.1.2: Timer B ends an INVITE after 64·T1, seven requests', () => {
    const pair = expectFailure(
      { flow: 'basic', ends: ['caller'] },
      'caller',
      32 * S,
      'timeout: no response to INVITE within 32 s',
    );
    expect(pair.sent()).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5].map((s) => ({ kind: 'INVITE', s })));
  });

  it('RFC 3261 §17.1.2.2: Timer F ends another request after 64·T1, eleven requests', () => {
    const pair = expectFailure(
      { flow: 'options', ends: ['caller'] },
      'caller',
      32 * S,
      'timeout: no response to OPTIONS within 32 s',
    );
    const seconds = [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];
    expect(pair.sent()).toEqual(seconds.map((s) => ({ kind: 'OPTIONS', s })));
  });

  it('many calls at a time all end, and every slot comes back', () => {
    const pair = new Pair({ flow: 'basic', ends: ['caller'], calls: 300, rateCps: 100 }).run();
    expect(counts(pair.caller)).toEqual({ started: 300, succeeded: 0, failed: 300, dropped: 0, unexpected: 0 });
    expect(failures(pair.caller)).toEqual(['300 timeout: no response to INVITE within 32 s']);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });
});

describe('a callee that falls silent', () => {
  it('RFC 3261 §9.1, §17.1.1.2: ringing without end is given up by the limit of the step, with a CANCEL', () => {
    // The INVITE is in Proceeding from 2 ms on, where Timer B means nothing.
    const reason = 'timeout: waited in vain for 200 OK';
    const pair = new Pair({ flow: 'basic', faults: falls(CALLEE_PORT, '180 INVITE') }).run();
    expect(failures(pair.caller)).toEqual([`1 ${reason}`]);
    expect(pair.instants('CANCEL')[0]).toBe(300.002);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3261 §9.1: 64·T1 after a CANCEL without any answer, the INVITE counts as cancelled', () => {
    const pair = new Pair({ flow: 'cancel', faults: falls(CALLEE_PORT, '180 INVITE') }).run();
    expect(counts(pair.caller)).toMatchObject({ succeeded: 0, failed: 1 });
    expect(failures(pair.caller)).toEqual([
      expect.stringMatching(/^1 timeout: no (final )?response to (CANCEL|INVITE) within 32 s$/),
    ]);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3261 §17.1.2.2: a BYE without an answer fails the call by Timer F', () => {
    const hold = 10 * S;
    expectFailure(
      { flow: 'basic', holdUs: hold, faults: never('200 BYE') },
      'caller',
      hold + 2 * MS + 32 * S,
      'timeout: no response to BYE within 32 s',
    );
  });

  it('RFC 3262 §4: a PRACK without an answer fails the call by Timer F, and the INVITE is cancelled', () => {
    const pair = expectFailure(
      { flow: 'prack-info-refer', faults: falls(CALLEE_PORT, '183 INVITE') },
      'caller',
      2 * MS + 32 * S,
      'timeout: no response to PRACK within 32 s',
    );
    expect(pair.instants('CANCEL')[0]).toBe(32.002);
  });

  it('RFC 3261 §15.1.1: an INFO without an answer fails the call, which is then ended by a BYE', () => {
    const pair = new Pair({ flow: 'prack-info-refer', holdUs: 0, faults: never('200 INFO') }).run();
    expect(failures(pair.caller)).toEqual(['1 timeout: no response to INFO within 32 s']);
    expect(pair.kinds()).toContain('BYE');
    expect(pair.kinds()).toContain('200 BYE');
    expect(failures(pair.callee)).toHaveLength(1);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });
});

describe('a caller that falls silent', () => {
  it('RFC 3261 §13.3.1.4: 64·T1 without an ACK ends the session by a BYE', () => {
    const pair = expectFailure(
      { flow: 'basic', faults: falls(CALLER_PORT, 'INVITE') },
      'callee',
      1 * MS + 32 * S,
      'timeout: no ACK for the 2xx to INVITE within 32 s (RFC 3261 §13.3.1.4)',
    );
    const byes = pair.log('BYE').filter(({ fromPort }) => fromPort === CALLEE_PORT);
    expect(byes[0]!.atUs).toBe(1 * MS + 32 * S);
    expect(pair.log('200 INVITE')).toHaveLength(11);
  });

  it('RFC 3262 §3: the 183 goes again at doubling intervals, and without a PRACK the INVITE is refused with a 5xx', () => {
    const pair = new Pair({ flow: 'prack-info-refer', faults: falls(CALLER_PORT, 'INVITE') }).run();
    const reason = '1 timeout: no PRACK for the reliable provisional within 32 s (RFC 3262 §3)';
    expect(failures(pair.callee)).toEqual([reason]);
    expect(pair.instants('183 INVITE')).toEqual([0.001, 0.501, 1.501, 3.501, 7.501, 15.501, 31.501]);
    expect(pair.kinds()).toContain('500 INVITE');
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3262 §3: the INVITE is refused 64·T1 after the first 183', () => {
    const pair = new Pair({ flow: 'prack-info-refer', faults: falls(CALLER_PORT, 'INVITE') }).run();
    expect(pair.instants('500 INVITE')[0]).toBe(32.001);
  });

  it('RFC 3261 §17.2.1: Timer H ends the wait for the ACK of a 487 after 64·T1', () => {
    expectFailure(
      { flow: 'cancel', faults: never('ACK') },
      'callee',
      3 * MS + 32 * S,
      'timeout: no ACK for the 487 to INVITE within 32 s (RFC 3261 §17.2.1)',
    );
  });

  it('a call held by nobody ends at the limit of the step', () => {
    const pair = new Pair({ flow: 'basic', faults: falls(CALLER_PORT, 'ACK') }).run();
    expect(failures(pair.callee)).toEqual(['1 timeout: waited in vain for BYE']);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });
});
