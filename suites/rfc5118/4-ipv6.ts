// RFC 5118 §4: IPv6 addresses in messages, written anew. RFC 5118 is informational: the clause behind each stands in its title. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { oddMessage } from '../torture.ts';

/** An OPTIONS whose odd lines take the place of the usual ones. */
function options(uri: string, odd: Readonly<Record<string, string>> = {}, first = 'OPTIONS'): string[] {
  const usual: Record<string, string> = {
    Via: '{{via}}',
    'Max-Forwards': '70',
    From: '<{{aor}}>;tag={{tag}}',
    To: '<{{uri:answer}}>',
    'Call-ID': '{{callid}}',
    CSeq: `5 ${first}`,
    ...odd,
    'Content-Length': '0',
  };
  return [`${first} ${uri} SIP/2.0`, ...Object.entries(usual).map(([name, value]) => `${name}: ${value}`), '', ''];
}

const SDP6 =
  'v=0\r\no=harness 971731711378798081 0 IN IP6 2001:db8::20\r\ns=-\r\nc=IN IP6 2001:db8::20\r\nt=3338481189 3370017201\r\nm=audio 6000 RTP/AVP 0\r\n';
const BOTH = `${SDP6}m=audio 6002 RTP/AVP 0\r\nc=IN IP4 192.0.2.20\r\n`;

function invite(body: string): string[] {
  return [
    'INVITE {{uri:answer}} SIP/2.0',
    'Via: {{via}}',
    'Max-Forwards: 70',
    'From: <{{aor}}>;tag={{tag}}',
    'To: <{{uri:answer}}>',
    'Call-ID: {{callid}}',
    'CSeq: 8612 INVITE',
    'Contact: <{{contact}}>',
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
    '',
    body,
  ];
}

export const CASES: readonly Entry[] = [
  oddMessage({
    id: 'rfc5118/4.1/reference-in-every-place',
    title: 'IPv6 references in Request-URI, Via, Contact and To are read (RFC 3261 §25.1)',
    req: ['IP6-001'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    message: options('sip:user@[2001:db8::10]', {
      Via: '{{via}}\r\nVia: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111',
      Contact: '"Caller" <sip:caller@[2001:db8::1]>',
    }),
  }),
  oddMessage({
    id: 'rfc5118/4.2/address-without-brackets-400',
    title: 'An IPv6 address without brackets in the Request-URI makes the request malformed: 400 (RFC 3261 §25.1)',
    req: ['IP6-002'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [400],
    message: options('sip:user@2001:db8::10'),
  }),
  oddMessage({
    id: 'rfc5118/4.3/port-inside-the-brackets',
    title: 'What looks like a port inside the brackets is part of the address (RFC 3261 §25.1)',
    req: ['IP6-003'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    message: options('sip:user@[2001:db8::10:5070]', { Contact: '"Caller" <sip:caller@[2001:db8::1]>' }),
  }),
  oddMessage({
    id: 'rfc5118/4.4/port-behind-the-brackets',
    title: 'A port behind the brackets is the port (RFC 3261 §25.1)',
    req: ['IP6-004'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    message: options('sip:user@[2001:db8::10]:5070', { Contact: '"Caller" <sip:caller@[2001:db8::1]:5072>' }),
  }),
  oddMessage({
    id: 'rfc5118/4.5/received-with-and-without-brackets',
    title:
      'received with an IPv6 address in lower Vias is read with and without brackets, and repeated (RFC 3261 §25.1)',
    req: ['IP6-005'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    message: options('{{uri:answer}}', {
      Via: '{{via}}\r\nVia: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-1\r\nVia: SIP/2.0/UDP [2001:db8::9:2];received=2001:db8::9:254;branch=z9hG4bKas3-2',
    }),
    also: (_, text) =>
      text.includes('received=[2001:db8::9:255]') && text.includes('received=2001:db8::9:254')
        ? null
        : {
            expected: 'both Vias repeated as they came',
            actual: text
              .split('\r\n')
              .filter((line) => /^Via/i.test(line))
              .join(' | '),
          },
  }),
  {
    id: 'rfc5118/4.5/own-received-without-brackets',
    title: 'received that the server adds has its IPv6 address without brackets (RFC 3261 §25.1, via-received)',
    req: ['IP6-006'],
    level: 'MUST NOT',
    role: 'all',
    methods: ['OPTIONS'],
    transports: ['udp'],
    needs: ['ipv6'],
    run: async (t) => {
      // RFC 3581 §4: what asks for rport gets received too, and a name differs from any source (RFC 3261 §18.2.1).
      const headers = { Via: (via: string) => via.replace(t.hostPort, `pc33.example.com:${t.local.port}`) };
      const request = t.send(t.request('OPTIONS', { headers }));
      const response = await t.expect('final', { of: request, strictly: true });
      const received = response.param('Via', 'received') ?? '';
      if (received === '') t.inconclusive(`no received in the top Via: ${response.header('Via')}`);
      t.verify(!/[[\]]/.test(received), 'an address without brackets', `received=${received}`);
    },
  },
  oddMessage({
    id: 'rfc5118/4.6/addresses-in-session-description',
    title: 'A session description with IPv6 addresses, which have no brackets there, is read (RFC 4566 §5.7)',
    req: ['IP6-007'],
    methods: ['INVITE'],
    needs: ['answer'],
    right: 'well-formed',
    message: invite(SDP6),
  }),
  oddMessage({
    id: 'rfc5118/4.7/both-families-in-vias',
    title: 'Vias of IPv4 and of IPv6 in one request are read and repeated (RFC 3261 §8.2.6.2)',
    req: ['IP6-008'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    message: options('{{uri:answer}}', {
      Via: '{{via}}\r\nVia: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
    }),
    also: (_, text) =>
      text.includes('[2001:db8::9:1]:6050') && text.includes('192.0.2.1;')
        ? null
        : {
            expected: 'every Via repeated',
            actual: text
              .split('\r\n')
              .filter((line) => /^Via/i.test(line))
              .join(' | '),
          },
  }),
  oddMessage({
    id: 'rfc5118/4.8/both-families-in-session-description',
    title: 'A session description with media of both families is read and each medium decided for itself (RFC 3264 §6)',
    req: ['SDP-023'],
    methods: ['INVITE'],
    needs: ['answer'],
    right: 'well-formed',
    message: invite(BOTH),
  }),
  oddMessage({
    id: 'rfc5118/4.9/ipv4-inside-ipv6',
    title: 'An IPv4 address inside an IPv6 one is read (RFC 3261 §25.1)',
    req: ['IP6-009'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    message: options('{{uri:answer}}', {
      Via: '{{via}}\r\nVia: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19',
      Contact: '"T. desk phone" <sip:ted@[::ffff:192.0.2.2]>',
    }),
  }),
  oddMessage({
    id: 'rfc5118/4.10/three-colons-and-two',
    title:
      'An IPv6 reference with three colons, as the grammar of RFC 3261 wrongly had it, is borne like one with two (RFC 5118 §4.10)',
    req: ['IP6-010'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    tolerated: [400],
    message: options('{{uri:answer}}', {
      Via: '{{via}}\r\nVia: SIP/2.0/UDP [2001:db8:::192.0.2.1];branch=z9hG4bKas3-1\r\nVia: SIP/2.0/UDP [2001:db8::192.0.2.1];branch=z9hG4bKas3-2',
      Contact: '"Caller" <sip:caller@[2001:db8::192.0.2.1]>',
    }),
  }),
];
