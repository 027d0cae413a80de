// The decoder on messages as they come: fields, spans, tolerance, errors; and properties on bytes of any kind.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canAnswer, cseqMethodFits, decode } from './decode.ts';
import * as ERR from './errors.ts';
import { headerAt, headerOf, methodAt } from './header-table.ts';
import { Message, NONE } from './message.ts';
import { HEADER, HEADERS, METHOD, METHOD_NAMES } from './names.ts';
import { viewOf } from './words.ts';

const msg = new Message();

/** Decodes text (line ends as \n) in the middle of a buffer full of colons; gives the result and a reader of spans. */
function read(text: string, crlf = true) {
  const raw = Buffer.from(crlf ? text.replace(/\r?\n/g, '\r\n') : text, 'latin1');
  const buf = new Uint8Array(raw.length + 64).fill(58);
  buf.set(raw, 32);
  const result = decode(msg, buf, 32, 32 + raw.length);
  const span = (start: number, end: number) =>
    start === NONE ? null : Buffer.from(buf.subarray(start, end)).toString('latin1');
  const header = (id: number, nth = 0) => {
    let at = msg.first[id]!;
    for (let i = 0; i < nth && at !== NONE; i++) at = msg.next[at]!;
    return at === NONE ? null : span(msg.valueStart[at]!, msg.valueEnd[at]!);
  };
  return { result, span, header };
}

const INVITE = `INVITE sip:bob@127.0.0.1:5070;transport=udp SIP/2.0
Via: SIP/2.0/UDP 127.0.0.2:5080;rport;branch=z9hG4bKabc
Max-Forwards: 70
From: "A; tag=no \\" x" <sip:a;tag=inside@127.0.0.2>;tag=from1
To: Bob <sip:bob@127.0.0.1>
Call-ID: one@127.0.0.2
CSeq: 17 INVITE
Contact: <sip:a@127.0.0.2>
Content-Type: text/plain
Content-Length: 4

abcd`;

test('a request: ids, spans and what is read eagerly', () => {
  const { result, span, header } = read(INVITE);
  expect(result).toBe(0);
  expect(msg.isRequest).toBe(true);
  expect(msg.method).toBe(METHOD.INVITE);
  expect(span(msg.uriStart, msg.uriEnd)).toBe('sip:bob@127.0.0.1:5070;transport=udp');
  expect(msg.cseq).toBe(17);
  expect(msg.cseqMethod).toBe(METHOD.INVITE);
  expect(span(msg.callIdStart, msg.callIdEnd)).toBe('one@127.0.0.2');
  expect(span(msg.fromTagStart, msg.fromTagEnd)).toBe('from1');
  expect(msg.toTagStart).toBe(NONE);
  expect(span(msg.branchStart, msg.branchEnd)).toBe('z9hG4bKabc');
  expect(span(msg.viaHostStart, msg.viaHostEnd)).toBe('127.0.0.2');
  expect(msg.viaPort).toBe(5080);
  expect(span(msg.viaRportEnd - 5, msg.viaRportEnd)).toBe('rport');
  expect(header(HEADER.CONTACT)).toBe('<sip:a@127.0.0.2>');
  expect(span(msg.bodyStart, msg.bodyEnd)).toBe('abcd');
  expect(cseqMethodFits(msg)).toBe(true);
});

test('a response: status, reason, the method of its CSeq', () => {
  const { result, span } = read(`SIP/2.0 180 Ringing there
v: SIP/2.0/UDP [2001:db8::1]:5080;branch=z9hG4bK1;received=[2001:db8::2]
f: sip:a@b.c;tag=1
t: <sip:b@b.c>;x;tag=2
i: x
cseq: 2147483647 BYE
l: 0

`);
  expect(result).toBe(0);
  expect(msg.isRequest).toBe(false);
  expect(msg.status).toBe(180);
  expect(span(msg.reasonStart, msg.reasonEnd)).toBe('Ringing there');
  expect(msg.method).toBe(METHOD.BYE);
  expect(msg.cseq).toBe(2147483647);
  expect(span(msg.viaHostStart, msg.viaHostEnd)).toBe('[2001:db8::1]');
  expect(span(msg.fromTagStart, msg.fromTagEnd)).toBe('1');
  expect(span(msg.toTagStart, msg.toTagEnd)).toBe('2');
});

