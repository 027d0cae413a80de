// No rule fires on a valid message: random ones, and the example exchanges of RFC 3665.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Desk,
  dialogRequest,
  type Edit,
  type Header,
  type MethodName,
  request,
  response,
  type Sample,
} from '../../tests/rules/messages.ts';
import { METHOD } from '../sip/names.ts';
import { RuleChecker } from './checker.ts';
import { NO, YES } from './rule.ts';
import { RULES } from './rules.ts';

const desk = new Desk();

function brokenBy(sample: Sample): string[] {
  desk.lay(sample);
  const checker = new RuleChecker(RULES);
  const n = checker.check(desk.msg, desk.ctx);
  return Array.from(checker.broken.subarray(0, n), (i) => RULES[i]!.id);
}

const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,20}$/);
const quoted = fc.stringMatching(/^[A-Za-z0-9 ,;:<>=@?]{0,20}$/).map((text) => `"${text}"`);
const methods = Object.keys(METHOD).filter((name) => name !== 'UNKNOWN' && name !== 'ACK') as MethodName[];
const method = fc.constantFrom(...methods);
/** White space as a header value may have it inside. */
const gap = fc.constantFrom('', ' ', '\t', '\r\n ', ' \r\n\t');

const extra: fc.Arbitrary<Header> = fc.oneof(
  fc.tuple(fc.constant('X-Note'), token),
  fc.tuple(fc.constant('Subject'), quoted),
  fc.tuple(fc.constant('Supported'), fc.constantFrom('', '100rel, timer', 'replaces')),
  fc.tuple(fc.constant('User-Agent'), token),
  fc.tuple(fc.constant('Warning'), fc.constant('399 x "a, b; c"')),
);

/** Via as a server may write it back: parameters in any order, spaces, folds, compact name. */
const via = fc
  .tuple(gap, gap, fc.constantFrom('', ';ttl=1', ';x="a,b;rport=1"', ';y'), fc.boolean())
  .map(([before, after, param, swapped]) => {
    const filled = `${before};received=127.0.0.1;${after}rport=5060`;
    const branch = `${before};branch${after}=${after}z9hG4bK7f3a01`;
    return `SIP/2.0/UDP 127.0.0.1:5060${swapped ? branch + filled : filled + branch}${param}`;
  });

const edit: fc.Arbitrary<Edit> = fc
  .tuple(fc.array(extra, { maxLength: 4 }), quoted, token, fc.option(token))
  .map(([add, name, note, text]) => ({
    add: text === null ? add : [...add, ['c', 'text/plain'] as const],
    set: [['Organization', `${name} ${note}`]],
    ...(text === null ? {} : { body: text }),
  }));

describe('random valid messages', () => {
  test('responses', () => {
    const statuses = [180, 183, 200, 302, 401, 404, 405, 407, 415, 420, 422, 423, 469, 486, 503];
    fc.assert(
      fc.property(
        method,
        fc.constantFrom(...statuses),
        edit,
        via,
        token,
        quoted,
        (name, status, change, top, tag, display) => {
          fc.pre(status >= 200 || name === 'INVITE');
          fc.pre(name !== 'CANCEL' || (status !== 401 && status !== 407));
          fc.pre(name !== 'MESSAGE' || status >= 300 || change.body === undefined);
          const set: Header[] = [
            ...(change.set ?? []),
            ['Via', top],
            ['To', `${display} <sip:bob@127.0.0.2;tag=uri>;x=1;tag=${tag}`],
          ];
          expect(brokenBy(response(status, name, { ...change, set }))).toEqual([]);
        },
      ),
    );
  });

  test('requests', () => {
    fc.assert(
      fc.property(method, edit, fc.nat(255), token, fc.boolean(), (name, change, hops, tag, inside) => {
        const set: Header[] = [
          ...(change.set ?? []),
          ['Max-Forwards', String(hops)],
          ['Via', `SIP/2.0/UDP [2001:db8::1]:5070 ;rport ; branch=z9hG4bK${tag}, SIP/2.0/TCP b.example.com;branch=x`],
        ];
        const make = inside ? dialogRequest : request;
        expect(brokenBy(make(name, { ...change, set }))).toEqual([]);
      }),
    );
  });

  test('a decoded message of any bytes makes no rule throw', () => {
    const checker = new RuleChecker(RULES);
    const texts = [
      response(183, 'INVITE', {
        set: [
          ['RSeq', '1'],
          ['Require', '100rel'],
        ],
      }),
      dialogRequest('NOTIFY'),
      response(401, 'REGISTER'),
    ];
    let checked = 0;
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(255), ({ text, known }, at, byte) => {
        const place = at % text.length;
        const changed = text.slice(0, place) + String.fromCharCode(byte) + text.slice(place + 1);
        try {
          desk.lay({ text: changed, known });
        } catch {
          return; // not a message any more
        }
        checker.check(desk.msg, desk.ctx);
        checked++;
      }),
      { numRuns: 2000 },
    );
    expect(checked).toBeGreaterThan(170);
  });
});

