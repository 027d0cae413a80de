// Any text at all loads or is told what is wrong, at a place that exists.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadFlow } from './load.ts';

describe('any text', () => {
  it('is a flow or a list of problems with a place, never an exception', () => {
    const word = fc.constantFrom(
      'caller',
      'callee',
      'INVITE',
      'ACK',
      '200',
      '180',
      '[200, 202]',
      '2xx',
      'pause',
      'hold',
      'label',
      'goto',
      'a',
      'repeat',
      '3',
      'steps',
      'anyOf',
      'headers',
      '{ Via: x }',
      'optional',
      'true',
      'of',
      ': ',
      ': ',
      '\n  - ',
      '\n  - ',
      '\n    ',
      '\n      - ',
      '{{x}}',
      '"',
      '&a ',
      '*a',
      '~',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.boolean(), (words, headed) => {
        const text = (headed ? 'flow: x\ntitle: t\nladder:' : '') + words.join('');
        const loaded = loadFlow(text, 'f.yaml');
        const problems = 'flow' in loaded ? loaded.warnings : loaded.problems;
        if (!('flow' in loaded)) expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
        const lines = text.split('\n');
        for (const { line, column, mend } of problems) {
          expect(mend).not.toBe('');
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
