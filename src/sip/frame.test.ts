// Streams cut into messages: what ends a message, what ends the stream, and that it does not matter where the bytes were cut.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feed } from '../../tests/sip/feed.ts';
import { decode } from './decode.ts';
import * as ERR from './errors.ts';
import { Framer, MAX_HEADER_BYTES, MAX_MESSAGE_BYTES } from './frame.ts';
import { Message } from './message.ts';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');
const whole = (text: string) => feed(bytesOf(text), []);
const everyByte = (bytes: Uint8Array) => Array.from({ length: bytes.length }, (_, i) => i);
const START = 'OPTIONS sip:b@127.0.0.1 SIP/2.0\r\n';
/** Header fields as given, line ends as \n. */
const message = (fields: string, body = '') => `${START}${fields.replace(/\n/g, '\r\n')}\r\n${body}`;

describe('the end of a message', () => {
  test.each([
    ['Content-Length', 'Call-ID: a\nContent-Length: 4\nTo: <sip:a>\n'],
    ['its compact form', 'l: 4\n'],
    ['any case, white space about the colon', 'cOnTeNt-LeNgTh \t:\t 4 \t\n'],
    ['no white space', 'CONTENT-LENGTH:4\n'],
    ['leading zeros', 'Content-Length: 0000000000000004\n'],
    ['on a folded line', 'Content-Length:\n 4\nTo: <sip:a>\n'],
    ['folded before the empty line', 'L:\n\t\n 4\n'],
    ['said twice alike', 'l: 4\nContent-Length: 04\n'],
    ['beside a folded value that looks like one', 'Subject: x\n Content-Length: 9\nl: 4\n'],
    ['beside names that begin alike', 'Contact: <sip:a>\nContent-Length-Not: 9\nlx: 3\nC: 5\nl: 4\n'],
    ['beside a line without a colon', 'Content-Length\nl 7\nl: 4\n'],
  ])('by %s', (_, fields) => {
    const one = message(fields, 'ab\r\n');
    const two = message('l: 0\n');
    expect(whole(one + two)).toEqual({ messages: [one, two], error: 0, pings: 0, between: true, head: null });
  });

  test('with line ends of LF alone, as the decoder takes them', () => {
    const one = `${START}l: 2\r\n\r\nab`.replaceAll('\r', '');
    expect(whole(one + one).messages).toEqual([one, one]);
  });

  test('of a response, and of a request without a body', () => {
    const response = 'SIP/2.0 200 OK\r\nl: 3\r\n\r\nabc';
    expect(whole(response + message('l:0\n')).messages).toEqual([response, message('l:0\n')]);
  });

  test('is not known before its last byte', () => {
    const bytes = bytesOf(message('l: 3\n', 'abc'));
    for (let cut = 0; cut < bytes.length; cut++) {
      const framer = new Framer();
      expect(framer.next(bytes, 0, cut)).toBe(ERR.ERR_NEED_MORE);
      expect(framer.between).toBe(cut === 0);
      expect(framer.next(bytes, 0, bytes.length)).toBe(bytes.length);
      expect(framer.between).toBe(true);
    }
  });
});

describe('between messages', () => {
  const one = message('l: 0\n');
  test.each([
    ['nothing', '', 0],
    ['a pong', '\r\n', 0],
    ['a ping', '\r\n\r\n', 1],
    ['a ping and a pong', '\r\n\r\n\r\n', 1],
    ['three pings', '\r\n\r\n\r\n\r\n\r\n\r\n', 3],
    ['single marks', '\n\n\r\r\n\r', 0],
    ['a ping after a single mark', '\n\r\n\r\n', 1],
  ])('%s', (_, marks, pings) => {
    const bytes = bytesOf(`${marks}${one}${marks}${one}`);
    const expected = { messages: [one, one], error: 0, pings: pings * 2, between: true, head: null };
    expect(feed(bytes, [])).toEqual(expected);
    expect(feed(bytes, everyByte(bytes))).toEqual(expected);
  });

  test('a ping is seen when it is whole, and need not be kept', () => {
    const framer = new Framer();
    const bytes = bytesOf('\r\n\r\n');
    expect(framer.next(bytes, 0, 3)).toBe(ERR.ERR_NEED_MORE);
    expect([framer.pings, framer.from]).toEqual([0, 3]);
    expect(framer.next(bytes, 3, 4)).toBe(ERR.ERR_NEED_MORE);
    expect([framer.pings, framer.from]).toEqual([1, 4]);
  });
});

