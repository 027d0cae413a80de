// The conformance part of the page: every case has its place, the evidence is whole, and nothing of the wire gets out of its place.
import { describe, expect, it } from 'vitest';
import { elements } from '../../../tests/elements.ts';
import {
  SAMPLE_MESSAGES,
  SAMPLE_RESULTS,
  sampleConformance,
  sampleResult,
} from '../../../tests/samples/conformance.ts';
import { sampleRun } from '../../../tests/samples/run.ts';
import { anchorOf } from './conformance.ts';
import { renderHtml } from './page.ts';

const text = renderHtml(sampleConformance());

describe('the page', () => {
  it('is well-formed, has no script, no style attribute and no address but its own', () => {
    const found = elements(text);
    expect(found.filter((e) => /^(script|iframe|img|object|embed|base|form)\b| style="/.test(e))).toEqual([]);
    const addresses = found.flatMap((e) => [...e.matchAll(/\b(?:src|href|action)="([^"]*)"/g)].map((m) => m[1]!));
    expect(addresses.filter((one) => !one.startsWith('#'))).toEqual(['data:,']);
    expect(text).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
  });

  it('has every case, and each link of the matrix has its target, inside what a browser opens', () => {
    for (const { id } of SAMPLE_RESULTS) expect(text).toContain(id);
    const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, to]) => to!);
    // Pass, unsupported and skip have nothing to lead to; what fails the run is linked from above too.
    expect(links).toHaveLength(SAMPLE_RESULTS.length - 3 + 2);
    for (const link of links) expect(text).toContain(`<dl id="${link}">`);
    expect(new Set(SAMPLE_RESULTS.map(({ id }) => anchorOf(id))).size).toBe(SAMPLE_RESULTS.length);
  });

  it('has no empty parts of a load run; a load run has no matrix', () => {
    expect(text).not.toMatch(/No call was made|<h2>Generator|<h2>Failures/);
    expect(text).toContain('<h2>Conformance by section</h2>');
    expect(renderHtml(sampleRun('clean', 2, 10))).not.toContain('Conformance by section');
  });

  it('a run that did both shows both', () => {
    const { conformance } = sampleConformance();
    const both = renderHtml({ ...sampleRun('clean', 2, 10), conformance });
    expect(both).toContain('<h2>Conformance by section</h2>');
    expect(both).toContain('<h2>Generator</h2>');
    expect(both).toContain('10 conformance cases: of 5 judged, 1 pass, 1 non-strict, 3 fail.');
  });
});

it('the matrix counts by section and by RFC', () => {
  const row = (name: string) =>
    new RegExp(`<th scope="row(?:group)?">${name}</th>(.*?)</tr>`, 's')
      .exec(text)![1]!
      .split('</td>')
      .slice(0, 8)
      .map((cell) => cell.replace(/<[^>]*>/g, ''));
  // pass, non-strict, fail, info, unsupported, skip, inconclusive, error
  expect(row('RFC 3261')).toEqual(['1', '1', '3', '1', '', '1', '', '']);
  expect(row('§8.2.2.3')).toEqual(['', '', '2', '', '', '', '', '']);
  expect(row('RFC 6665')).toEqual(['', '', '', '', '', '', '1', '1']);
});

it('what fails the run stands before the matrix, with what was expected and what came', () => {
  const head = text.slice(text.indexOf('<h2>What fails</h2>'), text.indexOf('<h2>Conformance by section</h2>'));
  expect(head.replace(/<[^>]*>/g, '|')).toMatch(
    /\|require-unknown-420\|[\s\S]*\|420 to OPTIONS\|[\s\S]*\|SIP\/2\.0 200 OK\|/,
  );
  expect(head).not.toContain('require-known-bug');
  expect(renderHtml(sampleConformance([sampleResult('rfc3261/8.2/x', 'pass')]))).not.toContain('What fails');
});

