// One message of a call lost, doubled or late, for every message of every flow: what is sent again, and when. The call always completes.
import { describe, expect, it } from 'vitest';
import { FLOWS, type FlowName, LADDERS } from '../../tests/virtual/ladders.ts';
import type { Faults } from '../../tests/virtual/link.ts';
import {
  CALLEE_PORT,
  CALLER_PORT,
  counter,
  counts,
  held,
  lines,
  NOTHING_HELD,
  Pair,
  violations,
} from '../../tests/virtual/pair.ts';

const ALL_WELL = { started: 1, succeeded: 1, failed: 0, dropped: 0, unexpected: 0 };
const PORTS = [CALLER_PORT, CALLEE_PORT];

/** Does `what` to the first `count` messages of one kind. */
function first(kind: string, what: readonly number[], count = 1): Faults {
  return (sent) => (sent.kind === kind && sent.nth <= count ? what : [0]);
}

function expectWell(pair: Pair): void {
  for (const end of [pair.caller, pair.callee]) {
    expect(counts(end)).toEqual(ALL_WELL);
    expect(violations(end)).toEqual([]);
    expect(counter(end, 'STRAY')).toBe(0);
    expect(held(end)).toEqual(NOTHING_HELD);
  }
}

/** What was sent more than once: seconds from the first of its kind to each further one. */
function repeats(pair: Pair): Record<string, number[]> {
  const all = new Set(pair.kinds());
  const found: Record<string, number[]> = {};
  for (const kind of all) {
    const [start, ...again] = pair.instants(kind);
    if (again.length > 0) found[kind] = again.map((s) => Math.round((s - start!) * 1_000) / 1_000);
  }
  return found;
}

/** For each message that is lost once: what is sent again, in seconds after the first of its kind. */
const LOST: { readonly [F in FlowName]: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> } = {
  options: {
    // RFC 3261 §17.1.2.2: Timer E fires after T1.
    OPTIONS: { OPTIONS: [0.5] },
    // RFC 3261 §17.2.2: the repeated request has the final response sent again.
    '200 OPTIONS': { OPTIONS: [0.5], '200 OPTIONS': [0.5] },
  },
  basic: {
    // RFC 3261 §17.1.1.2: Timer A fires after T1.
    INVITE: { INVITE: [0.5] },
    // RFC 3261 §13.3.1.1: an unreliable provisional is sent once; the call does without it.
    '180 INVITE': {},
    // RFC 3261 §13.3.1.4: the 2xx goes again after T1, until its ACK comes; in Proceeding the INVITE does not.
    '200 INVITE': { '200 INVITE': [0.5] },
    // RFC 3261 §13.2.2.4: each 2xx that comes is acknowledged.
    ACK: { '200 INVITE': [0.5], ACK: [0.5] },
    BYE: { BYE: [0.5] },
    '200 BYE': { BYE: [0.5], '200 BYE': [0.5] },
  },
  cancel: {
    INVITE: { INVITE: [0.5] },
    // RFC 3261 §17.2.1: in Proceeding a repeated INVITE gets the latest provisional response again.
    '180 INVITE': { INVITE: [0.5], '180 INVITE': [0.5] },
    // RFC 3261 §9.1: a CANCEL is a non-INVITE request with a transaction of its own.
    CANCEL: { CANCEL: [0.5] },
    '200 CANCEL': { CANCEL: [0.5], '200 CANCEL': [0.5] },
    // RFC 3261 §17.2.1: Timer G sends the 487 again after T1.
    '487 INVITE': { '487 INVITE': [0.5] },
    // RFC 3261 §17.1.1.2: in Completed the repeated 487 has the ACK sent again.
    ACK: { '487 INVITE': [0.5], ACK: [0.5] },
  },
  'prack-info-refer': {
    INVITE: { INVITE: [0.5] },
    // RFC 3262 §3: the reliable 183 goes again after T1; the INVITE, still in Calling, also has it sent.
    '183 INVITE': { INVITE: [0.5], '183 INVITE': [0.5, 0.5] },
    // RFC 3262 §4: a repeated reliable provisional gets no PRACK of its own; Timer E sends the one there is.
    PRACK: { '183 INVITE': [0.5], PRACK: [0.5] },
    // The flow's ACK waits for the 200 of the PRACK, so that the 200 of the INVITE is sent again, too.
    '200 PRACK': { PRACK: [0.5], '200 PRACK': [0.5], '200 INVITE': [0.5], ACK: [0] },
    '200 INVITE': { '200 INVITE': [0.5] },
    ACK: { '200 INVITE': [0.5], ACK: [0.5] },
    INFO: { INFO: [0.5] },
    '200 INFO': { INFO: [0.5], '200 INFO': [0.5] },
    REFER: { REFER: [0.5] },
    // RFC 6665 §4.1.3: the NOTIFY is answered although the 200 is missing.
    '200 REFER': { REFER: [0.5], '200 REFER': [0.5] },
    NOTIFY: { NOTIFY: [0.5] },
    // The callee answers the BYE when its NOTIFY has been answered.
    '200 NOTIFY': { NOTIFY: [0.5], '200 NOTIFY': [0.5], BYE: [0.5], '200 BYE': [0] },
    BYE: { BYE: [0.5] },
    '200 BYE': { BYE: [0.5], '200 BYE': [0.5] },
  },
};

const CASES = FLOWS.flatMap((flow) => LADDERS[flow].map((kind) => ({ flow, kind })));

