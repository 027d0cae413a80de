// A reliable provisional whose RSeq is as large as may be: what the PRACK names. In virtual time, against a scripted callee.
import { expect, it } from 'vitest';
import { CALLEE_PORT, CALLER_PORT, counter, Pair } from '../../tests/virtual/pair.ts';
import { field, Phone, respond } from '../../tests/virtual/phone.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

it.each([1, 2_147_483_647, 2_147_483_648, 4_294_967_295])('RFC 3262 §7.1: RSeq %d comes back in RAck, once', (rseq) => {
  const pair = new Pair({ flow: 'prack-info-refer', ends: ['caller'] });
  const phone = new Phone(pair, CALLEE_PORT);
  pair.run(2_000);
  const lines = [
    `Contact: <sip:phone@127.0.0.1:${CALLEE_PORT}>`,
    'Require: 100rel',
    `RSeq: ${rseq}`,
    'Content-Type: application/sdp',
  ];
  const ringing = respond(phone.got[0]!, '183 Session Progress', 'one', lines, SDP);
  const [prack] = phone.say(ringing, CALLER_PORT);
  expect(field(prack!, 'RAck')).toBe(`${rseq} ${field(phone.got[0]!, 'CSeq')}`);
  // The same again is the retransmission of one that was acknowledged.
  expect(phone.say(ringing, CALLER_PORT)).toEqual([]);
  expect(counter(pair.caller, 'RETRANSMISSIONS_RECEIVED')).toBe(1);
});
