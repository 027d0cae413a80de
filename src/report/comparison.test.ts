// Runs side by side, on a terminal and as a page: differences first, nothing of the wire out of its place.
import { describe, expect, it } from 'vitest';
import { elements } from '../../tests/elements.ts';
import { SAMPLE_RESULTS, sampleConformance } from '../../tests/samples/conformance.ts';
import { sampleRun } from '../../tests/samples/run.ts';
import { compareResults } from '../conformance/compare.ts';
import { judgeComparison } from '../controller/comparing.ts';
import { parseChange } from '../metrics/change.ts';
import type { Summary } from '../metrics/summary.ts';
import { caseResults } from './cases.ts';
import { amount, type Comparison, changeOf, comparisonText } from './comparison.ts';
import { renderComparison } from './html/comparison.ts';

function comparison(summaries: readonly Summary[], bounds: readonly string[] = []): Comparison {
  const names = summaries.map((_, i) => `server-${i + 1}`);
  const runs = summaries.map((summary, i) => ({ name: names[i]!, summary }));
  return {
    schemaVersion: 1,
    runs: runs.map(({ name, summary: { target, verdict, startedAt } }) => ({
      name,
      folder: `runs/${name}`,
      target,
      verdict,
      startedAt,
    })),
    ...judgeComparison(runs, bounds.map(parseChange)),
    cases: summaries.every((s) => s.conformance.cases > 0) ? compareResults(summaries.map(caseResults)) : [],
  };
}

const passing = SAMPLE_RESULTS.map((one) =>
  one.id.startsWith('rfc3261/8.2.2.3/') ? { ...one, verdict: 'pass' as const, actual: '' } : one,
);
const conform = comparison([
  sampleConformance(),
  sampleConformance(passing),
  sampleConformance(SAMPLE_RESULTS.slice(1)),
]);
const clean = sampleRun('clean', 20, 100);
const load = comparison([clean, sampleRun('troubled', 20, 100)], ['srd.p99 > +10%', 'calls.failed > +100000']);

describe('on a terminal', () => {
  it('conformance runs stand in columns, by section, only where they differ', () => {
    const text = comparisonText(conform, { color: false, files: ['out/report.html'] });
    expect(text).toContain('A  server-1  udp:192.0.2.1:5060  fail  2026-11-25T12:00:00.123Z\n');
    expect(text).toContain('What fails (3 cases of 10: ');
    expect(text).toContain('  RFC 3261 §8.2.2.3\n');
    expect(text).toContain(
      '  fail         pass         not run      rfc3261/8.2.2.3/require-unknown-420\n      expected 420 to OPTIONS\n      A got    SIP/2.0 200 OK\n',
    );
    expect(text).toContain('(known: bug 7, mended in 3.2)');
    expect(text).not.toContain('rfc3261/16.6/via-added');
    expect(text).toContain('  3            1            2            fail\n');
    expect(text).toMatch(/^compared: no bound is set: exit 0 says only /m);
    expect(text).not.toMatch(/^pass/m);
    expect(text).toContain('written: out/report.html\n');
  });

  it('load runs have a row for each number, and the bounds with what became of them', () => {
    const text = comparisonText(load, { color: false, files: [] });
    expect(text).toMatch(/^srd\.p99 +\S+ [mµ]?s +\S+ [mµ]?s +[+−]\d+/m);
    expect(text).toMatch(/^✓ kept {5}calls\.failed > \+100000 {2}0 → \d+$/m);
    expect(text).toMatch(/^failed +0 +\d+ {2}\S/m);
  });

  it('nothing steers the terminal', () => {
    const runs = [{ ...conform.runs[0]!, name: 'a\x1b[31m', target: '\x07' }, ...conform.runs.slice(1)];
    expect(comparisonText({ ...conform, runs, notes: ['\x1b'] }, { color: false, files: [] })).not.toMatch(
      /[\x07\x1b]/,
    );
  });
});

describe('as a page', () => {
  it.each([
    ['conformance', conform],
    ['load', load],
  ])('%s runs: well-formed, self-contained', (_, c) => {
    const page = renderComparison(c, '0.1.0');
    const found = elements(page);
    expect(found.filter((e) => /^(script|iframe|img|object|embed|base|form)\b| style="/.test(e))).toEqual([]);
    expect([...page.matchAll(/\b(?:src|href)="([^#][^"]*)"/g)].map(([, to]) => to)).toEqual(['data:,']);
    expect(page).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
  });

  it('what fails comes first, with what was expected and what came; every case is there', () => {
    const page = renderComparison(conform, '0.1.0');
    const at = (text: string) => page.indexOf(text);
    expect(at('require-unknown-420')).toBeGreaterThan(at('<h2>What fails</h2>'));
    expect(at('require-unknown-420')).toBeLessThan(at('<h2>The same in all</h2>'));
    expect(at('via-added')).toBeGreaterThan(at('<h2>The same in all</h2>'));
    expect(page).toContain('<span class="faint">expected:</span> 420 to OPTIONS');
    expect(page).toContain('<span class="faint">got:</span> SIP/2.0 200 OK');
  });

  it('leads from each section in which a server fails to its cases', () => {
    const page = renderComparison(conform, '0.1.0');
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, to]) => to!);
    expect(links).toContain('fails-3261-8.2.2.3');
    for (const link of links) expect(page.split(` id="${link}"`)).toHaveLength(2);
  });

  it('no bound: the verdict is not green, for it is of no server', () => {
    const page = renderComparison(conform, '0.1.0');
    expect(page).toContain('<section class="verdict none"');
    expect(page).toContain('server-1 fails 3 cases, server-2 fails 1 case, server-3 fails 2 cases.');
    expect(renderComparison(load, '0.1.0')).toContain('<section class="verdict pass"');
  });

  it('what came from the wire cannot leave its place', () => {
    const evil = '</td><script>x</script>"\0';
    const cases = conform.cases.map((row) => ({
      ...row,
      title: evil,
      differs: true,
      cells: row.cells.map((cell) => cell && { ...cell, actual: evil }),
    }));
    const page = renderComparison({ ...conform, cases, reasons: [evil], notes: [evil] }, '0.1.0');
    expect(elements(page).filter((e) => e.startsWith('script'))).toEqual([]);
    expect(page).not.toContain('\0');
  });
});

it('a change is shown with its sign', () => {
  const row = { metric: 'srd.p99', unit: 'us' } as const;
  expect(changeOf({ ...row, before: 100, after: 150, changePercent: 50 })).toBe('+50 %');
  expect(changeOf({ ...row, before: 1000, after: 987, changePercent: -1.3 })).toBe('−1.3 %');
  expect(changeOf({ ...row, before: 0, after: 5, changePercent: null })).toBe('new');
  expect(changeOf({ ...row, before: null, after: 5, changePercent: null })).toBe('');
  expect([amount(1_500, 'us'), amount(0.5, 'percent'), amount(null, 'count')]).toEqual(['1.50 ms', '0.5 %', '–']);
});