describe('no further message', () => {
  const good = message('l: 2\n', 'ab');
  test.each([
    ['no Content-Length', 'To: <sip:a>\n', ERR.ERR_NO_CONTENT_LENGTH],
    ['a negative one', 'Content-Length: -999\n', ERR.ERR_CONTENT_LENGTH],
    ['a word', 'Content-Length: five\n', ERR.ERR_CONTENT_LENGTH],
    ['a sign', 'Content-Length: +5\n', ERR.ERR_CONTENT_LENGTH],
    ['nothing', 'Content-Length:\nTo: <sip:a>\n', ERR.ERR_CONTENT_LENGTH],
    ['two numbers', 'l: 1 2\n', ERR.ERR_CONTENT_LENGTH],
    ['two lines that differ', 'Content-Length: 1\nl: 2\n', ERR.ERR_DUPLICATE],
    ['a second that is no number', 'l: 1\nl: x\nl: 2\n', ERR.ERR_CONTENT_LENGTH],
    ['more than is taken', `l: ${MAX_MESSAGE_BYTES}\n`, ERR.ERR_MESSAGE_TOO_LONG],
    ['2^31', 'l: 2147483648\n', ERR.ERR_MESSAGE_TOO_LONG],
    ['2^64 and 4, which a 64-bit number would wrap', 'l: 18446744073709551620\n', ERR.ERR_MESSAGE_TOO_LONG],
    ['digits without end', `l: ${'9'.repeat(2000)}\n`, ERR.ERR_MESSAGE_TOO_LONG],
  ])('%s', (_, fields, error) => {
    const bad = message(fields);
    const bytes = bytesOf(`${good}${bad}${good}`);
    const expected = { messages: [good], error, pings: 0, between: false, head: bad };
    expect(feed(bytes, [])).toEqual(expected);
    expect(feed(bytes, everyByte(bytes))).toEqual(expected);
  });

  test('the longest message, and one byte more', () => {
    const head = message('l: 65400\n');
    const room = MAX_MESSAGE_BYTES - head.length;
    const at = (length: number) => {
      const one = message(`l: ${length}\n`, 'x'.repeat(length));
      const { error, messages } = whole(one + good);
      return { error, lengths: messages.map((m) => m.length) };
    };
    expect(at(room)).toEqual({ error: 0, lengths: [MAX_MESSAGE_BYTES, good.length] });
    expect(at(room + 1)).toEqual({ error: ERR.ERR_MESSAGE_TOO_LONG, lengths: [] });
  });

  test('the longest header fields, and one byte more', () => {
    const rest = message('Subject: \nl: 0\n').length;
    const at = (length: number, cuts: number[]) => {
      const bytes = bytesOf(message(`Subject: ${'x'.repeat(length - rest)}\nl: 0\n`));
      expect(bytes.length).toBe(length);
      return feed(bytes, cuts).error;
    };
    for (const cuts of [[], [100, MAX_HEADER_BYTES - 1], [MAX_HEADER_BYTES]]) {
      if (!cuts.includes(MAX_HEADER_BYTES)) expect(at(MAX_HEADER_BYTES, cuts)).toBe(0);
      expect(at(MAX_HEADER_BYTES + 1, cuts)).toBe(ERR.ERR_HEADER_TOO_LONG);
    }
  });

  test('a Content-Length that is too small: the rest of the body is no start line', () => {
    const bytes = bytesOf(message('l: 4\n', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n') + good);
    for (const cuts of [[], everyByte(bytes)]) {
      expect(feed(bytes, cuts)).toMatchObject({ error: ERR.ERR_LOST_FRAME, messages: [message('l: 4\n', 'v=0\r')] });
    }
  });

  test('a Content-Length that is too large: it takes from the next message, and waits', () => {
    expect(whole(message('l: 500\n', 'ab'))).toMatchObject({ error: 0, messages: [], between: false });
    const eaten = whole(message(`l: ${START.length + 3}\n`) + good);
    expect(eaten).toMatchObject({
      error: ERR.ERR_LOST_FRAME,
      messages: [message(`l: ${START.length + 3}\n`, `${START}l: `)],
    });
  });

  test('another protocol', () => {
    expect(whole('GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n').error).toBe(ERR.ERR_LOST_FRAME);
    expect(feed(new Uint8Array(MAX_HEADER_BYTES).fill(22), []).error).toBe(ERR.ERR_HEADER_TOO_LONG);
  });
});

const letters = fc.constantFrom('a', 'Z', '9', ' ', ':', ';', ',', '"', '\t', '\r\n ', '\u00e9');
const fieldText = fc.array(letters, { maxLength: 30 }).map((all) => all.join(''));
const lengthName = fc.constantFrom('Content-Length:', 'content-length \t: ', 'l:', 'L : ', 'CONTENT-LENGTH:\r\n ');
const fieldName = fc.constantFrom('Via', 'v', 'Content-Type', 'Contact', 'X-l', 'Content-Length-X', 'c', 'll');
const sipMessage = fc
  .record({
    start: fc.constantFrom(START, 'SIP/2.0 180 Ringing\r\n', 'INVITE sip:a sip/2.0\n', 'bad  line SIP/9\r\n'),
    before: fc.array(fc.tuple(fieldName, fieldText), { maxLength: 5 }),
    name: lengthName,
    after: fc.array(fc.tuple(fieldName, fieldText), { maxLength: 5 }),
    body: fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 60 }), fc.constant(`\r\n\r\n${START}l: 7\r\n\r\n`)),
  })
  .map(({ start, before, name, after, body }) => {
    const fields = (all: (readonly [string, string])[]) => all.map(([n, v]) => `${n}: ${v}\r\n`).join('');
    return `${start}${fields(before)}${name}${body.length}\r\n${fields(after)}\r\n${body}`;
  });
