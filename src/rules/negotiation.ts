// Rules about responses that say no, and what they must say with it: Allow, Unsupported, challenges, Min-SE, Retry-After. Judges single messages only.

import { bytesOf, equalsIgnoreCase } from '../sip/bytes.ts';
import { hasAuthParam, readScheme } from '../sip/challenge.ts';
import { decimalOf } from '../sip/fields.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { Param, paramAt } from '../sip/params.ts';
import { Span } from '../sip/scan.ts';
import { NO, type Rule } from './rule.ts';

const BASIC = bytesOf('basic');
const DIGEST = bytesOf('digest');
const QOP = bytesOf('qop');
const REFRESHER = bytesOf('refresher');

const CHALLENGES = [
  [401, 401],
  [407, 407],
] as const;

const scheme = new Span();
const param = new Param();

/** Where the parameters of field `i` begin when it is of this scheme, else NONE. */
function paramsOf(msg: Message, i: number, name: Uint8Array): number {
  const at = readScheme(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!, scheme);
  return equalsIgnoreCase(msg.buf, scheme.start, scheme.end, name) ? at : NONE;
}

function hasBasic(msg: Message, id: number): boolean {
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) if (paramsOf(msg, i, BASIC) >= 0) return true;
  return false;
}

function lacksQop(msg: Message, id: number): boolean {
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    const at = paramsOf(msg, i, DIGEST);
    if (at >= 0 && !hasAuthParam(msg.buf, at, msg.valueEnd[i]!, QOP, param)) return true;
  }
  return false;
}

function lacksRefresher(msg: Message): boolean {
  const i = msg.first[HEADER.SESSION_EXPIRES]!;
  return paramAt(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!, REFRESHER) === NONE;
}