test('folded values, spaces before the colon, several fields of one name, commas in one Via', () => {
  const { result, span, header } = read(`OPTIONS sip:b SIP/2.0
Via  :  SIP / 2.0
 /UDP host.example ; branch = z9hG4bKx , SIP/2.0/UDP second;branch=z9hG4bKy
VIA: SIP/2.0/UDP third
Route: <sip:1;lr>
Route: <sip:2;lr>,
\t<sip:3;lr>
From: <sip:a@b>;tag=1
To: <sip:b>
Call-ID: 1
CSeq: 1
 OPTIONS

`);
  expect(result).toBe(0);
  expect(span(msg.branchStart, msg.branchEnd)).toBe('z9hG4bKx');
  expect(span(msg.viaHostStart, msg.viaHostEnd)).toBe('host.example');
  expect(header(HEADER.VIA, 1)).toBe('SIP/2.0/UDP third');
  expect(header(HEADER.ROUTE, 0)).toBe('<sip:1;lr>');
  expect(header(HEADER.ROUTE, 1)).toBe('<sip:2;lr>,\r\n\t<sip:3;lr>');
  expect(header(HEADER.ROUTE, 2)).toBe(null);
});

test('bare line feeds and line ends before the start line are taken; bytes after Content-Length are not the body', () => {
  const { result, span } = read(`\n\n${INVITE}and more`, false);
  expect(result).toBe(0);
  expect(span(msg.bodyStart, msg.bodyEnd)).toBe('abcd');
});

test('an unknown method and an unknown header keep their spans', () => {
  const { result, span } = read(INVITE.replaceAll('INVITE', 'DANCE').replace('Contact', 'X-Strange'));
  expect(result).toBe(0);
  expect(msg.method).toBe(METHOD.UNKNOWN);
  expect(span(msg.methodStart, msg.methodEnd)).toBe('DANCE');
  expect(cseqMethodFits(msg)).toBe(true);
  expect(msg.ids[6]).toBe(HEADER.OTHER);
  expect(span(msg.nameStart[6]!, msg.nameEnd[6]!)).toBe('X-Strange');
});

