// The verdicts, and how a case comes to one: by throwing a Conclusion, or by reaching its end. Never looks at a message.

import type { Level } from './case.ts';

export type Verdict = 'pass' | 'non-strict' | 'fail' | 'info' | 'unsupported' | 'skip' | 'inconclusive' | 'error';
export const VERDICTS: readonly Verdict[] = [
  'pass',
  'non-strict',
  'fail',
  'info',
  'unsupported',
  'skip',
  'inconclusive',
  'error',
];

/** The server after a case: answered the control probe, late, or not at all. */
export type Health = 'alive' | 'slow' | 'dead';

/** Ends a case. Not an error of ours: a finding about the server. */
export class Conclusion extends Error {
  override name = 'Conclusion';
  readonly verdict: Verdict;
  readonly expected: string;
  readonly actual: string;

  constructor(verdict: Verdict, actual: string, expected = '') {
    super(expected === '' ? actual : `expected ${expected}, got ${actual}`);
    this.verdict = verdict;
    this.expected = expected;
    this.actual = actual;
  }
}

/** Ends a case whose measurement our own lateness has spoilt: inconclusive, whatever the server did. */
export class Late extends Conclusion {
  override name = 'Late';

  constructor(what: string, expected = '') {
    super('inconclusive', `the harness itself was late: ${what}`, expected);
  }
}

/** A missed requirement weighs what its level says. */
export function weigh(verdict: Verdict, level: Level): Verdict {
  if (verdict !== 'fail') return verdict;
  if (level === 'SHOULD' || level === 'SHOULD NOT') return 'non-strict';
  return level === 'MAY' || level === 'INFO' ? 'info' : 'fail';
}
