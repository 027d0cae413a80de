// From what was measured to verdict and exit code. Pure.

import type { ThresholdResult, Verdict } from '../metrics/summary.ts';
import type { Threshold } from '../metrics/thresholds.ts';

export const EXIT = {
  PASS: 0,
  INTERNAL: 1,
  USAGE: 2,
  CONFORMANCE: 3,
  INCONCLUSIVE: 4,
  UNREACHABLE: 5,
  THRESHOLD: 99,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

export interface Judged {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly exitCode: number;
}

export interface Evidence {
  readonly target: string | null;
  readonly started: number;
  readonly planned: number;
  /** Any SIP message came in. */
  readonly heard: boolean;
  readonly refusedBy: readonly string[];
  readonly saturatedReasons: readonly string[];
  readonly thresholds: readonly ThresholdResult[];
  /** 130 or 143 when a signal ended the run, 0 otherwise. */
  readonly signalExit: number;
}

/** A run in which calls failed does not pass unless the user says how many may: this is the threshold that stands for it. */
export function withImplicit(thresholds: readonly Threshold[], users = false): string[] {
  const unless = (given: RegExp, implied: string) =>
    thresholds.some((t) => given.test(t.expression)) ? [] : [implied];
  return [
    ...unless(/^(calls\.failed|failed\.rate)/, 'calls.failed<1'),
    ...(users ? unless(/^received\.failed/, 'received.failed<1') : []),
    ...(users ? unless(/^registrations\.failed/, 'registrations.failed<1') : []),
  ];
}

/** Several hold at once: 5 before 4 before 99 (internal errors and usage never come here); a signal's code when nothing else is wrong. */
export function judge(e: Evidence): Judged {
  if (e.target !== null && !e.heard && e.started > 0) {
    const refused = e.refusedBy.length > 0 ? `: nothing listens at ${e.refusedBy.join(', ')}` : '';
    return {
      verdict: 'inconclusive',
      reasons: [`no SIP message came from ${e.target}${refused}; nothing can be said about it`, ...e.saturatedReasons],
      exitCode: EXIT.UNREACHABLE,
    };
  }
  if (e.started === 0) {
    return {
      verdict: 'inconclusive',
      reasons: ['no call was made: nothing can be judged', ...e.saturatedReasons],
      exitCode: e.signalExit || EXIT.UNREACHABLE,
    };
  }
  if (e.saturatedReasons.length > 0)
    return { verdict: 'inconclusive', reasons: e.saturatedReasons, exitCode: EXIT.INCONCLUSIVE };
  const crossed = e.thresholds.filter((t) => !t.passed);
  if (crossed.length > 0)
    return {
      verdict: 'fail',
      reasons: crossed.map((t) => `threshold crossed: ${t.expression}${t.note === '' ? '' : ` (${t.note})`}`),
      exitCode: EXIT.THRESHOLD,
    };
  return { verdict: 'pass', reasons: [], exitCode: e.signalExit };
}