describe('errors', () => {
  const broken: [string, number, string][] = [
    ['only line ends', ERR.ERR_KEEPALIVE, '\n\n'],
    ['a word', ERR.ERR_START_LINE, 'hello\n\n'],
    ['two spaces in the request line', ERR.ERR_START_LINE, INVITE.replace('INVITE sip', 'INVITE  sip')],
    ['a space after the version', ERR.ERR_START_LINE, INVITE.replace('SIP/2.0\n', 'SIP/2.0 \n')],
    ['another version', ERR.ERR_VERSION, INVITE.replace('SIP/2.0\n', 'SIP/3.0\n')],
    ['status 99', ERR.ERR_STATUS, INVITE.replace(/^.*/, 'SIP/2.0 099 x')],
    ['status 700', ERR.ERR_STATUS, INVITE.replace(/^.*/, 'SIP/2.0 700 x')],
    ['a line without a colon', ERR.ERR_HEADER_LINE, INVITE.replace('Max-Forwards: 70', 'Max-Forwards 70')],
    ['no empty line', ERR.ERR_NO_END, INVITE.slice(0, INVITE.indexOf('Content-Length'))],
    ['two To', ERR.ERR_DUPLICATE, INVITE.replace('Max-Forwards: 70', 'To: <sip:x>')],
    ['two Content-Length that differ', ERR.ERR_DUPLICATE, INVITE.replace('Max-Forwards: 70', 'l: 3')],
    ['a Via without a host', ERR.ERR_VIA, INVITE.replace('127.0.0.2:5080', '')],
    ['a Via port above 65535', ERR.ERR_VIA, INVITE.replace(':5080', ':65536')],
    ['an open quote in From', ERR.ERR_ADDRESS, INVITE.replace('" x"', '" x')],
    ['an open bracket in To', ERR.ERR_ADDRESS, INVITE.replace('127.0.0.1>\n', '127.0.0.1\n')],
    ['CSeq 2^31', ERR.ERR_CSEQ, INVITE.replace('17 INVITE', '2147483648 INVITE')],
    ['CSeq without a method', ERR.ERR_CSEQ, INVITE.replace('17 INVITE', '17')],
    ['a negative Content-Length', ERR.ERR_CONTENT_LENGTH, INVITE.replace('Length: 4', 'Length: -4')],
    ['no Call-ID', ERR.ERR_MISSING, INVITE.replace('Call-ID: one@127.0.0.2\n', '')],
    ['an empty Call-ID', ERR.ERR_MISSING, INVITE.replace('one@127.0.0.2', '')],
    ['a body shorter than it says', ERR.ERR_BODY_SHORT, INVITE.replace('Length: 4', 'Length: 5')],
  ];

  test.each(broken)('%s', (_what, error, text) => {
    expect(read(text).result).toBe(error);
  });

  test('every code has a sentence of its own', () => {
    const codes = broken.map(([, code]) => code);
    const texts = new Set(codes.map(ERR.errorText));
    expect(texts.size).toBe(new Set(codes).size);
    expect(ERR.errorText(ERR.ERR_CSEQ)).toContain('§8.1.1.5');
    expect(() => ERR.errorText(-99)).toThrow(RangeError);
  });

  test('what can still be answered, and what cannot', () => {
    read(INVITE.replace('SIP/2.0\n', 'SIP/3.0\n'));
    expect(canAnswer(msg)).toBe(true);
    read(INVITE.replace('Length: 4', 'Length: x'));
    expect(canAnswer(msg)).toBe(true);
    read(INVITE.replace('CSeq: 17', 'CSeq: 4294967296'));
    expect(canAnswer(msg)).toBe(true);
    read(INVITE.replace(/branch=([^;\n]*)/, 'branch=$1;;,;,,'));
    expect(canAnswer(msg)).toBe(true);
    read(INVITE.replace(/CSeq: .*\n/, ''));
    expect(canAnswer(msg)).toBe(false);
    read('hello\n\n');
    expect(canAnswer(msg)).toBe(false);
  });

  test('the method in CSeq may differ: it can be read, and is told', () => {
    expect(read(INVITE.replace('17 INVITE', '17 BYE')).result).toBe(0);
    expect(cseqMethodFits(msg)).toBe(false);
  });
});

