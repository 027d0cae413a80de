// The address reader on anything at all: it stays inside its bounds, and whole lists come apart at their commas.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guarded } from '../../tests/sip/guarded.ts';
import { Address, readAddress } from './address.ts';
import { isLooseRoute, putRequestUri } from './uri.ts';

const pieces = [
  '<',
  '>',
  '"',
  '\\',
  ',',
  ';',
  '=',
  '?',
  '@',
  ' ',
  '\r\n ',
  '\t',
  'sip:',
  'a',
  'h:5060',
  'lr',
  'method',
  'LR=1',
];
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''));

test('any text: spans lie in order inside the element, which ends at a comma or at the end', () => {
  const out = new Address();
  fc.assert(
    fc.property(text, fc.nat(3), fc.nat(3), (value, before, after) => {
      const raw = Buffer.from(`${'<'.repeat(before)}${value}${'>'.repeat(after)}`);
      const end = raw.length - after;
      const buf = guarded(Uint8Array.from(raw), before, end);
      const to = new Uint8Array(raw.length);
      let at = before;
      for (;;) {
        const stop = readAddress(buf, at, end, out);
        expect(stop === end || raw[stop] === 44).toBe(true);
        const spans = [at, out.uriStart, out.uriEnd, out.paramsStart, out.paramsEnd, stop];
        expect(spans).toEqual([...spans].sort((a, b) => a - b));
        isLooseRoute(buf, spans[1]!, spans[2]!);
        expect(putRequestUri(to, 0, buf, spans[1]!, spans[2]!)).toBeLessThanOrEqual(spans[2]! - spans[1]!);
        if (stop >= end) break;
        at = stop + 1;
      }
    }),
    { numRuns: 500 },
  );
});

test('a list of well-formed addresses comes apart into the same addresses', () => {
  const uri = fc.constantFrom('sip:a@h', 'sip:h;lr', 'sips:u;x=1@h:1;transport=udp', 'sip:a,b@h', 'sip:a@h?x=y,z');
  const name = fc.constantFrom('', 'Bob ', '"q, <x> \\" ;" ', 'A B\t');
  const params = fc.constantFrom('', ';q=1', ';a="x,\\"y"', ';p ; r=2');
  const address = fc.record({ uri, name, params });
  const out = new Address();
  fc.assert(
    fc.property(
      fc.array(address, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(',', ', ', ' ,\r\n '),
      (list, comma) => {
        const value = list.map((one) => `${one.name}<${one.uri}>${one.params}`).join(comma);
        const buf = Buffer.from(value);
        let at = 0;
        for (const one of list) {
          const stop = readAddress(buf, at, buf.length, out);
          expect(value.slice(out.uriStart, out.uriEnd)).toBe(one.uri);
          expect(value.slice(out.paramsStart, out.paramsEnd)).toBe(one.params);
          at = stop + 1;
        }
        expect(at).toBe(buf.length + 1);
      },
    ),
  );
});
