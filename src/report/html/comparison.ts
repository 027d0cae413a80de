// Runs side by side as one self-contained page: differences first, then everything. Pure.

import type { CaseCell, CaseRow } from '../../conformance/compare.ts';
import {
  amount,
  type Comparison,
  changeOf,
  expectedByAll,
  hasReason,
  isJudged,
  rowsByKind,
  TOLD,
  UNJUDGED,
} from '../comparison.ts';
import { number, plural } from '../format.ts';
import { MARKS } from './conformance.ts';
import { html, Markup } from './markup.ts';
import { WORDS } from './overview.ts';
import { STYLE } from './style.ts';

const MARK = new Map<string, string>(MARKS);

export function renderComparison(c: Comparison, version: string): string {
  const title = `Compared: ${c.runs.map(({ name }) => name).join(', ')}`;
  const judged = isJudged(c);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="busyhour ${version}"><link rel="icon" href="data:,">
<title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><main>
<header><p class="brand">busyhour ${version} · compare</p><h1>${plural(c.runs.length, c.cases.length > 0 ? 'conformance run' : 'load run')} side by side</h1></header>
<section class="verdict ${judged ? c.verdict : 'none'}" aria-label="Verdict"><p class="word"><strong>${judged ? WORDS[c.verdict] : 'Compared'}</strong></p>
${c.cases.length > 0 && html`<p>${sentence(c)}</p>`}${!judged && html`<p class="hint">${UNJUDGED[0]!.toUpperCase()}${UNJUDGED.slice(1)}.</p>`}${c.reasons.length > 0 && html`<ul>${c.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}</section>
${runs(c)}
${bounds(c)}
${load(c)}
${cases(c)}
<footer>Made by <code>busyhour compare</code>; comparison.json beside this file has the same as data.</footer>
</main></body></html>
`.text;
}

/** Who breaks what, in a sentence. */
function sentence({ cases, runs }: Comparison): string {
  const failing = runs.map(({ name }, i) => ({
    name,
    n: cases.filter(({ cells }) => cells[i]?.verdict === 'fail').length,
  }));
  const some = failing.filter(({ n }) => n > 0);
  if (some.length === 0) return `No run has a failed case, of ${plural(cases.length, 'case')}.`;
  const told = some.map(({ name, n }) => `${name} fails ${plural(n, 'case')}`).join(', ');
  const rest = failing.filter(({ n }) => n === 0).map(({ name }) => name);
  return `${told}${rest.length > 0 ? `; ${rest.join(', ')} none` : ''}.`;
}

function runs(c: Comparison): Markup {
  const shown = MARKS.filter(([verdict]) => c.cases.some(({ cells }) => cells.some((one) => one?.verdict === verdict)));
  const count = (i: number, verdict: string) => c.cases.filter(({ cells }) => cells[i]?.verdict === verdict).length;
  return html`<section><h2>Runs</h2><div class="scroll"><table class="runs"><thead><tr><th scope="col" class="rest">Run</th><th scope="col">Verdict</th>${shown.map(([verdict]) => html`<th scope="col" class="n">${verdict}</th>`)}</tr></thead><tbody>
${c.runs.map(
  (run, i) =>
    html`<tr><th scope="row">${run.name}<br><span class="faint">${run.target ?? ''} · <time>${run.startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time> · ${run.folder}</span></th><td><span class="chip v-${run.verdict}">${run.verdict}</span></td>${shown.map(([verdict]) => tally(count(i, verdict), verdict))}</tr>
`,
)}</tbody></table></div>${c.notes.length > 0 && html`<ul class="notes">${c.notes.map((note) => html`<li>${note}</li>`)}</ul>`}</section>`;
}

/** A number in the colour of its verdict, a faint 0. */
function tally(n: number, verdict: string): Markup {
  return html`<td class="n ${n > 0 ? `v-${verdict}` : 'faint'}">${number(n)}</td>`;
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
  const found = rowsByKind(c.cases);
  const some = found.get('some') ?? [];
  const same = found.get('same') ?? [];
  return html`${bySection(c)}${TOLD.map(([kind, title, hint]) => {
    const rows = found.get(kind) ?? [];
    return html`<section class="long"><h2>${title}</h2><p class="hint">${plural(rows.length, 'case')} of ${number(c.cases.length)}: ${hint}.</p>${rows.length > 0 && table(c, rows, true)}</section>
`;
  })}<section class="long"><h2>Put to some servers only</h2>${rest(c, some, 'who was asked keeps them; to the others they do not apply, as their profiles say')}</section>
<section class="long"><h2>The same in all</h2>${rest(c, same, 'every run says the same')}</section>`;
}

function rest(c: Comparison, rows: readonly CaseRow[], hint: string): Markup {
  if (rows.length === 0) return html`<p class="hint">No case.</p>`;
  return html`<details><summary>${plural(rows.length, 'case')}: ${hint}</summary>${table(c, rows, false)}</details>`;
}

/** A row for each RFC, and one for each section in which a server fails. */
function bySection(c: Comparison): Markup {
  const shown = JUDGED.filter((verdict) => c.cases.some(({ cells }) => cells.some((one) => one?.verdict === verdict)));
  const counts = (rows: readonly CaseRow[]) =>
    c.runs.map(({ name }, i) => {
      const chips = shown
        .map((verdict) => ({ verdict, n: rows.filter(({ cells }) => cells[i]?.verdict === verdict).length }))
        .filter(({ n }) => n > 0);
      if (chips.length === 0) return html`<td data-run="${name}" class="empty faint">–</td>`;
      return html`<td data-run="${name}">${chips.map(({ verdict, n }) => html`<span class="chip v-${verdict}" title="${plural(n, 'case')} ${verdict}">${MARK.get(verdict)!} ${n}</span>`)}</td>`;
    });
  const isJudgedRow = ({ cells }: CaseRow) => cells.some((one) => one !== null && shown.includes(one.verdict));
  const rfcs = [...new Set(c.cases.filter(isJudgedRow).map(({ rfc }) => rfc))];
  return html`<section class="long"><h2>By RFC, and the sections in which a server fails</h2><p class="hint">${shown.map((verdict) => html`<span class="chip v-${verdict}">${MARK.get(verdict)!}</span> ${verdict} · `)}– none judged. The number says how many cases.</p>
<table class="matrix side"><thead><tr><th scope="col">Section</th>${c.runs.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
${rfcs.map((rfc) => {
  const own = c.cases.filter((row) => row.rfc === rfc);
  const failing = own.filter(({ cells }) => cells.some((one) => one?.verdict === 'fail'));
  const sections = [...new Set(failing.map(({ section }) => section))];
  return html`<tbody><tr class="total"><th scope="rowgroup">RFC ${rfc}</th>${counts(own)}</tr>
${sections.map(
  (section) =>
    html`<tr><th scope="row"><a href="#${anchorOf(rfc, section)}">§${section}</a></th>${counts(own.filter((row) => row.section === section))}</tr>
`,
)}</tbody>`;
})}</table></section>
`;
}

/** Worst first. */
const JUDGED: readonly string[] = ['fail', 'error', 'non-strict', 'pass'];

function anchorOf(rfc: number, section: string): string {
  return `fails-${rfc}-${section}`;
}

function table(c: Comparison, rows: readonly CaseRow[], reasons: boolean): Markup {
  let at = '';
  return html`<table class="matrix side"><thead><tr><th scope="col" class="what">Case</th>${c.runs.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows.map((row) => {
  const place = `RFC ${row.rfc} §${row.section}`;
  const failing = row.cells.some((one) => one?.verdict === 'fail');
  const head =
    at === place
      ? null
      : html`<tr class="total"><th scope="rowgroup" colspan="${c.runs.length + 1}"${failing && html` id="${anchorOf(row.rfc, row.section)}"`}>${place}</th></tr>`;
  at = place;
  const shared = reasons ? expectedByAll(row) : '';
  return html`${head}<tr><th scope="row"><code>${row.id.split('/').slice(2).join('/')}</code> <span class="faint">${row.level}</span><br>${row.title}${shared !== '' && html`<br><span class="faint">expected:</span> ${cut(shared)}`}</th>${row.cells.map((cell, i) => cellOf(cell, c.runs[i]!.name, reasons, shared))}</tr>
`;
})}</tbody></table>`;
}

function cellOf(cell: CaseCell | null, name: string, reasons: boolean, shared: string): Markup {
  if (cell === null) return html`<td data-run="${name}" class="faint">not run</td>`;
  const { verdict, actual, expected, known } = cell;
  const why = reasons && verdict !== 'pass' && actual !== '';
  const got = hasReason(cell)
    ? html`<span class="faint">got:</span> ${cut(actual)}`
    : html`<span class="faint">${cut(actual)}</span>`;
  const own = hasReason(cell) && shared === '' && expected !== '';
  return html`<td data-run="${name}"><span class="chip v-${verdict}">${MARK.get(verdict)!}</span> <span class="word v-${verdict}">${known !== '' && 'known '}${verdict}</span>${why && html`${own && html`<br><span class="faint">expected:</span> ${cut(expected)}`}<br>${got}`}${known !== '' && html`<br><span class="faint">known: ${known}</span>`}</td>`;
}

/** summary.json has all of it. */
function cut(text: string): string {
  return text.length > 240 ? `${text.slice(0, 239)}…` : text;
}
