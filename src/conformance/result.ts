// What is known after a run: a result for each case, the counts, and whether the run as a whole may be believed. Pure.

import { type Case, rfcOf, sectionOf } from './case.ts';
import type { Logged } from './ground.ts';
import type { Broken } from './passive.ts';
import type { Health, Verdict } from './verdict.ts';

export interface Result {
  readonly id: string;
  readonly title: string;
  readonly req: readonly string[];
  readonly rfc: number;
  readonly section: string;
  readonly level: string;
  readonly role: string;
  readonly methods: readonly string[];
  readonly verdict: Verdict;
  /** '' where the verdict needs none. */
  readonly expected: string;
  readonly actual: string;
  readonly health: Health;
  readonly elapsedMs: number;
  /** Verdicts of the attempts, where there were several. */
  readonly attempts: readonly Verdict[];
  readonly notes: readonly string[];
  /** Passive rules that messages of this case broke. */
  readonly rules: readonly string[];
  /** Why the failure is borne (the baseline's reason); '' where it is none, or not known. */
  readonly known: string;
  /** What went over the wire; only where the verdict is not pass. */
  readonly messages: readonly Logged[];
}

export interface Counts {
  readonly cases: number;
  readonly pass: number;
  readonly nonStrict: number;
  readonly fail: number;
  readonly info: number;
  readonly unsupported: number;
  readonly skip: number;
  readonly inconclusive: number;
  readonly error: number;
}

export interface RunResult {
  readonly results: readonly Result[];
  /** The target answered no control probe before the first case: nothing was run. */
  readonly unreachable: string | null;
  /** Ids of the cases after which the server was dead. */
  readonly killedBy: readonly string[];
  readonly interrupted: boolean;
  readonly elapsedS: number;
  readonly messages: {
    readonly sent: Readonly<Record<string, number>>;
    readonly received: Readonly<Record<string, number>>;
  };
  readonly rules: { readonly messagesChecked: number; readonly violations: readonly Broken[] };
}

export function resultOf(
  one: Case,
  rest: Partial<Result> & { readonly verdict: Verdict; readonly actual: string },
): Result {
  const { id, title, req, level, role, methods } = one;
  const facts = { id, title, req, rfc: rfcOf(id), section: sectionOf(id), level, role, methods };
  return {
    ...facts,
    expected: '',
    health: 'alive',
    elapsedMs: 0,
    attempts: [],
    notes: [],
    rules: [],
    known: '',
    messages: [],
    ...rest,
  };
}

export function countsOf(results: readonly Result[]): Counts {
  const count = (verdict: Verdict) => results.filter((one) => one.verdict === verdict).length;
  return {
    cases: results.length,
    pass: count('pass'),
    nonStrict: count('non-strict'),
    fail: count('fail'),
    info: count('info'),
    unsupported: count('unsupported'),
    skip: count('skip'),
    inconclusive: count('inconclusive'),
    error: count('error'),
  };
}

/** Whether a result fails a run that has no baseline. */
export function fails({ verdict }: Result, strict: boolean): boolean {
  return verdict === 'fail' || (strict && verdict === 'non-strict');
}

export interface Judged {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly exitCode: number;
  readonly reasons: readonly string[];
}

/**
 * Exit codes: 1 an error of ours, 5 nothing could be judged or the server died, 3 a failure that is not known or a fault of the gate, 0; 130 an interrupted run that is else fine.
 * @param faults what baseline and required ids fail the run for
 */
export function judge(run: RunResult, strict: boolean, faults: readonly string[] = []): Judged {
  const counts = countsOf(run.results);
  const reasons: string[] = [];
  const broken = run.results.filter(({ verdict }) => verdict === 'error').map(({ id }) => id);
  const failing = run.results.filter((one) => fails(one, strict));
  const failed = failing.filter(({ known }) => known === '').length;
  const known = failing.length - failed;
  if (broken.length > 0) reasons.push(`${broken.length} case(s) went wrong on our side: ${broken.join(', ')}`);
  const claim = noClaim(run, counts);
  reasons.push(...claim);
  if (failed > 0) reasons.push(`${failed} case(s) failed${strict ? ', non-strict ones among them' : ''}`);
  if (known > 0) reasons.push(`${known} known failure(s) borne by the baseline`);
  reasons.push(...faults);
  if (broken.length > 0) return { verdict: 'inconclusive', exitCode: 1, reasons };
  if (claim.length > 0)
    return { verdict: 'inconclusive', exitCode: run.interrupted && run.killedBy.length === 0 ? 130 : 5, reasons };
  if (failed > 0 || faults.length > 0) return { verdict: 'fail', exitCode: 3, reasons };
  return { verdict: run.interrupted ? 'inconclusive' : 'pass', exitCode: run.interrupted ? 130 : 0, reasons };
}

const UNREACHABLE_MEND =
  'is it started, and at this address and transport? One that answers no OPTIONS needs another probe in its profile, such as probe: { method: INVITE, to: bob }';

/** Why the run says nothing about the server; empty when it does. */
function noClaim(run: RunResult, counts: Counts): string[] {
  if (run.unreachable !== null) return [`no claim: ${run.unreachable}`, UNREACHABLE_MEND];
  if (run.killedBy.length > 0) {
    const one = run.killedBy.length === 1;
    const what = `the server stopped answering ${one ? 'after' : 'after one of'} ${run.killedBy.join(', ')}`;
    return one ? [what] : [what, 'run these with --jobs 1 to know which'];
  }
  return counts.pass + counts.nonStrict + counts.fail === 0 ? ['no claim: no case was judged'] : [];
}
