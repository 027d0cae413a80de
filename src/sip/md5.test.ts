// MD5 against the vectors of RFC 1321 and against node:crypto, at every length around its block.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MD5_HEX, putMd5 } from './md5.ts';

function md5(input: Uint8Array, before = 3): string {
  const bytes = new Uint8Array(before + input.length + MD5_HEX + 5).fill(0xa5);
  bytes.set(input, before);
  const at = before + input.length + 2;
  putMd5(bytes, before, before + input.length, bytes, at);
  return Buffer.from(bytes.subarray(at, at + MD5_HEX)).toString('latin1');
}

it.each([
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    '57edf4a22be3c955ac49da2e2107b67a',
  ],
])('RFC 1321 §A.5: %j', (text, hex) => {
  expect(md5(Buffer.from(text))).toBe(hex);
});

it('is that of node:crypto for whatever bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(7), (input, before) => {
      expect(md5(input, before)).toBe(createHash('md5').update(input).digest('hex'));
    }),
    { numRuns: 500 },
  );
  for (let length = 0; length < 200; length++) {
    const input = new Uint8Array(length).fill(length);
    expect(md5(input)).toBe(createHash('md5').update(input).digest('hex'));
  }
});

it('may write over what it has read', () => {
  const bytes = new Uint8Array(64);
  bytes.set(Buffer.from('abc'));
  putMd5(bytes, 0, 3, bytes, 0);
  expect(Buffer.from(bytes.subarray(0, 32)).toString()).toBe('900150983cd24fb0d6963f7d28e17f72');
});
