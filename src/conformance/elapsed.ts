// The time from one message to another, with what our own lateness leaves open. Compares; judges nothing.

import type { Outgoing, Received } from './outgoing.ts';

export interface Elapsed {
  /** As our loop saw it. */
  readonly ms: number;
  /** What it can have been, where our loop was late to read. */
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface Bounds {
  readonly leastMs?: number;
  readonly mostMs?: number;
}

/** From a message, the last time it was sent if it is ours, to one that came later. */
export function elapsed(from: Outgoing | Received, to: Received): Elapsed {
  const atUs = 'atUs' in from ? from.atUs : from.sentAtUs.at(-1)!;
  const sinceUs = 'atUs' in from ? from.sinceUs : atUs;
  return {
    ms: (to.atUs - atUs) / 1_000,
    leastMs: Math.max(0, to.sinceUs - atUs) / 1_000,
    mostMs: (to.atUs - sinceUs) / 1_000,
  };
}

/** Whether it is within the bounds; null where that depends on how late we were. */
export function isWithin({ ms, leastMs, mostMs }: Elapsed, bounds: Bounds): boolean | null {
  const { leastMs: low = 0, mostMs: high = Number.POSITIVE_INFINITY } = bounds;
  if (ms >= low && ms <= high) return true;
  return mostMs < low || leastMs > high ? false : null;
}
