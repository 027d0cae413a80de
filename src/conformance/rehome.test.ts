// Re-homing touches what it says and no other byte.
import { expect, it } from 'vitest';
import { rehomed, topVia } from './rehome.ts';

const HOME = { sentBy: '127.0.0.9:4000', transport: 'UDP', domain: '127.0.0.1:5070' };
const moved = (text: string) => Buffer.from(rehomed(Buffer.from(text, 'latin1'), HOME)).toString('latin1');

it('rewrites sent-by of the top Via, the host of the Request-URI, and makes the Call-ID its own', () => {
  const text =
    'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\nCall-ID: a@192.0.2.2\r\nv:  SIP  / 2.0\r\n /TCP     192.0.2.2;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n\r\nVia: SIP/2.0/UDP 192.0.2.2\r\n\0\xff';
  expect(moved(text)).toBe(
    text
      .replace('INVITE sip:vivekg@chair-dnrc.example.com', 'INVITE sip:vivekg@127.0.0.1:5070')
      .replace('/TCP     192.0.2.2;', '/UDP     127.0.0.9:4000;')
      .replace('a@192.0.2.2', 'a@192.0.2.2-127.0.0.9-4000'),
  );
});

it.each([
  ['OPTIONS sip:user@example.com SIP/7.0', 'OPTIONS sip:user@127.0.0.1:5070 SIP/7.0'],
  ['OPTIONS sip:example.com:5080 SIP/2.0', 'OPTIONS sip:127.0.0.1:5070 SIP/2.0'],
  ['INVITE <sip:user@example.com> SIP/2.0', 'INVITE <sip:user@127.0.0.1:5070> SIP/2.0'],
  ['INVITE  sip:user@example.com  SIP/2.0', 'INVITE  sip:user@127.0.0.1:5070  SIP/2.0'],
  [
    'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0',
    'OPTIONS sip:user;par=u%40example.net@127.0.0.1:5070 SIP/2.0',
  ],
  // What stands where the host is is the point of these.
  ['REGISTER sip:[2001:db8::10]:5070 SIP/2.0', 'REGISTER sip:[2001:db8::10]:5070 SIP/2.0'],
  ['REGISTER sip:2001:db8::10 SIP/2.0', 'REGISTER sip:2001:db8::10 SIP/2.0'],
  ['OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0', 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0'],
  ['SIP/2.0 200 OK', 'SIP/2.0 200 OK'],
])('%s', (start, home) => {
  expect(moved(`${start}\r\nX: sip:user@example.com\r\n\r\n`)).toBe(`${home}\r\nX: sip:user@example.com\r\n\r\n`);
});

it('the address-of-record of a REGISTER is in To, and only there', () => {
  const text =
    'REGISTER sip:example.com SIP/2.0\r\nTo: "a@b" <sip:watson@example.com>\r\nFrom: <sip:watson@example.com>\r\n\r\n';
  expect(moved(text)).toBe(
    text
      .replace('sip:example.com', 'sip:127.0.0.1:5070')
      .replace('<sip:watson@example.com>', '<sip:watson@127.0.0.1:5070>'),
  );
});

it('a message without an end of its header, or without a Via, stays whole', () => {
  expect(moved('OPTIONS sip:user@example.com SIP/2.0\r\nX: y\r\n')).toBe(
    'OPTIONS sip:user@127.0.0.1:5070 SIP/2.0\r\nX: y\r\n',
  );
});

it.each([
  ['Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z', { transport: 'UDP', sentBy: '192.0.2.59:5050', port: 5050 }],
  ['v : SIP / 2.0 / tcp host.example.com', { transport: 'TCP', sentBy: 'host.example.com', port: null }],
  ['Via: SIP/2.0/UDP [2001:db8::9:1];branch=z', { transport: 'UDP', sentBy: '[2001:db8::9:1]', port: null }],
  ['Via: SIP/2.0/UDP [2001:db8::9:1]:5071;branch=z', { transport: 'UDP', sentBy: '[2001:db8::9:1]:5071', port: 5071 }],
])('%s', (line, via) => {
  expect(topVia(Buffer.from(`OPTIONS sip:a SIP/2.0\r\n${line}\r\n\r\n`))).toEqual(via);
});
