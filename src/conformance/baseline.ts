// Known failures and ids that must pass: the shapes of their files, and what they make of a run. Pure: reads no file, knows no day.

import { z } from 'zod';
import { fails, type Result } from './result.ts';

const id = z.string().min(1).describe('Id of a case, as busyhour conform --list prints it.');

const knownSchema = z.strictObject({
  id,
  reason: z.string().trim().min(1).describe('Why the failure is borne for now.'),
  link: z.string().min(1).optional().describe('Where it is followed up.'),
  expires: z.iso.date().optional().describe('Last day (UTC) on which it is borne, such as 2027-03-31.'),
});

export const baselineSchema = z
  .strictObject({ known: z.array(knownSchema) })
  .meta({ title: 'busyhour baseline', description: 'Known failures of a server: busyhour conform --baseline FILE.' });

export const requireSchema = z
  .array(id)
  .min(1)
  .meta({ title: 'busyhour required cases', description: 'Ids that must pass: busyhour conform --require FILE.' });

export type Known = z.output<typeof knownSchema>;

/** A line of one of the two files, and its place in words: `known.yaml:4:7`. */
export interface Placed<T> {
  readonly entry: T;
  readonly place: string;
}

export interface GateFiles {
  readonly known: readonly Placed<Known>[];
  readonly required: readonly Placed<string>[];
}

export interface Gated {
  /** The results, those that are known to fail with the reason in `known`. */
  readonly results: readonly Result[];
  /** What the files alone fail the run for. */
  readonly faults: readonly string[];
}

export interface GateFacts {
  readonly strict: boolean;
  /** Every id there is, selected or not. */
  readonly ids: ReadonlySet<string>;
  /** `2026-11-25`, UTC. */
  readonly today: string;
}

export function gate(results: readonly Result[], { known, required }: GateFiles, facts: GateFacts): Gated {
  const { strict, ids, today } = facts;
  const byId = new Map(results.map((one) => [one.id, one]));
  const reasons = new Map<string, string>();
  const faults: string[] = [];
  for (const { entry, place } of known) {
    const result = byId.get(entry.id);
    if (!ids.has(entry.id)) faults.push(`${place}: unknown id ${entry.id}; busyhour conform --list has the ids`);
    else if (entry.expires !== undefined && entry.expires < today)
      faults.push(`${place}: the entry for ${entry.id} expired on ${entry.expires}; mend the server or renew it`);
    else if (result !== undefined && fails(result, strict)) reasons.set(entry.id, entry.reason);
    else if (result !== undefined && ['pass', 'non-strict', 'info'].includes(result.verdict))
      faults.push(`${place}: unexpected pass: ${entry.id} is ${result.verdict}; take the entry out`);
  }
  for (const { entry, place } of required) {
    const verdict = byId.get(entry)?.verdict ?? 'not selected';
    if (!ids.has(entry)) faults.push(`${place}: unknown id ${entry}; busyhour conform --list has the ids`);
    else if (verdict !== 'pass') {
      faults.push(`${place}: ${entry} must pass and is ${verdict}`);
      // What must pass cannot be borne.
      reasons.delete(entry);
    }
  }
  return { results: results.map((one) => ({ ...one, known: reasons.get(one.id) ?? '' })), faults };
}

/** The baseline after a run: what fails, with the words it had; what was not judged stays; what passes goes. */
export function nextBaseline(results: readonly Result[], before: readonly Known[], strict: boolean): Known[] {
  const byId = new Map(results.map((one) => [one.id, one]));
  const judged = (one: Result | undefined) =>
    one !== undefined && ['pass', 'non-strict', 'fail', 'info'].includes(one.verdict);
  const kept = before.filter((entry) => {
    const result = byId.get(entry.id);
    return !judged(result) || fails(result!, strict);
  });
  const had = new Set(kept.map((entry) => entry.id));
  const added = results.filter((one) => fails(one, strict) && !had.has(one.id));
  return [...kept, ...added.map((one) => ({ id: one.id, reason: reasonOf(one) }))].sort((a, b) =>
    a.id < b.id ? -1 : a.id > b.id ? 1 : 0,
  );
}

function reasonOf({ expected, actual }: Result): string {
  return `not looked into: ${expected === '' ? actual : `expected ${expected}, got ${actual}`}`;
}
