// RFC 4475 §3.3: messages whose form is right and whose meaning is odd, written anew. The clause of RFC 3261 stands in each title. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { oddMessage, stray } from '../torture.ts';

function options(uri: string, more: readonly string[] = [], without = /^$/): string[] {
  return [
    `OPTIONS ${uri} SIP/2.0`,
    ...[
      'Via: {{via}}',
      'Max-Forwards: 70',
      'From: <{{aor}}>;tag={{tag}}',
      'To: <{{uri:answer}}>',
      'Call-ID: {{callid}}',
      'CSeq: 19923 OPTIONS',
      ...more,
      'Content-Length: 0',
    ].filter((line) => !without.test(line)),
    '',
    '',
  ];
}

function register(more: readonly string[]): string[] {
  return [
    'REGISTER sip:{{domain}} SIP/2.0',
    'Via: {{via}}',
    'Max-Forwards: 70',
    'From: <{{aor}}>;tag={{tag}}',
    'Call-ID: {{callid}}',
    'CSeq: 1 REGISTER',
    ...more,
    'Content-Length: 0',
    '',
    '',
  ];
}

const BROADCAST: Case = {
  id: 'rfc4475/3.3.10/response-to-broadcast-not-forwarded',
  title: 'What a proxy does with a response whose next Via is the broadcast address, and which it should drop',
  req: ['PRX-040'],
  // No end of ours hears a broadcast. A proxy with state may send it to where the request came from, which harms nobody.
  level: 'INFO',
  role: 'proxy',
  methods: ['OPTIONS'],
  needs: ['far'],
  run: async (t) => {
    const { far, sent, arrived } = await t.through('OPTIONS');
    const [proxy] = arrived.headers('Via');
    far.respond(arrived, 200, { headers: { Via: [proxy!, `SIP/2.0/UDP 255.255.255.255;branch=${sent.branch}`] } });
    await t.pause(500);
    const came = t.received.find(({ isResponse, status }) => isResponse && status === 200);
    t.info(came === undefined ? 'it drops the response' : 'it sends the response to where the request came from');
  },
};

