// Judges two load runs, or several conformance runs, side by side: bounds on the change, and whether the runs may be compared at all. Pure.

import { type Change, type ChangeResult, evaluateChanges } from '../metrics/change.ts';
import { compareLoad, type LoadComparison } from '../metrics/compare.ts';
import type { Summary } from '../metrics/summary.ts';
import { UsageError } from './usage-error.ts';

export interface JudgedComparison {
  /** Of the first two runs; null where one made no calls. */
  readonly load: LoadComparison | null;
  readonly changes: readonly ChangeResult[];
  /** What makes the runs unlike beside the servers. */
  readonly notes: readonly string[];
  readonly verdict: Summary['verdict'];
  readonly reasons: readonly string[];
  readonly exitCode: number;
}

export interface NamedRun {
  readonly name: string;
  readonly summary: Summary;
}

const hasLoad = ({ summary }: NamedRun) => summary.calls.started + summary.calls.dropped > 0;
const hasCases = ({ summary }: NamedRun) => summary.conformance.cases > 0;

/** Exit codes: 5 a run judged nothing, 4 a run was inconclusive, 99 a bound was crossed, 0. @throws UsageError for runs that have nothing in common */
export function judgeComparison(runs: readonly NamedRun[], changes: readonly Change[]): JudgedComparison {
  const loaded = runs.every(hasLoad);
  const judgedCases = runs.every(hasCases);
  if (!loaded && !judgedCases) throw new UsageError(unlike(runs));
  if (!judgedCases && runs.length > 2)
    throw new UsageError(`load runs are compared two at a time; ${runs.length} are given`);
  if (changes.length > 0 && (!loaded || runs.length !== 2))
    throw new UsageError('--fail-on needs two load runs; leave it out for conformance runs');
  const [a, b] = runs as [NamedRun, NamedRun];
  const pair = loaded && runs.length === 2;
  const results = pair ? evaluateChanges(changes, a.summary, b.summary) : [];
  return {
    load: pair ? compareLoad(a.summary, b.summary) : null,
    changes: results,
    notes: [...(pair ? unlikeLoad(a.summary, b.summary) : []), ...(judgedCases ? unlikeCases(runs) : [])],
    ...judge(runs, results, judgedCases),
  };
}

function judge(
  runs: readonly NamedRun[],
  results: readonly ChangeResult[],
  judgedCases: boolean,
): Pick<JudgedComparison, 'verdict' | 'reasons' | 'exitCode'> {
  const reasons: string[] = [];
  const empty = judgedCases
    ? runs.filter(({ summary: { conformance: c } }) => c.pass + c.nonStrict + c.fail === 0)
    : [];
  for (const { name } of empty) reasons.push(`${name}: no case was judged`);
  const unsure = runs.filter((run) => hasLoad(run) && run.summary.verdict === 'inconclusive');
  for (const { name, summary } of unsure)
    reasons.push(`${name} is inconclusive: ${summary.reasons.join('; ') || 'see its report'}`);
  const crossed = results.filter((one) => one.crossed);
  for (const { expression, note } of crossed) reasons.push(`crossed: ${expression}${note === '' ? '' : ` (${note})`}`);
  if (empty.length > 0) return { verdict: 'inconclusive', reasons, exitCode: 5 };
  if (unsure.length > 0) return { verdict: 'inconclusive', reasons, exitCode: 4 };
  return crossed.length > 0 ? { verdict: 'fail', reasons, exitCode: 99 } : { verdict: 'pass', reasons, exitCode: 0 };
}

/** What keeps conformance runs from saying the same of the same server. */
function unlikeCases(runs: readonly NamedRun[]): string[] {
  const notes = runs
    .filter(
      ({ summary: { verdict, conformance: c } }) => verdict === 'inconclusive' && c.pass + c.nonStrict + c.fail > 0,
    )
    .map(({ name, summary }) => `${name} is inconclusive: ${summary.reasons.join('; ') || 'see its report'}`);
  const versions = new Set(runs.map(({ summary }) => summary.tool.version));
  if (versions.size > 1)
    notes.push(
      `made by different versions of busyhour, whose cases may differ: ${runs.map(({ name, summary }) => `${name} by ${summary.tool.version}`).join(', ')}`,
    );
  const had = runs.map(({ summary }) => new Set(summary.conformance.results.map((one) => (one as { id: string }).id)));
  const all = new Set(had.flatMap((ids) => [...ids]));
  for (const [i, { name }] of runs.entries()) {
    const missing = all.size - had[i]!.size;
    if (missing > 0)
      notes.push(`${name} was not asked ${missing} of the ${all.size} cases: another selection or another version`);
  }
  const strict = runs.filter(({ summary }) => summary.conformance.strict);
  if (strict.length > 0 && strict.length < runs.length)
    notes.push(
      `only ${strict.map(({ name }) => name).join(', ')} ran with --strict: the verdicts of the runs are not alike`,
    );
  return notes;
}

function unlike(runs: readonly NamedRun[]): string {
  const kind = (run: NamedRun) => (hasCases(run) ? 'a conformance run' : hasLoad(run) ? 'a load run' : 'an empty run');
  return `nothing in common to compare: ${runs.map((run) => `${run.name} is ${kind(run)}`).join(', ')}`;
}

function unlikeLoad(a: Summary, b: Summary): string[] {
  const notes: string[] = [];
  if (a.flow !== b.flow) notes.push(`the flows differ: ${a.flow} and ${b.flow}`);
  const [x, y] = [a.rate.offeredCps, b.rate.offeredCps];
  if (Math.abs(x - y) > Math.max(x, y) * 0.02)
    notes.push(`the offered rates differ: ${x.toFixed(1)} and ${y.toFixed(1)} calls/s`);
  for (const key of ['node', 'kernel', 'cpus'])
    if (a.environment[key] !== b.environment[key])
      notes.push(`${key} differs: ${a.environment[key]} and ${b.environment[key]}`);
  return notes;
}
