// What a case reads from a message, also from a broken one.
import { expect, it } from 'vitest';
import { Reading } from './reading.ts';

function reading(lines: readonly string[], body = ''): Reading {
  return new Reading(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`));
}

const RESPONSE = [
  'SIP/2.0 200 All right',
  'v: SIP/2.0/UDP a.example:5060;branch=z9hG4bK1;rport, SIP/2.0/TCP b.example;branch=z9hG4bK2',
  'VIA: SIP/2.0/UDP c.example;branch=z9hG4bK3',
  'From: "A, <b> \\" c" <sip:a@example.com;x=1>;tag=abc',
  'To: <sip:b@example.com>;tag=def',
  'i: call-1',
  'CSeq: 0042 OPTIONS',
  'm: "x, y" <sip:b@h;p=1,2>;q=0.5, <sip:c@h>',
  'Subject: one, two',
  '  and three',
  'Content-Type: application/SDP;charset=x',
];

it('finds a header field in any case and in its compact form, and splits only lists', () => {
  const r = reading(RESPONSE, 'v=0\r\n');
  expect(r.fault).toBeNull();
  expect([r.status, r.reason, r.method, r.cseq, r.body]).toEqual([200, 'All right', 'OPTIONS', 42, 'v=0\r\n']);
  expect(r.headers('Via').map((via) => via.slice(-1))).toEqual(['t', '2', '3']);
  expect(r.lines('via')).toHaveLength(2);
  expect(r.headers('Contact')).toEqual(['"x, y" <sip:b@h;p=1,2>;q=0.5', '<sip:c@h>']);
  expect(r.headers('Subject')).toEqual(['one, two and three']);
  expect(r.header('Server')).toBeNull();
});

it('reads parameters, tags and URIs past quotes and brackets', () => {
  const r = reading(RESPONSE);
  expect([r.branch, r.fromTag, r.toTag, r.contact]).toEqual(['z9hG4bK1', 'abc', 'def', 'sip:b@h;p=1,2']);
  expect([r.param('Via', 'RPORT'), r.param('Via', 'received'), r.param('From', 'x')]).toEqual(['', null, null]);
  expect(r.contentType).toBe('application/sdp');
});

it('says why bytes are no message, and still reads what it can', () => {
  const r = reading(['SIP/2.0 200 OK', 'Via: SIP/2.0/UDP a;branch=z9hG4bKx', 'CSeq: 1 BYE']);
  expect(r.fault).toMatch(/missing/);
  expect([r.status, r.branch, r.method]).toEqual([200, 'z9hG4bKx', 'BYE']);
  expect(new Reading(Buffer.from('\r\n\r\n')).isResponse).toBe(false);
});
