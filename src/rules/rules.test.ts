// Every rule against a message that keeps it and one that breaks it and nothing else.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Desk, dialogRequest, OUR_VIA, request, response, type Sample, WITH_SDP } from '../../tests/rules/messages.ts';
import { RuleChecker } from './checker.ts';
import { NO } from './rule.ts';
import { RULES } from './rules.ts';

type Row = readonly [id: string, keeps: Sample, breaks: Sample];

const RELIABLE = {
  set: [
    ['Require', '100rel'],
    ['RSeq', '8'],
  ],
} as const;
const SIPFRAG = {
  set: [
    ['Event', 'refer;id=2'],
    ['Content-Type', 'message/sipfrag;version=2.0'],
  ],
  body: 'SIP/2.0 100 Trying\r\n',
} as const;
const VIA = 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK7f3a01';
const V6 = { via: 'SIP/2.0/UDP [2001:db8::9:1]:5060;rport;branch=z9hG4bK7f3a01' };

const ROWS: readonly Row[] = [
  ['version-upper-case', response(200, 'INVITE'), response(200, 'INVITE', { startLine: 'sip/2.0 200 OK' })],
  ['version-upper-case', request('OPTIONS'), request('OPTIONS', { startLine: 'OPTIONS sip:alice@127.0.0.1 Sip/2.0' })],
  ['field-once', request('OPTIONS'), request('OPTIONS', { add: [['Max-Forwards', '70']] })],
  ['field-once', request('OPTIONS'), request('OPTIONS', { add: [['l', '0']] })],
  ['field-once', request('INVITE', WITH_SDP), request('INVITE', { ...WITH_SDP, add: [['c', 'text/plain']] })],
  [
    'branch-cookie',
    request('OPTIONS'),
    request('OPTIONS', { set: [['Via', 'SIP/2.0/UDP 127.0.0.2:5070;branch=776asdhds']] }),
  ],
  [
    'branch-cookie',
    request('OPTIONS'),
    request('OPTIONS', { set: [['Via', 'SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bK']] }),
  ],
  ['branch-cookie', request('OPTIONS'), request('OPTIONS', { set: [['Via', 'SIP/2.0/UDP 127.0.0.2:5070']] })],
  [
    'rport-without-value',
    request('OPTIONS', { set: [['Via', 'SIP/2.0/UDP 127.0.0.2:5070;rport;branch=z9hG4bK1']] }),
    request('OPTIONS', { set: [['Via', 'SIP/2.0/UDP 127.0.0.2:5070;rport=5070;branch=z9hG4bK1']] }),
  ],
  ['max-forwards-present', request('OPTIONS'), request('OPTIONS', { without: ['Max-Forwards'] })],
  [
    'max-forwards-range',
    request('OPTIONS', { set: [['Max-Forwards', '255']] }),
    request('OPTIONS', { set: [['Max-Forwards', '256']] }),
  ],
  [
    'max-forwards-range',
    request('OPTIONS', { set: [['Max-Forwards', '0']] }),
    request('OPTIONS', { set: [['Max-Forwards', '0x46']] }),
  ],
  [
    'from-tag-present',
    request('OPTIONS'),
    request('OPTIONS', { set: [['From', 'Bob <sip:bob@127.0.0.2;tag=inside>']] }),
  ],

  [
    'via-single',
    response(200, 'BYE'),
    response(200, 'BYE', { add: [['Via', 'SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKx']] }),
  ],
  [
    'via-single',
    response(200, 'BYE', { set: [['Via', `${VIA};x="a,b"`]] }),
    response(200, 'BYE', { set: [['Via', `${VIA}, SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKx`]] }),
  ],
  [
    'via-single',
    response(200, 'BYE', { add: [['Via', 'SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKx']] }, { numbers: { viaCount: 2 } }),
    response(200, 'BYE', {}, { numbers: { viaCount: 2 } }),
  ],
  [
    'via-sent-by-echo',
    response(180, 'INVITE'),
    response(180, 'INVITE', { set: [['Via', VIA.replace(':5060', ':5061')]] }),
  ],
  ['via-sent-by-echo', response(180, 'INVITE'), response(180, 'INVITE', { set: [['Via', VIA.replace(':5060', '')]] })],
  [
    'via-sent-by-echo',
    response(180, 'INVITE', { set: [['Via', 'SIP / 2.0 / UDP 127.0.0.1:5060 ;branch=z9hG4bK7f3a01']] }),
    response(180, 'INVITE', { set: [['Via', 'SIP / 2.0 / UDP 127.0.0.11:5060;branch=z9hG4bK7f3a01']] }),
  ],
  [
    'via-sent-by-echo',
    response(180, 'INVITE', { set: [['Via', 'SIP/2.0/UDP [2001:DB8::9:1]:5060;branch=z9hG4bK7f3a01']] }, V6),
    response(180, 'INVITE', { set: [['Via', 'SIP/2.0/UDP [2001:db8::9:2]:5060;branch=z9hG4bK7f3a01']] }, V6),
  ],
  [
    'via-branch-echo',
    response(200, 'INVITE'),
    response(200, 'INVITE', { set: [['Via', VIA.replace('bK7f3a01', 'bK7f3A01')]] }),
  ],
  [
    'rport-with-received',
    response(200, 'INVITE', { set: [['Via', OUR_VIA]] }),
    response(200, 'INVITE', { set: [['Via', OUR_VIA.replace('rport', 'rport=5060')]] }),
  ],
  [
    'from-tag-echo',
    response(486, 'INVITE'),
    response(486, 'INVITE', { set: [['From', '<sip:alice@127.0.0.1>;tag=other']] }),
  ],
  ['from-tag-echo', response(486, 'INVITE'), response(486, 'INVITE', { set: [['From', '<sip:alice@127.0.0.1>']] })],
  ['call-id-echo', response(200, 'OPTIONS'), response(200, 'OPTIONS', { set: [['Call-ID', 'Call-1@127.0.0.1']] })],
  [
    'cseq-echo',
    response(200, 'OPTIONS', { set: [['CSeq', '01 OPTIONS']] }),
    response(200, 'OPTIONS', { set: [['CSeq', '2 OPTIONS']] }),
  ],
  ['cseq-echo', response(200, 'OPTIONS'), response(200, 'OPTIONS', { set: [['CSeq', '1 INFO']] })],
  [
    'to-tag-kept',
    response(200, 'BYE', {}, { toTag: 'theirs9' }),
    response(200, 'BYE', { set: [['To', '<sip:bob@127.0.0.2>;tag=new']] }, { toTag: 'theirs9' }),
  ],
  [
    'to-tag-kept',
    response(200, 'BYE', {}, { toTag: 'theirs9' }),
    response(200, 'BYE', { set: [['To', '<sip:bob@127.0.0.2>']] }, { toTag: 'theirs9' }),
  ],
  ['to-tag-present', response(200, 'BYE'), response(200, 'BYE', { set: [['To', '<sip:bob@127.0.0.2>']] })],
  ['to-tag-present', response(180, 'INVITE'), response(180, 'INVITE', { set: [['To', '<sip:bob@127.0.0.2>']] })],
  [
    'trying-without-to-tag',
    response(100, 'INVITE', { set: [['Timestamp', '54']] }),
    response(100, 'INVITE', {
      set: [
        ['Timestamp', '54'],
        ['To', '<sip:bob@127.0.0.2>;tag=t'],
      ],
    }),
  ],
  ['trying-timestamp', response(100, 'INVITE', { set: [['Timestamp', '54 0.1']] }), response(100, 'INVITE')],
  [
    'record-route-echo',
    response(
      200,
      'INVITE',
      { set: [['Record-Route', '<sip:a;lr>, "x,y" <sip:b,c;lr>']] },
      { numbers: { recordRoutes: 2 } },
    ),
    response(200, 'INVITE', { set: [['Record-Route', '<sip:a,b;lr>']] }, { numbers: { recordRoutes: 2 } }),
  ],

  ['contact-in-invite', request('INVITE'), request('INVITE', { without: ['Contact'] })],
  ['contact-in-invite', request('INVITE'), request('INVITE', { add: [['Contact', '<sip:bob@127.0.0.2:5072>']] })],
  ['contact-in-refresh', dialogRequest('INVITE'), dialogRequest('INVITE', { without: ['Contact'] })],
  ['contact-in-refresh', dialogRequest('UPDATE'), dialogRequest('UPDATE', { without: ['Contact'] })],
  ['contact-in-refer', dialogRequest('REFER'), dialogRequest('REFER', { without: ['Contact'] })],
  ['refer-to-single', dialogRequest('REFER'), dialogRequest('REFER', { without: ['Refer-To'] })],
  ['refer-to-single', dialogRequest('REFER'), dialogRequest('REFER', { set: [['Refer-To', '<sip:c@x>, <sip:d@x>']] })],
  [
    'contact-in-answer',
    response(200, 'INVITE', WITH_SDP),
    response(200, 'INVITE', { ...WITH_SDP, without: ['Contact'] }),
  ],
  [
    'contact-in-answer',
    response(200, 'INVITE'),
    response(200, 'INVITE', { set: [['Contact', '<sip:a@x>, <sip:b@x>']] }),
  ],
  ['contact-in-early', response(180, 'INVITE'), response(180, 'INVITE', { without: ['Contact'] })],
  [
    'dialog-from-tag',
    dialogRequest('BYE'),
    dialogRequest('BYE', { set: [['From', '<sip:bob@127.0.0.2>;tag=theirs8']] }),
  ],
  ['dialog-call-id', dialogRequest('BYE'), dialogRequest('BYE', { set: [['Call-ID', 'call-3@127.0.0.2']] })],
  ['cseq-grows', dialogRequest('BYE'), dialogRequest('BYE', {}, { numbers: { remoteCseq: 5 } })],
  [
    'cseq-grows',
    dialogRequest('BYE', {}, { numbers: { remoteCseq: 5, retransmission: true } }),
    dialogRequest('INFO', {}, { numbers: { remoteCseq: 6 } }),
  ],
  [
    'ack-cseq',
    dialogRequest('ACK', {}, { numbers: { inviteCseq: 5 } }),
    dialogRequest('ACK', {}, { numbers: { inviteCseq: 4 } }),
  ],
  [
    'cancel-cseq',
    request('CANCEL', {}, { numbers: { inviteCseq: 5 } }),
    request('CANCEL', {}, { numbers: { inviteCseq: 6 } }),
  ],
  ['cancel-without-require', request('CANCEL'), request('CANCEL', { add: [['Require', 'timer']] })],
  ['cancel-without-require', request('CANCEL'), request('CANCEL', { add: [['Proxy-Require', 'timer']] })],
  ['cancel-unchallenged', response(200, 'CANCEL'), response(401, 'CANCEL')],
  ['ack-unanswered', response(200, 'BYE'), response(405, 'ACK')],
  [
    'final-once',
    response(200, 'INVITE', {}, { numbers: { finalSeen: true, finalStatus: 486 } }),
    response(486, 'INVITE', {}, { numbers: { finalSeen: true, finalStatus: 200 } }),
  ],
  [
    'final-once',
    response(200, 'BYE', {}, { numbers: { finalSeen: true, finalStatus: 200 } }),
    response(200, 'BYE', {}, { numbers: { finalSeen: true, finalStatus: 481 } }),
  ],

  ['rseq-with-require', response(183, 'INVITE', RELIABLE), response(183, 'INVITE', { set: [['RSeq', '8']] })],
  [
    'rseq-with-require',
    response(183, 'INVITE', RELIABLE),
    response(183, 'INVITE', {
      set: [
        ['RSeq', '8'],
        ['Require', '100relx'],
      ],
    }),
  ],
  [
    'require-with-rseq',
    response(183, 'INVITE', RELIABLE),
    response(183, 'INVITE', { set: [['Require', 'timer, 100REL']] }),
  ],
  [
    'trying-unreliable',
    response(100, 'INVITE', { set: [['Timestamp', '1']] }),
    response(100, 'INVITE', {
      set: [
        ['Timestamp', '1'],
        ['RSeq', '1'],
      ],
    }),
  ],
  ['rseq-in-provisional', response(200, 'INVITE'), response(200, 'INVITE', { set: [['RSeq', '9']] })],
  [
    'rseq-first-range',
    response(183, 'INVITE', RELIABLE),
    response(183, 'INVITE', {
      set: [
        ['Require', '100rel'],
        ['RSeq', '0'],
      ],
    }),
  ],
  [
    'rseq-first-range',
    response(183, 'INVITE', RELIABLE),
    response(183, 'INVITE', {
      set: [
        ['Require', '100rel'],
        ['RSeq', '2147483648'],
      ],
    }),
  ],
  [
    'rseq-by-one',
    response(183, 'INVITE', RELIABLE, { numbers: { lastRseq: 7, reliable: true } }),
    response(183, 'INVITE', RELIABLE, { numbers: { lastRseq: 6, reliable: true } }),
  ],
  [
    'rseq-by-one',
    response(183, 'INVITE', RELIABLE, { rseqTag: 'fork1', numbers: { lastRseq: 3, reliable: true } }),
    response(183, 'INVITE', RELIABLE, { rseqTag: 'theirs9', numbers: { lastRseq: 3, reliable: true } }),
  ],
  [
    'rseq-by-one',
    response(183, 'INVITE', RELIABLE, { numbers: { lastRseq: 3 } }),
    response(183, 'INVITE', RELIABLE, { numbers: { lastRseq: 3, reliable: true } }),
  ],
  [
    'reliable-when-offered',
    response(183, 'INVITE', RELIABLE),
    response(183, 'INVITE', RELIABLE, { numbers: { requestOffered100rel: NO } }),
  ],
  ['rack-in-prack', dialogRequest('PRACK'), dialogRequest('PRACK', { without: ['RAck'] })],
  ['rack-in-prack', dialogRequest('PRACK'), dialogRequest('PRACK', { set: [['RAck', '776656 INVITE']] })],
  ['rack-in-prack', dialogRequest('PRACK'), dialogRequest('PRACK', { set: [['RAck', '776656 1']] })],
  [
    'rel100-in-invite',
    request('INVITE', { set: [['Require', '100rel']] }),
    dialogRequest('INFO', { set: [['Require', '100rel']] }),
  ],

  [
    'content-length-exact',
    response(200, 'INVITE', WITH_SDP),
    response(200, 'INVITE', { set: [['Content-Length', '0']], body: 'x' }),
  ],
  [
    'content-length-exact',
    request('OPTIONS'),
    request('OPTIONS', { ...WITH_SDP, set: [...(WITH_SDP.set ?? []), ['Content-Length', '9']] }),
  ],
  [
    'content-length-on-stream',
    request('OPTIONS', { without: ['Content-Length'] }),
    request('OPTIONS', { without: ['Content-Length'] }, { numbers: { stream: true } }),
  ],
  [
    'content-type-present',
    response(200, 'INVITE', WITH_SDP),
    response(200, 'INVITE', { ...WITH_SDP, without: ['Content-Type'] }),
  ],
  [
    'content-type-present',
    request('INVITE', WITH_SDP),
    request('INVITE', { ...WITH_SDP, without: ['Content-Type', 'Content-Length'] }),
  ],
  ['message-answer-empty', response(200, 'MESSAGE'), response(200, 'MESSAGE', WITH_SDP)],
  [
    'message-answer-without-contact',
    response(200, 'MESSAGE'),
    response(200, 'MESSAGE', { set: [['Contact', '<sip:b@x>']] }),
  ],
  ['message-without-contact', request('MESSAGE'), request('MESSAGE', { set: [['Contact', '<sip:b@x>']] })],
  ['refer-notify-sipfrag', dialogRequest('NOTIFY', SIPFRAG), dialogRequest('NOTIFY', { set: [['Event', 'refer']] })],
  [
    'refer-notify-sipfrag',
    dialogRequest('NOTIFY'),
    dialogRequest('NOTIFY', {
      ...SIPFRAG,
      set: [
        ['Event', 'refer'],
        ['Content-Type', 'text/plain'],
      ],
    }),
  ],

  ['allow-in-405', response(405, 'OPTIONS'), response(405, 'OPTIONS', { without: ['Allow'] })],
  ['unsupported-in-420', response(420, 'INVITE'), response(420, 'INVITE', { without: ['Unsupported'] })],
  ['accept-in-415', response(415, 'INVITE'), response(415, 'INVITE', { without: ['Accept'] })],
  [
    'accept-in-415',
    response(415, 'INVITE', { without: ['Accept'], set: [['Accept-Encoding', '']] }),
    response(415, 'INVITE', { without: ['Accept'] }),
  ],
  ['min-expires-in-423', response(423, 'REGISTER'), response(423, 'REGISTER', { without: ['Min-Expires'] })],
  ['challenge-in-401', response(401, 'REGISTER'), response(401, 'REGISTER', { without: ['WWW-Authenticate'] })],
  ['challenge-in-407', response(407, 'INVITE'), response(407, 'INVITE', { without: ['Proxy-Authenticate'] })],
  [
    'challenge-not-basic',
    response(401, 'REGISTER'),
    response(401, 'REGISTER', { add: [['WWW-Authenticate', 'BASIC realm="x"']] }),
  ],
  [
    'challenge-qop',
    response(407, 'INVITE'),
    response(407, 'INVITE', { set: [['Proxy-Authenticate', 'Digest realm="qop=\\"auth\\", qop=", nonce="q"']] }),
  ],
  [
    'require-when-offered',
    response(200, 'INVITE', { set: [['Require', 'timer']] }),
    response(200, 'INVITE', { set: [['Require', 'timer']] }, { numbers: { requestOfferedExtensions: NO } }),
  ],
  [
    'require-when-offered',
    response(421, 'INVITE', { set: [['Require', '100rel']] }, { numbers: { requestOfferedExtensions: NO } }),
    response(420, 'INVITE', { set: [['Require', '100rel']] }, { numbers: { requestOfferedExtensions: NO } }),
  ],
  [
    'retry-after-seconds',
    response(503, 'INVITE', { set: [['Retry-After', '5 (soon);duration=3']] }),
    response(503, 'INVITE', { set: [['Retry-After', 'soon']] }),
  ],
  [
    'session-refresher',
    response(200, 'INVITE', { set: [['Session-Expires', '1800; Refresher=uas']] }),
    response(200, 'INVITE', { set: [['Session-Expires', '1800']] }),
  ],
  ['min-se-in-422', response(422, 'INVITE'), response(422, 'INVITE', { without: ['Min-SE'] })],
  ['min-se-only-in-422', response(422, 'INVITE'), response(200, 'INVITE', { set: [['Min-SE', '90']] })],
  ['recv-info-in-469', response(469, 'INFO'), response(469, 'INFO', { without: ['Recv-Info'] })],
  ['info-without-recv-info', dialogRequest('INFO'), dialogRequest('INFO', { set: [['Recv-Info', 'dtmf']] })],
  ['provisional-to-invite', response(100, 'OPTIONS', { set: [['Timestamp', '1']] }), response(183, 'OPTIONS')],
  ['timeout-to-invite', response(408, 'INVITE'), response(408, 'OPTIONS')],

  ['event-in-subscribe', request('SUBSCRIBE'), request('SUBSCRIBE', { without: ['Event'] })],
  ['event-in-notify', dialogRequest('NOTIFY'), dialogRequest('NOTIFY', { set: [['Event', 'presence, dialog']] })],
  ['event-in-publish', request('PUBLISH'), request('PUBLISH', { without: ['Event'] })],
  ['event-in-request', response(200, 'SUBSCRIBE'), response(200, 'SUBSCRIBE', { set: [['Event', 'presence']] })],
  ['state-in-notify', dialogRequest('NOTIFY'), dialogRequest('NOTIFY', { without: ['Subscription-State'] })],
  [
    'state-expires',
    dialogRequest('NOTIFY', { set: [['Subscription-State', 'pending ; expires=5']] }),
    dialogRequest('NOTIFY', { set: [['Subscription-State', 'pending;reason=expires']] }),
  ],
  [
    'state-reason',
    dialogRequest('NOTIFY', { set: [['Subscription-State', 'terminated;reason=timeout']] }),
    dialogRequest('NOTIFY', { set: [['Subscription-State', 'terminated']] }),
  ],
  [
    'state-only-in-notify',
    dialogRequest('NOTIFY'),
    dialogRequest('INFO', { set: [['Subscription-State', 'active;expires=1']] }),
  ],
  [
    'state-only-in-notify',
    response(200, 'NOTIFY'),
    response(200, 'NOTIFY', { set: [['Subscription-State', 'active;expires=1']] }),
  ],
  ['expires-in-subscribe-answer', response(200, 'SUBSCRIBE'), response(200, 'SUBSCRIBE', { without: ['Expires'] })],
  [
    'expires-not-longer',
    response(200, 'SUBSCRIBE', { set: [['Expires', '0']] }),
    response(200, 'SUBSCRIBE', { set: [['Expires', '601']] }),
  ],
  ['subscribe-not-202', response(200, 'SUBSCRIBE'), response(202, 'SUBSCRIBE')],
  ['etag-in-publish-answer', response(200, 'PUBLISH'), response(200, 'PUBLISH', { without: ['SIP-ETag'] })],
  ['expires-in-publish-answer', response(200, 'PUBLISH'), response(200, 'PUBLISH', { without: ['Expires'] })],
  [
    'publish-answer-without-route',
    response(200, 'PUBLISH'),
    response(404, 'PUBLISH', { set: [['Record-Route', '<sip:p;lr>']] }),
  ],

  [
    'register-uri-is-domain',
    request('REGISTER'),
    request('REGISTER', { startLine: 'REGISTER sip:bob@127.0.0.1 SIP/2.0' }),
  ],
  [
    'register-contact-expires',
    response(200, 'REGISTER', { set: [['Contact', '"a, b" <sip:a@x;y=1>;q=0.5;expires=60, <sip:b@x>;EXPIRES=7']] }),
    response(200, 'REGISTER', { set: [['Contact', '<sip:a@x>;expires=60, <sip:b@x;expires=60>']] }),
  ],
  ['register-not-6xx', response(403, 'REGISTER'), response(606, 'REGISTER')],
  [
    'register-answer-without-route',
    response(200, 'REGISTER'),
    response(200, 'REGISTER', { set: [['Record-Route', '<sip:p;lr>']] }),
  ],
];

