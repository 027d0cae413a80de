// The Markdown of a conformance run: what a reviewer sees first, and that nothing of the wire becomes markup.
import { expect, it } from 'vitest';
import { SAMPLE_RESULTS, sampleConformance, sampleResult } from '../../tests/samples/conformance.ts';
import { markdown } from './markdown.ts';

const text = markdown(sampleConformance());

it('begins with the verdict and its reasons, then counts by RFC', () => {
  expect(
    text.startsWith(
      '## busyhour conform udp:192.0.2.1:5060: ❌ fail\n\n10 cases in 3.4 s.\n\n- 2 case\\(s\\) failed\n',
    ),
  ).toBe(true);
  expect(text).toContain(
    '| | pass | non-strict | fail | info | unsupported | skip | inconclusive | error |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n| RFC 3261 | 1 | 1 | 3 | 1 |  | 1 |  |  |\n',
  );
  expect(text).toContain('| **all** | 1 | 1 | 3 | 1 | 1 | 1 | 1 | 1 |');
});

it('tells what fails first, what is borne last, and what is quiet not at all', () => {
  const ids = [...text.matchAll(/<summary>(\S+) (\S+) /g)].map(([, mark, id]) => `${mark} ${id}`);
  expect(ids).toEqual([
    '❌ rfc3261/8.2.2.3/require-unknown-420',
    '❌ rfc3261/17.2.1/invite-retransmission',
    '❌ rfc6665/4.2/ours',
    '⚠️ rfc3261/10.3/contact-kept',
    '⚠️ rfc6665/4.2/notify',
    '☑️ rfc3261/8.2.2.3/require-known-bug',
  ]);
  expect(text).toContain('- expected: 420 to OPTIONS\n- got: SIP/2.0 200 OK\n');
  expect(text).toContain('- known failure: bug 7, mended in 3.2');
  expect(text).toContain('```text\n--- peer -> server\nOPTIONS sip:192.0.2.1 SIP/2.0\n');
});

it('fits into a comment of GitHub, and says what was left out', () => {
  const many = Array.from({ length: 400 }, (_, i) => ({ ...SAMPLE_RESULTS[0]!, id: `rfc3261/8.2.2.3/number-${i}` }));
  const long = markdown(sampleConformance(many));
  expect(long.length).toBeLessThan(65_536);
  const shown = long.match(/<details>/g)!.length;
  expect(shown).toBeGreaterThan(50);
  expect(long).toContain(`… and ${400 - shown} more, in report.html.`);
});

it('nothing of the wire becomes markup', () => {
  const evil = 'a|b `c` </details> [x](y) @team\r\n# h\x1b ````';
  const one = sampleResult('rfc3261/8.2/x', 'fail', {
    title: evil,
    actual: evil,
    messages: [{ atUs: 0, direction: 'in', end: 'peer', text: `SIP/2.0 200 OK\r\n\r\n${evil}` }],
  });
  const out = markdown(sampleConformance([one], { reasons: [evil] }));
  expect(out.match(/<\/details>/g)).toHaveLength(2);
  const fences = out.split(/^`{5}(?:text)?$/m);
  expect(fences).toHaveLength(3);
  const outside = fences[0]! + fences[2]!;
  expect(outside).not.toMatch(/(?<!\\)[`[]|@|\x1b/);
  expect(outside.match(/^# h/m)).toBeNull();
});
