// Responses that a caller must not take, or must take for what they are not called: RFC 3261 §8.1.3, §18.1.2. In virtual time, against a scripted callee.
import { expect, it } from 'vitest';
import { CALLEE_PORT, CALLER_PORT, counter, counts, Pair } from '../../tests/virtual/pair.ts';
import { field, Phone, respond } from '../../tests/virtual/phone.ts';

const CONTACT = `Contact: <sip:phone@127.0.0.1:${CALLEE_PORT}>`;
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

function begin(flow = 'basic') {
  const pair = new Pair({ flow, ends: ['caller'], holdUs: 5_000_000 });
  const phone = new Phone(pair, CALLEE_PORT);
  phone.answer = (request) => (request.startsWith('BYE') ? respond(request, '200 OK') : null);
  pair.run(2_000);
  const invite = phone.got[0]!;
  const ok = respond(invite, '200 OK', 'one', [CONTACT, 'Content-Type: application/sdp'], SDP);
  const acks = () => phone.got.filter((text) => text.startsWith('ACK')).length;
  return { pair, phone, invite, ok, acks, say: (text: string) => phone.say(text, CALLER_PORT) };
}

it.each([
  [
    'RFC 3261 §8.1.3.3: a second Via',
    (text: string) => text.replace('\r\nVia:', '\r\nVia: SIP/2.0/UDP 127.0.0.9\r\nVia:'),
  ],
  [
    'RFC 3261 §8.1.3.3: a second Via in the same field',
    (text: string) => text.replace(/(\r\nVia:[^\r]*)/, '$1, SIP/2.0/UDP 127.0.0.9'),
  ],
  [
    'RFC 3261 §18.1.2: another host in sent-by',
    (text: string) => text.replace(/(\r\nVia: \S+ )[^:]+:/, '$1127.0.0.9:'),
  ],
  ['RFC 3261 §18.1.2: another port in sent-by', (text: string) => text.replace(/(\r\nVia: \S+ [^:]+):\d+/, '$1:4')],
])('%s: the response is dropped, and the right one is taken', (_, wrong) => {
  const { pair, ok, acks, say } = begin();
  expect(wrong(ok)).not.toBe(ok);
  say(wrong(ok));
  expect(acks()).toBe(0);
  expect(counter(pair.caller, 'STRAY')).toBe(1);
  say(ok);
  expect(acks()).toBe(1);
});

it.each([
  ['481', 'another Call-ID', (id: string) => `not-${id}`],
  ['481', 'one that has ours in it', (id: string) => `${id}x`],
  ['200', 'ours', (id: string) => id],
])('RFC 3261 §12.2.2: %s to a BYE with our tag and %s', (status, _, idOf) => {
  const { phone, invite, ok, say } = begin();
  say(ok);
  const from = field(invite, 'From');
  say(
    ['BYE sip:busyhour@127.0.0.1 SIP/2.0', `Via: SIP/2.0/UDP 127.0.0.1:${CALLEE_PORT};branch=z9hG4bKbye`]
      .concat(`From: ${field(invite, 'To')};tag=one`, `To: ${from}`, `Call-ID: ${idOf(field(invite, 'Call-ID')!)}`)
      .concat('CSeq: 1 BYE', 'Max-Forwards: 70', 'Content-Length: 0', '', '')
      .join('\r\n'),
  );
  expect(phone.got.filter((text) => text.startsWith('SIP/2.0')).map((text) => text.slice(8, 11))).toEqual([status]);
});

it('RFC 3261 §12.2.2: 481 to a request with our tag and that of another fork', () => {
  const { pair, phone, invite, ok, say } = begin();
  say(ok);
  say(
    ['INFO sip:busyhour@127.0.0.1 SIP/2.0', `Via: SIP/2.0/UDP 127.0.0.1:${CALLEE_PORT};branch=z9hG4bKinfo`]
      .concat(`From: ${field(invite, 'To')};tag=two`, `To: ${field(invite, 'From')}`)
      .concat(`Call-ID: ${field(invite, 'Call-ID')}`, 'CSeq: 1 INFO', 'Max-Forwards: 70', 'Content-Length: 0', '', '')
      .join('\r\n'),
  );
  expect(phone.got.filter((text) => text.startsWith('SIP/2.0')).map((text) => text.slice(8, 11))).toEqual(['481']);
  pair.run();
  expect(counts(pair.caller)).toMatchObject({ succeeded: 1, failed: 0 });
});

it('RFC 3261 §8.1.3.2: a provisional response that is in no list is taken as 183', () => {
  const { pair, invite, ok, say } = begin();
  for (const status of ['155 What', '198 Ever']) say(respond(invite, status, 'one', [CONTACT]));
  say(ok);
  pair.run();
  expect(counts(pair.caller)).toMatchObject({ succeeded: 1, failed: 0 });
});

it('RFC 3261 §8.1.3.4: a 302 to the URI that was called is not followed', () => {
  const { pair, phone, invite, say } = begin('redirect');
  const uri = invite.split(' ')[1];
  say(respond(invite, '302 Moved Temporarily', 'one', [`Contact: <${uri}>`]));
  pair.run();
  expect(phone.got.filter((text) => text.startsWith('INVITE'))).toHaveLength(1);
  expect(counts(pair.caller)).toMatchObject({ succeeded: 0, failed: 1 });
});
