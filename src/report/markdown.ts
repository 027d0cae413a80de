// A conformance run as Markdown, for a pull request and for the summary of a CI step: verdict, counts by RFC, and what fails. Pure.

import type { Result } from '../conformance/result.ts';
import type { Summary } from '../metrics/summary.ts';
import { caseResults, failsRun, sectionsOf } from './cases.ts';
import { plural, seconds } from './format.ts';

/** GitHub takes comments of up to 65,536 characters. */
const MOST_CHARACTERS = 60_000;
const LAST_MESSAGES = 4;
const LONGEST_MESSAGE = 1_500;

const WORDS = { pass: '✅ pass', fail: '❌ fail', inconclusive: '❔ inconclusive' } as const;
const COLUMNS = ['pass', 'non-strict', 'fail', 'info', 'unsupported', 'skip', 'inconclusive', 'error'] as const;

export function markdown(s: Summary): string {
  const results = caseResults(s);
  const head = `## busyhour ${s.command} ${inline(s.target ?? '')}: ${WORDS[s.verdict]}\n\n${plural(results.length, 'case')} in ${seconds(s.elapsedS)}.\n\n${s.reasons.map((reason) => `- ${inline(reason)}\n`).join('')}${s.reasons.length > 0 ? '\n' : ''}`;
  const told = results.filter((one) => !['pass', 'skip', 'unsupported', 'info'].includes(one.verdict));
  const order = (one: Result) => (failsRun(one, s) || one.verdict === 'error' ? 0 : one.known === '' ? 1 : 2);
  const sorted = sectionsOf(told)
    .flatMap((section) => section.results)
    .sort((a, b) => order(a) - order(b));
  return head + counts(results) + within(sorted, MOST_CHARACTERS - head.length, s);
}

/** A table, a row for each RFC. */
function counts(results: readonly Result[]): string {
  const shown = COLUMNS.filter((verdict) => results.some((one) => one.verdict === verdict));
  const rfcs = [...new Set(sectionsOf(results).map(({ rfc }) => rfc))];
  const row = (name: string, group: readonly Result[]) =>
    `| ${name} | ${shown.map((verdict) => group.filter((one) => one.verdict === verdict).length || '').join(' | ')} |\n`;
  const rows = rfcs.map((rfc) =>
    row(
      `RFC ${rfc}`,
      results.filter((one) => one.rfc === rfc),
    ),
  );
  if (rows.length === 0) return '';
  return `| | ${shown.join(' | ')} |\n|---|${shown.map(() => '--:|').join('')}\n${rows.join('')}${row('**all**', results)}\n`;
}

/** As many cases as there is room for, and how many there are beside them. */
function within(results: readonly Result[], room: number, s: Summary): string {
  let text = '';
  for (let i = 0; i < results.length; i++) {
    const next = told(results[i]!, s);
    if (text.length + next.length > room - 4_000) return `${text}\n… and ${results.length - i} more, in report.html.\n`;
    text += next;
  }
  return text;
}

function told(one: Result, s: Summary): string {
  const mark = failsRun(one, s) || one.verdict === 'error' ? '❌' : one.known !== '' ? '☑️' : '⚠️';
  const lines = [
    `- requires: ${inline(one.title)} (RFC ${one.rfc} §${one.section}, ${one.level})`,
    ...(one.expected === '' ? [] : [`- expected: ${inline(one.expected)}`]),
    `- got: ${inline(one.actual)}`,
    ...(one.known === '' ? [] : [`- known failure: ${inline(one.known)}`]),
    ...(one.attempts.length === 0 ? [] : [`- attempts: ${one.attempts.join(', ')}`]),
  ];
  const wire = one.messages.filter(({ direction }) => direction !== 'note').slice(-LAST_MESSAGES);
  const text = wire
    .map(({ direction, end, text: raw }) => {
      const arrow = direction === 'out' ? `${end} -> server` : `server -> ${end}`;
      return `--- ${arrow}\n${visible(raw.slice(0, LONGEST_MESSAGE).trimEnd())}`;
    })
    .join('\n\n');
  const messages = text === '' ? '' : `\n${fenced(text)}\n`;
  const got =
    one.actual === ''
      ? ''
      : `: ${one.expected === '' ? '' : `expected ${inline(cut(one.expected))}, `}got ${inline(cut(one.actual))}`;
  return `<details><summary>${mark} ${inline(one.id)} ${one.verdict}${got}</summary>\n\n${lines.join('\n')}\n${messages}\n</details>\n\n`;
}

/** For the line that is seen before it is opened. */
function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Control characters but line ends become their pictures. */
function visible(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\0-\x08\x0b-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\x7f-\x9f]/g, '\ufffd');
}

/** One line in which nothing is markup, and nobody is mentioned. */
function inline(text: string): string {
  return visible(text)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '&#64;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&');
}

/** A fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}\n`;
}