const shared = process.env.BUSYHOUR_SHARED ?? join(import.meta.dirname, '../../../shared');
const source = join(shared, 'rfc/rfc3665.txt');
const have = existsSync(source);
if (!have && process.env.REQUIRE_SHARED === '1') throw new Error(`${source} is absent`);

interface Example {
  readonly text: string;
  readonly vias: number;
  readonly method: MethodName;
  readonly cseq: number;
  readonly isRequest: boolean;
  readonly key: string;
  readonly header: (name: string) => string | undefined;
}

/** The messages of the document, in its order; Content-Length is set to the body as printed. */
function examples(): Example[] {
  const pages = readFileSync(source, 'latin1')
    .replaceAll('\r', '')
    .replace(/\n*\n.*\[Page \d+\]\n\f?\n?RFC 3665 .*\n\n*/g, '\n')
    .replaceAll('\f', '')
    .replaceAll(',\n   <', ',\n    <') // one list is continued without its indent
    .split('\n')
    .map((line) => line.replace(/^ {3}/, '').trimEnd());
  const found: Example[] = [];
  for (let i = 0; i < pages.length; i++) {
    const startLine = pages[i]!;
    if (!/^(SIP\/2\.0 \d{3} |[A-Z]+ sips?:\S+ SIP\/2\.0$)/.test(startLine)) continue;
    const rows: string[] = [];
    for (i++; i < pages.length && /^([A-Za-z-]+:| )/.test(pages[i]!); i++) rows.push(pages[i]!);
    let body = '';
    if (pages[i] === '' && pages[i + 1]?.startsWith('v=')) {
      for (i++; i < pages.length && /^[a-z]=/.test(pages[i]!); i++) body += `${pages[i]}\r\n`;
    }
    const head = rows.join('\r\n').replace(/^Content-Length: .*$/m, `Content-Length: ${body.length}`);
    const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(head)?.[1]?.trim();
    const [cseq, method] = (header('CSeq') ?? '').split(' ');
    const top = /branch=([^;\s]+)/.exec(head)?.[1] ?? '';
    found.push({
      text: `${startLine}\r\n${head}\r\n\r\n${body}`,
      vias: head.match(/^Via:/gm)?.length ?? 0,
      method: method as MethodName,
      cseq: Number(cseq),
      isRequest: !startLine.startsWith('SIP/2.0'),
      key: `${header('Call-ID')} ${cseq} ${method} ${top}`,
      header,
    });
  }
  return found;
}

/** What we would know, had we sent the request before it that this response answers. */
function sampleOf(message: Example, before: readonly Example[]): Sample {
  const sent = message.isRequest ? undefined : before.findLast((one) => one.isRequest && one.key === message.key);
  if (sent === undefined) return { text: message.text, known: {} };
  const tag = (name: string) => /;tag=([^;\s]+)/.exec(sent.header(name) ?? '')?.[1];
  const offers = `${sent.header('Supported') ?? ''} ${sent.header('Require') ?? ''}`;
  const toTag = tag('To');
  return {
    text: message.text,
    known: {
      matched: true,
      method: sent.method,
      cseq: sent.cseq,
      fromTag: tag('From') ?? '',
      callId: sent.header('Call-ID') ?? '',
      via: sent.header('Via') ?? '',
      ...(toTag === undefined ? {} : { toTag }),
      numbers: { requestOffered100rel: offers.includes('100rel') ? YES : NO, recordRoutes: 0 },
    },
  };
}

/**
 * What the document itself gets wrong by RFC 3261, as `rule: method`. §2.1 F1 forgets Max-Forwards (§8.1.1); the 200s to
 * CANCEL of §3.8 have no To tag, though §9.2 has them built by §8.2.6.
 */
const ERRATA = ['max-forwards-present: REGISTER', ...Array(3).fill('to-tag-present: CANCEL')];

describe.skipIf(!have)('RFC 3665', () => {
  test('the example exchanges break no rule but for what they get wrong', () => {
    const all = examples();
    const broken: string[] = [];
    let matched = 0;
    all.forEach((message, i) => {
      const sample = sampleOf(message, all.slice(0, i));
      if (sample.known.matched) matched++;
      // Between proxies a response still has the Vias of those before.
      const ids = brokenBy(sample).filter((id) => id !== 'via-single' || message.vias === 1);
      for (const id of ids) broken.push(`${id}: ${message.method}`);
    });
    expect(all.length).toBeGreaterThan(170);
    expect(matched).toBeGreaterThan(80);
    expect(broken.sort()).toEqual(ERRATA);
  });
});
