// Conformance results as people read them on a terminal: by RFC section, with what was expected and what came. Pure.

import type { Counts, Result } from '../conformance/result.ts';
import type { Summary } from '../metrics/summary.ts';
import { seconds } from './format.ts';
import { clean, line, type Paint, type Piece } from './paint.ts';

const LOOK: Readonly<Record<string, readonly [mark: string, paint: Paint]>> = {
  pass: ['✓', 'green'],
  'non-strict': ['~', 'yellow'],
  fail: ['✗', 'red'],
  info: ['i', 'plain'],
  unsupported: ['-', 'faint'],
  skip: ['-', 'faint'],
  inconclusive: ['?', 'yellow'],
  error: ['!', 'red'],
};

/** Lines of one result: the verdict with its id, and below what is to be mended. */
export function resultLines(one: Result, color: boolean): string[] {
  const [mark, paint] = LOOK[one.verdict]!;
  const tail = one.verdict === 'pass' ? '' : `  ${one.verdict}`;
  const lines = [line(['    ', [mark, paint], ` ${one.id}`, [tail, paint], [`  ${one.level}`, 'faint']], color)];
  const say = (label: string, text: string) => {
    if (text !== '') lines.push(line([[`        ${label} `, 'faint'], clean(text)], color));
  };
  if (one.verdict === 'skip' || one.verdict === 'unsupported') say('', one.actual);
  else if (one.verdict !== 'pass') {
    say('requires', one.title);
    say('expected', one.expected);
    say('got     ', one.actual);
  }
  if (one.known !== '') say('known   ', one.known);
  if (one.attempts.length > 0) say('attempts', one.attempts.join(', '));
  if (one.health !== 'alive') say('server  ', one.health);
  if (one.rules.length > 0) say('rules broken', one.rules.join(', '));
  for (const note of one.notes) say('note', note);
  return lines;
}

export function conformanceText(
  summary: Summary,
  results: readonly Result[],
  counts: Counts,
  options: { readonly color: boolean; readonly files: readonly string[] },
): string {
  const { color, files } = options;
  const out: string[] = [];
  const put = (...pieces: Piece[]) => out.push(line(pieces, color));
  let rfc = 0;
  for (const section of sectionsOf(results)) {
    // What was not judged is counted below, by reason.
    if (section.every(unjudged)) continue;
    const first = section[0]!;
    if (first.rfc !== rfc) put(['', 'plain'], [`RFC ${first.rfc}`, 'bold']);
    rfc = first.rfc;
    out.push(sectionLine(section, color));
    for (const one of section) if (remarkable(one) && !unjudged(one)) out.push(...resultLines(one, color));
  }
  out.push(...unjudgedLines(results.filter(unjudged), color));
  put('');
  out.push(...ruleLines(summary, color), ...countLines(summary, counts, color));
  const verdictPaint = summary.verdict === 'pass' ? 'green' : summary.verdict === 'fail' ? 'red' : 'yellow';
  put([summary.verdict, verdictPaint], summary.reasons.length === 0 ? '' : `: ${clean(summary.reasons.join('; '))}`);
  for (const file of files) put(['written: ', 'faint'], file);
  return `${out.join('\n')}\n`;
}

/** Results that stand beside each other and belong to one section of one RFC. */
function sectionsOf(results: readonly Result[]): Result[][] {
  const sections: Result[][] = [];
  for (const one of results) {
    const last = sections.at(-1);
    const first = last?.[0];
    if (first?.rfc === one.rfc && first.section === one.section) last!.push(one);
    else sections.push([one]);
  }
  return sections;
}

/** `§8.2.2.3  ✓ 5  ✗ 1  - 2`: a line for a section, by verdict. */
function sectionLine(section: readonly Result[], color: boolean): string {
  const pieces: Piece[] = ['  ', [`§${section[0]!.section}`.padEnd(12), 'bold']];
  for (const [verdict, [mark, paint]] of Object.entries(LOOK)) {
    const n = section.filter((one) => one.verdict === verdict).length;
    if (n > 0) pieces.push([` ${mark} ${n} ${verdict} `, paint]);
  }
  return line(pieces, color).trimEnd();
}

/** True for a case of which more is to be said than that it passed. */
function remarkable({ verdict, health, rules, known }: Result): boolean {
  return verdict !== 'pass' || health !== 'alive' || rules.length > 0 || known !== '';
}

/** True for a case that said nothing of the server: left out by the profile, not supported, or over before a message was exchanged. */
function unjudged({ verdict, messages }: Result): boolean {
  return verdict === 'skip' || verdict === 'unsupported' || (verdict === 'inconclusive' && messages.length === 0);
}

/** Why cases were not judged: a line a reason, the most frequent first. */
function unjudgedLines(results: readonly Result[], color: boolean): string[] {
  const reasons = new Map<string, Result[]>();
  for (const one of results) {
    const reason = `${one.verdict}: ${one.actual}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), one]);
  }
  const rows = [...reasons].sort(([, a], [, b]) => b.length - a.length);
  const told = rows.map(([reason, cases]) => {
    const which = cases.length === 1 ? `  ${cases[0]!.id}` : '';
    return line([`${cases.length}`.padStart(5), ` ${clean(reason)}`, [which, 'faint']], color);
  });
  return told.length === 0 ? [] : ['', line([['Not judged', 'bold']], color), ...told];
}

function ruleLines(summary: Summary, color: boolean): string[] {
  return summary.rules.violations.map(({ id, rfc, section, level, count, title }) =>
    line([['rule broken ', 'red'], `${id} (RFC ${rfc} §${section}, ${level}) ${count}×: ${title}`], color),
  );
}

/** What a conformance run counts, by verdict. */
export function countLines({ elapsedS }: Pick<Summary, 'elapsedS'>, counts: Counts, color: boolean): string[] {
  const named: readonly (readonly [string, number, Paint])[] = [
    ['pass', counts.pass, 'green'],
    ['non-strict', counts.nonStrict, 'yellow'],
    ['fail', counts.fail, 'red'],
    ['info', counts.info, 'plain'],
    ['unsupported', counts.unsupported, 'faint'],
    ['skip', counts.skip, 'faint'],
    ['inconclusive', counts.inconclusive, 'yellow'],
    ['error', counts.error, 'red'],
  ];
  const shown = named.filter(([, n]) => n > 0).map(([word, n, paint]): Piece => [`${n} ${word}  `, paint]);
  return [line([`${counts.cases} cases in ${seconds(elapsedS)}: `, ...shown], color)];
}
