// REFER, Replaces and the usages of a dialog at the reference server, against scripted phones in virtual time.
import { describe, expect, it } from 'vitest';
import {
  CALLEE_PORT,
  failures,
  held,
  NOTHING_HELD,
  Pair,
  type PairOptions,
  violations,
} from '../../tests/virtual/pair.ts';
import { field, Phone, respond, type Side, startLine, tagOf } from '../../tests/virtual/phone.ts';

const THIRD = 5_062;
const TARGET = `sip:carol@127.0.0.1:${THIRD}`;
const CONTACT = `Contact: <${TARGET}>`;

function open(callee: PairOptions['callee'] = {}): { pair: Pair; alice: Phone; carol: Phone } {
  const pair = new Pair({ flow: { caller: 'basic', callee: 'reference' }, ends: ['callee'], callee });
  const alice = new Phone(pair, 5_061);
  alice.answer = (request) => (/^(NOTIFY|BYE|UPDATE) /.test(request) ? respond(request, '200 OK') : null);
  return { pair, alice, carol: new Phone(pair, THIRD) };
}

const refer = (to: string, more: Record<string, string> = {}) => ({ headers: { 'Refer-To': `<${to}>`, ...more } });
const notifies = (all: readonly string[]) => all.filter((text) => text.startsWith('NOTIFY'));
const told = (all: readonly string[]) =>
  notifies(all).map((text) => `${field(text, 'Subscription-State')} ${text.split('\r\n\r\n')[1]!.trim()}`);

function expectOver(pair: Pair): void {
  pair.run();
  expect(failures(pair.callee)).toEqual([]);
  expect(held(pair.callee)).toEqual(NOTHING_HELD);
  expect(violations(pair.callee)).toEqual([]);
}

