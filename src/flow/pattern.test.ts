// Patterns on bytes against the language's own: plain ones made at random, and those that only the language knows.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NONE } from '../sip/message.ts';
import { compile } from './compile.ts';
import { findFlow, listFlows } from './find.ts';
import { Pattern } from './pattern.ts';

const BEFORE = 'a;=b ';

/** What a pattern finds in a text that stands among others: null, or its first group (undefined when it took no part). */
function found(pattern: Pattern, text: string): string | undefined | null {
  const bytes = Uint8Array.from(Buffer.from(`${BEFORE}${text}a;=b `, 'latin1'));
  const start = BEFORE.length;
  if (!pattern.find(bytes, start, start + text.length)) return null;
  if (pattern.groupStart === NONE) return undefined;
  return Buffer.from(bytes.subarray(pattern.groupStart, pattern.groupEnd)).toString('latin1');
}

function byLanguage(source: string, flags: string, text: string): string | undefined | null {
  const match = new RegExp(source, flags).exec(text);
  return match === null ? null : match[1];
}

const character = fc.constantFrom(
  ...['a', 'B', 'b', ';', '=', ' ', '.', '\\.', '\\s', '\\S', '\\d', '\\D', '\\w', '\\W', '\\r', '\\n', '\\/', '-'],
  ...['[^;>]', '[a-c]', '[^\\]b]', '[]', '[^]', '[\\b]', '[a\\-c]', 'é', 'ß', 'ÿ', 'Ÿ', 'µ', '€'],
);
const item = fc.tuple(character, fc.constantFrom('', '', '*', '+', '?')).map((both) => both.join(''));
const edge = fc.constantFrom('^', '$', '\\b');
const { pattern: plain } = fc.letrec<{ pattern: string; group: string }>((tie) => ({
  group: fc.tuple(fc.constantFrom('(', '(?:'), tie('pattern')).map(([open, inner]) => `${open}${inner})`),
  pattern: fc
    .array(
      fc
        .array(
          fc.oneof(
            { maxDepth: 3 },
            { weight: 6, arbitrary: item },
            { weight: 1, arbitrary: edge },
            { weight: 2, arbitrary: tie('group') },
          ),
          { maxLength: 4 },
        )
        .map((parts) => parts.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map((branches) => branches.join('|')),
}));
const text = fc.string({ unit: fc.constantFrom(...'aAbBcÉéßÿµÀ;= >.-_7\r\n\0'), maxLength: 14 });
/** Pieces in any order: most of what they make is no pattern, or means something else than the pieces do. */
const anything = fc
  .array(
    fc.constantFrom(
      ...['a', 'b', 'B', 'é', '1', '0', 'k', 'c', '_', ';', ',', ':', '<', '-', ' ', '\n', '\\', '\\'],
      ...['(', '(?:', '(?=', '(?!', '(?<=', '(?<n>', '(?i:', ')', ')', '[', '[^', ']', ']', '{', '}', '{2}', '{,1}'],
      ...['*', '+', '?', '|', '|', '^', '$', '.', '\\b', '\\B', '\\d', '\\W', '\\S', '\\x41', '\\u0061', '\\1', '\\-'],
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

function isPattern(source: string): boolean {
  try {
    return new RegExp(source) !== null;
  } catch {
    return false;
  }
}

const flags = fc.constantFrom('' as const, 'i' as const);

describe('a pattern on bytes', () => {
  test('a plain one finds what the language finds, and the same first group', () => {
    fc.assert(
      fc.property(plain, flags, fc.array(text, { minLength: 1, maxLength: 8 }), (source, flag, texts) => {
        const pattern = new Pattern(source, flag);
        expect(pattern.plain).toBe(true);
        for (const one of texts) expect(found(pattern, one)).toBe(byLanguage(source, flag, one));
      }),
      { numRuns: 2_000 },
    );
  });

  test('whatever the language takes for a pattern finds what the language finds, plain or not', () => {
    let plainOnes = 0;
    let others = 0;
    fc.assert(
      fc.property(anything, flags, fc.array(text, { minLength: 1, maxLength: 4 }), (source, flag, texts) => {
        fc.pre(isPattern(source));
        const pattern = new Pattern(source, flag);
        if (pattern.plain) plainOnes++;
        else others++;
        for (const one of texts) expect(found(pattern, one)).toBe(byLanguage(source, flag, one));
      }),
      { numRuns: 2_000, maxSkipsPerRun: 1_000 },
    );
    expect(Math.min(plainOnes, others)).toBeGreaterThan(100);
  });

  test('every byte is the character that it is in Latin-1', () => {
    for (const source of ['^.$', '^\\w$', '^[^à-ö]$', '^ÿ$', '\\bk\\b'])
      for (const flag of ['', 'i'] as const) {
        const pattern = new Pattern(source, flag);
        for (let byte = 0; byte < 256; byte++) {
          const one = String.fromCharCode(byte);
          expect(found(pattern, one), `${source} ${byte}`).toBe(byLanguage(source, flag, one));
        }
      }
  });

  test.each([
    ['a{2}(b)', 'xaab'],
    ['(ab)+', 'ababab'],
    ['(a|b)*c', 'abac'],
    ['<(.*?)>', '<one><two>'],
    ['(?<=tag=)(\\w+)', 'to;tag=x1'],
    ['(?!a)(.)', 'ab'],
    ['(?<name>b)', 'ab'],
    ['(a)\\1', 'baa'],
    ['\\x41(.)', 'zAb'],
    ['\\u0041(.)', 'zAb'],
    ['a\\B(.)', 'ab'],
    ['a}(.)', 'a}b'],
    ['a](.)', 'a]b'],
    ['(a)?b', 'b'],
  ])('the language itself plays %s', (source, one) => {
    const pattern = new Pattern(source, '');
    expect(pattern.plain).toBe(false);
    expect(byLanguage(source, '', one)).not.toBe(null);
    expect(found(pattern, one)).toBe(byLanguage(source, '', one));
    expect(found(pattern, 'q')).toBe(byLanguage(source, '', 'q'));
  });

  test('a match that is tried in vain leaves no group behind', () => {
    const pattern = new Pattern('(a)b|ac', '');
    expect(found(pattern, 'ab')).toBe('a');
    expect(found(pattern, 'ac')).toBe(undefined);
    expect(found(pattern, 'ad')).toBe(null);
  });

  test('the flows that come with it have plain patterns only', () => {
    const sources = listFlows().flatMap(({ name }) => {
      const loaded = findFlow(name);
      if (!('flow' in loaded)) throw new Error(name);
      return (['caller', 'callee'] as const).flatMap((role) => {
        const { captures, conditions } = compile(loaded.flow, role, { holdUs: 0 });
        return [...captures, ...conditions.flat()].map(({ pattern }) => pattern);
      });
    });
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((source) => !new Pattern(source, 'i').plain)).toEqual([]);
  });
});
