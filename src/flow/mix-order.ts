// In which order the flows of a mix are played: smooth weighted round robin, worked out once. Pure.

/** Longest order: the finest mix is told apart to 1 call in this many. */
export const MOST_CALLS = 10_000;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Weights without their common divisor. */
export function reduced(weights: readonly number[]): number[] {
  const divisor = weights.reduce(gcd);
  return weights.map((weight) => weight / divisor);
}

/**
 * The flow of call k is `order[k % order.length]`: each flow comes as often as its weight says, spread as evenly as whole calls allow.
 * It follows from k alone, so that shards that take every n-th call play the same mix together as one would.
 */
export function smoothOrder(given: readonly number[]): Uint8Array {
  const weights = reduced(given);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total > MOST_CALLS) throw new RangeError(`mix: weights add up to ${total}, more than ${MOST_CALLS}`);
  const order = new Uint8Array(total);
  const owed = weights.map(() => 0);
  for (let k = 0; k < total; k++) {
    let best = 0;
    for (let i = 0; i < weights.length; i++) {
      owed[i]! += weights[i]!;
      if (owed[i]! > owed[best]!) best = i;
    }
    owed[best]! -= total;
    order[k] = best;
  }
  return order;
}
