// Copies and comparisons that take four bytes at a time do what one byte at a time does, at every length and offset, and touch nothing beside.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putUnfolded, sameBytes } from './bytes.ts';
import { copyWithin } from './memory.ts';

const HALF = 256;
const length = fc.integer({ min: 0, max: 100 });
const offset = fc.integer({ min: 0, max: 100 });
const content = fc.uint8Array({ minLength: HALF, maxLength: HALF });

/** A block whose second half is `0xee`, to copy into. */
function blockOf(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(HALF * 2).fill(0xee);
  block.set(bytes);
  return block;
}

test('copyWithin copies all and nothing more', () => {
  fc.assert(
    fc.property(content, offset, offset, length, (bytes, from, to, len) => {
      const block = blockOf(bytes);
      const wanted = blockOf(bytes);
      wanted.set(bytes.subarray(from, from + len), HALF + to);
      copyWithin(block, HALF + to, from, len);
      expect(Buffer.compare(block, wanted)).toBe(0);
    }),
  );
});

test('sameBytes tells equal spans from those that differ in one byte', () => {
  fc.assert(
    fc.property(content, offset, offset, length, fc.nat(), (bytes, a, b, len, at) => {
      const block = blockOf(bytes);
      block.set(bytes.subarray(a, a + len), HALF + b);
      expect(sameBytes(block, a, a + len, HALF + b, HALF + b + len)).toBe(true);
      expect(sameBytes(block, a, a + len, HALF + b, HALF + b + len + 1)).toBe(false);
      if (len === 0) return;
      block[HALF + b + (at % len)]! ^= 1;
      expect(sameBytes(block, a, a + len, HALF + b, HALF + b + len)).toBe(false);
    }),
  );
});

test('putUnfolded leaves CR and LF out and every other byte as it is', () => {
  // Few values, and those next to CR and LF, so that folds are frequent.
  const folded = fc.array(fc.constantFrom(9, 10, 11, 12, 13, 14, 32, 65, 200, 255), { maxLength: 100 });
  fc.assert(
    fc.property(folded, offset, (values, to) => {
      const block = blockOf(new Uint8Array(HALF));
      block.set(values);
      const wanted = values.filter((c) => c !== 13 && c !== 10);
      const end = putUnfolded(block, HALF + to, block, 0, values.length);
      expect([...block.subarray(HALF + to, end)]).toEqual(wanted);
      expect([...block.subarray(end)].every((c) => c === 0xee)).toBe(true);
      const other = new Uint8Array(HALF);
      expect(putUnfolded(other, to, block, 0, values.length)).toBe(to + wanted.length);
      expect([...other.subarray(to, to + wanted.length)]).toEqual(wanted);
    }),
  );
});
