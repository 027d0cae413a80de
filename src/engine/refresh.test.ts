// How the caller of the flow session-timer refreshes its session: by what the callee allows. In virtual time, against a scripted callee.
import { expect, it } from 'vitest';
import { CALLEE_PORT, CALLER_PORT, counts, held, NOTHING_HELD, Pair } from '../../tests/virtual/pair.ts';
import { field, Phone, respond } from '../../tests/virtual/phone.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const GRANTED = ['Require: timer', 'Session-Expires: 1800;refresher=uac'];

it.each([
  ['RFC 4028 §7.4: by UPDATE where Allow lists it', ['Allow: INVITE, ACK, UPDATE, BYE'], 'UPDATE'],
  ['RFC 3311 §4: by re-INVITE where Allow does not list it', ['Allow: INVITE, ACK, CANCEL, BYE'], 'INVITE'],
  ['RFC 3311 §4: by re-INVITE where there is no Allow', [], 'INVITE'],
])('%s', (_, allow, method) => {
  const pair = new Pair({ flow: 'session-timer', ends: ['caller'], holdUs: 5_000_000 });
  const phone = new Phone(pair, CALLEE_PORT);
  const contact = `Contact: <sip:phone@127.0.0.1:${CALLEE_PORT}>`;
  phone.answer = (request) => {
    if (request.startsWith('ACK')) return null;
    const session = request.startsWith('INVITE') ? ['Content-Type: application/sdp', ...allow] : [];
    return respond(request, '200 OK', 'one', [contact, ...GRANTED, ...session], session.length > 0 ? SDP : '');
  };
  pair.run();
  const methods = phone.got.map((text) => text.slice(0, text.indexOf(' ')));
  expect(methods).toEqual(['INVITE', 'ACK', method, ...(method === 'INVITE' ? ['ACK'] : []), 'BYE']);
  expect(field(phone.got[2]!, 'Session-Expires')).toBe('1800;refresher=uac');
  expect(phone.got.filter((text) => text.includes(`:${CALLER_PORT}`))).toHaveLength(phone.got.length);
  expect(counts(pair.caller)).toMatchObject({ succeeded: 1, failed: 0, unexpected: 0 });
  expect(held(pair.caller)).toEqual(NOTHING_HELD);
});
