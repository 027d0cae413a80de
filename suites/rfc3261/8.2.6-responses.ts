// RFC 3261 §8.2, §8.2.6, §19.3, §20.5: what every response of a user agent server has, and when it comes. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { elapsed } from '../../src/conformance/elapsed.ts';

/** How many tags are compared, so many at a time. */
const TAGS = 400;
const AT_A_TIME = 20;

/** Whether the texts, all of one length, differ in some digits at the same place that count up by the same step. */
function countsUp(tags: readonly string[]): boolean {
  const numbers = (base: number, from: number, to: number) =>
    tags.map((tag) => Number.parseInt(tag.slice(from, to), base));
  const length = tags[0]!.length;
  if (tags.some((tag) => tag.length !== length)) return false;
  for (const base of [10, 16, 36])
    for (let from = 0; from < length; from++)
      for (let to = from + 3; to <= Math.min(length, from + 8); to++) {
        const values = numbers(base, from, to);
        if (values.some(Number.isNaN) || values[0] === values[1]) continue;
        const steps = new Set(values.slice(1).map((value, i) => value - values[i]!));
        if (steps.size === 1) return true;
      }
  return false;
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/8.2/refused-request-changes-nothing',
    title: 'A request that is refused changes no state: a wildcard removal that is malformed removes nothing',
    req: ['UAS-013'],
    level: 'MUST NOT',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      await t.binding();
      const to = t.account.user;
      t.send(t.request('REGISTER', { to, headers: { Contact: '*', Expires: 3600 } }));
      await t.given('a refusal of Contact * with Expires 3600', () => t.expect('refusal', { strictly: true }));
      t.send(t.request('REGISTER', { to, headers: { Contact: null, Expires: null } }));
      const left = (await t.expect('2xx')).headers('Contact');
      t.verify(
        left.some((value) => value.includes(t.contact)),
        `the binding to ${t.contact}`,
        left.join(', ') || 'no binding',
      );
    },
  },
  {
    id: 'rfc3261/8.2.6.1/no-provisional-to-non-invite',
    title: 'A request other than INVITE gets no provisional response',
    req: ['HDR-014'],
    level: 'SHOULD NOT',
    role: 'uas',
    methods: ['MESSAGE', 'OPTIONS'],
    run: async (t) => {
      for (const method of ['OPTIONS', 'MESSAGE']) {
        const request = t.send(t.request(method));
        await t.expect('final', { strictly: true });
        const early = t.responsesTo(request).find(({ status }) => status < 200);
        t.verify(early === undefined, `no provisional response to ${method}`, early?.startLine ?? '');
      }
    },
  },
  {
    id: 'rfc3261/8.2.6.1/final-to-non-invite-at-once',
    title: 'A request other than INVITE gets its final response at once: before it would be sent again',
    req: ['UAS-014'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    timing: true,
    run: async (t) => {
      const request = t.send(t.request('OPTIONS'));
      const response = await t.expect('final', { strictly: true });
      const time = elapsed(request, response);
      t.remember(`the answer took ${time.ms.toFixed(1)} ms`);
      t.verify(t.within(time, { mostMs: 500 }), 'an answer before T1 (500 ms)', `${time.ms.toFixed(0)} ms`);
      t.prefer(t.within(time, { mostMs: 200 }), 'an answer within 200 ms', `${time.ms.toFixed(0)} ms`);
    },
  },
  {
    id: 'rfc3261/8.2.6.1/timestamp-copied-into-100',
    title: 'A 100 to a request with Timestamp carries that Timestamp, a delay perhaps added',
    req: ['HDR-009'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring', headers: { Timestamp: '54.2' } }));
      await t.given('ringing', () => t.expect([100, 180, 183]));
      await t.pause(300);
      const trying = t.responsesTo(invite).find(({ status }) => status === 100);
      if (trying === undefined) return t.skip('it rings without a 100');
      const stamp = trying.header('Timestamp') ?? '(none)';
      t.verify(/^54\.2(\s+\d*\.?\d*)?$/.test(stamp), 'Timestamp: 54.2', `Timestamp: ${stamp}`);
    },
  },
  {
    id: 'rfc3261/8.2.6.2/response-echoes-request',
    title: 'A response repeats From, Call-ID and CSeq as they came',
    req: ['HDR-001', 'HDR-002', 'HDR-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const headers = {
        From: (from: string) => `"A. \\"B\\" <C>" ${from};x-more=1;x-flag`,
        'Call-ID': (id: string) => `aA.!%*_+\`'~()<>:\\"/[]?{}${id}`,
        CSeq: '0009 OPTIONS',
      };
      const request = t.send(t.request('OPTIONS', { headers }));
      const response = await t.expect('final', { strictly: true });
      for (const name of ['From', 'Call-ID'])
        t.verify(
          response.header(name) === request.reading.header(name),
          `${name}: ${request.reading.header(name)}`,
          `${name}: ${response.header(name)}`,
        );
      const cseq = response.header('CSeq') ?? '(none)';
      const same = new RegExp(`^0*${request.cseq}\\s+OPTIONS$`);
      t.verify(same.test(cseq), `CSeq: ${request.cseq} OPTIONS`, `CSeq: ${cseq}`);
    },
  },
  {
    id: 'rfc3261/8.2.6.2/via-echoed-in-order',
    title: 'A response repeats every Via value in the order of the request, parameters it does not know included',
    req: ['HDR-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const further =
        'SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKfirst;x-keep=1, SIP/2.0/TCP 192.0.2.8;branch=z9hG4bKsecond';
      const last = 'SIP / 2.0 / UDP 192.0.2.9;branch=z9hG4bKthird';
      const request = t.send(
        t.request('OPTIONS', {
          headers: { Via: (via) => [via, further, last] },
          edit: (text) => text.replace(`Via: ${last}`, `v: ${last}`),
        }),
      );
      const response = await t.expect('final', { strictly: true });
      const plain = (values: readonly string[]) =>
        values.map((via) => via.replace(/;(rport|received)(=[^;]*)?/g, '').replace(/\s*\/\s*/g, '/')).join(', ');
      const wanted = plain(request.reading.headers('Via'));
      const came = plain(response.headers('Via'));
      t.verify(came === wanted, `Via: ${wanted}`, `Via: ${came}`);
    },
  },
  {
    id: 'rfc3261/8.2.6.2/to-gets-a-tag',
    title: 'A response other than 100 to a request without To tag has one',
    req: ['HDR-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      const response = await t.expect('final', { strictly: true });
      t.verify(response.toTag !== '', 'a tag in To', `To: ${response.header('To')}`);
    },
  },
  {
    id: 'rfc3261/8.2.6.2/one-to-tag-for-all-responses',
    title: 'All responses to one request but 100 have the same To tag',
    req: ['HDR-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx'));
      t.ack(answer);
      const responses = t.responsesTo(invite).filter(({ status }) => status > 100);
      if (responses.length < 2) t.skip('it answers without a provisional response above 100');
      for (const { startLine, toTag } of responses)
        t.verify(toTag === answer.toTag, `To tag ${answer.toTag} in ${startLine}`, toTag);
    },
  },
  {
    id: 'rfc3261/8.2.6.2/to-with-a-tag-unchanged',
    title: 'A response to a request with a To tag repeats To unchanged',
    req: ['HDR-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const bye = t.send(t.request('BYE', { dialog, headers: { To: (to) => `${to};x-more=1` } }));
      const response = await t.expect('final', { strictly: true });
      const wanted = bye.reading.header('To');
      t.verify(response.header('To') === wanted, `To: ${wanted}`, `To: ${response.header('To')}`);
    },
  },
  {
    id: 'rfc3261/19.3/tags-differ-and-do-not-count',
    title: 'Tags of the server are unique and cannot be foretold: they repeat nowhere and do not count up',
    req: ['HDR-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    limitMs: 60_000,
    run: async (t) => {
      const tags: string[] = [];
      while (tags.length < TAGS) {
        const requests = Array.from({ length: AT_A_TIME }, () => t.send(t.request('OPTIONS')));
        for (const of of requests) tags.push((await t.given('an answer', () => t.expect('final', { of }))).toTag);
      }
      const distinct = new Set(tags).size;
      t.verify(distinct === TAGS, `${TAGS} tags, all different`, `${distinct} different ones`);
      t.verify(!countsUp(tags.slice(0, 8)), 'tags in which nothing counts up', tags.slice(0, 4).join(' '));
    },
  },
  {
    id: 'rfc3261/20.5/allow-lists-what-is-understood',
    title: 'Allow lists every method that is understood, ACK and CANCEL among them, and none that is not',
    req: ['SYN-029'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { to: 'answer' }));
      const allow = (await t.expect('final', { strictly: true })).headers('Allow');
      if (allow.length === 0) t.skip('it sends no Allow');
      const text = `Allow: ${allow.join(', ')}`;
      if (allow.includes('INVITE'))
        for (const method of ['ACK', 'CANCEL']) t.verify(allow.includes(method), `${method} in Allow`, text);
      // These do no harm outside a dialog: 481 says that the method is known.
      for (const method of ['BYE', 'INFO', 'MESSAGE', 'PRACK', 'UPDATE', 'NOTIFY']) {
        t.send(t.request(method, { to: 'answer' }));
        const { status, startLine } = await t.expect('final', { strictly: true });
        const known = status !== 405 && status !== 501;
        t.verify(
          known === allow.includes(method),
          `${method} ${known ? 'in' : 'not in'} Allow: it is answered ${startLine}`,
          text,
        );
      }
    },
  },
];
