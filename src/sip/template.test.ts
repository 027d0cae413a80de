// Templates and memory: a rendering is its parts in order whatever was rendered before; chunks never overlap.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putDecimal } from './bytes.ts';
import { Memory } from './memory.ts';
import { NONE } from './message.ts';
import { Fields, type Part, Template } from './template.ts';

const LENGTH = 9;

test('any sequence of values renders as the parts in order, with the length of the body', () => {
  const part: fc.Arbitrary<Part> = fc.oneof(fc.string({ maxLength: 150 }), fc.nat(7));
  const values = fc.array(fc.string({ maxLength: 200 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.array(part, { maxLength: 4 }),
      fc.array(values, { minLength: 1, maxLength: 4 }),
      (start, body, rounds) => {
        const memory = new Memory(1 << 20);
        const head = [...start, 'Content-Length: ', LENGTH, '\r\n\r\n'];
        const template = new Template(memory, head, body, LENGTH);
        const fields = new Fields();
        // Each round twice: laid out anew, and from the image.
        for (const round of rounds.flatMap((r) => [r, r])) {
          const size = Buffer.byteLength(round.join(''));
          const chunk = memory.alloc(Math.max(1, size));
          let at = chunk;
          round.forEach((text, field) => {
            const raw = Buffer.from(text);
            memory.bytes.set(raw, at);
            fields.set(field, at, raw.length);
            at += raw.length;
          });
          const text = (parts: readonly Part[], length: string) =>
            parts.map((p) => (typeof p === 'string' ? p : p === LENGTH ? length : round[p]!)).join('');
          const length = String(Buffer.byteLength(text(body, '')));
          const wanted = text(head, length) + text(body, length);
          const total = template.measure(fields);
          expect(total).toBe(Buffer.byteLength(wanted));
          const to = memory.alloc(total);
          template.render(fields, to, total);
          expect(Buffer.from(memory.bytes.subarray(to, to + total)).toString()).toBe(wanted);
          memory.free(to, total);
          memory.free(chunk, Math.max(1, size));
        }
        expect(memory.inUseBytes).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('chunks alive never overlap, and a full memory says NONE', () => {
  const step = fc.record({ take: fc.boolean(), length: fc.integer({ min: 1, max: 3_000 }), which: fc.nat(1_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const memory = new Memory(1 << 16);
      const alive: { at: number; length: number }[] = [];
      for (const { take, length, which } of steps) {
        if (take) {
          const at = memory.alloc(length);
          if (at === NONE) continue;
          expect(at + length).toBeLessThanOrEqual(memory.bytes.length);
          for (const other of alive) expect(at + length <= other.at || other.at + other.length <= at).toBe(true);
          alive.push({ at, length });
        } else if (alive.length > 0) {
          const [gone] = alive.splice(which % alive.length, 1);
          memory.free(gone!.at, gone!.length);
        }
      }
      for (const { at, length } of alive) memory.free(at, length);
      expect(memory.inUseBytes).toBe(0);
    }),
  );
  expect(new Memory(128).alloc(129)).toBe(NONE);
  expect(() => new Memory(128).reserve(129)).toThrow(RangeError);
});

test('decimals', () => {
  const bytes = new Uint8Array(20);
  for (const value of [0, 9, 10, 4_294_967_296, 2 ** 53 - 1])
    expect(Buffer.from(bytes.subarray(0, putDecimal(bytes, 0, value))).toString()).toBe(String(value));
});