describe('a REFER whose call is made', () => {
  it('RFC 3515 §2.4.4: tells of 100, of progress and of the answer, then ends the subscription; the call is ended by BYE', () => {
    const { pair, alice, carol } = open({ referCalls: true });
    const side = alice.side();
    alice.call(side);
    const first = alice.ask(side, 'REFER', refer(TARGET, { 'Referred-By': '<sip:alice@example.com>' }));
    expect(startLine(first[0]!)).toBe('200 OK');
    expect(told(first)).toEqual(['active;expires=240 SIP/2.0 100 Trying']);
    const [invite] = carol.got;
    expect(startLine(invite!)).toBe(`INVITE ${TARGET}`);
    expect(field(invite!, 'Referred-By')).toBe('<sip:alice@example.com>');
    expect(field(invite!, 'To')).toBe(`<${TARGET}>`);
    carol.say(respond(invite!, '180 Ringing', 'c', [CONTACT]), CALLEE_PORT);
    alice.wait(2);
    expect(told(alice.got).at(-1)).toBe('active;expires=240 SIP/2.0 180 Ringing');
    alice.wait(1);
    carol.say(respond(invite!, '200 OK', 'c', [CONTACT]), CALLEE_PORT);
    expect(told(alice.got).at(-1)).toBe('terminated;reason=noresource SIP/2.0 200 OK');
    expect(carol.got.map((text) => startLine(text).split(' ')[0])).toEqual(['INVITE', 'ACK']);
    carol.answer = (request) => (request.startsWith('BYE') ? respond(request, '200 OK') : null);
    carol.wait(2);
    const bye = carol.got.at(-1)!;
    expect(startLine(bye)).toBe(`BYE ${TARGET}`);
    expect([tagOf(bye, 'To'), field(bye, 'Call-ID')]).toEqual(['c', field(invite!, 'Call-ID')]);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it.each([
    ['486 Busy Here', 'terminated;reason=noresource SIP/2.0 486 Busy Here'],
    ['603 Decline', 'terminated;reason=noresource SIP/2.0 603 Decline'],
  ])('RFC 3515 §2.4.5: tells of %s', (status, last) => {
    const { pair, alice, carol } = open({ referCalls: true });
    const side = alice.side();
    alice.call(side);
    alice.ask(side, 'REFER', refer(TARGET));
    carol.say(respond(carol.got[0]!, status, 'c'), CALLEE_PORT);
    alice.wait(2);
    expect(told(alice.got)).toEqual(['active;expires=240 SIP/2.0 100 Trying', last]);
    const ack = carol.got.at(-1)!;
    expect([startLine(ack), tagOf(ack, 'To')]).toEqual([`ACK ${TARGET}`, 'c']);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it('RFC 3515 §2.4.5: tells of 503 when nobody answers, under a name of its own', () => {
    const { pair, alice } = open({ referCalls: true });
    const side = alice.side();
    alice.call(side);
    alice.ask(side, 'REFER', refer(TARGET));
    alice.wait(33);
    expect(told(alice.got).at(-1)).toBe('terminated;reason=noresource SIP/2.0 503 Service Unavailable');
    alice.ask(side, 'BYE');
    pair.run();
    expect(failures(pair.callee)).toEqual(['1 timeout: no response to INVITE within 32 s']);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 5057 §4.2: goes on being told of when its dialog has had its BYE', () => {
    const { pair, alice, carol } = open({ referCalls: true });
    const side = alice.side();
    alice.call(side);
    alice.ask(side, 'REFER', refer(TARGET));
    expect(startLine(alice.ask(side, 'BYE')[0]!)).toBe('200 OK');
    alice.wait(1);
    carol.say(respond(carol.got[0]!, '486 Busy Here', 'c'), CALLEE_PORT);
    expect(told(alice.got).at(-1)).toBe('terminated;reason=noresource SIP/2.0 486 Busy Here');
    expect(startLine(alice.ask(side, 'INFO')[0]!)).toMatch(/^481/);
    expectOver(pair);
  });

  it('RFC 3515 §2.4.4: is made all the same when its subscription is ended, by SUBSCRIBE or by a refused NOTIFY', () => {
    for (const refused of [false, true]) {
      const { pair, alice, carol } = open({ referCalls: true });
      const side = alice.side();
      alice.call(side);
      if (refused)
        alice.answer = (request) => (request.startsWith('NOTIFY') ? respond(request, '481 No Subscription') : null);
      alice.ask(side, 'REFER', refer(TARGET));
      if (!refused) {
        const got = alice.ask(side, 'SUBSCRIBE', { headers: { Event: 'refer', Expires: '0' } });
        expect(startLine(got[0]!)).toBe('200 OK');
        expect(told(got)).toEqual(['terminated;reason=timeout SIP/2.0 100 Trying']);
      }
      const before = notifies(alice.got).length;
      carol.say(respond(carol.got[0]!, '486 Busy Here', 'c'), CALLEE_PORT);
      expect(notifies(alice.got)).toHaveLength(before);
      alice.ask(side, 'BYE');
      expectOver(pair);
    }
  });

  it('RFC 4488 §4: is made without a NOTIFY for Refer-Sub: false', () => {
    const { pair, alice, carol } = open({ referCalls: true });
    const side = alice.side();
    alice.call(side);
    const got = alice.ask(side, 'REFER', refer(TARGET, { 'Refer-Sub': 'false' }));
    expect(got.map(startLine)).toEqual(['200 OK']);
    expect(field(got[0]!, 'Refer-Sub')).toBe('false');
    carol.say(respond(carol.got[0]!, '486 Busy Here', 'c'), CALLEE_PORT);
    expect(notifies(alice.got)).toEqual([]);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it('RFC 3515 §2.4.6: a second REFER of the dialog is told apart by its CSeq', () => {
    const { pair, alice, carol } = open({ referCalls: true });
    const side = alice.side();
    alice.call(side);
    for (const n of [0, 1]) {
      alice.ask(side, 'REFER', refer(TARGET));
      carol.say(
        respond(carol.got.filter((text) => text.startsWith('INVITE'))[n]!, '486 Busy Here', `c${n}`),
        CALLEE_PORT,
      );
      alice.wait(2);
    }
    expect(notifies(alice.got).map((text) => field(text, 'Event'))).toEqual([
      'refer',
      'refer',
      'refer;id=3',
      'refer;id=3',
    ]);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it('RFC 3515 §3.10: is told of once a second at most: what comes sooner waits, and of several the last is told', () => {
    const { pair, alice, carol } = open({ referCalls: true });
    const side = alice.side();
    alice.call(side);
    alice.ask(side, 'REFER', refer(TARGET));
    const ring = (status: string) => carol.say(respond(carol.got[0]!, status, 'c', [CONTACT]), CALLEE_PORT);
    for (const status of ['180 Ringing', '181 Forwarded', '182 Queued']) ring(status);
    expect(told(alice.got)).toEqual(['active;expires=240 SIP/2.0 100 Trying']);
    alice.wait(2);
    expect(told(alice.got).slice(1)).toEqual(['active;expires=240 SIP/2.0 182 Queued']);
    ring('486 Busy Here');
    alice.wait(2);
    expect(told(alice.got).slice(2)).toEqual(['terminated;reason=noresource SIP/2.0 486 Busy Here']);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });
});

describe('a REFER whose call is not made', () => {
  /** A dialog with the user `transfer`. */
  function transfer(callee: PairOptions['callee'] = {}): ReturnType<typeof open> & { side: Side } {
    const all = open(callee);
    const side = all.alice.side('transfer');
    all.alice.call(side);
    return { ...all, side };
  }

  it.each([
    ['an address of somebody else', 'sip:x@192.0.2.1', 'SIP/2.0 603 Decline'],
    ['a host that is a name', 'sip:x@example.com', 'SIP/2.0 503 Service Unavailable'],
    ['another method', `${TARGET};method=BYE`, 'SIP/2.0 501 Not Implemented'],
  ])('tells so at once for %s', (_, to, body) => {
    const { pair, alice, side, carol } = transfer();
    const got = alice.ask(side, 'REFER', refer(to));
    expect(startLine(got[0]!)).toBe('200 OK');
    expect(told(got)).toEqual([`terminated;reason=noresource ${body}`]);
    expect(carol.got).toEqual([]);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it('RFC 3515 §2.4.2: refuses 416 a URI that is none of SIP, whoever it is sent to', () => {
    const { pair, alice, side } = transfer();
    for (const to of ['tel:+1', 'http://example.com/', 'sips:carol@127.0.0.1'])
      expect(alice.ask(side, 'REFER', refer(to)).map(startLine)).toEqual(['416 Unsupported URI Scheme']);
    const other = alice.side('answer');
    expect(alice.ask(other, 'REFER', refer('mailto:a@example.com')).map(startLine)).toEqual([
      '416 Unsupported URI Scheme',
    ]);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it('RFC 3515 §2.4.2: refuses 400 no target and two, in one line or in two', () => {
    const { pair, alice, side } = transfer();
    const all: readonly Record<string, string>[] = [{}, { 'Refer-To': `<${TARGET}>, <sip:dave@127.0.0.1>` }];
    for (const headers of all)
      expect(alice.ask(side, 'REFER', { headers }).map(startLine)).toEqual(['400 Bad Request']);
    alice.ask(side, 'BYE');
    pair.run();
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it.each(['Replaces=a%0D%0AVia:%20x', 'Replaces=a%0', 'Replaces=%zz'])(
    'refuses 400 what would write lines of its own: %s',
    (headers) => {
      const { pair, alice, side, carol } = transfer();
      expect(alice.ask(side, 'REFER', refer(`${TARGET}?${headers}`)).map(startLine)).toEqual(['400 Bad Request']);
      expect(carol.got).toEqual([]);
      alice.ask(side, 'BYE');
      expectOver(pair);
    },
  );

  it('refuses 503 with Retry-After a second one while the first is on its way', () => {
    const { pair, alice, side, carol } = transfer();
    alice.ask(side, 'REFER', refer(TARGET));
    const [second] = alice.ask(side, 'REFER', refer(TARGET));
    expect(startLine(second!)).toMatch(/^503/);
    expect(field(second!, 'Retry-After')).not.toBeNull();
    carol.say(respond(carol.got[0]!, '486 Busy Here', 'c'), CALLEE_PORT);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it('is told to be done at a user that does not transfer, and no call is made', () => {
    const { pair, alice, carol } = open();
    const side = alice.side();
    alice.call(side);
    expect(told(alice.ask(side, 'REFER', refer(TARGET)))).toEqual(['terminated;reason=noresource SIP/2.0 200 OK']);
    expect(carol.got).toEqual([]);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });

  it('RFC 3515 §2.4.4: SUBSCRIBE to refer without a REFER is 403, in a dialog and outside', () => {
    const { pair, alice, side } = transfer();
    const subscribe = { headers: { Event: 'refer', Expires: '60' } };
    expect(alice.ask(side, 'SUBSCRIBE', subscribe).map(startLine)).toEqual(['403 Forbidden']);
    expect(alice.ask(alice.side(), 'SUBSCRIBE', subscribe).map(startLine)).toEqual(['403 Forbidden']);
    alice.ask(side, 'BYE');
    expectOver(pair);
  });
});

describe('an INVITE with Replaces', () => {
  const replaces = ({ callId, fromTag, toTag }: Side, more = '') =>
    `${callId};to-tag=${toTag};from-tag=${fromTag}${more}`;

  it('RFC 3891 §3: takes the place of a call, which is ended by BYE', () => {
    const { pair, alice, carol } = open();
    const old = alice.side();
    alice.call(old);
    const fresh = carol.side();
    const before = alice.got.length;
    const got = carol.call(fresh, { headers: { Require: 'replaces', Replaces: replaces(old) } });
    expect(got.map(startLine)).toEqual(['180 Ringing', '200 OK']);
    const [bye] = alice.got.slice(before);
    expect(startLine(bye!)).toBe('BYE sip:phone@127.0.0.1:5061');
    expect(field(bye!, 'Call-ID')).toBe(old.callId);
    carol.ask(fresh, 'BYE');
    expectOver(pair);
  });

  it('RFC 3261 §15: waits for the ACK of the call it replaces before that has its BYE', () => {
    const { pair, alice, carol } = open();
    const old = alice.side();
    const ok = alice.ask(old, 'INVITE').find((text) => text.startsWith('SIP/2.0 200'))!;
    old.toTag = tagOf(ok, 'To');
    const fresh = carol.side();
    carol.call(fresh, { headers: { Replaces: replaces(old) } });
    expect(alice.got.some((text) => text.startsWith('BYE'))).toBe(false);
    alice.ask(old, 'ACK', { branch: 'z9hG4bK-late-ack' });
    expect(startLine(alice.got.at(-1)!)).toMatch(/^BYE /);
    carol.ask(fresh, 'BYE');
    expectOver(pair);
  });

  const REFUSED: readonly (readonly [string, string, (side: Side) => Record<string, string>])[] = [
    ['a dialog nobody knows', '481', (side) => ({ Replaces: replaces({ ...side, callId: 'other' }) })],
    [
      'tags the wrong way round',
      '481',
      ({ callId, fromTag, toTag }) => ({ Replaces: `${callId};to-tag=${fromTag};from-tag=${toTag}` }),
    ],
    ['early-only for a confirmed dialog', '486', (side) => ({ Replaces: replaces(side, ';early-only') })],
    ['a tag missing', '400', ({ callId, toTag }) => ({ Replaces: `${callId};to-tag=${toTag}` })],
    ['two of them in one line', '400', (side) => ({ Replaces: `${replaces(side)}, ${replaces(side)}` })],
    ['a Join beside it', '400', (side) => ({ Replaces: replaces(side), Join: replaces(side) })],
  ];

  it.each(REFUSED)('RFC 3891 §3: %s is %s, and the old call stays', (_, status, headers) => {
    const { pair, alice, carol } = open();
    const old = alice.side();
    alice.call(old);
    const got = carol.call(carol.side(), { headers: headers(old) });
    expect(got.map((text) => startLine(text).slice(0, 3))).toEqual([status]);
    expect(startLine(alice.ask(old, 'BYE')[0]!)).toBe('200 OK');
    pair.run();
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3891 §3: a call that rings at us is 481; one whose session is over is 603', () => {
    const { pair, alice, carol } = open();
    const ringing = alice.side('ring');
    ringing.toTag = tagOf(alice.ask(ringing, 'INVITE')[0]!, 'To');
    expect(carol.call(carol.side(), { headers: { Replaces: replaces(ringing) } }).map(startLine)[0]).toMatch(/^481/);
    const over = alice.side();
    alice.call(over);
    alice.ask(over, 'SUBSCRIBE', { headers: { Event: 'presence', Expires: '60' } });
    alice.ask(over, 'BYE');
    expect(carol.call(carol.side(), { headers: { Replaces: replaces(over) } }).map(startLine)[0]).toMatch(/^603/);
    pair.run();
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3891 §3: a call that is over is 603, under its own Call-ID and tags alone', () => {
    const { pair, alice, carol } = open();
    const over = alice.side();
    alice.call(over);
    alice.ask(over, 'BYE');
    const refused = (value: string) =>
      carol.call(carol.side(), { headers: { Replaces: value } }).map((text) => startLine(text).slice(0, 3));
    expect(refused(replaces(over))).toEqual(['603']);
    expect(refused(replaces({ ...over, callId: 'other' }))).toEqual(['481']);
    expect(refused(replaces({ ...over, fromTag: 'other' }))).toEqual(['481']);
    pair.run();
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });

  it('RFC 3891 §3: Replaces in another request is 400', () => {
    const { alice } = open();
    const headers = { Replaces: 'a;to-tag=b;from-tag=c' };
    expect(alice.ask(alice.side(), 'OPTIONS', { headers }).map(startLine)).toEqual(['400 Bad Request']);
  });
});

describe('the usages of one dialog', () => {
  it('RFC 5057 §4.2: BYE ends the session and not the subscription; each then ends by itself', () => {
    const { pair, alice } = open();
    const side = alice.side();
    alice.call(side);
    alice.ask(side, 'SUBSCRIBE', { headers: { Event: 'presence', Expires: '60' } });
    expect(startLine(alice.ask(side, 'BYE')[0]!)).toBe('200 OK');
    const again = alice.ask(side, 'SUBSCRIBE', { headers: { Event: 'presence', Expires: '60' } });
    expect(again.map((text) => startLine(text).split(' ')[0])).toEqual(['200', 'NOTIFY']);
    alice.wait(62);
    expect(field(alice.got.at(-1)!, 'Subscription-State')).toBe('terminated;reason=timeout');
    expectOver(pair);
  });

  it('RFC 5057 §5.1: a NOTIFY that gets 481 or no answer ends its subscription, the session stays', () => {
    for (const response of ['481 No Subscription', null]) {
      const { pair, alice } = open();
      const side = alice.side();
      alice.call(side);
      alice.answer = (request) =>
        request.startsWith('NOTIFY') && response !== null ? respond(request, response) : null;
      alice.ask(side, 'SUBSCRIBE', { headers: { Event: 'presence', Expires: '3600' } });
      alice.wait(33);
      expect(startLine(alice.ask(side, 'INFO')[0]!)).toBe('200 OK');
      expect(startLine(alice.ask(side, 'BYE')[0]!)).toBe('200 OK');
      expectOver(pair);
    }
  });

  it('RFC 5057 §5.1: a NOTIFY that gets 404 ends the dialog with all in it', () => {
    const { pair, alice } = open();
    const side = alice.side();
    alice.call(side);
    alice.answer = (request) =>
      request.startsWith('NOTIFY') ? respond(request, '404 Not Found') : respond(request, '200 OK');
    alice.ask(side, 'SUBSCRIBE', { headers: { Event: 'presence', Expires: '3600' } });
    expect(startLine(alice.got.at(-1)!)).toMatch(/^BYE /);
    expect(startLine(alice.ask(side, 'INFO')[0]!)).toMatch(/^481/);
    pair.run();
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });
});
