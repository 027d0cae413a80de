// What a terminal shows of a conformance run: a line a section, everything that is not a plain pass, and nothing twice.
import { expect, it } from 'vitest';
import { SAMPLE_RESULTS, sampleConformance, sampleResult } from '../../tests/samples/conformance.ts';
import { countsOf, type Result } from '../conformance/result.ts';
import { conformanceText } from './conformance-terminal.ts';

const told = (results: readonly Result[]) =>
  conformanceText(sampleConformance(results), results, countsOf(results), { color: false, files: ['out/report.md'] });

it('counts a section by verdict, and names only what is not a plain pass', () => {
  const text = told(SAMPLE_RESULTS);
  expect(text).toContain('\n  §8.2.1       ✓ 1 pass\n');
  expect(text).toContain(
    '\n  §4.2         ? 1 inconclusive  ! 1 error\n    ? rfc6665/4.2/notify  inconclusive  MUST\n',
  );
  expect(text).not.toContain('unknown-method-refused');
  expect(text).toContain('    ✗ rfc3261/8.2.2.3/require-known-bug  fail  MUST\n');
  expect(text).toContain('        known    bug 7, mended in 3.2\n');
});

it('names a pass too that leaves something to say', () => {
  const text = told([
    sampleResult('rfc3261/8.2.1/ended-it', 'pass', { health: 'dead' }),
    sampleResult('rfc3261/8.2.1/bent-a-rule', 'pass', { rules: ['to-tag-missing'] }),
    sampleResult('rfc3261/8.2.1/was-known', 'pass', { known: 'bug 7' }),
  ]);
  expect(text).toContain('§8.2.1       ✓ 3 pass\n');
  for (const line of ['server   dead', 'rules broken to-tag-missing', 'known    bug 7']) expect(text).toContain(line);
});

it('tells once why cases were not judged, however many', () => {
  const text = told([
    ...Array.from({ length: 300 }, (_, i) =>
      sampleResult(`rfc3261/8.2.1/case-${i}`, 'inconclusive', { actual: 'not run: nobody answers', health: 'dead' }),
    ),
    sampleResult('rfc3261/8.2.1/alone', 'skip', { actual: 'the profile has no far side' }),
  ]);
  expect(text.split('\n').length).toBeLessThan(12);
  expect(text).not.toContain('RFC 3261');
  expect(text).toContain('Not judged\n  300 inconclusive: not run: nobody answers\n');
  expect(text).toContain('    1 skip: the profile has no far side  rfc3261/8.2.1/alone\n');
});
