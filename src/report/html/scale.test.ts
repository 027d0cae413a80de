// Axes hold their data, with a few round ticks in order.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linear, logarithmic, type Scale, span } from './scale.ts';

function sound(scale: Scale, values: readonly number[], from: number, to: number): void {
  expect(scale.ticks.length).toBeGreaterThanOrEqual(1);
  expect(scale.ticks.length).toBeLessThanOrEqual(13);
  expect([...scale.ticks].sort((a, b) => a - b)).toEqual(scale.ticks);
  for (const v of [...scale.ticks, ...values]) {
    expect(scale.at(v)).toBeGreaterThanOrEqual(Math.min(from, to) - 1e-6);
    expect(scale.at(v)).toBeLessThanOrEqual(Math.max(from, to) + 1e-6);
  }
}

const positive = fc.double({ min: 1, max: 1.2e8, noNaN: true });

test('linear begins at zero', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (max) => {
      const scale = linear(max, 200, 0, 4);
      sound(scale, [0, max], 0, 200);
      expect(scale.ticks[0]).toBe(0);
    }),
  );
});

test('logarithmic covers a decade or more', () => {
  fc.assert(
    fc.property(positive, positive, (a, b) =>
      sound(logarithmic(Math.min(a, b), Math.max(a, b), 200, 0), [a, b], 0, 200),
    ),
  );
});

test('span covers its range exactly', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e5, noNaN: true }),
      fc.double({ min: 0.5, max: 1e5, noNaN: true }),
      (low, width) => {
        const scale = span(low, low + width, 0, 900, 10);
        sound(scale, [low, low + width], 0, 900);
        expect(scale.at(low)).toBe(0);
      },
    ),
  );
});
