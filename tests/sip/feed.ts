// Feeds bytes to the stream framer in pieces, as a socket would, and tells what came of it. Asserts that the framer keeps to its bounds.

import { expect } from 'vitest';
import * as ERR from '../../src/sip/errors.ts';
import { Framer } from '../../src/sip/frame.ts';
import { NONE } from '../../src/sip/message.ts';

export interface Outcome {
  readonly messages: readonly string[];
  readonly error: number;
  readonly pings: number;
  readonly between: boolean;
  /** What came whole of the message that could not be framed. */
  readonly head: string | null;
}

/** Feeds `bytes` in pieces that end at `cuts`. What is kept moves to another place of a larger buffer each time. */
export function feed(bytes: Uint8Array, cuts: readonly number[], framer = new Framer()): Outcome {
  const buf = new Uint8Array(bytes.length + 64);
  const messages: string[] = [];
  const text = (start: number, end: number) => Buffer.from(buf.subarray(start, end)).toString('latin1');
  const done = (error: number): Outcome => {
    const head = framer.headEnd === NONE ? null : text(framer.from, framer.headEnd);
    return { messages, error, pings: framer.pings, between: framer.between, head };
  };
  let start = 0;
  let kept = 0;
  let fed = 0;
  for (const [i, cut] of [...cuts, bytes.length].entries()) {
    const to = (i * 7) % 60;
    buf.copyWithin(to, start, start + kept);
    // Whatever lies round the bytes is not theirs.
    buf.fill(10, 0, to);
    buf.fill(10, to + kept);
    buf.set(bytes.subarray(fed, cut), to + kept);
    start = to;
    const end = to + kept + cut - fed;
    fed = cut;
    for (;;) {
      const next = framer.next(buf, start, end);
      expect(framer.from).toBeGreaterThanOrEqual(start);
      if (next < 0) {
        if (next !== ERR.ERR_NEED_MORE) {
          const outcome = done(next);
          expect(framer.next(buf, start, end)).toBe(next);
          return outcome;
        }
        break;
      }
      expect(next).toBeLessThanOrEqual(end);
      messages.push(text(framer.from, next));
      start = next;
    }
    start = framer.from;
    kept = end - start;
  }
  return done(0);
}