export const CASES: readonly Entry[] = [
  BROADCAST,
  oddMessage({
    id: 'rfc4475/3.3.1/fields-missing',
    title: 'A request without Call-ID, From and To is refused with 400, or not answered (RFC 3261 §8.1.1)',
    req: ['TOR-031'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [400, 0],
    message: options('{{uri:answer}}', [], /^(Call-ID|From|To):/),
  }),
  oddMessage({
    id: 'rfc4475/3.3.2/scheme-nobody-knows',
    title: 'A Request-URI of a scheme that nobody knows is refused with 416 (RFC 3261 §8.2.2.1)',
    req: ['TOR-032'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [416],
    message: options('nobodyKnowsThisScheme:totallyopaquecontent'),
  }),
  oddMessage({
    id: 'rfc4475/3.3.3/scheme-known-and-odd-here',
    title: 'A Request-URI of a scheme that makes no sense here is refused with 416 or 404 (RFC 3261 §8.2.2.1)',
    req: ['TOR-033'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [416, 404],
    message: options('soap.beep://192.0.2.103:3002'),
  }),
  oddMessage({
    id: 'rfc4475/3.3.4/schemes-nobody-knows-in-register',
    title: 'A REGISTER with an address-of-record of an unknown scheme is refused with 400 or 404 (RFC 3261 §10.3)',
    req: ['TOR-034'],
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    right: [400, 404, 416],
    message: register(['To: <nobodyKnowsThisScheme:totallyopaquecontent>', 'Contact: <{{contact}}>']),
  }),
  oddMessage({
    id: 'rfc4475/3.3.5/option-tags-nobody-knows',
    title: 'Option tags in Require that nobody knows are named in the Unsupported of a 420 (RFC 3261 §8.2.2.3)',
    req: ['TOR-035'],
    methods: ['OPTIONS'],
    right: [420],
    message: options('{{uri:answer}}', [
      'Require: nothingSupportsThis, nothingSupportsThisEither',
      'Proxy-Require: noProxiesSupportThis',
    ]),
    also: (_, text, t) => {
      const line = /\r\nUnsupported\s*:[^\r]*/i.exec(text)?.[0].trim() ?? 'no Unsupported';
      // RFC 3261 §16.3: a proxy on the way refuses it too, for what is required of proxies.
      const byProxy = t.profile.roles.includes('proxy') && /\bnoProxiesSupportThis\b/i.test(line);
      return byProxy || (/nothingSupportsThis\b/i.test(line) && /nothingSupportsThisEither/i.test(line))
        ? null
        : { expected: 'both tags in Unsupported', actual: line };
    },
  }),
  oddMessage({
    id: 'rfc4475/3.3.6/body-of-a-type-nobody-knows',
    title: 'An INVITE with a body of a type that nobody knows is refused with 415 (RFC 3261 §8.2.3)',
    req: ['TOR-036'],
    methods: ['INVITE'],
    needs: ['answer'],
    right: [415],
    message: [
      'INVITE {{uri:answer}} SIP/2.0',
      'Contact: <{{contact}}>',
      'To: <{{uri:answer}}>',
      'From: <{{aor}}>;tag={{tag}}',
      'Max-Forwards: 70',
      'Call-ID: {{callid}}',
      'CSeq: 235448 INVITE',
      'Via: {{via}}',
      'Content-Type: application/unknownformat',
      'Content-Length: 40',
      '',
      '<audio>',
      ' <pcmu port="443"/>',
      '</audio>',
      '',
    ],
  }),
  oddMessage({
    id: 'rfc4475/3.3.7/credentials-of-a-scheme-nobody-knows',
    title:
      'Credentials of an unknown scheme are no credentials: challenged anew, or left aside where none are needed (RFC 3261 §22.1)',
    req: ['AUT-024'],
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    right: [401, 403, 200],
    message: register([
      'To: <{{aor}}>',
      'Contact: <{{contact}}>',
      'Authorization: NoOneKnowsThisScheme opaque-data=here',
    ]),
  }),
  oddMessage({
    id: 'rfc4475/3.3.8/single-fields-written-twice',
    title: 'Header fields that may stand once and stand more often make the request malformed: 400 (RFC 3261 §7.3.1)',
    req: ['TOR-037'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [400],
    tolerated: [0],
    message: options('{{uri:answer}}', [
      'CSeq: 8 OPTIONS',
      'Max-Forwards: 5',
      'Call-ID: another.{{callid}}',
      'To: <{{uri:answer}}>',
      'From: <{{aor}}>;tag=another',
    ]),
  }),
  oddMessage({
    id: 'rfc4475/3.3.9/two-content-lengths',
    title: 'Two Content-Lengths that differ make the request malformed: 400 (RFC 3261 §20.14)',
    req: ['SYN-019'],
    level: 'SHOULD',
    methods: ['OPTIONS'],
    right: [400],
    tolerated: [0],
    message: [
      ...options('{{uri:answer}}', ['Content-Length: 13', 'Content-Type: text/plain']).slice(0, -1),
      'There is a body',
      '',
    ],
  }),
  {
    id: 'rfc4475/3.3.9/two-content-lengths-in-a-stream',
    title: 'Two Content-Lengths that differ in a stream are refused and end the connection (RFC 3261 §18.3)',
    req: ['FRM-007'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      t.send(t.raw(options('{{uri:answer}}', ['Content-Length: 13', 'Content-Type: text/plain']).join('\r\n')));
      // No RFC says how soon; answers to earlier requests may still be on their way.
      await t.expectClosed({ withinMs: 5_000 });
    },
  },
  stray({
    id: 'rfc4475/3.3.10/response-with-broadcast-via',
    title: 'A response whose second Via is the broadcast address is not forwarded (RFC 3261 §18.1.2)',
    req: [],
    methods: ['INVITE'],
    message: [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923',
      'Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23',
      'Call-ID: bcast.{{callid}}',
      'CSeq: 35 INVITE',
      'From: sip:user@example.com;tag=11141343',
      'To: sip:user@example.edu;tag=2229',
      'Content-Length: 0',
      'Contact: <sip:user@198.51.100.198>',
      '',
      '',
    ],
  }),
  oddMessage({
    id: 'rfc4475/3.3.11/max-forwards-zero',
    title: 'A request with Max-Forwards 0 that has reached its user agent is processed (RFC 3261 §8.2, §16.3)',
    req: ['TOR-038'],
    methods: ['OPTIONS'],
    right: 'well-formed',
    message: options('{{uri:answer}}').map((line) => line.replace('Max-Forwards: 70', 'Max-Forwards: 0')),
  }),
  ...(
    [
      [
        '3.3.12/parameter-behind-a-bare-contact',
        'REG-030',
        'A parameter behind a Contact without angle brackets belongs to the field and not to the URI',
        (uri: string) => `${uri};unknownparam`,
        /<[^>]*unknownparam/,
      ],
      [
        '3.3.13/parameter-inside-angle-brackets',
        'REG-031',
        'A parameter inside the angle brackets of a Contact belongs to the URI and is kept in it',
        (uri: string) => `<${uri};unknownparam>`,
        /<[^>]*>.*unknownparam|^[^<]*$/,
      ],
      [
        '3.3.14/route-escaped-into-a-contact',
        'TOR-039',
        'A Route escaped into the URI of a Contact is kept in the URI and not used',
        (uri: string) => `<${uri}?Route=%3Csip:sip.example.com%3E>`,
        /^[^?]*$/,
      ],
    ] as const
  ).map(
    ([words, req, title, contactOf, wrong]): Entry => ({
      id: `rfc4475/${words}`,
      title: `${title} (RFC 3261 §20.10)`,
      req: [req],
      level: 'MUST',
      role: 'registrar',
      methods: ['REGISTER'],
      needs: ['account'],
      run: async (t) => {
        t.send(t.request('REGISTER', { to: t.account.user, headers: { Contact: contactOf(t.contact) } }));
        await t.expect('2xx');
        t.send(t.request('REGISTER', { to: t.account.user, headers: { Contact: null, Expires: null } }));
        const bound = (await t.expect('2xx')).lines('Contact').join(', ');
        t.verify(bound.includes(t.local.address), 'the binding', bound || 'no binding');
        t.verify(!wrong.test(bound), title, `Contact: ${bound}`);
      },
    }),
  ),
  oddMessage({
    id: 'rfc4475/3.3.15/accept-without-session-description',
    title:
      'An INVITE that accepts no session description is refused with 406 or 400, or answered without one (RFC 3261 §13.3.1.3, §20.1)',
    req: ['TOR-040'],
    level: 'MAY',
    methods: ['INVITE'],
    needs: ['answer'],
    right: [406, 400, 488, 200],
    message: [
      'INVITE {{uri:answer}} SIP/2.0',
      'To: <{{uri:answer}}>',
      'Contact: <{{contact}}>',
      'From: <{{aor}}>;tag={{tag}}',
      'Max-Forwards: 5',
      'Call-ID: {{callid}}',
      'CSeq: 8 INVITE',
      'Via: {{via}}',
      'Accept: text/nobodyKnowsThis',
      'Content-Length: 0',
      '',
      '',
    ],
  }),
];
