// Requests that the ladder of a call has no line for, or not yet: what a caller answers, and what it counts. In virtual time, against a scripted callee.
import { describe, expect, it } from 'vitest';
import {
  CALLEE_PORT,
  CALLER_PORT,
  counter,
  counts,
  failures,
  held,
  lines,
  NOTHING_HELD,
  Pair,
} from '../../tests/virtual/pair.ts';
import { type Asked, field, Phone, respond, startLine } from '../../tests/virtual/phone.ts';

const CONTACT = `Contact: <sip:phone@127.0.0.1:${CALLEE_PORT}>`;
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** A phone that requests something of the caller whose first request it got. */
function asks(phone: Phone, request: string, toTag = 'one') {
  let cseq = 0;
  return (method: string, { headers = {}, body = '' }: Asked = {}): string[] => {
    cseq++;
    const lines = [
      `${method} sip:busyhour@127.0.0.1:${CALLER_PORT} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${CALLEE_PORT};branch=z9hG4bK-phone-${cseq}`,
      'Max-Forwards: 70',
      `From: ${field(request, 'To')};tag=${toTag}`,
      `To: ${field(request, 'From')}`,
      `Call-ID: ${field(request, 'Call-ID')}`,
      `CSeq: ${cseq} ${method}`,
      CONTACT,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${body.length}`,
    ];
    return phone.say(`${lines.join('\r\n')}\r\n\r\n${body}`, CALLER_PORT);
  };
}

/** A call of the flow `basic` that is up. */
function up() {
  const pair = new Pair({ flow: 'basic', ends: ['caller'], holdUs: 5_000_000 });
  const phone = new Phone(pair, CALLEE_PORT);
  phone.answer = (request) => (request.startsWith('BYE') ? respond(request, '200 OK') : null);
  pair.run(2_000);
  const invite = phone.got[0]!;
  phone.say(respond(invite, '200 OK', 'one', [CONTACT, 'Content-Type: application/sdp'], SDP), CALLER_PORT);
  return { pair, phone, invite, ask: asks(phone, invite) };
}

describe('a request that the ladder has no line for', () => {
  const OFFER: Asked = { headers: { 'Content-Type': 'application/sdp' }, body: SDP };
  it.each<[string, string, Asked, string]>([
    ['RFC 3261 §11.2', 'OPTIONS', {}, '200 OK'],
    ['RFC 3311 §5.2: without an offer', 'UPDATE', {}, '200 OK'],
    ['RFC 3311 §5.2: with an offer', 'UPDATE', OFFER, '488 Not Acceptable Here'],
    ['RFC 3261 §14.2', 'INVITE', OFFER, '488 Not Acceptable Here'],
    [
      'RFC 6086 §1: without a package',
      'INFO',
      { headers: { 'Content-Type': 'application/dtmf-relay' }, body: 'Signal=5' },
      '200 OK',
    ],
    ['RFC 6086 §4.2.2: with a package', 'INFO', { headers: { 'Info-Package': 'foo' } }, '469 Bad Info Package'],
    ['RFC 3428 §7', 'MESSAGE', { headers: { 'Content-Type': 'text/plain' }, body: 'Hi' }, '200 OK'],
    [
      'RFC 6665 §4.1.3: nobody has subscribed',
      'NOTIFY',
      { headers: { Event: 'presence' } },
      '481 Call/Transaction Does Not Exist',
    ],
    ['RFC 3515 §2.4.2', 'REFER', { headers: { 'Refer-To': '<sip:a@127.0.0.1>' } }, '603 Decline'],
    ['RFC 3261 §8.2.1', 'PUBLISH', { headers: { Event: 'presence' } }, '405 Method Not Allowed'],
    ['RFC 3261 §8.2.1: a method that nobody knows', 'PING', {}, '501 Not Implemented'],
  ])('%s: %s is answered, and counted as unexpected', (_, method, asked, answer) => {
    const { pair, ask } = up();
    const got = ask(method, asked).filter((text) => text.startsWith('SIP/2.0'));
    expect(got.map(startLine)).toEqual([answer]);
    expect(counter(pair.caller, 'UNEXPECTED')).toBe(1);
    pair.run();
    expect(counts(pair.caller)).toMatchObject({ succeeded: 0, failed: 1 });
    expect(failures(pair.caller)[0]).toContain(`unexpected: ${method === 'PING' ? 'UNKNOWN' : method}`);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });

  it('RFC 3261 §21.4.6: a 405 allows what else there is, and not what it refuses', () => {
    const { ask } = up();
    const refusal = ask('PUBLISH', { headers: { Event: 'presence' } }).find((text) => text.startsWith('SIP/2.0 405'))!;
    const allowed = field(refusal, 'Allow')!.split(', ');
    expect(allowed).toContain('INVITE');
    expect(allowed).not.toContain('PUBLISH');
  });

  it('RFC 6086 §4.2.2: a 469 says which packages may come: none', () => {
    const { ask } = up();
    expect(field(ask('INFO', { headers: { 'Info-Package': 'foo' } })[0]!, 'Recv-Info')).toBe('');
  });
});

it.each([
  ['RFC 6086 §4.2.2', 'INFO', '481 Call/Transaction Does Not Exist'],
  ['RFC 3311 §5.2', 'UPDATE', '481 Call/Transaction Does Not Exist'],
  ['RFC 3428 §7', 'MESSAGE', '200 OK'],
  ['RFC 3261 §8.2.1', 'PUBLISH', '405 Method Not Allowed'],
])('%s: %s outside a dialog, at a flow that does not wait for it', (_, method, answer) => {
  const pair = new Pair({ flow: 'basic', ends: ['callee'] });
  const phone = new Phone(pair, CALLER_PORT);
  expect(phone.ask(phone.side(), method).map(startLine)).toEqual([answer]);
});

it('RFC 3261 §15.1.2: a BYE that crosses ours is answered with 200, and nothing of the call is kept', () => {
  const { pair, phone, ask } = up();
  phone.answer = () => null;
  pair.run(5_100_000);
  const bye = phone.got.find((request) => request.startsWith('BYE'))!;
  expect(ask('BYE').map(startLine)).toEqual(['200 OK']);
  phone.say(respond(bye, '200 OK', 'one'), CALLER_PORT);
  pair.run();
  expect(failures(pair.caller)[0]).toContain('unexpected: BYE');
  expect(held(pair.caller)).toEqual(NOTHING_HELD);
});

/** A caller that has sent the SUBSCRIBE of the flow `subscribe`, and what it is told. */
function subscribed() {
  const pair = new Pair({ flow: 'subscribe', ends: ['caller'], holdUs: 5_000_000 });
  const phone = new Phone(pair, CALLEE_PORT);
  pair.run(2_000);
  const subscribe = phone.got[0]!;
  const ask = asks(phone, subscribe);
  return {
    pair,
    phone,
    accept: (request = subscribe) =>
      phone.say(respond(request, '200 OK', 'one', [CONTACT, 'Expires: 600']), CALLER_PORT),
    notify: (state: string) =>
      ask('NOTIFY', { headers: { Event: 'presence', 'Subscription-State': state } }).map(startLine),
    requests: () => phone.got.filter((text) => text.startsWith('SUBSCRIBE')),
  };
}

const ACTIVE = 'active;expires=600';
const OVER = 'terminated;reason=timeout';

describe('a NOTIFY that comes before its line', () => {
  it('RFC 6665 §4.1.3: is answered at once while the 2xx to the SUBSCRIBE is still on its way', () => {
    const { pair, accept, notify } = subscribed();
    expect(notify(ACTIVE)).toEqual(['200 OK']);
    accept();
    expect(counter(pair.caller, 'UNEXPECTED')).toBe(0);
    expect(lines(pair.caller, 'RECEIVED').slice(0, 4)).toEqual([0, 1, 1, 0]);
    expect(lines(pair.caller, 'SENT').slice(0, 4)).toEqual([1, 0, 0, 1]);
  });

  it('RFC 6665 §4.1.3: is answered at once while the call holds, and counts where the ladder expects it', () => {
    const { pair, phone, accept, notify, requests } = subscribed();
    accept();
    expect(notify(ACTIVE)).toEqual(['200 OK']);
    expect(notify(ACTIVE)).toEqual(['200 OK']);
    const line = pair.caller!.e.programs[0]!.ladder.findLastIndex(({ label }, i) => label === 'NOTIFY' && i < 9);
    expect(lines(pair.caller, 'RECEIVED')[line]).toBe(0);
    phone.wait(5);
    accept(requests()[1]);
    expect(lines(pair.caller, 'RECEIVED')[line]).toBe(1);
    accept(requests()[2]);
    expect(notify(OVER)).toEqual(['200 OK']);
    pair.run();
    expect(counts(pair.caller)).toMatchObject({ succeeded: 1, failed: 0, unexpected: 0 });
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });

  it('RFC 6665 §4.1.3: two before the 2xx are both answered, once each, and sent again get the same', () => {
    const { pair, phone, accept, notify, requests } = subscribed();
    expect(notify(ACTIVE)).toEqual(['200 OK']);
    expect(notify(ACTIVE)).toEqual(['200 OK']);
    accept();
    phone.wait(5);
    accept(requests()[1]);
    accept(requests()[2]);
    expect(notify(OVER)).toEqual(['200 OK']);
    expect(counts(pair.caller)).toMatchObject({ succeeded: 1, failed: 0, unexpected: 0 });
    expect(phone.got.filter((text) => text.startsWith('SIP/2.0 200'))).toHaveLength(3);
  });

  it('one more than the ladder has lines for is answered, and the call fails by it', () => {
    const { pair, phone, accept, notify, requests } = subscribed();
    accept();
    for (let i = 0; i < 4; i++) expect(notify(ACTIVE)).toEqual(['200 OK']);
    phone.wait(5);
    accept(requests()[1]);
    accept(requests()[2]);
    pair.run();
    expect(failures(pair.caller)).toEqual(['1 unexpected: NOTIFY']);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });

  it('what a call keeps is gone with it when it fails', () => {
    const { pair, phone, accept, notify } = subscribed();
    accept();
    for (let i = 0; i < 2; i++) notify(ACTIVE);
    phone.wait(60);
    expect(failures(pair.caller)).toEqual(['1 timeout: no response to SUBSCRIBE within 32 s']);
    pair.run();
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });
});

it('RFC 6665 §4.1.2.4: Timer N ends a subscription without a NOTIFY after 64·T1', () => {
  const { pair, accept } = subscribed();
  accept();
  const startUs = pair.now[0]!;
  pair.run(startUs + 31_900_000);
  expect(counts(pair.caller)).toMatchObject({ failed: 0 });
  pair.run(startUs + 32_100_000);
  expect(failures(pair.caller)).toEqual([
    '1 timeout: no NOTIFY within 32 s of the SUBSCRIBE or REFER that asks for it (RFC 6665 §4.1.2.4)',
  ]);
  pair.run();
  expect(held(pair.caller)).toEqual(NOTHING_HELD);
});
