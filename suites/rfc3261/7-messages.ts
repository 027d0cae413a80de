// RFC 3261 §7: the form of messages. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

/** Names of the usual header fields in their compact form (RFC 3261 §7.3.3). */
const COMPACT: readonly (readonly [string, string])[] = [
  ['Via', 'v'],
  ['From', 'f'],
  ['To', 't'],
  ['Call-ID', 'i'],
  ['Contact', 'm'],
  ['Content-Type', 'c'],
  ['Content-Length', 'l'],
  ['Supported', 'k'],
  ['Subject', 's'],
];

function renamed(text: string, names: readonly (readonly [string, string])[]): string {
  return names.reduce((was, [name, other]) => was.replaceAll(`\r\n${name}:`, `\r\n${other}:`), text);
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/7.1/version-in-any-case',
    title: 'The version in the request line is compared without case, and the server writes SIP/2.0 in capitals',
    req: ['SYN-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const response = await t.sameAnswer('OPTIONS', { edit: (text) => text.replace(' SIP/2.0\r\n', ' sip/2.0\r\n') });
      t.verify(response.startLine.startsWith('SIP/2.0 '), 'a status line that begins with SIP/2.0', response.startLine);
    },
  },
  {
    id: 'rfc3261/7.1/request-uri-in-angle-brackets-400',
    title: 'A Request-URI in angle brackets is no URI: the request is refused with 400',
    req: ['SYN-006'],
    // §7.1 forbids the sender to write it; what the server does about it is left to its care (RFC 4475 §3.1.2.7).
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { edit: (text) => text.replace(/ (sips?:\S+) SIP/, ' <$1> SIP') }));
      await t.expect(400, { strictly: true });
    },
  },
  {
    id: 'rfc3261/7.3.1/folded-header-fields',
    title: 'A header field continued on further lines by a blank or a tab is read as one line',
    req: ['SYN-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const response = await t.sameAnswer('OPTIONS', {
        headers: {
          Via: (via) => via.replace(';branch', '\r\n  ;branch'),
          From: (from) => from.replace(';tag', '\r\n\t;tag'),
          Subject: 'one\r\n two\r\n\tthree',
        },
      });
      t.verify(response.fromTag === t.tag, `From tag ${t.tag}`, `From: ${response.header('From')}`);
    },
  },
  {
    id: 'rfc3261/7.3.1/rows-and-commas-alike',
    title: 'Several rows of a header field that is a list mean the same as one row with commas',
    req: ['SYN-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const tags = ['nothing-known-1', 'nothing-known-2', 'nothing-known-3'];
      const refused: string[] = [];
      for (const Require of [tags.join(', '), tags]) {
        t.send(t.request('OPTIONS', { headers: { Require } }));
        const refused420 = () => t.expect(420);
        const refusal = refused.length === 0 ? await t.given('a 420 for one row', refused420) : await refused420();
        refused.push(refusal.headers('Unsupported').toSorted().join(', '));
      }
      t.verify(refused[0] === refused[1], `Unsupported: ${refused[0]}, as for one row`, `Unsupported: ${refused[1]}`);
      t.verify(refused[1] === tags.join(', '), `Unsupported: ${tags.join(', ')}`, `Unsupported: ${refused[1]}`);
    },
  },
  {
    id: 'rfc3261/7.3.1/header-names-in-any-case',
    title: 'Names of header fields are compared without case',
    req: ['SYN-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const odd = ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length'].map(
        (name) => [name, name[0]!.toLowerCase() + name.slice(1).toUpperCase()] as const,
      );
      await t.sameAnswer('OPTIONS', { edit: (text) => renamed(text, odd) });
    },
  },
  {
    id: 'rfc3261/7.3.1/method-is-case-sensitive',
    title: 'A method is compared with case: options is not OPTIONS',
    req: ['SYN-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('options'));
      await t.expect([400, 405, 501]);
    },
  },
  {
    id: 'rfc3261/7.3.1/parameter-written-twice',
    title: 'A request whose Via has a parameter twice is refused, or answered the same way each time; the server lives',
    req: ['SYN-027'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const request = t.send(t.request('OPTIONS', { headers: { Via: (via) => `${via};branch=z9hG4bKtwice` } }));
      const first = await t.expect('final', { strictly: true });
      t.sendAgain(request);
      const again = await t.expect('final', { strictly: true });
      t.verify(again.startLine === first.startLine, `${first.startLine} again`, again.startLine);
    },
  },
  {
    id: 'rfc3261/7.3.2/fields-of-responses-ignored-in-request',
    title: 'Header fields that have no meaning in a request are ignored in one',
    req: ['SYN-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      await t.sameAnswer('OPTIONS', {
        headers: { 'Min-Expires': 60, 'WWW-Authenticate': 'Digest realm="x", nonce="y"', 'Retry-After': 5 },
      });
    },
  },
  {
    id: 'rfc3261/7.3.3/compact-names',
    title: 'A request with header fields in their compact form is taken as one with long names',
    req: ['SYN-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const response = await t.sameAnswer(
        'INVITE',
        {
          headers: { Supported: 'timer', Subject: 'compact' },
          edit: (text) => renamed(text, COMPACT),
        },
        { to: 'answer' },
      );
      if (response.status < 300) t.ack(response);
    },
  },
  {
    id: 'rfc3261/7.4.2/body-as-long-as-content-length-says',
    title: 'A body the server sends is as long as its Content-Length says, has a Content-Type and no chunks',
    req: ['SYN-031', 'SYN-032'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { response } = await t.call();
      const bytes = Buffer.byteLength(response.body);
      const length = response.number('Content-Length');
      t.verify(response.body !== '', 'a body: the answer to our offer', 'no body');
      t.verify(Number.isNaN(length) || length === bytes, `Content-Length: ${bytes}`, `Content-Length: ${length}`);
      t.verify(response.contentType !== '', 'a Content-Type', 'no Content-Type');
      t.verify(!response.has('Transfer-Encoding'), 'no Transfer-Encoding', `${response.header('Transfer-Encoding')}`);
    },
  },
];