const desk = new Desk();

function brokenBy(sample: Sample): string[] {
  desk.lay(sample);
  const checker = new RuleChecker(RULES);
  const n = checker.check(desk.msg, desk.ctx);
  return Array.from(checker.broken.subarray(0, n), (i) => RULES[i]!.id);
}

test('every rule has a message that keeps it and one that breaks it', () => {
  const proven = new Set(ROWS.map((row) => row[0]));
  expect(RULES.map((rule) => rule.id).filter((id) => !proven.has(id))).toEqual([]);
});

describe.each([...new Set(ROWS.map((row) => row[0]))])('%s', (id) => {
  const rows = ROWS.filter((row) => row[0] === id);
  test.each(rows)('is kept (%#)', (_id, keeps) => {
    expect(brokenBy(keeps)).toEqual([]);
  });
  test.each(rows)('is broken alone (%#)', (_id, _keeps, breaks) => {
    expect(brokenBy(breaks)).toEqual([id]);
  });
});

test('ids are unique and of lower-case words', () => {
  const ids = RULES.map((rule) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test('above every rule stands its section', () => {
  const folder = new URL('.', import.meta.url);
  const source = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  for (const rule of RULES) {
    const before = source.slice(0, source.indexOf(`    id: '${rule.id}',`)).split('\n');
    const comment = before.at(-3) ?? '';
    expect(comment, rule.id).toMatch(new RegExp(`^ {2}// RFC ${rule.rfc} §`));
    expect(comment, rule.id).toContain(`§${rule.section}`);
  }
});
