// report.html is one whole file: no network, no script, nothing of the wire unescaped, and every part in its order.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elements } from '../../../tests/elements.ts';
import { asMix, sampleRun } from '../../../tests/samples/run.ts';
import type { Summary } from '../../metrics/summary.ts';
import { escaped, html } from './markup.ts';
import { renderHtml } from './page.ts';

const runs: readonly (readonly [string, Summary])[] = [
  ['clean', sampleRun('clean', 20, 100)],
  ['troubled', sampleRun('troubled', 40, 100)],
  ['saturated, a worker lost', sampleRun('saturated', 25, 100, true)],
  ['of a mix', asMix(sampleRun('troubled', 5, 100))],
  ['of one second', sampleRun('clean', 1, 100)],
  ['without a call', sampleRun('clean', 2, 0)],
  ['of two hours', { ...sampleRun('clean', 3, 50), intervals: longRun(7200) }],
  ['of the answering side', { ...sampleRun('clean', 5, 50), target: null, seed: null, command: 'answer' }],
];

function longRun(rows: number): Summary['intervals'] {
  const [row] = sampleRun('clean', 1, 100).intervals;
  return Array.from({ length: rows }, (_, i) => ({ ...row!, t: i + 1, durationS: 1 }));
}

describe.each(runs)('a run %s', (_, summary) => {
  const text = renderHtml(summary);

  test('is well-formed, and shows no missing number', () => {
    expect(elements(text).length).toBeGreaterThan(50);
    expect(text).not.toMatch(/\b(NaN|undefined|Infinity|null)\b/);
  });

  test('needs no network and no script', () => {
    const found = elements(text);
    expect(found.filter((e) => /^(script|iframe|img|object|embed|base|form)\b/.test(e))).toEqual([]);
    const addresses = found.flatMap((e) =>
      [...e.matchAll(/\b(?:src|href|action|xlink:href)="([^"]*)"/g)].map((m) => m[1]),
    );
    expect(addresses).toEqual(['data:,']);
    expect(text).not.toMatch(/@import|url\(|\son[a-z]+=/);
    expect(text).toContain("default-src 'none'");
  });

  test('has no style attribute, so that a policy without inline style loses only the sheet', () => {
    expect(elements(text).filter((e) => / style="/.test(e))).toEqual([]);
  });

  test('stays small', () => {
    expect(text.length).toBeLessThan(600_000);
  });
});

test('the parts stand in their order', () => {
  const text = renderHtml(runs[1]![1]);
  const order = [
    'class="verdict fail"',
    '<h2>Thresholds</h2>',
    'class="tiles"',
    'id="chart-rate-t"',
    'id="chart-latency-t"',
    'id="chart-curve-t"',
    '<h2>Messages</h2>',
    'id="ladder-0-t"',
    '<h2>Failures</h2>',
    '<h2>Rules</h2>',
    '<h2>Discarded</h2>',
    '<h2>Generator</h2>',
    '<h2>Environment</h2>',
    '<h2>What the numbers mean</h2>',
  ].map((part) => text.indexOf(part));
  expect(order).not.toContain(-1);
  expect([...order].sort((a, b) => a - b)).toEqual(order);
});

test('every drawing has a title, a description and a table behind it', () => {
  const text = renderHtml(runs[1]![1]);
  const drawings = text.match(/<svg /g)!.length;
  expect(drawings).toBe(4);
  expect(text.match(/<desc /g)).toHaveLength(drawings);
  expect(text.match(/<\/svg><\/div>\s*<details><summary>Table/g)).toHaveLength(drawings);
});

test('what came from the wire cannot leave its place', () => {
  const evil = '</pre><script>alert(1)</script>"\'&\x1b[31m\0';
  const clean = runs[0]![1];
  const summary: Summary = {
    ...clean,
    flow: evil,
    target: evil,
    reasons: [evil],
    failures: [{ reason: evil, count: 1, example: evil }],
    discarded: [{ reason: evil, count: 1, example: evil }],
    ladder: clean.ladder.map((l) => ({ ...l, lines: l.lines.map((line) => ({ ...line, label: evil, note: evil })) })),
    rules: {
      messagesChecked: 1,
      violations: [{ id: evil, rfc: 1, section: evil, level: evil, title: evil, count: 1, example: evil }],
    },
  };
  const text = renderHtml(summary);
  expect(elements(text).filter((e) => e.startsWith('script'))).toEqual([]);
  expect(text).not.toMatch(/[\0\x1b]/);
  expect(text).toContain('&lt;script&gt;');
});

test('a template escapes what is put in, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const out = html`<p title="${text}">${[text, null, false]}</p>`.text;
      expect(out).toBe(`<p title="${escaped(text)}">${escaped(text)}</p>`);
      expect(escaped(text)).not.toMatch(/[<>"'\0-\x08\x0b-\x1f\x7f]/);
    }),
  );
});
