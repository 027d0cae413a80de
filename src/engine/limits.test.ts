// The reference server with full tables and hostile peers, in virtual time: what it cannot take it refuses with 503 and Retry-After; memory stays within bounds and comes back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counter, failures, held, NOTHING_HELD, Pair, type PairOptions } from '../../tests/virtual/pair.ts';
import { field, Phone, startLine, tagOf } from '../../tests/virtual/phone.ts';
import { METHOD_NAMES } from '../sip/names.ts';

function open(options: Partial<PairOptions> = {}): { pair: Pair; phone: Phone } {
  const pair = new Pair({ flow: { caller: 'basic', callee: 'reference' }, ends: ['callee'], ...options });
  return { pair, phone: new Phone(pair, 5_061) };
}

describe('full tables', () => {
  it.each([
    ['INVITE', {}],
    ['SUBSCRIBE', { Event: 'presence', Expires: '60' }],
    ['REFER', { 'Refer-To': '<sip:x@127.0.0.1:5062>' }],
  ])(
    'RFC 3261 §21.5.4: %s beyond the calls there is room for gets 503 with Retry-After, the others go on',
    (method, headers) => {
      const { pair, phone } = open({ maxCalls: 3 });
      const sides = [1, 2, 3].map(() => phone.side('ring'));
      for (const side of sides) side.toTag = tagOf(phone.ask(side, 'INVITE')[0]!, 'To');
      const [refused] = phone.ask(phone.side(), method, { headers });
      expect(startLine(refused!)).toBe('503 Service Unavailable');
      expect(Number(field(refused!, 'Retry-After'))).toBeGreaterThan(0);
      for (const side of sides) expect(phone.ask(side, 'BYE').map(startLine)).toContain('200 OK');
      expect(phone.call(phone.side()).map(startLine)).toContain('200 OK');
      expect(counter(pair.callee, 'CALLS_DROPPED')).toBe(1);
      pair.run();
      expect(held(pair.callee)).toEqual(NOTHING_HELD);
    },
  );

  it('a full transaction table leaves requests unanswered and counted, until there is room again', () => {
    const { pair, phone } = open({ transactions: 8 });
    for (let n = 0; n < 20; n++) phone.ask(phone.side(), 'OPTIONS');
    expect(phone.got).toHaveLength(8);
    expect(counter(pair.callee, 'UNSENT')).toBe(12);
    pair.run();
    expect(phone.ask(phone.side(), 'OPTIONS').map(startLine)).toEqual(['200 OK']);
  });
});

