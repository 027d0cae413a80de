// The conformance part of the report: the matrix by RFC section, and the evidence of every case that is not pass. Judges nothing.

import type { Result } from '../../conformance/result.ts';
import type { Summary } from '../../metrics/summary.ts';
import { caseResults, failsRun, type Section, sectionsOf } from '../cases.ts';
import { number, plural } from '../format.ts';
import { ladder } from './case-ladder.ts';
import { html, type Markup } from './markup.ts';

type Verdict = Result['verdict'];

/** In the order of the columns. */
export const MARKS: readonly (readonly [verdict: Verdict, mark: string])[] = [
  ['pass', '✓'],
  ['non-strict', '~'],
  ['fail', '✕'],
  ['info', 'i'],
  ['unsupported', '–'],
  ['skip', '·'],
  ['inconclusive', '?'],
  ['error', '!'],
];
const MARK = new Map(MARKS);

const MEANINGS: Readonly<Record<Verdict, string>> = {
  pass: 'the requirement is kept',
  'non-strict': 'a SHOULD is missed, or a variant that is tolerated',
  fail: 'a MUST is broken',
  info: 'an observation, neither good nor bad',
  unsupported: 'an optional feature the server does not have',
  skip: 'does not apply to the server as its profile says',
  inconclusive: 'the tested rule was not reached',
  error: 'a fault of ours',
};

export function anchorOf(id: string): string {
  return `case-${id.replace(/[^A-Za-z0-9]+/g, '-')}`;
}

/** `Of 30 cases that were judged, 28 pass.` */
export function conformanceSentence(s: Summary): string {
  const { cases, pass, nonStrict, fail } = s.conformance;
  const judged = pass + nonStrict + fail;
  if (judged === 0) return `${plural(cases, 'conformance case')}, none of which could be judged.`;
  return `${plural(cases, 'conformance case')}: of ${number(judged)} judged, ${number(pass)} pass, ${number(nonStrict)} non-strict, ${number(fail)} fail.`;
}

export function conformance(s: Summary): Markup | null {
  const results = caseResults(s);
  if (results.length === 0) return null;
  return html`${failing(s, results)}${matrix(s, results)}${cases(s, results)}${quiet(results)}`;
}

/** What fails the run, at a glance; the evidence stands further down. */
function failing(s: Summary, results: readonly Result[]): Markup | null {
  const sections = sectionsOf(results.filter((one) => failsRun(one, s)));
  if (sections.length === 0) return null;
  return html`<section class="long"><h2>What fails</h2><table class="matrix side"><thead><tr><th scope="col" class="half">Case</th><th scope="col">Expected</th><th scope="col">Got</th></tr></thead><tbody>
${sections.map(
  ({
    rfc,
    section,
    results: group,
  }) => html`<tr class="total"><th scope="rowgroup" colspan="3">RFC ${rfc} §${section}</th></tr>
${group.map(
  (
    one,
  ) => html`<tr><th scope="row"><a href="#${anchorOf(one.id)}">${one.id.split('/').slice(2).join('/')}</a> <span class="faint">${one.level}</span><br>${one.title}</th><td data-run="Expected">${cut(one.expected)}</td><td data-run="Got">${cut(one.actual)}</td></tr>
`,
)}`,
)}</tbody></table></section>
`;
}

/** The evidence has all of it. */
function cut(text: string): string {
  return text.length > 240 ? `${text.slice(0, 239)}…` : text;
}

function chip(one: Result, s: Summary): Markup {
  const mark = MARK.get(one.verdict)!;
  const title = `${one.id}: ${one.verdict}${one.known === '' ? '' : ', known'}`;
  const look = html`class="chip v-${one.verdict}${one.known !== '' && ' known'}${failsRun(one, s) && ' bad'}" title="${title}"`;
  return isQuiet(one) ? html`<span ${look}>${mark}</span>` : html`<a href="#${anchorOf(one.id)}" ${look}>${mark}</a>`;
}

