// Every reader on anything at all: it never throws, never looks outside of its bounds, and gives spans inside of them; and what some of them mean.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guarded } from '../../tests/sip/guarded.ts';
import { Address, isAddress, paramStart, readAddress, readTag } from './address.ts';
import { bytesOf, putUnfolded, startsIgnoreCase } from './bytes.ts';
import { hasAuthParam, readAuthParam, readScheme } from './challenge.ts';
import { Contact, readContact } from './contact.ts';
import { Cseq, readCseq, readRack } from './cseq.ts';
import {
  decimalOf,
  Elements,
  everyHasParam,
  hasToken,
  isSingle,
  secondsOf,
  tokenEnd,
  tokenIs,
  valueCount,
} from './fields.ts';
import { accepts, MediaType, readMediaType } from './media.ts';
import { BAD, Message, NONE } from './message.ts';
import { HEADER } from './names.ts';
import { decimalAt, readDecimal, readQ, readSeconds } from './numbers.ts';
import { findParam, Param, paramAt, readParam } from './params.ts';
import { Replaces, readReplaces } from './replaces.ts';
import { RetryAfter, readRetryAfter } from './retry-after.ts';
import { elementEnd, putUnquoted, Span, skipQuoted, skipSpace, skipToken, trimEnd, wordEnd } from './scan.ts';
import { readSessionExpires, SessionExpires } from './session-timer.ts';
import { EventValue, readEvent, readSubscriptionState, SubscriptionState } from './subscription.ts';
import { isHost, isLooseRoute, putRequestUri, putUnescaped, readUri, readUriHeader, Uri } from './uri.ts';
import { readViaParm, ViaParm } from './via.ts';

const NAME = bytesOf('expires');
const scratch = new Uint8Array(4096);

type Read = (buf: Uint8Array, start: number, end: number) => readonly object[];

/** Calls of every reader; each returns what it filled. */
const READERS: Readonly<Record<string, Read>> = {
  scan: (buf, start, end) => {
    const ends = [skipSpace, skipToken, wordEnd, elementEnd].map((step) => step(buf, start, end));
    ends.push(trimEnd(buf, start, end), skipQuoted(buf, start, end));
    for (const at of ends) expect(at === NONE || (at >= start && at <= end)).toBe(true);
    return [];
  },
  put: (buf, start, end) => {
    for (const put of [putUnfolded, putUnquoted, putUnescaped, putRequestUri])
      expect(put(scratch, 0, buf, start, end)).toBeLessThanOrEqual(end - start);
    return [];
  },
  numbers: (buf, start, end) => {
    for (const value of [decimalAt(buf, start, end), readSeconds(buf, start, end), readDecimal(buf, start, end, 255)])
      expect(Number.isSafeInteger(value) && value >= BAD).toBe(true);
    const q = readQ(buf, start, end);
    expect(q >= BAD && q <= 1000).toBe(true);
    return [];
  },
  param: (buf, start, end) => {
    const param = new Param();
    const value = new Span();
    if (start < end) readParam(buf, start, end, param);
    const found = findParam(buf, start, end, NAME, value);
    expect(found).toBe(paramAt(buf, start, end, NAME) !== NONE);
    startsIgnoreCase(buf, start, end, NAME);
    return [param, value];
  },
  uri: (buf, start, end) => {
    const uri = new Uri();
    const param = new Param();
    readUri(buf, start, end, uri);
    readUriHeader(buf, start, end, param);
    isLooseRoute(buf, start, end);
    isHost(buf, start, end);
    return [uri, param];
  },
  address: (buf, start, end) => {
    const address = new Address();
    const tag = new Span();
    const stop = readAddress(buf, start, end, address);
    isAddress(buf, address);
    const { paramsStart } = address;
    if (paramsStart < end) paramStart(buf, start, paramsStart);
    readTag(buf, start, end, new Param(), tag);
    expect(stop >= start && stop <= end).toBe(true);
    return [address, tag];
  },
  contact: (buf, start, end) => {
    const contact = new Contact();
    readContact(buf, start, end, contact);
    return [contact.address];
  },
  via: (buf, start, end) => {
    const via = new ViaParm();
    const stop = readViaParm(buf, start, end, via);
    expect(stop === BAD || stop === end || buf[stop] === 44).toBe(true);
    return [via, via.param];
  },
  cseq: (buf, start, end) => {
    const cseq = new Cseq();
    const rack = new Cseq();
    expect(readCseq(buf, start, end, cseq) === 0).toBe(cseq.methodStart !== NONE);
    readRack(buf, start, end, rack);
    return [cseq, rack];
  },
  media: (buf, start, end) => {
    const media = new MediaType();
    readMediaType(buf, start, end, media);
    return [media];
  },
  subscription: (buf, start, end) => {
    const event = new EventValue();
    const state = new SubscriptionState();
    readEvent(buf, start, end, event);
    readSubscriptionState(buf, start, end, state);
    return [event, event.id, state, state.reason];
  },
  others: (buf, start, end) => {
    const replaces = new Replaces();
    const retry = new RetryAfter();
    readReplaces(buf, start, end, replaces);
    readRetryAfter(buf, start, end, retry);
    readSessionExpires(buf, start, end, new SessionExpires());
    return [replaces, replaces.toTag, replaces.fromTag, retry];
  },
  challenge: (buf, start, end) => {
    const scheme = new Span();
    const param = new Param();
    for (let at = readScheme(buf, start, end, scheme); at >= 0; ) {
      const next = readAuthParam(buf, at, end, param);
      if (next >= 0) expect(next).toBeGreaterThan(at);
      at = next;
    }
    hasAuthParam(buf, start, end, NAME, new Param());
    return [scheme, param];
  },
  fields: (buf, start, end) => {
    const msg = messageWith(buf, start, end);
    const elements = new Elements();
    let count = 0;
    for (elements.open(msg, HEADER.ACCEPT); elements.next(); count++) {
      expect(elements.start).toBeLessThan(elements.end);
      expect(elements.start >= start && elements.end <= end).toBe(true);
    }
    expect(valueCount(msg, HEADER.ACCEPT)).toBeGreaterThanOrEqual(count);
    if (isSingle(msg, HEADER.ACCEPT)) expect(count).toBeLessThanOrEqual(1);
    hasToken(msg, HEADER.ACCEPT, NAME);
    everyHasParam(msg, HEADER.ACCEPT, NAME);
    accepts(msg, HEADER.ACCEPT, bytesOf('a/b'));
    decimalOf(msg, HEADER.ACCEPT);
    secondsOf(msg, HEADER.ACCEPT);
    expect(tokenIs(msg, HEADER.ACCEPT, NAME) && tokenEnd(msg, HEADER.ACCEPT) - start !== NAME.length).toBe(false);
    return [];
  },
};

