// One measure of an operation for the benches of single parts: its best time and the heap it takes. Knows nothing of what it runs.

const OPERATIONS = 2_000_000;
const FEW = 50_000;
const ROUNDS = 7;

/**
 * Prints nanoseconds (best of several rounds) and heap bytes (median, over so few operations that no collection falls between) of one operation.
 * @param run does that many operations
 */
export function measure(name: string, run: (operations: number) => void): void {
  for (let i = 0; i < 5; i++) run(FEW);
  let best = Number.POSITIVE_INFINITY;
  const grown: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const from = process.hrtime.bigint();
    run(OPERATIONS);
    best = Math.min(best, Number(process.hrtime.bigint() - from) / OPERATIONS);
    const heap = process.memoryUsage().heapUsed;
    run(FEW);
    grown.push((process.memoryUsage().heapUsed - heap) / FEW);
  }
  grown.sort((a, b) => a - b);
  const heap = grown[ROUNDS >> 1]!.toFixed(2).padStart(6);
  console.log(`${name.padEnd(58)} ${best.toFixed(1).padStart(6)} ns ${heap} heap B per operation`);
}