function matrix(s: Summary, results: readonly Result[]): Markup {
  const shown = MARKS.filter(([verdict]) => results.some((one) => one.verdict === verdict));
  const count = (group: readonly Result[], verdict: Verdict) => group.filter((one) => one.verdict === verdict).length;
  const counts = (group: readonly Result[]) =>
    shown.map(([verdict]) => {
      const n = count(group, verdict);
      return html`<td class="n${n > 0 && ` v-${verdict}`}">${n > 0 ? number(n) : ''}</td>`;
    });
  const sections = sectionsOf(results);
  const rfcs = [...new Set(sections.map(({ rfc }) => rfc))];
  const row = ({ section, results: group }: Section) =>
    html`<tr><th scope="row">§${section}</th>${counts(group)}<td class="chips">${group.map((one) => chip(one, s))}</td></tr>
`;
  const told = ({ results: group }: Section) => group.some((one) => one.verdict === 'pass' || !isQuiet(one));
  return html`<section class="long"><h2>Conformance by section</h2><p class="hint">${shown.map(([verdict, mark], i) => html`${i > 0 && ' · '}<span class="chip v-${verdict}">${mark}</span> ${verdict}: ${MEANINGS[verdict]}`)}. Each mark is a case${results.some((one) => !isQuiet(one)) && '; one that did not pass leads to what was sent and received'}.</p>
<div class="scroll"><table class="matrix"><thead><tr><th scope="col">Section</th>${shown.map(([verdict]) => html`<th scope="col" class="n">${verdict}</th>`)}<th scope="col" class="after rest">Cases</th></tr></thead>
${rfcs.map((rfc) => {
  const own = sections.filter((one) => one.rfc === rfc);
  const all = own.flatMap(({ results: group }) => group);
  const untold = own.filter((one) => !told(one));
  const failed = all.filter((one) => failsRun(one, s)).length;
  return html`<tbody><tr class="total"><th scope="rowgroup">RFC ${rfc}</th>${counts(all)}<td class="after">${plural(all.length, 'case')}${failed > 0 && html`, <span class="word v-fail">${number(failed)} failed</span>`}</td></tr>
${own.filter(told).map(row)}${untold.length > 0 && html`<tr><th scope="row">not judged</th>${counts(untold.flatMap(({ results: group }) => group))}<td class="after faint">${untold.map(({ section }) => `§${section} `)}</td></tr>`}</tbody>`;
})}</table></div></section>
`;
}

/** No evidence to show: it passed, or nothing was sent for it. */
function isQuiet({ verdict, messages, notes, expected }: Result): boolean {
  if (verdict === 'pass') return true;
  if (messages.length > 0) return false;
  const plain = notes.length === 0 && expected === '';
  return verdict === 'skip' || verdict === 'unsupported' || (verdict === 'inconclusive' && plain);
}

function cases(s: Summary, results: readonly Result[]): Markup {
  const sections = sectionsOf(results.filter((one) => !isQuiet(one)));
  if (sections.length === 0)
    return html`<section><h2>Cases that are not pass</h2><p class="hint">There is none with anything to show.</p></section>`;
  return html`<section class="long"><h2>Cases that are not pass</h2>
${sections.map(({ rfc, section, results: group }) => html`<h3>RFC ${rfc} §${section}</h3>${group.map((one) => evidence(one, s))}`)}</section>
`;
}

function evidence(one: Result, s: Summary): Markup {
  const anchor = anchorOf(one.id);
  const rows: readonly (readonly [string, string])[] = [
    ['Requires', `${one.title} (${one.level}${one.req.length > 0 ? `; ${one.req.join(', ')}` : ''})`],
    ['Expected', one.expected],
    ['Got', one.actual],
    ['Known failure', one.known],
    ['Attempts', one.attempts.join(', ')],
    ['Server afterwards', one.health === 'alive' ? '' : one.health],
    ['Rules broken', one.rules.join(', ')],
    ...one.notes.map((note) => ['Note', note] as const),
  ];
  // The id stands inside, for a browser opens what the target of a link is in.
  const open = failsRun(one, s) || one.verdict === 'error';
  return html`<details class="case"${open && html` open`}><summary><span class="chip v-${one.verdict}">${MARK.get(one.verdict)!}</span> ${one.id} <span class="word v-${one.verdict}">${one.known === '' ? one.verdict : `known ${one.verdict}`}</span></summary>
<dl id="${anchor}">${rows.filter(([, text]) => text !== '').map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>
${ladder(one.messages, one.id, anchor)}</details>
`;
}

/** Everything else in one table, so that the page holds every case. */
function quiet(results: readonly Result[]): Markup | null {
  const rest = results.filter(isQuiet);
  if (rest.length === 0) return null;
  return html`<section class="long"><h2>All other cases</h2><details><summary>${plural(rest.length, 'case')} that pass, or were not judged</summary><div class="scroll"><table class="plain"><thead><tr><th scope="col">Verdict</th><th scope="col">Case</th><th scope="col">Level</th><th scope="col" class="rest">Requirement</th></tr></thead><tbody>
${rest.map(
  (one) =>
    html`<tr><td class="v-${one.verdict}">${one.verdict}</td><td><code>${one.id}</code></td><td>${one.level}</td><td>${one.title}${one.actual !== '' && html` <span class="faint">(${one.actual})</span>`}</td></tr>
`,
)}</tbody></table></div></details></section>
`;
}
