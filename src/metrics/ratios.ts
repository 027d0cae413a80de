// The session ratios of RFC 6076 from counts of how session attempts ended. Pure; says when a ratio cannot be computed, never 0 instead.

export interface Ratio {
  /** In percent; null when it cannot be computed, and then `note` says why. */
  readonly percent: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly note: string;
}

export const RATIO_NAMES = ['ser', 'seer', 'isa', 'scr'] as const;
export type RatioName = (typeof RATIO_NAMES)[number];

export interface SessionCounts {
  /** INVITEs that open a session, each once; null when the flow opens none. */
  readonly attempts: number | null;
  /** First final responses to them, by status − 100; null when not counted. */
  readonly finals: Float64Array | null;
  /** Calls whose ladder ran to its end. */
  readonly succeeded: number;
}

export function ratiosOf({ attempts, finals, succeeded }: SessionCounts): Record<RatioName, Ratio> {
  if (attempts === null) return all('the flow opens no session with INVITE');
  if (finals === null) return all('final responses to INVITE were not counted');
  if (attempts === 0) return all('no session was attempted');
  const between = (low: number, high: number) => {
    let n = 0;
    for (let status = low; status <= high; status++) n += finals[status - 100] ?? 0;
    return n;
  };
  const of = (...statuses: number[]) => statuses.reduce((n, status) => n + between(status, status), 0);
  const answered = between(200, 299);
  const kept = attempts - between(300, 399);
  const redirected = 'every attempt was redirected (3xx)';
  return {
    // RFC 6076 §4.6: answered sessions among all attempts that were not redirected.
    ser: ratio(answered, kept, redirected),
    // RFC 6076 §4.7: the called person's own decisions (480, 486, 600, 603) count as effective too.
    seer: ratio(answered + of(480, 486, 600, 603), kept, redirected),
    // RFC 6076 §4.8: attempts that the network could not bring to an end (408, 500, 503, 504) among all attempts.
    isa: ratio(of(408, 500, 503, 504), attempts, ''),
    // RFC 6076 §4.9: sessions that were answered and ended as they should among all attempts.
    scr: ratio(Math.min(answered, succeeded), attempts, ''),
  };
}

function ratio(numerator: number, denominator: number, whenNone: string): Ratio {
  if (denominator <= 0) return { percent: null, numerator, denominator, note: whenNone };
  return { percent: Math.round((numerator / denominator) * 1e6) / 1e4, numerator, denominator, note: '' };
}

function all(note: string): Record<RatioName, Ratio> {
  const none: Ratio = { percent: null, numerator: null, denominator: null, note };
  return { ser: none, seer: none, isa: none, scr: none };
}
