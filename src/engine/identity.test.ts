// Tags and branches: what is written is found again, nothing counts up, nothing foreign is taken. No socket, no engine.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BRANCH_KIND, BRANCH_LENGTH, Identity, TAG_LENGTH } from './identity.ts';

const bytes = new Uint8Array(64);
const text = (length: number) => Buffer.from(bytes.subarray(0, length)).toString();

describe('identity', () => {
  it('finds slot and serial number of every tag and branch it has written', () => {
    const identity = new Identity('abc123', 7, [1, 2]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), fc.integer(), (slot, serial) => {
        identity.putTag(bytes, 0, slot, serial);
        expect(identity.tagSlot(bytes, 0, TAG_LENGTH)).toBe(slot);
        expect(identity.serial).toBe(serial | 0);
        identity.putBranch(bytes, 0, BRANCH_KIND.TRANSACTION, slot, serial);
        expect(identity.branchSlot(bytes, 0, BRANCH_LENGTH)).toBe(slot);
        expect(identity.serial).toBe(serial | 0);
      }),
    );
  });

  it('writes tags in which nothing counts up, and other ones in another run (RFC 3261 §19.3)', () => {
    const identity = new Identity('abc123', 0, [3, -4]);
    const ends = Array.from({ length: 64 }, (_, i) => {
      identity.putTag(bytes, 0, 5, 1000 + i);
      return text(TAG_LENGTH).slice(8);
    });
    expect(new Set(ends).size).toBe(64);
    expect(new Set(ends.map((end) => end.slice(0, 6))).size).toBeGreaterThan(60);
    // Of 64 numbers that follow each other, hardly any two share the digits at one place more often than chance has it.
    for (let at = 0; at < 14; at++) expect(new Set(ends.map((end) => end[at])).size).toBeGreaterThan(8);
    const other = new Identity('abc123', 0, [3, 5]);
    other.putTag(bytes, 0, 5, 1000);
    expect(text(TAG_LENGTH).slice(8)).not.toBe(ends[0]);
  });

  it('takes no tag of another run or length, and none with a letter that is no digit', () => {
    const identity = new Identity('abc123', 0, [3, -4]);
    identity.putTag(bytes, 0, 5, 6);
    expect(new Identity('abc124', 0, [3, -4]).tagSlot(bytes, 0, TAG_LENGTH)).toBe(-1);
    expect(identity.tagSlot(bytes, 0, TAG_LENGTH - 1)).toBe(-1);
    bytes[TAG_LENGTH - 1] = 103;
    expect(identity.tagSlot(bytes, 0, TAG_LENGTH)).toBe(-1);
  });
});
