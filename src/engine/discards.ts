// Messages that no call could use, counted by why, with the first of each kind as it came. Judges nothing; holds as much as there are kinds.

import { errorText } from '../sip/errors.ts';

/** Why a well-formed message was of no use. */
export const DISCARD = {
  /** No request of ours that waits, or has just been answered, has this branch. */
  BRANCH: 0,
  METHOD: 1,
  VIA: 2,
  NO_DIALOG: 3,
  ACK: 4,
} as const;

const TEXTS: readonly string[] = [
  'response whose branch is that of no request waiting for one (RFC 3261 §17.1.3)',
  'response whose CSeq method is not that of the request with its branch (RFC 3261 §17.1.3)',
  'response whose Via is not the one our request left with (RFC 3261 §8.1.3.3, §18.1.2)',
  '2xx to an INVITE of nobody here, without what a dialog needs (RFC 3261 §12.1.2)',
  'ACK of no call (RFC 3261 §17.1.1.3)',
];
/** What could not be decoded stands behind them, by its error code. */
const ERRORS = TEXTS.length;
const KINDS = ERRORS + 32;
const KEPT_BYTES = 4_096;

export interface Discarded {
  readonly reason: string;
  readonly count: number;
  /** The first one, perhaps cut short; a byte is a character. */
  readonly example: string;
}

export class Discards {
  private readonly counts = new Float64Array(KINDS);
  private readonly examples: string[] = new Array<string>(KINDS).fill('');

  /** @param why one of DISCARD, or an error code of the decoder (below zero) */
  add(why: number, bytes: Uint8Array, start: number, end: number): void {
    const kind = why < 0 ? ERRORS - why : why;
    if (this.counts[kind]!++ > 0) return;
    this.examples[kind] = Buffer.from(bytes.subarray(start, Math.min(end, start + KEPT_BYTES))).toString('latin1');
  }

  /** Most often first. */
  list(): Discarded[] {
    const found: Discarded[] = [];
    for (let kind = 0; kind < KINDS; kind++) {
      const count = this.counts[kind]!;
      if (count === 0) continue;
      const reason = kind < ERRORS ? TEXTS[kind]! : `malformed: ${errorText(ERRORS - kind)}`;
      found.push({ reason, count, example: this.examples[kind]! });
    }
    return found.sort((a, b) => b.count - a.count);
  }
}
