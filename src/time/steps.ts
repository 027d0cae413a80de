// Long waits of any length out of few lanes: a deadline is neared in steps of doubling length. Knows no clock; time is a cell the lanes read.

import type { Lanes } from './lanes.ts';

export class Steps {
  private readonly lanes: Lanes;
  private readonly finestUs: number;
  private readonly steps: Int32Array;

  /** @param finestUs the shortest step: how late a deadline is noticed at most; @param count how many lengths, each twice the one before */
  constructor(lanes: Lanes, finestUs: number, count: number) {
    this.lanes = lanes;
    this.finestUs = finestUs;
    this.steps = Int32Array.from({ length: count }, (_, n) => lanes.lane(finestUs * 2 ** n));
  }

  /** Starts `node` with the longest step that does not miss a deadline `restUs[0]` from now; when it fires the deadline is there, or nearer. */
  start(node: number, restUs: Float64Array): void {
    const rest = restUs[0]!;
    let step = 0;
    while (step + 1 < this.steps.length && this.finestUs * 2 ** (step + 1) <= rest) step++;
    this.lanes.start(node, this.steps[step]!);
  }
}
