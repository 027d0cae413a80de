// What is kept of conformance runs against a real server, and what speaks against keeping it. Pure: texts in, texts out.
import type { Result } from '../src/conformance/result.ts';
import type { Summary } from '../src/metrics/summary.ts';
import { caseResults, sectionsOf } from '../src/report/cases.ts';

/** Nobody reads a message of 60 kilobytes. */
const LONGEST_MESSAGE = 2_000;
/** More than this part of the applicable cases left open, and the run says too little. */
const MOST_INCONCLUSIVE = 0.1;
const LONGEST_RUN_S = 60;
const COLUMNS = ['pass', 'non-strict', 'fail', 'info', 'unsupported', 'inconclusive', 'skip'] as const;

export interface Run {
  readonly summary: Summary;
  readonly csv: string;
}

export function runFrom(summary: string, csv: string): Run {
  return { summary: JSON.parse(summary) as Summary, csv };
}

/** Why a run may not be kept; empty when it may. */
export function trouble({ summary }: Run): string[] {
  const results = caseResults(summary);
  const applicable = results.filter(({ verdict }) => verdict !== 'skip');
  const open = applicable.filter(({ verdict }) => verdict === 'inconclusive');
  const faults = results
    .filter(({ verdict }) => verdict === 'error')
    .map(({ id, actual }) => `${id}: error: ${actual.split('\n', 1)[0]}`);
  for (const { id } of open.filter(({ actual }) => actual === '')) faults.push(`${id}: inconclusive without a reason`);
  if (summary.verdict === 'inconclusive') faults.push(...summary.reasons);
  if (open.length >= applicable.length * MOST_INCONCLUSIVE)
    faults.push(`${open.length} of ${applicable.length} applicable cases are inconclusive`);
  return faults;
}

/** What is asked of our own server beyond that: every applicable case right, and soon. */
export function ownTrouble({ summary }: Run): string[] {
  const faults = caseResults(summary)
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive')
    .map(({ id, verdict, actual }) => `${id}: ${verdict}: ${actual}`);
  if (summary.elapsedS >= LONGEST_RUN_S) faults.push(`the run took ${summary.elapsedS.toFixed(1)} s`);
  return faults;
}

/** Cases whose verdict is not the same in all runs. */
export function differences(runs: readonly Run[]): string[] {
  const byRun = runs.map(({ summary }) => new Map(caseResults(summary).map((one) => [one.id, one])));
  const ids = [...new Set(byRun.flatMap((one) => [...one.keys()]))];
  return ids
    .filter((id) => new Set(byRun.map((one) => one.get(id)?.verdict)).size > 1)
    .map((id) => {
      const each = byRun.map((one) => `${one.get(id)?.verdict ?? 'not there'} (${one.get(id)?.actual ?? ''})`);
      return `${id}: ${each.join(', ')}`;
    });
}

export function overview({ summary }: Run): string {
  const results = caseResults(summary);
  return COLUMNS.map((verdict) => [verdict, results.filter((one) => one.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ');
}

/** Files by name. Messages stand where there is something to look up; a line for each case keeps differences readable. */
export function kept(run: Run, version: string, times: number): Readonly<Record<string, string>> {
  const { summary, csv } = run;
  const results = caseResults(summary).map((one) => ({
    ...one,
    messages: one.verdict === 'fail' ? evidence(one.messages) : [],
  }));
  const { results: _, ...counts } = summary.conformance;
  const server = counts.server.includes(version) ? counts.server : `${counts.server} (${version})`;
  const head = { ...summary, conformance: { ...counts, server, results: [] } };
  const lines = results.map((one) => `  ${JSON.stringify(one)}`).join(',\n');
  const text = JSON.stringify(head, null, 1).replace('"results": []', () => `"results": [\n${lines}\n  ]`);
  return {
    'summary.json': `${text}\n`,
    'conformance.csv': csv,
    'report.md': asText(run, version, times),
  };
}

/** What was said until the verdict: how the case was tidied up is none of it. */
function evidence(messages: Result['messages']): Result['messages'] {
  const end = messages.findIndex(({ direction, text }) => direction === 'note' && text === 'teardown');
  return messages.slice(0, end < 0 ? messages.length : end).map((one) => {
    const more = one.text.length - LONGEST_MESSAGE;
    return more > 0 ? { ...one, text: `${one.text.slice(0, LONGEST_MESSAGE)}… (${more} more)` } : one;
  });
}

/** For readers: what was run, and a line for each case that is neither passed nor left out. */
function asText({ summary }: Run, version: string, times: number): string {
  const results = caseResults(summary);
  const shown = COLUMNS.filter((verdict) => results.some((one) => one.verdict === verdict));
  const row = (name: string, group: readonly Result[]) =>
    `| ${name} | ${shown.map((verdict) => group.filter((one) => one.verdict === verdict).length || '').join(' | ')} |`;
  const rfcs = [...new Set(sectionsOf(results).map(({ rfc }) => rfc))];
  const table = (verdict: Result['verdict'], title: string) => {
    const group = sectionsOf(results.filter((one) => one.verdict === verdict)).flatMap((section) => section.results);
    if (group.length === 0) return [];
    return [
      '',
      `## ${title}`,
      '',
      '| case | level | expected | got |',
      '|---|---|---|---|',
      ...group.map((one) => `| \`${one.id}\` | ${one.level} | ${cell(one.expected)} | ${cell(one.actual)} |`),
    ];
  };
  return [
    `# ${summary.conformance.server}`,
    '',
    `${version}. ${summary.startedAt.slice(0, 10)}, busyhour ${summary.tool.version}, ${times === 1 ? 'one run' : `${times} runs with the same verdicts`}; ${summary.elapsedS.toFixed(1)} s with 8 cases at a time, without those of long timers.`,
    '',
    `| | ${shown.join(' | ')} |`,
    `|---|${shown.map(() => '--:|').join('')}`,
    ...rfcs.map((rfc) =>
      row(
        `RFC ${rfc}`,
        results.filter((one) => one.rfc === rfc),
      ),
    ),
    row('**all**', results),
    ...table('fail', 'Fails'),
    ...table('non-strict', 'Non-strict'),
    ...table('inconclusive', 'Inconclusive'),
    ...table('unsupported', 'Unsupported'),
    ...table('info', 'Observed'),
    '',
  ].join('\n');
}

/** In a table of Markdown, nothing in it is markup. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\0-\x1f\x7f]/g, '?')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_|[\]]/g, '\\$&');
}