/** A message with one Accept field of that value. */
function messageWith(buf: Uint8Array, start: number, end: number): Message {
  const msg = new Message();
  msg.buf = buf;
  msg.first[HEADER.ACCEPT] = 0;
  msg.last[HEADER.ACCEPT] = 0;
  msg.next[0] = NONE;
  msg.valueStart[0] = start;
  msg.valueEnd[0] = end;
  msg.count = 1;
  return msg;
}

/** Pairs `xStart` and `xEnd`, or `start` and `end`, lie inside and in order. */
function expectInside(filled: object, start: number, end: number): void {
  const cells = filled as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(cells)) {
    if (!/^start$|Start$/.test(name)) continue;
    const from = cells[name] as number;
    const to = cells[name === 'start' ? 'end' : name.replace(/Start$/, 'End')] as number;
    if (from === NONE && to === NONE) continue;
    if (from < start || to > end || from > to) throw new Error(`${name}: ${from}..${to} of ${start}..${end}`);
  }
}

const PIECES =
  '< > " \\ , ; = ? @ & % [ ] ( ) / : * . \r\n\t \x00 \xff sip: sips: a h:5060 lr 3.25 60 expires q= SIP/2.0/UDP branch= received= ttl rport maddr=1 INVITE ;tag= %3b'.split(
    ' ',
  );
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.constant(' ')), { maxLength: 24 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const anything = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

describe.each(Object.entries(READERS))('%s', (_name, read) => {
  test('stays inside, whatever it is given', () => {
    fc.assert(
      fc.property(anything, anything, anything, (before, value, after) => {
        const raw = Uint8Array.from(Buffer.concat([before, value, after]));
        const start = before.length;
        const end = start + value.length;
        for (const filled of read(guarded(raw, start, end), start, end)) expectInside(filled, start, end);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Writes a quoted string. */
const quoted = (plain: string) => `"${plain.replace(/(["\\])/g, '\\$1')}"`;
const plainText = fc.string({ unit: 'binary-ascii', maxLength: 12 }).filter((all) => !/[\r\n]/.test(all));
const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,8}$/);
const asText = (buf: Uint8Array, start: number, end: number) =>
  start === NONE ? null : Buffer.from(buf.subarray(start, end)).toString('latin1');

describe('what is written is read', () => {
  test('quoted strings', () => {
    fc.assert(
      fc.property(plainText, (plain) => {
        const buf = Buffer.from(`${quoted(plain)},`, 'latin1');
        const end = skipQuoted(buf, 0, buf.length);
        expect(end).toBe(buf.length - 1);
        expect(asText(scratch, 0, putUnquoted(scratch, 0, buf, 0, end))).toBe(plain);
      }),
    );
  });

  test('parameters, their values tokens, quoted strings or none', () => {
    const one = fc.tuple(token, fc.oneof(fc.constant(null), token, plainText.map(quoted)));
    const space = fc.constantFrom('', ' ', '\r\n\t');
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), space, (all, gap) => {
        const written = all.map(
          ([name, value]) => `;${gap}${name}${value === null ? '' : `${gap}=${gap}${value}`}${gap}`,
        );
        const buf = Buffer.from(written.join(''), 'latin1');
        const param = new Param();
        let at = 0;
        for (const [name, value] of all) {
          at = readParam(buf, at, buf.length, param);
          expect(asText(buf, param.nameStart, param.nameEnd)).toBe(name);
          expect(asText(buf, param.valueStart, param.valueEnd)).toBe(value);
        }
        expect(at).toBe(buf.length);
      }),
    );
  });

  test('sip URIs by the grammar', () => {
    const parts = fc.record({
      scheme: fc.constantFrom('sip', 'sips', 'SIP'),
      user: fc.option(fc.stringMatching(/^([a-zA-Z0-9_.!~*'()&=+$,;?/-]|%[0-9a-fA-F]{2}){1,8}$/)),
      password: fc.option(fc.stringMatching(/^([a-z0-9&=+$,]|%[0-9A-F]{2}){0,5}$/)),
      host: fc.constantFrom('h', 'a-b.example.com', '192.0.2.1', '[2001:db8::1]', '[::ffff:192.0.2.1]'),
      port: fc.option(fc.nat(65_535)),
      params: fc.array(fc.constantFrom(';lr', ';transport=tcp', ';maddr=[::1]', ';x=%20/:&+$'), { maxLength: 3 }),
      headers: fc.option(fc.constantFrom('a=b', 'Subject=%3f?&to=', 'x=[]/?:+$')),
    });
    const uri = new Uri();
    fc.assert(
      fc.property(parts, ({ scheme, user, password, host, port, params, headers }) => {
        const info = user === null ? '' : `${user}${password === null ? '' : `:${password}`}@`;
        const tail = `${params.join('')}${headers === null ? '' : `?${headers}`}`;
        const buf = Buffer.from(`${scheme}:${info}${host}${port === null ? '' : `:${port}`}${tail}`);
        expect(readUri(buf, 0, buf.length, uri)).toBe(0);
        expect(asText(buf, uri.schemeStart, uri.schemeEnd)).toBe(scheme);
        expect(asText(buf, uri.userStart, uri.userEnd)).toBe(user);
        expect(asText(buf, uri.passwordStart, uri.passwordEnd)).toBe(user === null ? null : password);
        expect(asText(buf, uri.hostStart, uri.hostEnd)).toBe(host);
        expect(uri.port).toBe(port ?? NONE);
        expect(asText(buf, uri.paramsStart, uri.paramsEnd)).toBe(params.join(''));
        expect(asText(buf, uri.headersStart, uri.headersEnd)).toBe(headers);
      }),
    );
  });

  test('decimal numbers up to what is allowed, and no further', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(4), (value, most, zeros) => {
        const buf = Buffer.from(`${'0'.repeat(zeros)}${value}`);
        expect(readDecimal(buf, 0, buf.length, most)).toBe(value <= most ? value : BAD);
        expect(readSeconds(buf, 0, buf.length)).toBe(value);
      }),
    );
  });

  test('preferences in thousandths', () => {
    for (let q = 0; q <= 1000; q++) {
      const buf = Buffer.from((q / 1000).toString());
      expect(readQ(buf, 0, buf.length)).toBe(q);
    }
    for (const wrong of ['', '1.001', '2', '10', '0.0001', '.', '-0', '0..1', '1,0', '99999999999999999999'])
      expect(readQ(Buffer.from(wrong), 0, wrong.length), wrong).toBe(wrong === '.' ? 0 : BAD);
  });
});

describe('Accept', () => {
  const asks = (value: string | null, type: string) => {
    const buf = Buffer.from(value ?? '');
    const msg = messageWith(buf, 0, buf.length);
    if (value === null) msg.first[HEADER.ACCEPT] = NONE;
    return accepts(msg, HEADER.ACCEPT, bytesOf(type));
  };
  test.each([
    [null, true],
    ['application/sdp', true],
    ['text/plain, Application / SDP ;level=1', true],
    ['application/*', true],
    ['*/*;q=0.1', true],
    ['text/*, image/sdp', false],
    ['application/sdpx', false],
    ['application', false],
    ['x="application/sdp"', false],
    ['', false],
  ])('%s', (value, expected) => {
    expect(asks(value, 'application/sdp')).toBe(expected);
  });
});