export const NEGOTIATION: readonly Rule[] = [
  // RFC 3261 §21.4.6: a 405 lists the methods that would have been allowed.
  {
    id: 'allow-in-405',
    rfc: 3261,
    section: '21.4.6',
    level: 'MUST',
    title: 'A 405 has Allow',
    req: ['UAS-002'],
    on: 'response',
    statuses: [[405, 405]],
    broken: (msg) => msg.first[HEADER.ALLOW] === NONE,
  },
  // RFC 3261 §8.2.2.3: a 420 lists the extensions it does not know.
  {
    id: 'unsupported-in-420',
    rfc: 3261,
    section: '8.2.2.3',
    level: 'MUST',
    title: 'A 420 has Unsupported',
    req: ['UAS-007'],
    on: 'response',
    statuses: [[420, 420]],
    broken: (msg) => msg.first[HEADER.UNSUPPORTED] === NONE,
  },
  // RFC 3261 §21.4.13: a 415 says which types, codings or languages would do.
  {
    id: 'accept-in-415',
    rfc: 3261,
    section: '21.4.13',
    level: 'MUST',
    title: 'A 415 has Accept, Accept-Encoding or Accept-Language',
    req: ['UAS-010', 'UAS-011', 'IM-009'],
    on: 'response',
    statuses: [[415, 415]],
    broken: (msg) =>
      msg.first[HEADER.ACCEPT] === NONE &&
      msg.first[HEADER.ACCEPT_ENCODING] === NONE &&
      msg.first[HEADER.ACCEPT_LANGUAGE] === NONE,
  },
  // RFC 3261 §10.3: a 423 says which interval would be long enough (so too RFC 3903 §6 and RFC 6665 §4.2.1.1).
  {
    id: 'min-expires-in-423',
    rfc: 3261,
    section: '10.3',
    level: 'MUST',
    title: 'A 423 has Min-Expires',
    req: ['REG-012'],
    on: 'response',
    statuses: [[423, 423]],
    broken: (msg) => decimalOf(msg, HEADER.MIN_EXPIRES) === NONE,
  },
  // RFC 3261 §22.2: a 401 brings the challenge to answer.
  {
    id: 'challenge-in-401',
    rfc: 3261,
    section: '22.2',
    level: 'MUST',
    title: 'A 401 has WWW-Authenticate',
    req: ['AUT-001'],
    on: 'response',
    statuses: [[401, 401]],
    broken: (msg) => msg.first[HEADER.WWW_AUTHENTICATE] === NONE,
  },
  // RFC 3261 §22.3: a 407 brings the proxy's challenge.
  {
    id: 'challenge-in-407',
    rfc: 3261,
    section: '22.3',
    level: 'MUST',
    title: 'A 407 has Proxy-Authenticate',
    req: ['AUT-004'],
    on: 'response',
    statuses: [[407, 407]],
    broken: (msg) => msg.first[HEADER.PROXY_AUTHENTICATE] === NONE,
  },
  // RFC 3261 §22: nobody challenges with Basic.
  {
    id: 'challenge-not-basic',
    rfc: 3261,
    section: '22',
    level: 'MUST',
    title: 'No challenge is of scheme Basic',
    req: ['AUT-003'],
    on: 'response',
    statuses: CHALLENGES,
    broken: (msg) => hasBasic(msg, HEADER.WWW_AUTHENTICATE) || hasBasic(msg, HEADER.PROXY_AUTHENTICATE),
  },
  // RFC 3261 §22.4: a Digest challenge of SIP always has qop.
  {
    id: 'challenge-qop',
    rfc: 3261,
    section: '22.4',
    level: 'MUST',
    title: 'Every Digest challenge has qop',
    req: ['AUT-002'],
    on: 'response',
    statuses: CHALLENGES,
    broken: (msg) => lacksQop(msg, HEADER.WWW_AUTHENTICATE) || lacksQop(msg, HEADER.PROXY_AUTHENTICATE),
  },
  // RFC 3261 §8.2.4, §21.4.15: a response uses no extension that the request did not offer; a 421 says which one it should have offered.
  {
    id: 'require-when-offered',
    rfc: 3261,
    section: '8.2.4',
    level: 'MUST',
    title: 'A response but 421 to a request without Supported and Require has no Require',
    req: ['HDR-010'],
    on: 'response',
    header: HEADER.REQUIRE,
    broken: (msg, ctx) => msg.status !== 421 && ctx.requestOfferedExtensions === NO,
  },
  // RFC 3261 §20.33: Retry-After begins with a number of seconds.
  {
    id: 'retry-after-seconds',
    rfc: 3261,
    section: '20.33',
    level: 'MUST',
    title: 'Retry-After begins with a number of seconds',
    on: 'response',
    header: HEADER.RETRY_AFTER,
    broken: (msg) => decimalOf(msg, HEADER.RETRY_AFTER) === NONE,
  },
  // RFC 4028 §9: who sends the refreshes is settled by the 2xx.
  {
    id: 'session-refresher',
    rfc: 4028,
    section: '9',
    level: 'MUST',
    title: 'Session-Expires in a 2xx names the refresher',
    req: ['TMR-002'],
    on: 'response',
    methods: [METHOD.INVITE, METHOD.UPDATE],
    statuses: [[200, 299]],
    header: HEADER.SESSION_EXPIRES,
    broken: lacksRefresher,
  },
  // RFC 4028 §9: a 422 says which interval would be long enough.
  {
    id: 'min-se-in-422',
    rfc: 4028,
    section: '9',
    level: 'MUST',
    title: 'A 422 has Min-SE',
    req: ['TMR-006'],
    on: 'response',
    statuses: [[422, 422]],
    broken: (msg) => decimalOf(msg, HEADER.MIN_SE) === NONE,
  },
  // RFC 4028 §5: among responses Min-SE stands in 422 only.
  {
    id: 'min-se-only-in-422',
    rfc: 4028,
    section: '5',
    level: 'MUST',
    title: 'No response but 422 has Min-SE',
    req: ['TMR-007'],
    on: 'response',
    header: HEADER.MIN_SE,
    broken: (msg) => msg.status !== 422,
  },
  // RFC 6086 §4.2.2: a 469 lists the Info Packages that would be taken.
  {
    id: 'recv-info-in-469',
    rfc: 6086,
    section: '4.2.2',
    level: 'MUST',
    title: 'A 469 has Recv-Info',
    req: ['INF-001'],
    on: 'response',
    statuses: [[469, 469]],
    broken: (msg) => msg.first[HEADER.RECV_INFO] === NONE,
  },
  // RFC 6086 §4.2.1: INFO carries a package; which packages are taken is told elsewhere.
  {
    id: 'info-without-recv-info',
    rfc: 6086,
    section: '4.2.1',
    level: 'MUST',
    title: 'An INFO has no Recv-Info',
    req: ['INF-012'],
    on: 'request',
    methods: [METHOD.INFO],
    header: HEADER.RECV_INFO,
    broken: () => true,
  },
  // RFC 4320 §4.1: a server says nothing provisional but 100 to a request other than INVITE.
  {
    id: 'provisional-to-invite',
    rfc: 4320,
    section: '4.1',
    level: 'MUST',
    title: 'A 101-199 answers INVITE only',
    req: ['TXS-017'],
    on: 'response',
    statuses: [[101, 199]],
    broken: (msg) => msg.cseqMethod !== METHOD.INVITE && msg.cseqMethod !== METHOD.ACK,
  },
  // RFC 4320 §4.2: a 408 to anything but INVITE comes too late to be of use.
  {
    id: 'timeout-to-invite',
    rfc: 4320,
    section: '4.2',
    level: 'MUST',
    title: 'A 408 answers INVITE only',
    req: ['TXS-020'],
    on: 'response',
    statuses: [[408, 408]],
    broken: (msg) => msg.cseqMethod !== METHOD.INVITE && msg.cseqMethod !== METHOD.ACK,
  },
];
