// Durations as people write them, `250ms`, `2s`, `1.5m`, in microseconds. Pure.

const NONE = -1;

export const DURATION_PATTERN = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)$/;

const UNIT_US: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/** Whole microseconds, or NONE when the text is no duration. */
export function durationUs(text: string): number {
  const match = DURATION_PATTERN.exec(text);
  return match === null ? NONE : Math.round(Number(match[1]) * UNIT_US[match[2]!]!);
}
