// Numbers as people read them: units change where they should, and a rare failure never reads as none.

import { expect, test } from 'vitest';
import { bytes, number, percent, plural, rate, seconds, share, time } from './format.ts';

test.each([
  [0, '0 µs'],
  [999, '999 µs'],
  [999.6, '1.00 ms'],
  [1000, '1.00 ms'],
  [9994, '9.99 ms'],
  [9996, '10.0 ms'],
  [99_940, '99.9 ms'],
  [99_960, '100 ms'],
  [999_600, '1.00 s'],
  [12_345_678, '12.3 s'],
  [120_000_000, '120 s'],
  [700_000_000, '700 s'],
])('%d µs is %s', (us, text) => expect(time(us)).toBe(text));

test.each([
  [0, '0 %'],
  [100, '100 %'],
  [50, '50 %'],
  [12.345, '12.3 %'],
  [5.678, '5.68 %'],
  [0.0731, '0.073 %'],
  [0.0002, '0.0002 %'],
  [99.996, '99.996 %'],
  [99.9999, '99.9999 %'],
])('%d is %s', (p, text) => expect(percent(p)).toBe(text));

test('the others', () => {
  expect(time(null)).toBe('–');
  expect(percent(null)).toBe('–');
  expect(share(1, 0)).toBe('–');
  expect(share(1, 8)).toBe('12.5 %');
  expect(rate(1234.56)).toBe('1,235');
  expect(rate(12.34)).toBe('12.3');
  expect(number(1234567.891, 2)).toBe('1,234,567.89');
  expect([seconds(3.456), seconds(59.96), seconds(62), seconds(7200)]).toEqual([
    '3.46 s',
    '60 s',
    '1 min 2 s',
    '2 h 0 min',
  ]);
  expect([bytes(512), bytes(212_992), bytes(8_388_608)]).toEqual(['512 bytes', '208 KiB', '8 MiB']);
  expect([plural(1, 'call'), plural(2, 'call')]).toEqual(['1 call', '2 calls']);
});
