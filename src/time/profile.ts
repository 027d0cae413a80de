// The text of --profile, `ramp 0..500 10s, hold 500 1m`, as phases of a schedule. Pure; every error names the column and the mend.

import { DurationError, parseDuration } from './duration.ts';
import type { Phase } from './schedule.ts';

const MAX_PHASES = 10_000;
const NUMBER = '(\\d+(?:\\.\\d+)?)';
const RANGE = `${NUMBER}\\s*\\.\\.\\s*${NUMBER}`;
const FORMS = {
  ramp: new RegExp(`^ramp\\s+${RANGE}(?:\\s+(.*))?$`),
  hold: new RegExp(`^hold\\s+${NUMBER}(?:\\s+(.*))?$`),
  step: new RegExp(`^step\\s+${RANGE}\\s+by\\s+${NUMBER}\\s+every(?:\\s+(.*))?$`),
} as const;
const USAGE = {
  ramp: 'ramp 0..500 10s',
  hold: 'hold 500 1m',
  step: 'step 100..1000 by 100 every 10s',
} as const;

/** The profile is not understood; `column` is 1-based in the text as given. */
export class ProfileError extends Error {
  override name = 'ProfileError';
  readonly column: number;

  constructor(column: number, complaint: string, mend: string) {
    super(`profile, column ${column}: ${complaint}; ${mend}`);
    this.column = column;
  }
}

/**
 * Phases, separated by commas: `ramp A..B DURATION`, `hold R DURATION` (the last hold also `forever`) and
 * `step A..B by S every DURATION`, which holds A, A+S, … B in turn. Rates in calls per second. Throws ProfileError.
 */
export function parseProfile(text: string): Phase[] {
  const phases: Phase[] = [];
  let start = 0;
  while (start <= text.length) {
    const comma = text.indexOf(',', start);
    const end = comma === -1 ? text.length : comma;
    parsePart(text, start, end, comma === -1, phases);
    start = end + 1;
  }
  if (phases.length > MAX_PHASES) {
    throw new ProfileError(1, `more than ${MAX_PHASES} phases`, 'use larger steps, or a ramp');
  }
  if (phases.every((phase) => phase.fromCps === 0 && phase.toCps === 0)) {
    throw new ProfileError(1, 'no phase has a rate above 0', 'no call would be made; give a rate: hold 10 30s');
  }
  return phases;
}

function parsePart(text: string, start: number, end: number, last: boolean, phases: Phase[]): void {
  const raw = text.slice(start, end);
  const part = raw.trim();
  const column = start + (raw.length - raw.trimStart().length) + 1;
  if (part === '') {
    const only = text.trim() === '';
    throw new ProfileError(column, only ? 'empty' : 'nothing between commas', `write a phase: ${USAGE.hold}`);
  }
  const word = /^[a-z]+/i.exec(part)?.[0].toLowerCase() ?? '';
  if (word !== 'ramp' && word !== 'hold' && word !== 'step') {
    const forms = Object.values(USAGE).join(', or ');
    throw new ProfileError(column, `${JSON.stringify(part)} is no phase`, `a phase is ${forms}`);
  }
  const match = FORMS[word].exec(word + part.slice(word.length));
  if (match === null) {
    throw new ProfileError(column, `${JSON.stringify(part)} is not understood`, `write it like ${USAGE[word]}`);
  }
  const lengthText = match.at(-1) ?? '';
  const lengthColumn = column + part.length - lengthText.length;
  if (lengthText === '') {
    throw new ProfileError(column + part.length, `${word} without a duration`, `write it like ${USAGE[word]}`);
  }
  const first = Number(match[1]);
  if (word === 'hold') {
    const durationUs = holdLength(lengthText, lengthColumn, first, last);
    phases.push({ fromCps: first, toCps: first, durationUs });
    return;
  }
  const durationUs = length(lengthText, lengthColumn);
  const to = Number(match[2]);
  if (word === 'ramp') phases.push({ fromCps: first, toCps: to, durationUs });
  else pushSteps(first, to, Number(match[3]), durationUs, column, phases);
}

function holdLength(text: string, column: number, rate: number, last: boolean): number {
  if (text !== 'forever') return length(text, column);
  if (!last) throw new ProfileError(column, 'a phase after one that never ends', 'move the hold forever to the end');
  if (rate === 0) throw new ProfileError(column, 'hold 0 forever makes no call', 'end it with a duration');
  return Number.POSITIVE_INFINITY;
}

function pushSteps(from: number, to: number, by: number, durationUs: number, column: number, phases: Phase[]): void {
  const count = by > 0 ? Math.abs(to - from) / by : Number.NaN;
  const whole = Math.round(count);
  if (!(Math.abs(count - whole) < 1e-9)) {
    throw new ProfileError(column, `steps of ${by} do not lead from ${from} to ${to}`, mendStep(from, to, by));
  }
  if (whole > MAX_PHASES) {
    throw new ProfileError(column, `${whole + 1} steps, the limit is ${MAX_PHASES}`, 'use larger steps, or a ramp');
  }
  for (let i = 0; i <= whole; i++) {
    const rate = i === whole ? to : from + (to - from) * (i / whole);
    phases.push({ fromCps: rate, toCps: rate, durationUs });
  }
}

function mendStep(from: number, to: number, by: number): string {
  if (by === 0) return 'steps must be above 0';
  const span = Math.floor(Math.abs(to - from) / by) * by;
  const nearest = to > from ? from + span : from - span;
  return `end at ${nearest}, or at ${to > from ? nearest + by : Math.max(0, nearest - by)}`;
}

function length(text: string, column: number): number {
  try {
    const us = parseDuration(text);
    if (us > 0) return us;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new ProfileError(column, error.complaint, error.mend);
  }
  throw new ProfileError(
    column,
    `duration ${JSON.stringify(text)} is zero`,
    'leave the phase out, or give it a length',
  );
}
