// The publication agent against RFC 3903 §6, PUBLISH by PUBLISH; time is a number.
import { expect, it } from 'vitest';
import { decode } from '../sip/decode.ts';
import { Memory } from '../sip/memory.ts';
import { Message } from '../sip/message.ts';
import { Publications } from './publications.ts';

const DOCUMENT = '<presence/>';

function setUp(capacity = 100) {
  const memory = new Memory(4 * 1024 * 1024);
  const slab = memory.reserve(65_536);
  const scratch = memory.reserve(64);
  const publications = new Publications(capacity, memory, Int32Array.of(1, 2));
  const msg = new Message();
  /** Sends a PUBLISH; its status, and the entity-tag when it was taken. */
  const publish = (
    headers: Record<string, string>,
    { body = '', at = 0, uri = 'sip:alice@example.org' }: { body?: string; at?: number; uri?: string } = {},
  ): [number, string] => {
    const lines = Object.entries({
      Via: 'SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKp',
      From: '<sip:alice@example.org>;tag=1',
      To: `<${uri}>`,
      'Call-ID': 'c',
      CSeq: '1 PUBLISH',
      Event: 'presence',
      ...(body === '' ? {} : { 'Content-Type': 'application/pidf+xml' }),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`);
    const text = [`PUBLISH ${uri} SIP/2.0`, ...lines, '', body].join('\r\n');
    const length = Buffer.from(memory.bytes.buffer).write(text, slab, 'latin1');
    expect(decode(msg, memory.bytes, slab, slab + length)).toBe(0);
    const status = publications.publish(msg, at);
    const tag = Buffer.from(memory.bytes.subarray(scratch, publications.putTag(scratch))).toString('latin1');
    return [status, status === 200 ? tag : ''];
  };
  const latest = (at: number): string | null => {
    const rows = new Int32Array(2);
    if (publications.newest(publications.key, at, rows) === 0) return null;
    const row = rows[0]!;
    const start = publications.bodyStart(row);
    return Buffer.from(memory.bytes.subarray(start, start + publications.bodyLength(row))).toString('latin1');
  };
  return { memory, publications, publish, latest };
}

it('gives a new entity-tag with each success, and knows only the last', () => {
  const { memory, publish, publications, latest } = setUp();
  const idle = memory.inUseBytes;
  const [made, first] = publish({ Expires: '100' }, { body: DOCUMENT });
  expect([made, publications.expiresS, publications.changed]).toEqual([200, 100, true]);
  expect(latest(1)).toBe(DOCUMENT);
  const [refreshed, second] = publish({ 'SIP-If-Match': first, Expires: '200' }, { at: 50 });
  expect([refreshed, publications.changed]).toEqual([200, false]);
  expect(second).not.toBe(first);
  expect(publish({ 'SIP-If-Match': first })[0]).toBe(412);
  const [changed, third] = publish({ 'SIP-If-Match': second }, { body: '<other/>', at: 60 });
  expect([changed, publications.changed, latest(61)]).toEqual([200, true, '<other/>']);
  expect(publish({ 'SIP-If-Match': third, Expires: '0' }, { at: 70 })[0]).toBe(200);
  expect(publications.changed).toBe(true);
  expect([publications.rows.inUse, memory.inUseBytes]).toEqual([0, idle]);
  expect(publish({ 'SIP-If-Match': third })[0]).toBe(412);
});

it('forgets a publication whose time is over', () => {
  const { publish, latest } = setUp();
  const [, tag] = publish({ Expires: '60' }, { body: DOCUMENT });
  expect(latest(60)).toBeNull();
  expect(publish({ 'SIP-If-Match': tag }, { at: 60 })[0]).toBe(412);
});

it('keeps an entity-tag to its own resource', () => {
  const { publish } = setUp();
  const [, tag] = publish({}, { body: DOCUMENT });
  expect(publish({ 'SIP-If-Match': tag }, { uri: 'sip:bob@example.org' })[0]).toBe(412);
  expect(publish({ 'SIP-If-Match': tag }, { uri: 'sip:alice@EXAMPLE.org:5080;x=y' })[0]).toBe(200);
});

it.each([
  [489, { Event: 'weather' }, DOCUMENT],
  [400, {}, ''],
  [423, { Expires: '59' }, DOCUMENT],
  [400, { Expires: 'soon' }, DOCUMENT],
  [415, { 'Content-Type': 'text/plain' }, DOCUMENT],
  [400, { 'SIP-If-Match': '0000000000000001, 0000000000000002' }, ''],
  [412, { 'SIP-If-Match': 'not-one-of-ours!' }, ''],
])('refuses with %i: %j %j', (status, headers, body) => {
  const { publish, publications } = setUp();
  expect(publish(headers as Record<string, string>, { body })[0]).toBe(status);
  expect(publications.rows.inUse).toBe(0);
});

it('is full with 503, and says so without losing memory', () => {
  const { memory, publish } = setUp(1);
  publish({}, { body: DOCUMENT });
  const held = memory.inUseBytes;
  expect(publish({}, { body: DOCUMENT, uri: 'sip:bob@example.org' })[0]).toBe(503);
  expect(memory.inUseBytes).toBe(held);
});

it('RFC 3903 §3: the newest documents come first, no more than are asked for, and none that is over', () => {
  const { publish, publications } = setUp();
  for (const n of [1, 2, 3, 4]) publish({ Expires: n === 3 ? '100' : '500' }, { body: `<presence n="${n}"/>`, at: n });
  const rows = new Int32Array(2);
  expect(publications.newest(publications.key, 5, rows)).toBe(2);
  expect([...rows]).toEqual([3, 2]);
  expect(publications.newest(publications.key, 200, rows)).toBe(2);
  expect([...rows]).toEqual([3, 1]);
});
