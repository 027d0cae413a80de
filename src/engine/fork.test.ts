// An INVITE that several phones answer: each 2xx gets its ACK, the surplus its BYE (RFC 3261 §13.2.2.4). In virtual time, against a scripted callee.
import { expect, it } from 'vitest';
import {
  CALLEE_PORT,
  CALLER_PORT,
  counter,
  counts,
  failures,
  held,
  NOTHING_HELD,
  Pair,
  violations,
} from '../../tests/virtual/pair.ts';
import { field, Phone, respond, tagOf } from '../../tests/virtual/phone.ts';

const CONTACT = `Contact: <sip:fork@127.0.0.1:${CALLEE_PORT}>`;
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

function ok(invite: string, tag: string): string {
  return respond(invite, '200 OK', tag, [CONTACT, 'Content-Type: application/sdp'], SDP);
}

function begin(): { pair: Pair; phone: Phone; invite: string; sent: (method: string) => string[] } {
  const pair = new Pair({ flow: 'basic', ends: ['caller'], holdUs: 5_000_000 });
  const phone = new Phone(pair, CALLEE_PORT);
  phone.answer = (request) => (request.startsWith('BYE') ? respond(request, '200 OK') : null);
  pair.run(2_000);
  const invite = phone.got[0]!;
  for (const tag of ['one', 'two', 'three']) phone.say(respond(invite, '180 Ringing', tag, [CONTACT]), CALLER_PORT);
  return { pair, phone, invite, sent: (method) => phone.got.filter((text) => text.startsWith(method)) };
}

it('RFC 3261 §13.2.2.4: every 2xx is acknowledged in its own dialog, and all but the first are ended by BYE', () => {
  const { pair, phone, invite, sent } = begin();
  for (const tag of ['one', 'two', 'three']) phone.say(ok(invite, tag), CALLER_PORT);
  expect(sent('ACK').map((text) => tagOf(text, 'To'))).toEqual(['one', 'two', 'three']);
  expect(sent('BYE').map((text) => tagOf(text, 'To'))).toEqual(['two', 'three']);
  const cseqs = sent('BYE').map((text) => field(text, 'CSeq'));
  expect(cseqs).toEqual(['2 BYE', '2 BYE']);
  expect(new Set([...sent('ACK'), ...sent('BYE')].map((text) => field(text, 'Call-ID')))).toEqual(
    new Set([field(invite, 'Call-ID')]),
  );
  pair.run();
  expect(sent('BYE').map((text) => tagOf(text, 'To'))).toEqual(['two', 'three', 'one']);
  expect(failures(pair.caller)).toEqual([]);
  expect(counts(pair.caller)).toMatchObject({ started: 1, succeeded: 1, failed: 0 });
  expect(counter(pair.caller, 'FORKED')).toBe(2);
  expect(held(pair.caller)).toEqual(NOTHING_HELD);
});

it('RFC 3261 §13.2.2.4: a repeated 2xx of either is acknowledged again and ended only once', () => {
  const { phone, invite, sent } = begin();
  for (const tag of ['one', 'two', 'two', 'one', 'two']) phone.say(ok(invite, tag), CALLER_PORT);
  expect(sent('ACK').map((text) => tagOf(text, 'To'))).toEqual(['one', 'two', 'two', 'one', 'two']);
  expect(sent('BYE').map((text) => tagOf(text, 'To'))).toEqual(['two']);
});

it('RFC 6026 §7.2: a 2xx of a fork that comes when the call is long over still gets its ACK and BYE', () => {
  const { pair, phone, invite, sent } = begin();
  phone.say(ok(invite, 'one'), CALLER_PORT);
  pair.run(20_000_000);
  expect(counts(pair.caller)).toMatchObject({ succeeded: 1 });
  phone.say(ok(invite, 'late'), CALLER_PORT);
  expect(tagOf(sent('ACK').at(-1)!, 'To')).toBe('late');
  expect(tagOf(sent('BYE').at(-1)!, 'To')).toBe('late');
  pair.run();
  expect(held(pair.caller)).toEqual(NOTHING_HELD);
});

it('RFC 3262 §4: reliable provisionals of a fork are counted and acknowledged in its own dialog, and its BYE comes behind them', () => {
  const pair = new Pair({ flow: 'prack-offer', ends: ['caller'], holdUs: 5_000_000 });
  const phone = new Phone(pair, CALLEE_PORT);
  phone.answer = (request) => (/^(PRACK|BYE)/.test(request) ? respond(request, '200 OK') : null);
  pair.run(2_000);
  const invite = phone.got[0]!;
  const reliable = (tag: string, rseq: number, status = '183 Session Progress', body = SDP) => {
    const lines = [CONTACT, 'Require: 100rel', `RSeq: ${rseq}`];
    const typed = body === '' ? lines : [...lines, 'Content-Type: application/sdp'];
    phone.say(respond(invite, status, tag, typed, body), CALLER_PORT);
  };
  reliable('one', 10);
  reliable('two', 500);
  reliable('two', 500);
  reliable('two', 501);
  reliable('two', 503);
  const told = (text: string) => `${tagOf(text, 'To')} ${field(text, 'RAck')} ${field(text, 'CSeq')}`;
  expect(phone.got.filter((text) => text.startsWith('PRACK')).map(told)).toEqual([
    'one 10 1 INVITE 2 PRACK',
    'two 500 1 INVITE 2 PRACK',
    'two 501 1 INVITE 3 PRACK',
  ]);
  reliable('one', 11, '180 Ringing', '');
  for (const tag of ['one', 'two']) phone.say(ok(invite, tag), CALLER_PORT);
  pair.run();
  const byes = phone.got
    .filter((text) => text.startsWith('BYE'))
    .map((text) => `${tagOf(text, 'To')} ${field(text, 'CSeq')}`);
  expect(byes).toEqual(['two 4 BYE', 'one 4 BYE']);
  // 503 may have overtaken 502, and the numbers of one fork say nothing of the other's.
  expect(violations(pair.caller)).toEqual([]);
  expect(counts(pair.caller)).toMatchObject({ succeeded: 1, failed: 0 });
  expect(held(pair.caller)).toEqual(NOTHING_HELD);
});
