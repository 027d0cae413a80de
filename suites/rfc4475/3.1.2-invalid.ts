// RFC 4475 §3.1.2, §3.2, §3.4: messages that are wrong, written anew. The clause of RFC 3261 stands in each title. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { type Odd, oddMessage, stray } from '../torture.ts';

/** An OPTIONS that is right but for what `change` does to its lines. */
function options(change: (lines: string[]) => string[]): string[] {
  return change([
    'OPTIONS {{uri:answer}} SIP/2.0',
    'Via: {{via}}',
    'Max-Forwards: 70',
    'From: <{{aor}}>;tag={{tag}}',
    'To: <{{uri:answer}}>',
    'Call-ID: {{callid}}',
    'CSeq: 63 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ]);
}

const replaced = (pattern: RegExp, by: string) => (lines: string[]) => lines.map((line) => line.replace(pattern, by));

const REFUSED: Pick<Odd, 'right' | 'tolerated' | 'methods'> = { right: [400], tolerated: [0], methods: ['OPTIONS'] };
const LENIENT: Pick<Odd, 'right' | 'methods'> = { right: [400, 200, 404, 480, 486, 0], methods: ['OPTIONS'] };

export const CASES: readonly Entry[] = [
  oddMessage({
    ...REFUSED,
    id: 'rfc4475/3.1.2.1/separators-without-values',
    title: 'Separators with nothing between them make a header field malformed: 400 (RFC 3261 §25.1)',
    req: ['TOR-012'],
    level: 'SHOULD',
    message: options(replaced(/^Via: .*/, 'Via: {{via}};;,;,,')),
  }),
  oddMessage({
    ...REFUSED,
    id: 'rfc4475/3.1.2.3/negative-content-length',
    title: 'A Content-Length below zero is an error and never a length (RFC 3261 §20.14)',
    req: ['TOR-013'],
    level: 'SHOULD',
    message: options(replaced(/^Content-Length: 0/, 'Content-Length: -999')),
  }),
  {
    id: 'rfc4475/3.1.2.3/negative-content-length-in-a-stream',
    title: 'A Content-Length below zero in a stream is refused and ends the connection (RFC 3261 §18.3)',
    req: ['FRM-005'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      t.send(t.raw(options(replaced(/^Content-Length: 0/, 'Content-Length: -999')).join('\r\n')));
      // No RFC says how soon; answers to earlier requests may still be on their way.
      await t.expectClosed({ withinMs: 5_000 });
    },
  },
  {
    id: 'rfc4475/3.1.2.2/content-length-never-reached-in-a-stream',
    title: 'A message in a stream whose end never comes holds up no other connection (RFC 3261 §18.3)',
    req: ['FRM-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      t.send(t.raw(options(replaced(/^Content-Length: 0/, 'Content-Length: 9999')).join('\r\n')));
      await t.pause(300);
      const other = await t.stream();
      other.send(other.request('OPTIONS'));
      await other.expect('final', { strictly: true });
      t.verify(t.received.length === 0, 'no answer to half a message', `${t.received[0]?.startLine}`);
    },
  },
  oddMessage({
    ...REFUSED,
    id: 'rfc4475/3.1.2.4/numbers-beyond-their-range',
    title: 'Numbers far beyond their range in CSeq make the request malformed: 400 (RFC 3261 §8.1.1.5)',
    req: ['TOR-014'],
    level: 'SHOULD',
    message: options((lines) =>
      lines.map((line) =>
        line.replace(/^CSeq: 63/, 'CSeq: 36893488147419103232').replace(/^Max-Forwards: 70/, 'Max-Forwards: 300'),
      ),
    ),
  }),
  stray({
    id: 'rfc4475/3.1.2.5/response-with-numbers-beyond-their-range',
    title: 'A response with numbers far beyond their range is discarded (RFC 3261 §18.1.2)',
    req: ['TOR-015'],
    methods: ['OPTIONS'],
    message: [
      'SIP/2.0 503 Service Unavailable',
      'Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw',
      'To: <sip:user@example.com>',
      'From: <sip:other@example.net>;tag=2easdjfejw',
      'CSeq: 9292394834772304023312 OPTIONS',
      'Call-ID: scalarlg.{{callid}}',
      'Retry-After: 949302838503028349304023988',
      'Warning: 1812 overture "In Progress"',
      'Content-Length: 0',
      '',
      '',
    ],
  }),
  oddMessage({
    ...REFUSED,
    id: 'rfc4475/3.1.2.6/quote-not-closed-in-to',
    title: 'A quote in To that is never closed makes the request malformed: 400 (RFC 3261 §21.4.1)',
    req: ['TOR-016'],
    level: 'SHOULD',
    message: options(replaced(/^To: /, 'To: "Mr. J. User ')),
  }),
  oddMessage({
    ...REFUSED,
    id: 'rfc4475/3.1.2.7/angle-brackets-around-request-uri',
    title: 'Angle brackets around the Request-URI make the request malformed: 400 (RFC 3261 §7.1)',
    req: ['TOR-017'],
    level: 'SHOULD',
    tolerated: [0, 200],
    message: options(replaced(/^OPTIONS (\S+)/, 'OPTIONS <$1>')),
  }),
  oddMessage({
    ...REFUSED,
    id: 'rfc4475/3.1.2.8/spaces-inside-request-uri',
    title: 'A space inside the Request-URI makes the request malformed: 400 (RFC 3261 §7.1)',
    req: ['TOR-018'],
    level: 'SHOULD',
    message: options(replaced(/^OPTIONS (\S+)/, 'OPTIONS $1; lr')),
  }),
  oddMessage({
    ...LENIENT,
    id: 'rfc4475/3.1.2.9/many-spaces-in-request-line',
    title: 'More than one space between the parts of the request line is refused with 400, or borne (RFC 3261 §7.1)',
    req: ['TOR-019'],
    message: options(replaced(/^OPTIONS (\S+) /, 'OPTIONS  $1  ')),
  }),
  oddMessage({
    ...LENIENT,
    id: 'rfc4475/3.1.2.10/space-behind-request-line',
    title: 'A space behind the request line is refused with 400, or borne (RFC 3261 §7.1)',
    req: ['TOR-020'],
    message: options(replaced(/SIP\/2\.0$/, 'SIP/2.0  ')),
  }),
  oddMessage({
    ...LENIENT,
    id: 'rfc4475/3.1.2.11/header-part-in-request-uri',
    title: 'Header fields escaped into the Request-URI are refused with 400, or left aside (RFC 3261 §19.1.1)',
    req: ['TOR-021'],
    message: options(replaced(/^OPTIONS (\S+)/, 'OPTIONS $1?Route=%3Csip:example.com%3E')),
  }),
  oddMessage({
    ...LENIENT,
    id: 'rfc4475/3.1.2.12/date-in-another-zone',
    title: 'A Date in another zone than GMT is refused with 400, or left aside (RFC 3261 §20.17)',
    req: ['TOR-022'],
    message: options((lines) => [...lines.slice(0, 7), 'Date: Fri, 01 Jan 2010 16:00:00 EST', ...lines.slice(7)]),
  }),
  oddMessage({
    id: 'rfc4475/3.1.2.13/question-mark-in-bare-contact',
    title:
      'A Contact with a question mark and no angle brackets is refused with 400, or its brackets are inferred (RFC 3261 §20.10)',
    req: ['TOR-023'],
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    right: [400],
    tolerated: [200],
    message: [
      'REGISTER sip:{{domain}} SIP/2.0',
      'To: {{aor}}',
      'From: {{aor}};tag={{tag}}',
      'Max-Forwards: 70',
      'Call-ID: {{callid}}',
      'CSeq: 9 REGISTER',
      'Via: {{via}}',
      'Contact: {{contact}}?Route=%3Csip:sip.example.com%3E',
      'l: 0',
      '',
      '',
    ],
  }),
  oddMessage({
    ...LENIENT,
    id: 'rfc4475/3.1.2.14/spaces-inside-addr-spec',
    title: 'Spaces inside the URI of To are refused with 400, or borne (RFC 3261 §25.1)',
    req: ['TOR-024'],
    message: options(replaced(/^To: <(\S+)>/, 'To: "Watson, Thomas" < $1 >')),
  }),
  oddMessage({
    ...LENIENT,
    id: 'rfc4475/3.1.2.15/display-name-of-other-characters',
    title:
      'A display name that is neither tokens nor quoted is refused with 400, or its quotes are inferred (RFC 3261 §25.1)',
    req: ['TOR-025'],
    message: options(replaced(/^To: /, 'To: Bell, Alexander ')),
  }),
  oddMessage({
    id: 'rfc4475/3.1.2.16/version-of-the-future',
    title: 'A version that is not supported is refused with 505 (RFC 3261 §21.5.6)',
    req: ['TOR-026'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [505],
    message: options(replaced(/SIP\/2\.0$/, 'SIP/7.0')),
  }),
  oddMessage({
    id: 'rfc4475/3.1.2.17/known-method-another-in-cseq',
    title: 'A known method with another in CSeq is refused with 400 (RFC 3261 §8.1.1.5)',
    req: ['TOR-027'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [400],
    message: options(replaced(/^CSeq: 63 OPTIONS/, 'CSeq: 8 INVITE')),
  }),
  oddMessage({
    id: 'rfc4475/3.1.2.18/unknown-method-another-in-cseq',
    title: 'An unknown method with another in CSeq is refused with 501 or 400 (RFC 3261 §8.1.1.5, §21.5.2)',
    req: ['TOR-028'],
    methods: ['OPTIONS'],
    right: [501, 400],
    tolerated: [405],
    message: options(replaced(/^OPTIONS/, 'NEWMETHOD')),
  }),
  stray({
    id: 'rfc4475/3.1.2.19/status-code-of-ten-digits',
    title: 'A response with a status code beyond 699 is discarded (RFC 3261 §7.2)',
    req: ['TOR-029'],
    methods: ['OPTIONS'],
    message: [
      'SIP/2.0 4294967301 better not break the receiver',
      'Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe',
      'Call-ID: bigcode.{{callid}}',
      'CSeq: 353494 INVITE',
      'From: <sip:user@example.com>;tag=39ansfi3',
      'To: <sip:user@example.edu>;tag=902jndnke3',
      'Content-Length: 0',
      'Contact: <sip:user@198.51.100.105>',
      '',
      '',
    ],
  }),
  oddMessage({
    ...LENIENT,
    id: 'rfc4475/3.2.1/branch-of-the-cookie-and-nothing',
    title: 'A branch that is the magic cookie alone is matched as by RFC 2543, or refused with 400 (RFC 3261 §17.2.3)',
    req: ['TOR-030'],
    message: options(replaced(/^Via: .*/, 'Via: SIP/2.0/UDP {{local}};rport;branch=z9hG4bK')),
  }),
  oddMessage({
    id: 'rfc4475/3.4.1/invite-of-rfc-2543',
    title:
      'An INVITE as RFC 2543 wrote it, without branch and Max-Forwards and with no tag in From, is taken (RFC 3261 §8.1.1.3, §17.2.3)',
    req: ['TOR-041'],
    level: 'SHOULD',
    methods: ['INVITE'],
    needs: ['answer'],
    right: 'well-formed',
    message: [
      'INVITE {{uri:answer}} SIP/2.0',
      'Via: SIP/2.0/UDP {{local}}',
      'From: <{{aor}}>',
      'Record-Route: <sip:example.net>',
      'To: {{uri:answer}}',
      'Call-ID: {{callid}}',
      'CSeq: 119 INVITE',
      'Contact: <{{contact}}>',
      'Content-Type: application/sdp',
      'Content-Length: 115',
      '',
      'v=0',
      'o=harness 2890844526 1 IN IP4 192.0.2.5',
      's=-',
      'c=IN IP4 192.0.2.5',
      't=0 0',
      'm=audio 49217 RTP/AVP 0',
      'a=sendrecv',
      '',
    ],
  }),
];