const gap = fc.constantFrom('', '', '\r\n', '\r\n\r\n', '\n', '\r\n\r\n\r\n\r\n');

describe('properties', () => {
  test('a sequence of messages gives the same messages, wherever it is cut', () => {
    const sequence = fc.array(fc.tuple(gap, sipMessage), { maxLength: 6 });
    const cutting = fc.array(fc.nat(), { maxLength: 20 });
    fc.assert(
      fc.property(sequence, cutting, (parts, marks) => {
        const bytes = bytesOf(parts.map(([marks, one]) => marks + one).join(''));
        const cuts = marks.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b);
        const expected = { messages: parts.map(([, one]) => one), error: 0, between: true };
        const atOnce = feed(bytes, []);
        expect(atOnce).toMatchObject(expected);
        expect(feed(bytes, cuts)).toEqual(atOnce);
        expect(feed(bytes, everyByte(bytes))).toEqual(atOnce);
      }),
      { numRuns: 300 },
    );
  });

  test('bytes of any kind give the same, wherever they are cut', () => {
    const piece = fc.oneof(
      sipMessage,
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
      fc.constantFrom('\r\n', '\n', '\r', 'l: 3\r\n', 'Content-Length: -1\r\n', 'SIP/2.0 200 OK\r\n', ' 4\r\n', 'l:'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (pieces, marks) => {
        const bytes = bytesOf(pieces.join(''));
        const cuts = marks.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b);
        const small = () => new Framer(150, 250);
        const atOnce = feed(bytes, [], small());
        expect(feed(bytes, cuts, small())).toEqual(atOnce);
        expect(feed(bytes, everyByte(bytes), small())).toEqual(atOnce);
      }),
      { numRuns: 500 },
    );
  });

  test('a message found is one whose body the decoder ends at the same place', () => {
    const msg = new Message();
    fc.assert(
      fc.property(sipMessage, (one) => {
        const bytes = bytesOf(one);
        expect(new Framer().next(bytes, 0, bytes.length)).toBe(bytes.length);
        const error = decode(msg, bytes, 0, bytes.length);
        if (error === 0 || error <= ERR.ERR_VIA) expect(msg.contentLength).toBe(bytes.length - msg.bodyStart);
      }),
    );
  });
});

test('looks at each byte once: a long message in single bytes is read in linear time', () => {
  const body = 60_000;
  const bytes = bytesOf(message(`Subject: ${'x'.repeat(2000)}\nl: ${body}\n`, 'x'.repeat(body)));
  let reads = 0;
  const counted = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && key >= '0' && key <= '9999999') reads++;
      return Reflect.get(target, key);
    },
  });
  const framer = new Framer();
  for (let end = 0; end < bytes.length; end++) expect(framer.next(counted, 0, end)).toBe(ERR.ERR_NEED_MORE);
  expect(framer.next(counted, 0, bytes.length)).toBe(bytes.length);
  expect(reads).toBeLessThan(3 * (bytes.length - body));
});

test('every error has a text', () => {
  for (let code = -1; code >= ERR.ERR_LOST_FRAME; code--) expect(ERR.errorText(code)).toMatch(/\w/);
});