describe('calls that are never brought to an end', () => {
  it('RFC 3261 §13.3.1.4: without an ACK the 2xx goes again ten times, then the session is ended by BYE', () => {
    const { pair, phone } = open();
    phone.ask(phone.side(), 'INVITE');
    phone.wait(31.9);
    expect(phone.got.filter((text) => text.startsWith('SIP/2.0 200'))).toHaveLength(11);
    expect(phone.got.some((text) => text.startsWith('BYE'))).toBe(false);
    phone.wait(0.2);
    expect(startLine(phone.got.at(-1)!)).toMatch(/^BYE /);
    pair.run();
    expect(failures(pair.callee)).toEqual(['1 timeout: no ACK for the 2xx to INVITE within 32 s (RFC 3261 §13.3.1.4)']);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3261 §13.3.1.4: an ACK that comes late ends the repetition, and one for another CSeq does not', () => {
    const { pair, phone } = open();
    const side = phone.side();
    side.toTag = tagOf(phone.ask(side, 'INVITE')[1]!, 'To');
    phone.wait(10);
    side.cseq = 99;
    phone.ask(side, 'ACK', { branch: 'z9hG4bK-wrong' });
    expect(phone.wait(4).length).toBeGreaterThan(0);
    side.cseq = 1;
    phone.ask(side, 'ACK', { branch: 'z9hG4bK-right' });
    expect(phone.wait(30)).toEqual([]);
    phone.ask(side, 'BYE');
    pair.run();
    expect(failures(pair.callee)).toEqual([]);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('a call without a session timer, whose caller never comes again, is ended after twelve hours', () => {
    const { pair, phone } = open();
    phone.call(phone.side());
    phone.wait(12 * 3600 - 1);
    expect(held(pair.callee).calls).toBe(1);
    phone.wait(2);
    expect(startLine(phone.got.at(-1)!)).toMatch(/^BYE /);
    pair.run();
    expect(failures(pair.callee)).toEqual([]);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3262 §3: a PRACK for another RSeq, CSeq or method is 481, and the provisional goes on', () => {
    const { pair, phone } = open();
    const side = phone.side('early');
    const [ringing] = phone.ask(side, 'INVITE', { headers: { Supported: '100rel' } });
    side.toTag = tagOf(ringing!, 'To');
    const rseq = Number(field(ringing!, 'RSeq'));
    for (const rack of [`${rseq + 1} 1 INVITE`, `${rseq} 2 INVITE`, 'x', ''])
      expect(
        phone
          .ask(side, 'PRACK', { headers: { RAck: rack } })
          .map(startLine)
          .at(-1),
      ).toMatch(/^481/);
    expect(phone.wait(1).map(startLine)).toContain('183 Session Progress');
    expect(phone.ask(side, 'PRACK', { headers: { RAck: `${rseq} 1 INVITE` } }).map(startLine)).toContain('200 OK');
    phone.ask(side, 'BYE');
    pair.run();
    expect(held(pair.callee).calls).toBe(0);
  });
});

describe('hostile peers', () => {
  const LONG = 'x'.repeat(900);

  it('hold no more than there are slots, whatever they send, and all of it comes back', () => {
    const { pair, phone } = open({ maxCalls: 50, transactions: 400 });
    const before = held(pair.callee).chunkBytes;
    let most = 0;
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 40; n++) {
        const side = phone.side(['service', 'ring', 'early', 'transfer', `user${n}-${round}`][n % 5]!);
        const method = METHOD_NAMES[1 + (n % (METHOD_NAMES.length - 1))]!;
        phone.ask(side, method, {
          headers: {
            ...(method === 'PUBLISH' ? { 'Content-Type': 'application/pidf+xml' } : {}),
            ...(method === 'INVITE' ? { Supported: '100rel' } : {}),
            ...(method === 'REGISTER' ? {} : { Subject: LONG }),
            Event: 'presence',
            'Refer-To': `<sip:${LONG}@127.0.0.1:5062>`,
            Expires: '60',
          },
          body: method === 'PUBLISH' ? LONG : '',
        });
      }
      most = Math.max(most, held(pair.callee).chunkBytes);
      pair.run(pair.now[0]! + 5_000_000);
    }
    expect(most).toBeGreaterThan(before);
    // Slots are 50 calls and 400 transactions of at most a datagram each, and 90 users and documents of 60 s.
    expect(most).toBeLessThan(2_000_000);
    pair.run();
    // Bindings and documents that have run out go as others come.
    for (let n = 0; n < 400; n++) {
      phone.ask(phone.side(), 'REGISTER', { headers: { Expires: '0' } });
      phone.ask(phone.side(), 'PUBLISH', { headers: { Event: 'presence', 'SIP-If-Match': 'none' } });
    }
    pair.run();
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('break nothing with headers of any kind', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 60 }).map((text) => text.replace(/[\r\n]/g, ' ')),
      fc.constantFrom(
        '*',
        '<',
        '<sip:',
        '<sip:a@127.0.0.1:5061>',
        '0',
        '-1',
        '99999999999999',
        ';;;',
        '"',
        'presence;id="',
      ),
    );
    const name = fc.constantFrom(
      'Event',
      'Expires',
      'Contact',
      'Refer-To',
      'Replaces',
      'RAck',
      'Session-Expires',
      'SIP-If-Match',
      'Accept',
      'Require',
      'Content-Type',
      'Recv-Info',
      'Info-Package',
      'Subscription-State',
      'Min-SE',
      'Referred-By',
    );
    const one = fc.record({
      method: fc.constantFrom(...METHOD_NAMES.slice(1)),
      user: fc.constantFrom('service', 'ring', 'early', 'transfer', 'moved'),
      headers: fc.dictionary(name, value, { maxKeys: 6 }),
      body: fc.string({ maxLength: 80 }),
      inside: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 25 }), (all) => {
        const { pair, phone } = open();
        const call = phone.side('transfer');
        phone.call(call);
        for (const { method, user, headers, body, inside } of all)
          phone.ask(inside ? call : phone.side(user), method, { headers, body: Buffer.from(body).toString('latin1') });
        // RFC 3261 §8.2: whatever was sent before, a good request is answered.
        expect(phone.ask(phone.side(), 'OPTIONS').map(startLine)).toContain('200 OK');
        pair.run();
        expect({ ...held(pair.callee), chunkBytes: 0 }).toEqual(NOTHING_HELD);
      }),
      { seed: 3261, numRuns: 60 },
    );
  });
});