describe('names', () => {
  test('each header id is its position, each name is found in any case and in compact form', () => {
    HEADERS.forEach(([name, compact], id) => {
      if (id === 0) return;
      for (const form of [name, name.toLowerCase(), name.toUpperCase(), compact, compact.toUpperCase()]) {
        if (form === '') continue;
        const raw = Buffer.from(form);
        expect(headerOf(viewOf(raw), raw, 0, raw.length), form).toBe(id);
      }
    });
    for (const [key, id] of Object.entries(HEADER)) {
      if (id !== 0) expect(HEADERS[id]![0].toUpperCase().replace(/-/g, '_')).toBe(key);
    }
  });

  test('methods are found as written and in no other case', () => {
    METHOD_NAMES.forEach((name, id) => {
      const raw = Buffer.from(name);
      expect(methodAt(viewOf(raw), raw, 0, raw.length)).toBe(id === 0 ? 0 : (raw.length << 8) | id);
      const lower = Buffer.from(name.toLowerCase());
      expect(methodAt(viewOf(lower), lower, 0, lower.length)).toBe(0);
    });
  });

  test('a method ends where no character of a token follows', () => {
    for (const name of METHOD_NAMES.slice(1)) {
      for (const [after, whole] of [
        [' ', true],
        ['x', false],
        ['-', false],
        [':', true],
      ] as const) {
        const raw = Buffer.from(`${name}${after}`);
        expect(methodAt(viewOf(raw), raw, 0, raw.length) !== 0, raw.toString()).toBe(whole);
        expect(methodAt(viewOf(raw), raw, 0, name.length)).not.toBe(0);
        expect(methodAt(viewOf(raw), raw, 0, name.length - 1)).toBe(0);
      }
    }
  });

  test('no other token is taken for a name, whatever stands behind it', () => {
    const known = new Map(
      HEADERS.flatMap(([name, compact], id) => [[name.toLowerCase(), id] as const, [compact, id] as const]),
    );
    known.delete('');
    const names = [...known.keys()];
    const changed = fc.tuple(fc.constantFrom(...names), fc.nat(30), fc.nat(255)).map(([name, at, c]) => {
      const raw = Buffer.from(name);
      raw[at % raw.length] = c === 58 ? 59 : c;
      return raw;
    });
    const token = fc.stringMatching(/^[A-Za-z-]{1,20}$/).map((all) => Buffer.from(all));
    fc.assert(
      fc.property(fc.oneof(token, changed), fc.uint8Array({ maxLength: 4 }), (name, after) => {
        const id = known.get(name.toString('latin1').toLowerCase()) ?? 0;
        const raw = Buffer.concat([name, Buffer.from(':'), after]);
        expect(headerOf(viewOf(raw), raw, 0, name.length)).toBe(id);
        const found = headerAt(viewOf(raw), raw, 0, raw.length);
        if (found !== 0) expect(found).toBe((name.length << 8) | id);
        else if (raw.length >= 4) expect(id).toBe(0);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('properties', () => {
  const inside = (size: number) => {
    const spans: [number, number][] = [
      [msg.methodStart, msg.methodEnd],
      [msg.uriStart, msg.uriEnd],
      [msg.callIdStart, msg.callIdEnd],
      [msg.fromTagStart, msg.fromTagEnd],
      [msg.toTagStart, msg.toTagEnd],
      [msg.branchStart, msg.branchEnd],
      [msg.viaHostStart, msg.viaHostEnd],
      [msg.bodyStart, msg.bodyEnd],
    ];
    for (let i = 0; i < msg.count; i++)
      spans.push([msg.nameStart[i]!, msg.nameEnd[i]!], [msg.valueStart[i]!, msg.valueEnd[i]!]);
    for (const [start, end] of spans) {
      if (start === NONE) continue;
      if (start < 32 || end > 32 + size || start > end) throw new Error(`span ${start}..${end} of 32..${32 + size}`);
    }
  };

  /** The same bytes give the same result whatever stands round them, and every span lies inside. */
  const holds = (raw: Uint8Array) => {
    const results = [0, 10, 32, 58, 59, 62, 255].map((poison) => {
      const buf = new Uint8Array(raw.length + 64).fill(poison);
      buf.set(raw, 32);
      const result = decode(msg, buf, 32, 32 + raw.length);
      inside(raw.length);
      return `${result} ${msg.count} ${msg.status} ${msg.branchStart} ${msg.bodyEnd}`;
    });
    expect(new Set(results).size).toBe(1);
  };

  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), holds), { numRuns: 500 });
  });

  test('a real message with bytes changed, and cut anywhere', () => {
    const raw = Buffer.from(INVITE.replace(/\n/g, '\r\n'), 'latin1');
    const change = fc.tuple(
      fc.nat(raw.length - 1),
      fc.oneof(fc.nat(255), fc.constantFrom(13, 10, 32, 34, 58, 59, 60, 62, 92)),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(raw.length), (changes, cut) => {
        const bytes = Uint8Array.from(raw.subarray(0, cut === 0 ? raw.length : cut));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        holds(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  test('nothing of a message is left in the next', () => {
    read(INVITE);
    const { result } = read(`SIP/2.0 200 OK
Via: SIP/2.0/UDP h
From: <sip:a>
To: <sip:b>
Call-ID: 2
CSeq: 1 BYE

`);
    expect(result).toBe(0);
    expect(msg.first[HEADER.CONTACT]).toBe(NONE);
    expect(msg.first[HEADER.MAX_FORWARDS]).toBe(NONE);
    expect([msg.fromTagStart, msg.branchStart, msg.viaPort, msg.uriStart, msg.contentLength]).toEqual([
      NONE,
      NONE,
      NONE,
      NONE,
      NONE,
    ]);
  });
});