describe('a message that is lost once', () => {
  it.each(CASES)('$flow: $kind', ({ flow, kind }) => {
    const pair = new Pair({ flow, faults: first(kind, []) }).run();
    expectWell(pair);
    expect(repeats(pair)).toEqual(LOST[flow][kind]);
    expectRetransmissionsCounted(pair);
  });

  /** Each end counts what it sends again and what it gets again, in total and line by line. */
  function expectRetransmissionsCounted(pair: Pair): void {
    for (const end of [pair.caller, pair.callee]) {
      const port = end!.e.transport.places[0]!.port;
      const again = pair.link.log.filter(({ fromPort, nth }) => fromPort === port && nth > 1);
      expect(counter(end, 'RETRANSMITTED')).toBe(again.length);
      expect(lines(end, 'RETRANSMITTED').reduce((n, one) => n + one, 0)).toBe(again.length);
      const kinds = new Set<string>();
      let repeated = 0;
      for (const { kind, toPort, copies } of pair.link.log) {
        if (toPort !== port || copies === 0) continue;
        if (kinds.has(kind)) repeated++;
        kinds.add(kind);
      }
      expect(counter(end, 'RETRANSMISSIONS_RECEIVED')).toBe(repeated);
    }
  }
});

describe('a message that comes twice', () => {
  /** RFC 3261 §17.2.1, §17.2.2, §13.2.2.4: what a repeated message has sent again; nothing else changes. */
  const ANSWERED_AGAIN: { readonly [F in FlowName]: Readonly<Record<string, string>> } = {
    options: { OPTIONS: '200 OPTIONS' },
    basic: { '200 INVITE': 'ACK', BYE: '200 BYE' },
    cancel: { INVITE: '180 INVITE', CANCEL: '200 CANCEL', '487 INVITE': 'ACK' },
    'prack-info-refer': {
      INVITE: '183 INVITE',
      PRACK: '200 PRACK',
      '200 INVITE': 'ACK',
      INFO: '200 INFO',
      REFER: '200 REFER',
      NOTIFY: '200 NOTIFY',
      BYE: '200 BYE',
    },
  };

  it.each(CASES)('$flow: $kind', ({ flow, kind }) => {
    const pair = new Pair({ flow, faults: first(kind, [0, 0]) }).run();
    expectWell(pair);
    const again = ANSWERED_AGAIN[flow][kind];
    expect(repeats(pair)).toEqual(again === undefined ? {} : { [again]: [0] });
    const receiver = [pair.caller, pair.callee].find(
      (end) => end!.e.transport.places[0]!.port !== senderOf(pair, kind),
    )!;
    expect(counter(receiver, 'RETRANSMISSIONS_RECEIVED')).toBe(1);
    expect(counter(receiver, 'RETRANSMITTED')).toBe(again === undefined ? 0 : 1);
  });
});

function senderOf(pair: Pair, kind: string): number {
  return pair.link.log.find((sent) => sent.kind === kind)!.fromPort;
}

describe('a message that comes 3 s late', () => {
  // RFC 3261 §17.1, §17.2: its retransmission has overtaken it, and the transaction absorbs it.
  it.each(CASES)('$flow: $kind', ({ flow, kind }) => {
    const pair = new Pair({ flow, faults: first(kind, [3_000_000]) }).run();
    expectWell(pair);
    expect(new Set(pair.kinds())).toEqual(new Set(LADDERS[flow]));
  });

  it.each(CASES)('$flow: $kind, and again on time', ({ flow, kind }) => {
    const pair = new Pair({ flow, faults: first(kind, [0, 3_000_000]) }).run();
    expectWell(pair);
  });
});

describe('a message that is lost again and again', () => {
  /** Seconds after the first at which a message goes again: doubled from T1 without a cap, or capped at T2. */
  const DOUBLED = [0.5, 1.5, 3.5, 7.5, 15.5, 31.5];
  const CAPPED = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];

  const STUBBORN: readonly (readonly [string, FlowName, string, readonly number[]])[] = [
    ['RFC 3261 §17.1.1.2: Timer A doubles without a cap', 'basic', 'INVITE', DOUBLED],
    ['RFC 3261 §17.1.2.2: Timer E doubles up to T2', 'options', 'OPTIONS', CAPPED],
    ['RFC 3261 §17.1.2.2: so it does for a BYE', 'basic', 'BYE', CAPPED],
    ['RFC 3261 §9.1: so it does for a CANCEL', 'cancel', 'CANCEL', CAPPED],
    ['RFC 3261 §13.3.1.4: the 2xx goes again at intervals that double up to T2', 'basic', '200 INVITE', CAPPED],
    ['RFC 3261 §17.2.1: Timer G doubles up to T2', 'cancel', '487 INVITE', CAPPED],
    ['RFC 3515 §2.4.4: a NOTIFY of the callee is sent like any request', 'prack-info-refer', 'NOTIFY', CAPPED],
  ];

  it.each(STUBBORN)('%s (%s: %s), and the last one completes the call', (_, flow, kind, seconds) => {
    const pair = new Pair({ flow, faults: first(kind, [], seconds.length) }).run();
    expectWell(pair);
    expect(repeats(pair)[kind]).toEqual(seconds);
    for (const port of PORTS)
      for (const { kind: one, nth } of pair.link.log.filter(({ fromPort }) => fromPort === port))
        if (one !== kind && one !== 'ACK') expect([one, nth]).toEqual([one, 1]);
  });

  it('RFC 3262 §3: the reliable 183 doubles without a cap', () => {
    // The INVITE would have it sent, too: its retransmissions end at the first provisional, so all of these are lost on the way back.
    const pair = new Pair({ flow: 'prack-info-refer', faults: first('PRACK', [], 10) }).run();
    expectWell(pair);
    expect(repeats(pair)['183 INVITE']).toEqual(DOUBLED);
    expect(repeats(pair).PRACK).toEqual(CAPPED);
  });
});
