// The four flows between two engines in virtual time: what is sent, what is counted, and that nothing stays behind. No faults here.
import { describe, expect, it } from 'vitest';
import { CALLEE_PORT, counts, held, NOTHING_HELD, Pair, violations } from '../../tests/virtual/pair.ts';

const ALL_WELL = { started: 1, succeeded: 1, failed: 0, dropped: 0, unexpected: 0 };

/** What crosses the link in each flow, in the order it is sent; nothing is sent twice. */
const LADDERS: Readonly<Record<string, readonly string[]>> = {
  // RFC 3261 §11: OPTIONS is answered as an INVITE would be.
  options: ['OPTIONS', '200 OPTIONS'],
  // RFC 3665 §3.1: a session between two ends.
  basic: ['INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'],
  // RFC 3261 §9, RFC 3665 §3.8: a call that is cancelled while it rings.
  cancel: ['INVITE', '180 INVITE', 'CANCEL', '200 CANCEL', '487 INVITE', 'ACK'],
  // RFC 3262 §3, RFC 6086 §3, RFC 3515 §2.4: reliable provisional, INFO, REFER with its NOTIFY.
  'prack-info-refer': [
    'INVITE',
    '183 INVITE',
    'PRACK',
    '200 PRACK',
    '200 INVITE',
    'ACK',
    'INFO',
    '200 INFO',
    'REFER',
    '202 REFER',
    'NOTIFY',
    '200 NOTIFY',
    'BYE',
    '200 BYE',
  ],
};

describe('a flow between two engines', () => {
  for (const [flow, ladder] of Object.entries(LADDERS)) {
    it(`${flow}: its messages once each, both ends content, nothing left`, () => {
      const pair = new Pair({ flow }).run();
      expect(pair.kinds()).toEqual(ladder);
      expect(counts(pair.caller)).toEqual(ALL_WELL);
      expect(counts(pair.callee)).toEqual(ALL_WELL);
      expect(violations(pair.caller)).toEqual([]);
      expect(violations(pair.callee)).toEqual([]);
      expect(held(pair.caller)).toEqual(NOTHING_HELD);
      expect(held(pair.callee)).toEqual(NOTHING_HELD);
      expect(pair.link.log.every(({ fromPort, kind }) => (fromPort === CALLEE_PORT) === isCallees(kind))).toBe(true);
    });
  }
});

function isCallees(kind: string): boolean {
  return (/^\d/.test(kind) && kind !== '200 NOTIFY') || kind === 'NOTIFY';
}
