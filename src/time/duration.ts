// Durations as people write them, `500ms`, `30s`, `1.5m`, in microseconds. Pure.

const PATTERN = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)$/;
const UNIT_US: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/** The text is no duration. */
export class DurationError extends Error {
  override name = 'DurationError';
  readonly complaint: string;
  readonly mend: string;

  constructor(complaint: string, mend: string) {
    super(`${complaint}; ${mend}`);
    this.complaint = complaint;
    this.mend = mend;
  }
}

/** Whole microseconds, 0 or more. Throws DurationError, whose message says what to write. */
export function parseDuration(text: string): number {
  const match = PATTERN.exec(text.trim());
  if (match === null) throw diagnose(text, text.trim());
  const us = Math.round(Number(match[1]) * UNIT_US[match[2]!]!);
  if (!Number.isSafeInteger(us)) throw new DurationError(`duration ${JSON.stringify(text)} is too long`, 'shorten it');
  return us;
}

function diagnose(text: string, trimmed: string): DurationError {
  if (trimmed === '') return new DurationError('duration missing', 'write a number and a unit: 500ms, 30s, 5m, 1h');
  const named = `duration ${JSON.stringify(text)}`;
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return new DurationError(`${named} has no unit`, `write ${trimmed}s or ${trimmed}ms (units: us, ms, s, m, h)`);
  }
  if (trimmed.startsWith('-')) return new DurationError(`${named} is negative`, 'write it without the minus');
  const loose = /^(\d+(?:\.\d+)?)\s*([a-zµ]+)$/i.exec(trimmed);
  const unit = loose === null ? '' : nearestUnit(loose[2]!.toLowerCase());
  const mend = unit === '' ? 'write a number and a unit: 250us, 500ms, 30s, 5m, 1h' : `write ${loose![1]}${unit}`;
  return new DurationError(`${named} is not understood`, mend);
}

function nearestUnit(word: string): string {
  if (word in UNIT_US) return word;
  if (/^(hrs?|hours?)$/.test(word)) return 'h';
  if (/^(mins?|minutes?)$/.test(word)) return 'm';
  if (/^(secs?|seconds?)$/.test(word)) return 's';
  if (/^(msecs?|millis?|milliseconds?)$/.test(word)) return 'ms';
  if (/^(usecs?|micros?|microseconds?)$/.test(word)) return 'us';
  return '';
}
