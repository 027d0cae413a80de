// What a template writes, the decoder reads: every name, value and body back, from a datagram and from a stream cut anywhere.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feed } from '../../tests/sip/feed.ts';
import { decode } from './decode.ts';
import { Memory } from './memory.ts';
import { Message } from './message.ts';
import { HEADERS, METHOD_NAMES } from './names.ts';
import { Fields, type Part, Template } from './template.ts';

/** Fields of the templates here. */
const FIELD = { BRANCH: 0, FROM_TAG: 1, TO_TAG: 2, CALL_ID: 3, CSEQ: 4, URI: 5, BODY: 6, LENGTH: 7 } as const;
const SPECIAL = new Set(['', 'Via', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length']);

const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,40}$/);
const anyCase = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) => [...name].map((c, i) => (upper[i] ? c.toUpperCase() : c.toLowerCase())).join(''));
/** A name as it is written: in any case, or in compact form. */
const written = (name: string) => {
  const compact = HEADERS.find(([full]) => full === name)?.[1] ?? '';
  return compact === '' ? anyCase(name) : fc.oneof(anyCase(name), anyCase(compact));
};
const knownName = fc
  .constantFrom(...HEADERS.map(([name]) => name).filter((name) => !SPECIAL.has(name)))
  .chain((name) => fc.tuple(fc.constant(name), written(name)));
const unknownName = token
  .filter((name) => !HEADERS.some((pair) => pair.includes(name.toLowerCase())))
  .map((name) => `X-${name}`);
const value = fc
  .array(fc.constantFrom('a', 'Z', '0', ' ', ';', ',', '"', '<', '>', ':', '\\', '\t', '\r\n ', '\xe9', 'SIP/2.0'), {
    maxLength: 30,
  })
  .map((parts) => parts.join('').replace(/^[\s]+|[\s]+$/g, ''));
const extra = fc.tuple(
  fc.oneof(
    knownName,
    unknownName.map((name) => ['', name] as [string, string]),
  ),
  value,
);
const space = fc.constantFrom('', ' ', '\t ', '\r\n ');

const message = fc
  .record({
    response: fc.boolean(),
    method: fc.oneof(fc.constantFrom(...METHOD_NAMES.slice(1)), token),
    status: fc.integer({ min: 100, max: 699 }),
    branch: token,
    fromTag: token,
    toTag: token,
    callId: token,
    cseq: fc.nat(2_147_483_647),
    uri: fc.constantFrom('sip:b', 'sips:a@[2001:db8::1]:5061;lr?x=y', 'tel:+1'),
    extras: fc.array(extra, { maxLength: 12 }),
    body: fc.string({ unit: 'binary-ascii', maxLength: 100 }),
    names: fc.tuple(...['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length'].map(written)),
    space,
    place: fc.nat(5),
  })
  .filter(({ method }) => method !== 'SIP');

test('names, values, identifiers, numbers and body come back', () => {
  const memory = new Memory(1 << 24);
  const msg = new Message();
  fc.assert(
    fc.property(message, fc.array(fc.nat(), { maxLength: 5 }), (m, marks) => {
      const [via, from, to, callId, cseq, length] = m.names;
      const core: Part[][] = [
        [`${via}:${m.space}SIP/2.0/TCP 127.0.0.1:5060;rport;branch=`, FIELD.BRANCH],
        [`${from}:${m.space}"A" <sip:a@h>;tag=`, FIELD.FROM_TAG],
        [`${to}:${m.space}<sip:b@h>;tag=`, FIELD.TO_TAG],
        [`${callId}:${m.space}`, FIELD.CALL_ID],
        [`${cseq}:${m.space}`, FIELD.CSEQ, ` ${m.method}`],
        [`${length}:${m.space}`, FIELD.LENGTH],
      ];
      const others: Part[][] = m.extras.map(([[, name], text]) => [`${name}:${m.space}${text}`]);
      const rows = [...core.slice(0, m.place), ...others, ...core.slice(m.place)];
      const start: Part[] = m.response ? [`SIP/2.0 ${m.status} Reason`] : [`${m.method} `, FIELD.URI, ' SIP/2.0'];
      const head = [start, ...rows].flatMap((row) => [...row, '\r\n']);
      const template = new Template(memory, [...head, '\r\n'], [FIELD.BODY], FIELD.LENGTH);
      const fields = new Fields();
      const chunk = memory.alloc(2000);
      let at = chunk;
      const texts: [number, string][] = [
        [FIELD.BRANCH, m.branch],
        [FIELD.FROM_TAG, m.fromTag],
        [FIELD.TO_TAG, m.toTag],
        [FIELD.CALL_ID, m.callId],
        [FIELD.CSEQ, String(m.cseq)],
        [FIELD.URI, m.uri],
        [FIELD.BODY, m.body],
      ];
      for (const [field, text] of texts) {
        memory.bytes.set(Buffer.from(text, 'latin1'), at);
        fields.set(field, at, text.length);
        at += text.length;
      }
      const total = template.measure(fields);
      const place = memory.alloc(total);
      template.render(fields, place, total);
      const bytes = memory.bytes.slice(place, place + total);
      memory.free(place, total);
      memory.free(chunk, 2000);

      expect(decode(msg, bytes, 0, total)).toBe(0);
      const text = (from: number, end: number) => Buffer.from(bytes.subarray(from, end)).toString('latin1');
      expect(msg.isRequest).toBe(!m.response);
      if (m.response) expect(msg.status).toBe(m.status);
      else expect([text(msg.methodStart, msg.methodEnd), text(msg.uriStart, msg.uriEnd)]).toEqual([m.method, m.uri]);
      expect(METHOD_NAMES[msg.cseqMethod]).toBe(METHOD_NAMES.slice(1).includes(m.method) ? m.method : 'UNKNOWN');
      expect([msg.cseq, msg.viaPort, msg.contentLength]).toEqual([m.cseq, 5060, m.body.length]);
      expect(text(msg.branchStart, msg.branchEnd)).toBe(m.branch);
      expect(text(msg.fromTagStart, msg.fromTagEnd)).toBe(m.fromTag);
      expect(text(msg.toTagStart, msg.toTagEnd)).toBe(m.toTag);
      expect(text(msg.callIdStart, msg.callIdEnd)).toBe(m.callId);
      expect(text(msg.bodyStart, msg.bodyEnd)).toBe(m.body);
      expect(msg.count).toBe(rows.length);
      m.extras.forEach(([[canonical, name], wanted], i) => {
        const row = m.place + i;
        expect(HEADERS[msg.ids[row]!]![0]).toBe(canonical);
        expect(text(msg.nameStart[row]!, msg.nameEnd[row]!)).toBe(name);
        // Literals of a template are UTF-8.
        expect(Buffer.from(text(msg.valueStart[row]!, msg.valueEnd[row]!), 'latin1').toString()).toBe(wanted);
      });

      const cuts = marks.map((n) => n % (total + 1)).sort((a, b) => a - b);
      expect(feed(bytes, cuts).messages).toEqual([text(0, total)]);
    }),
    { numRuns: 500 },
  );
});
