// Responses that no transaction takes, in virtual time against a scripted callee: counted, kept, and held against the rules where it is known what they answer.
import { expect, it } from 'vitest';
import { CALLEE_PORT, CALLER_PORT, counter, counts, Pair, violations } from '../../tests/virtual/pair.ts';
import { Phone, respond } from '../../tests/virtual/phone.ts';
import { ERR_BODY_SHORT } from '../sip/errors.ts';
import { DISCARD, Discards } from './discards.ts';

const CONTACT = `Contact: <sip:phone@127.0.0.1:${CALLEE_PORT}>`;
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

function begin() {
  const pair = new Pair({ flow: 'basic', ends: ['caller'], holdUs: 1_000_000 });
  const phone = new Phone(pair, CALLEE_PORT);
  pair.run(2_000);
  const ok = respond(phone.got[0]!, '200 OK', 'one', [CONTACT, 'Content-Type: application/sdp'], SDP);
  return { pair, phone, ok, say: (text: string) => phone.say(text, CALLER_PORT) };
}

it.each([
  ['a branch altered', 'via-branch-echo', 'branch', /(;branch=z9hG4bK\w+)\w/, '$1g'],
  ['a branch cut short', 'via-branch-echo', 'branch', /(;branch=z9hG4bK\w{9})\w+/, '$1'],
  ['a method of its own in CSeq', 'cseq-echo', 'CSeq method', /(CSeq: \d+) INVITE/, '$1 INFO'],
  ['another port in sent-by', 'via-sent-by-echo', 'Via', /(Via: \S+ [^:]+):\d+/, '$1:4'],
  [
    'a body that is not all there',
    'content-length-exact',
    'shorter than',
    /Content-Length: \d+/,
    'Content-Length: 999',
  ],
] as const)('%s: %s is broken, and the bytes are kept', (_, rule, why, what, instead) => {
  const { pair, ok, say } = begin();
  const wrong = ok.replace(what, instead);
  expect(wrong).not.toBe(ok);
  say(wrong);
  expect(pair.caller!.e.rules!.violations().map(({ id, count }) => [id, count])).toEqual([[rule, 1]]);
  const found = pair.caller!.e.tally.discards.list();
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ count: 1, example: wrong });
  expect(found[0]!.reason).toContain(why);
  // The right one is taken still.
  say(ok);
  expect(violations(pair.caller)).toHaveLength(1);
  expect(pair.caller!.e.tally.discards.list()).toEqual(found);
});

it('a response to a request that has been given up breaks no rule: it is late', () => {
  const { pair, ok, say } = begin();
  pair.run(70_000_000);
  expect(counts(pair.caller)).toMatchObject({ failed: 1 });
  say(ok);
  expect(counter(pair.caller, 'STRAY')).toBe(1);
  expect(pair.caller!.e.tally.discards.list()).toMatchObject([{ count: 1, example: ok }]);
  expect(violations(pair.caller)).toEqual([]);
});

it.each(['200 OK', '486 Busy Here'])(
  'RFC 3261 §17: what answers the ACK for a %s breaks that rule alone, if the ACK was ours',
  (status) => {
    const { pair, phone, ok, say } = begin();
    say(status.startsWith('2') ? ok : respond(phone.got[0]!, status, 'one'));
    const ack = phone.got.find((text) => text.startsWith('ACK'))!;
    say(respond(ack, '481 Call Does Not Exist').replace(/(From:[^\r]*;tag=\w+)\w/, '$1g'));
    expect(violations(pair.caller)).toEqual([]);
    const wrong = respond(ack, '481 Call Does Not Exist');
    say(wrong);
    expect(violations(pair.caller)).toEqual([`ack-unanswered\n${wrong}`]);
    expect(counter(pair.caller, 'STRAY')).toBe(2);
  },
);

it('a response with a foreign From tag is of nobody here', () => {
  const { pair, ok, say } = begin();
  say(ok.replace(/(;branch=z9hG4bK\w+)\w/, '$1g').replace(/(From:[^\r]*;tag=\w+)\w/, '$1g'));
  expect(counter(pair.caller, 'STRAY')).toBe(1);
  expect(violations(pair.caller)).toEqual([]);
});

it('keeps one message of a kind, cut at 4,096 bytes, however many come', () => {
  const discards = new Discards();
  const bytes = new Uint8Array(9_000).fill(65);
  for (let i = 0; i < 10_000; i++) {
    for (const why of Object.values(DISCARD)) discards.add(why, bytes, 0, bytes.length);
    bytes[0] = 66;
    for (let error = ERR_BODY_SHORT; error < 0; error++) discards.add(error, bytes, 0, bytes.length);
  }
  const found = discards.list();
  expect(found).toHaveLength(Object.keys(DISCARD).length - ERR_BODY_SHORT);
  for (const { count, example } of found) expect([count, example.length]).toEqual([10_000, 4_096]);
  expect(found.filter(({ example }) => example.startsWith('A'))).toHaveLength(Object.keys(DISCARD).length);
});
