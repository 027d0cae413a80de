// Runs side by side as one self-contained page: differences first, then everything. Pure.

import type { CaseRow } from '../../conformance/compare.ts';
import { amount, type Comparison, changeOf } from '../comparison.ts';
import { number, plural } from '../format.ts';
import { MARKS } from './conformance.ts';
import { html, Markup } from './markup.ts';
import { WORDS } from './overview.ts';
import { STYLE } from './style.ts';

const MARK = new Map<string, string>(MARKS);

export function renderComparison(c: Comparison, version: string): string {
  const title = `Compared: ${c.runs.map(({ name }) => name).join(', ')}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="busyhour ${version}"><link rel="icon" href="data:,">
<title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><main>
<header><p class="brand">busyhour ${version} · compare</p><h1>${title}</h1></header>
<section class="verdict ${c.verdict}" aria-label="Verdict"><p class="word"><strong>${WORDS[c.verdict]}</strong></p>
${c.reasons.length > 0 && html`<ul>${c.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}</section>
${runs(c)}
${bounds(c)}
${load(c)}
${cases(c)}
<footer>Made by <code>busyhour compare</code>; comparison.json beside this file has the same as data.</footer>
</main></body></html>
`.text;
}

function runs(c: Comparison): Markup {
  return html`<section><h2>Runs</h2><div class="scroll"><table><thead><tr><th scope="col">Run</th><th scope="col">Target</th><th scope="col">Verdict</th><th scope="col">Started</th><th scope="col" class="rest">Folder</th></tr></thead><tbody>
${c.runs.map(
  (run) =>
    html`<tr><th scope="row">${run.name}</th><td>${run.target ?? ''}</td><td>${run.verdict}</td><td><time>${run.startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time></td><td><code>${run.folder}</code></td></tr>
`,
)}</tbody></table></div>${c.notes.length > 0 && html`<ul>${c.notes.map((note) => html`<li>${note}</li>`)}</ul>`}</section>`;
}

function bounds({ changes }: Comparison): Markup | null {
  if (changes.length === 0) return null;
  return html`<section><h2>Bounds</h2><div class="scroll"><table><thead><tr><th scope="col">Result</th><th scope="col">Bound on the change</th><th scope="col" class="n">First</th><th scope="col" class="n">Second</th><th scope="col" class="after rest">Note</th></tr></thead><tbody>
${changes.map(
  (one) =>
    html`<tr><td class="${one.crossed ? 'no' : 'yes'}">${one.crossed ? '✕ crossed' : '✓ kept'}</td><td><code>${one.expression}</code></td><td class="n">${amount(one.before, one.unit)}</td><td class="n">${amount(one.after, one.unit)}</td><td class="after">${one.note}</td></tr>
`,
)}</tbody></table></div></section>`;
}

function load(c: Comparison): Markup | null {
  if (c.load === null) return null;
  const [a, b] = c.runs;
  const { rows, failures } = c.load;
  return html`<section class="long"><h2>Load</h2><div class="scroll"><table><thead><tr><th scope="col">Number</th><th scope="col" class="n">${a!.name}</th><th scope="col" class="n">${b!.name}</th><th scope="col" class="n">Change</th><th scope="col" class="rest"></th></tr></thead><tbody>
${rows.map(
  (row) =>
    html`<tr><th scope="row">${row.metric}</th><td class="n">${amount(row.before, row.unit)}</td><td class="n">${amount(row.after, row.unit)}</td><td class="n">${changeOf(row)}</td><td></td></tr>
`,
)}</tbody></table></div>
${failures.length > 0 && html`<h3>Failures</h3><div class="scroll"><table><thead><tr><th scope="col" class="n">${a!.name}</th><th scope="col" class="n">${b!.name}</th><th scope="col" class="after rest">Reason</th></tr></thead><tbody>${failures.map((one) => html`<tr><td class="n">${number(one.before)}</td><td class="n">${number(one.after)}</td><td class="after">${one.reason}</td></tr>`)}</tbody></table></div>`}</section>`;
}

function cases(c: Comparison): Markup | null {
  if (c.cases.length === 0) return null;
  const differing = c.cases.filter(({ differs }) => differs);
  const same = c.cases.filter(({ differs }) => !differs);
  return html`${totals(c)}<section class="long"><h2>Differences</h2><p class="hint">${plural(differing.length, 'case')} of ${number(c.cases.length)} on which the runs do not agree.</p>${differing.length > 0 && table(c, differing, true)}</section>
<section class="long"><h2>The same in all</h2>${same.length === 0 ? html`<p class="hint">No case.</p>` : html`<details><summary>${plural(same.length, 'case')}</summary>${table(c, same, false)}</details>`}</section>`;
}

function totals(c: Comparison): Markup {
  const shown = MARKS.filter(([verdict]) => c.cases.some(({ cells }) => cells.some((one) => one?.verdict === verdict)));
  return html`<section><h2>Verdicts</h2><div class="scroll"><table><thead><tr><th scope="col">Run</th>${shown.map(([verdict]) => html`<th scope="col" class="n">${verdict}</th>`)}<th class="rest"></th></tr></thead><tbody>
${c.runs.map((run, i) => html`<tr><th scope="row">${run.name}</th>${shown.map(([verdict]) => html`<td class="n v-${verdict}">${number(c.cases.filter(({ cells }) => cells[i]?.verdict === verdict).length)}</td>`)}<td></td></tr>`)}</tbody></table></div></section>`;
}

function table(c: Comparison, rows: readonly CaseRow[], reasons: boolean): Markup {
  let at = '';
  return html`<div class="scroll"><table class="matrix"><thead><tr><th scope="col">Case</th>${c.runs.map(({ name }) => html`<th scope="col">${name}</th>`)}<th scope="col" class="rest">Requirement</th></tr></thead><tbody>
${rows.map((row) => {
  const place = `RFC ${row.rfc} §${row.section}`;
  const head =
    at === place
      ? null
      : html`<tr class="total"><th scope="rowgroup" colspan="${c.runs.length + 2}">${place}</th></tr>`;
  at = place;
  return html`${head}<tr><th scope="row">${row.id.split('/').slice(2).join('/')}</th>${row.cells.map((cell) => cellOf(cell, reasons))}<td>${row.title} <span class="faint">(${row.level})</span></td></tr>
`;
})}</tbody></table></div>`;
}

function cellOf(cell: CaseRow['cells'][number], reasons: boolean): Markup {
  if (cell === null) return html`<td class="faint">not run</td>`;
  const { verdict, actual, known } = cell;
  const why = reasons && verdict !== 'pass' && actual !== '';
  return html`<td class="v-${verdict}"><span class="chip v-${verdict}">${MARK.get(verdict)!}</span> ${known !== '' && 'known '}${verdict}${why && html`<br><span class="faint">${actual.slice(0, 160)}</span>`}</td>`;
}
