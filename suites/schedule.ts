// When the copies of a message come, and whether that is as the RFCs have it. Times with what our own lateness leaves open, and with tolerance for a busy server.

import { elapsed } from '../src/conformance/elapsed.ts';
import type { Received } from '../src/conformance/outgoing.ts';
import type { Peer } from '../src/conformance/peer.ts';
import type { Talk } from '../src/conformance/talk.ts';

/** RFC 3261 §17.1.1.1 */
const T1_MS = 500;
export const T2_MS = 4_000;

/** The message and `count` more copies, which are waited for. */
export async function copiesOf(end: Peer, first: Received, count: number): Promise<Received[]> {
  const copies = [first];
  for (let gapMs = T1_MS; copies.length <= count; gapMs *= 2)
    copies.push(await end.expectAgain(copies.at(-1)!, { withinMs: gapMs * 2 + 1_500 }));
  return copies;
}

/** Every copy of a request that has come when so much time has passed since the first. */
export async function copiesWithin(t: Talk, request: Received, ms: number): Promise<Received[]> {
  await t.pause(ms - (performance.now() - request.atUs / 1_000));
  return t.received.filter(
    (one) => one.isRequest && one.branch === request.branch && t.within(elapsed(request, one), { mostMs: ms }),
  );
}

/** Copies come after these gaps, and no others. Timers of a busy machine are late, and each delays those after it; none is early. */
export function verifyGaps(t: Talk, copies: readonly Received[], wantedMs: readonly number[]): void {
  const [first, ...later] = copies;
  let dueMs = 0;
  const isDue = (copy: Received, i: number) => {
    dueMs += wantedMs[i]!;
    return t.within(elapsed(first!, copy), { leastMs: dueMs - 100, mostMs: dueMs * 1.2 + 150 });
  };
  const text = (list: readonly number[]) => `${list.map(Math.round).join(', ') || 'none'} (ms)`;
  const actual = text(later.map((copy, i) => elapsed(copies[i]!, copy).ms));
  t.remember(`gaps: ${actual}`);
  const fits = later.length === wantedMs.length && later.every(isDue);
  t.verify(fits, `copies after ${text(wantedMs)}`, `copies after ${actual}`);
}

/** The first gap is T1, each next one twice the one before, none above `capMs`. */
export function verifyDoubling(t: Talk, copies: readonly Received[], capMs = Number.POSITIVE_INFINITY): void {
  const gaps = copies.slice(1).map((_, i) => Math.min(T1_MS * 2 ** i, capMs));
  verifyGaps(t, copies, gaps);
}
