// How far apart the copies of a message come, and whether the gaps double as the RFCs have it. Times on our clock, with tolerance for a busy machine.

import type { Received } from '../src/conformance/outgoing.ts';
import type { Peer } from '../src/conformance/peer.ts';
import type { Talk } from '../src/conformance/talk.ts';

/** RFC 3261 §17.1.1.1 */
const T1_MS = 500;
export const T2_MS = 4_000;

/** Waits for `count` more copies; the gaps between them in milliseconds. */
export async function gapsOf(end: Peer, first: Received, count: number): Promise<number[]> {
  const gaps: number[] = [];
  let before = first;
  while (gaps.length < count) {
    const again = await end.expectAgain(before, { withinMs: 2 * (gaps.at(-1) ?? T1_MS) + 1_500 });
    gaps.push((again.atUs - before.atUs) / 1_000);
    before = again;
  }
  return gaps;
}

/** The first gap is T1, each next one twice the one before, none above `capMs`. */
export function verifyDoubling(t: Talk, gaps: readonly number[], capMs = Number.POSITIVE_INFINITY): void {
  const wanted = gaps.map((_, i) => Math.min(T1_MS * 2 ** i, capMs));
  const near = gaps.every((gap, i) => Math.abs(gap - wanted[i]!) <= 60 + wanted[i]! * 0.15);
  const text = (list: readonly number[]) => `${list.map((ms) => Math.round(ms)).join(', ')} ms`;
  t.remember(`gaps: ${text(gaps)}`);
  t.verify(near, `copies after ${text(wanted)}`, `copies after ${text(gaps)}`);
}
