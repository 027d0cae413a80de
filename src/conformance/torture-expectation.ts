// What a manifest of raw messages says in words about an answer, read into statuses, silence and plain acceptance. Pure.

import { isKnownStatus } from '../sip/phrases.ts';

/** A set of outcomes: statuses, classes of them (2 for 2xx), no answer at all, or the processing that a right message gets. */
export interface Outcomes {
  readonly statuses: readonly number[];
  readonly classes: readonly number[];
  readonly silence: boolean;
  readonly accepted: boolean;
}

export type Outcome = number | 'silence';

const SILENCE = /\b(drop|drops|dropped|discard|discarded|silent|silently)\b/;
const ACCEPTED =
  /\b(accept|accepts|accepted|well-formed|normal|processes|matching|parse|tolerate|tolerated|ignore|infer|as any other)\b/;

/** `400, or accept when Date is not needed`: 400 or acceptance. */
export function outcomesOf(words: string): Outcomes {
  const numbers = [...words.matchAll(/(?<![\d*])([2-6]\d\d)(?!\d)/g)].map(([, status]) => Number(status));
  return {
    statuses: numbers.filter(isKnownStatus),
    classes: [...words.matchAll(/\b([2-6])xx\b/g)].map(([, one]) => Number(one)),
    silence: SILENCE.test(words),
    accepted: ACCEPTED.test(words),
  };
}

export function says({ statuses, classes, silence, accepted }: Outcomes, outcome: Outcome): boolean {
  if (outcome === 'silence') return silence;
  if (statuses.includes(outcome) || classes.includes(Math.floor(outcome / 100))) return true;
  return accepted && isProcessed(outcome);
}

/** A right message may be refused for what it asks, never for how it is written. */
function isProcessed(status: number): boolean {
  return status !== 400 && (status < 500 || status >= 600);
}

export function isEmpty({ statuses, classes, silence, accepted }: Outcomes): boolean {
  return statuses.length === 0 && classes.length === 0 && !silence && !accepted;
}