it('sections of which no case was judged share a row that names them', () => {
  const skipped = ['7.1', '8.2', '10.3'].map((section) => sampleResult(`rfc3261/${section}/x`, 'skip'));
  const never = sampleResult('rfc3261/11/x', 'inconclusive', { actual: 'not run: nobody answers' });
  const page = renderHtml(sampleConformance([...skipped, never, sampleResult('rfc3261/9.2/y', 'pass')]));
  expect(page.match(/<th scope="row">§[^<]*/g)).toEqual(['<th scope="row">§9.2']);
  expect(page).toContain('<td class="after faint">§7.1 §8.2 §10.3 §11 </td>');
  expect(page).toContain('not run: nobody answers');
});

describe('a case that is not pass', () => {
  const part = (id: string) => {
    const end = text.indexOf('<details class="case"', text.indexOf(`<dl id="${anchorOf(id)}">`));
    return text.slice(text.lastIndexOf('<details', text.indexOf(`<dl id="${anchorOf(id)}">`)), end);
  };

  it('has requirement, expected, actual, a ladder and the raw messages, and is open when it fails the run', () => {
    const failed = part('rfc3261/8.2.2.3/require-unknown-420');
    expect(failed).toMatch(/^<details class="case" open>/);
    expect(failed).toContain('<dt>Requires</dt><dd>An option tag in Require');
    expect(failed).toContain('<dt>Expected</dt><dd>420 to OPTIONS</dd><dt>Got</dt><dd>SIP/2.0 200 OK</dd>');
    expect(failed).toContain('peer: OPTIONS , server: 100 Trying , server: 200 OK OPTIONS.');
    expect(failed).toContain('+1.7 ms');
    expect(failed).toContain('Require: nothing-known');
    expect(failed.match(/<pre>/g)).toHaveLength(3);
  });

  it('is closed when the failure is known, and says why it is borne', () => {
    const known = part('rfc3261/8.2.2.3/require-known-bug');
    expect(known).toMatch(/^<details class="case"><summary>/);
    expect(known).toContain('<dt>Known failure</dt><dd>bug 7, mended in 3.2</dd>');
  });
});

it('the server stands between our ends, and each arrow goes from its lane to its lane', () => {
  const [first] = SAMPLE_MESSAGES;
  const messages = [first!, { ...first!, direction: 'in', end: 'far' }] as const;
  const page = renderHtml(sampleConformance([sampleResult('rfc3261/16.6/x', 'fail', { messages })]));
  const lane = (name: string) => Number(new RegExp(`<text x="(\\d+)" y="16"[^>]*>${name}</text>`).exec(page)![1]);
  expect(lane('peer')).toBeLessThan(lane('server'));
  expect(lane('server')).toBeLessThan(lane('far'));
  const starts = [...page.matchAll(/<line x1="(\d+)" x2="\d+" y1="\d+" y2="\d+" stroke="#1f66c1"/g)].map(([, x]) =>
    Number(x),
  );
  expect(starts).toEqual([lane('peer'), lane('server')]);
});

it('a long exchange is drawn with its middle left out; every message is there raw', () => {
  const messages = Array.from({ length: 200 }, (_, i) => ({ ...SAMPLE_MESSAGES[0]!, atUs: i }));
  const page = renderHtml(sampleConformance([sampleResult('rfc3261/17/x', 'fail', { messages })]));
  expect(page).toContain('120 more');
  expect(page.match(/<path d="M/g)).toHaveLength(80);
  expect(page.match(/<pre>/g)).toHaveLength(200);
});

it('what came from the wire cannot leave its place', () => {
  const evil = '</pre></svg><script>alert(1)</script>"\'&\x1b[31m\0';
  const message = { atUs: 0, end: evil, text: evil };
  const one = sampleResult('rfc3261/8.2/x', 'fail', {
    title: evil,
    expected: evil,
    actual: evil,
    notes: [evil],
    known: evil,
    rules: [evil],
    messages: [
      { ...message, direction: 'in' },
      { ...message, direction: 'note' },
    ],
  });
  const page = renderHtml(sampleConformance([one, sampleResult('rfc3261/8.2/y', 'skip', { actual: evil })]));
  expect(elements(page).filter((e) => e.startsWith('script'))).toEqual([]);
  expect(page).not.toMatch(/[\0\x1b]/);
});
