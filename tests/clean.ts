// What a run without a fault looks like in its summary. Never lets a failed call, a repeated message or a broken rule pass.
import { expect } from 'vitest';
import type { Result } from './peers/busyhour.ts';

/** All calls made, all of them good, nothing unexpected. */
export function expectClean(result: Result, calls: number): void {
  expect(result.summary, result.stderr).not.toBeNull();
  expect(result.summary!.failures).toEqual([]);
  expect(result.summary!.calls).toMatchObject({ started: calls, succeeded: calls, failed: 0 });
  expect(result.summary!.messages).toMatchObject({ unexpected: 0, malformed: 0 });
  // On a machine that is busy with other things the generator rightly says that it could not keep the schedule.
  const end = result.summary!.generator.saturated
    ? { verdict: 'inconclusive', exitCode: 4 }
    : { verdict: 'pass', exitCode: 0 };
  expect(result.summary, result.stderr).toMatchObject(end);
  expect(result.code).toBe(end.exitCode);
}

/** A run whose calls failed ends so. On a machine that is busy with other things the generator rightly says that it could not keep the schedule: 4 goes before 99. */
export function failedEnd(result: Result): { readonly exitCode: number; readonly verdict: string } {
  return result.summary!.generator.saturated
    ? { exitCode: 4, verdict: 'inconclusive' }
    : { exitCode: 99, verdict: 'fail' };
}

export function expectFailed(result: Result): void {
  expect(result.code, result.stderr).toBe(failedEnd(result).exitCode);
}

/** Clean, nothing sent twice by either end, and no rule broken by the peer but those named, so often. */
export function expectSpotless(result: Result, calls: number, broken: Readonly<Record<string, number>> = {}): void {
  expectClean(result, calls);
  expectLawful(result, broken);
}

/** Nothing sent twice by either end, nothing stray or malformed, no call failed and no rule broken but those named: for the side that counts no schedule. */
export function expectLawful(result: Result, broken: Readonly<Record<string, number>> = {}): void {
  const summary = result.summary!;
  const found = Object.fromEntries(summary.rules.violations.map(({ id, count }) => [id, count]));
  expect(found, JSON.stringify(summary.rules.violations, null, 1)).toEqual(broken);
  expect(summary.messages).toMatchObject({ retransmitted: 0, retransmissionsReceived: 0, malformed: 0, stray: 0 });
  expect(summary.calls.failed).toBe(0);
}

/** Messages by method or by status. */
export type Counts = Readonly<Record<string, readonly [sent: number, received: number]>>;

/** What so many calls come to when one comes to this. */
export function times(counts: Counts, calls: number): Counts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, [sent, received]]) => [name, [sent * calls, received * calls]]),
  );
}

/** Messages of the methods and statuses named, and of no other. */
export function expectMessages(result: Result, methods: Counts, statuses: Counts): void {
  expect(pairs(result.summary!.messages.byMethod)).toEqual(methods);
  expect(pairs(result.summary!.messages.byStatus)).toEqual(statuses);
}

function pairs(counts: Readonly<Record<string, { readonly sent: number; readonly received: number }>>): object {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([, { sent, received }]) => sent + received > 0)
      .map(([name, { sent, received }]) => [name, [sent, received]]),
  );
}
