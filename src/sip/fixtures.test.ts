// The golden fixtures of the wire: each as a datagram among bytes of any kind, and through the stream framer whole, cut in two at every byte, and byte by byte.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allFixtures, messageOf, parseFixtures, run } from '../../tests/sip/fixtures.ts';

const fixtures = allFixtures(join(import.meta.dirname, 'fixtures'));

test('there are as many as there should be', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(60);
});

describe.each(fixtures.map((one) => [`${one.file}:${one.line} ${one.title}`, one] as const))('%s', (_name, fixture) => {
  const { length } = messageOf(fixture);
  const everyByte = Array.from({ length }, (_, i) => i);

  test('as it comes, among bytes of any kind', () => {
    for (const poison of [0, 9, 10, 13, 32, 34, 44, 58, 59, 62, 92, 255])
      expect(run(fixture, poison, []), `among bytes of ${poison}`).toEqual(fixture.trace);
  });

  test('cut in two at every byte', () => {
    for (const cut of everyByte) expect(run(fixture, 0, [cut]), `cut at ${cut}`).toEqual(fixture.trace);
  });

  test('byte by byte', () => {
    expect(run(fixture, 0, everyByte)).toEqual(fixture.trace);
  });
});

describe('what a fixture may not have', () => {
  const good = '## a\n\n```value Expires\n3\n```\n\n```trace\nnumber: seconds=3\n```\n';
  test('is told with file and line', () => {
    expect(parseFixtures('x.md', good)).toHaveLength(1);
    const broken: [string, RegExp][] = [
      [good.replace('number:', 'numbers:'), /^x\.md:8: a trace has no line numbers: seconds=3/],
      [good.replace('number:', 'number'), /^x\.md:8: a trace has no line/],
      [good.replace('```value Expires', '```wire'), /^x\.md:3: a block is message, value NAME or trace, not wire/],
      [good.replace('```value Expires', '```message all'), /^x\.md:3: a block is/],
      [good.replace('3\n', '\\q\n'), /^x\.md:3: \\q is no escape/],
      [good.slice(good.indexOf('```')), /^x\.md:1: a block before the first title/],
      [good.replace(/```trace[\s\S]*/, ''), /^x\.md: the last fixture has no trace/],
      [`${good.replace(/```trace[\s\S]*/, '')}${good}`, /^x\.md:7: the fixture before has no trace/],
      [`${good}${good}`, /^x\.md:10: a second fixture of that title/],
      [good.replace(/```\n$/, ''), /^x\.md:7: the block has no end/],
    ];
    for (const [text, message] of broken) expect(() => parseFixtures('x.md', text)).toThrow(message);
  });

  test('an expectation that is wrong is noticed', () => {
    const [one] = parseFixtures('x.md', good);
    expect(run(one!, 0, [])).toEqual(one!.trace);
    expect(run({ ...one!, bytes: Buffer.from('4') }, 0, [])).not.toEqual(one!.trace);
  });
});
