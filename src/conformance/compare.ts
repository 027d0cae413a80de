// The results of several servers side by side, a row for each case. Pure; judges nothing.

import type { Result } from './result.ts';
import type { Verdict } from './verdict.ts';

export interface CaseRow {
  readonly id: string;
  readonly title: string;
  readonly rfc: number;
  readonly section: string;
  readonly level: string;
  /** In the order of the runs; null where a run did not have the case. */
  readonly cells: readonly ({ readonly verdict: Verdict; readonly actual: string; readonly known: string } | null)[];
  /** Not every run says the same. */
  readonly differs: boolean;
}

export function compareResults(runs: readonly (readonly Result[])[]): CaseRow[] {
  const byId = runs.map((results) => new Map(results.map((one) => [one.id, one])));
  const ids = new Set(runs.flatMap((results) => results.map(({ id }) => id)));
  return [...ids]
    .map((id) => {
      const found = byId.map((results) => results.get(id) ?? null);
      const { title, rfc, section, level } = found.find((one) => one !== null)!;
      return {
        id,
        title,
        rfc,
        section,
        level,
        cells: found.map((one) => one && { verdict: one.verdict, actual: one.actual, known: one.known }),
        differs: new Set(found.map((one) => one?.verdict ?? null)).size > 1,
      };
    })
    .sort(
      (a, b) =>
        a.rfc - b.rfc ||
        a.section.localeCompare(b.section, 'en', { numeric: true }) ||
        (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    );
}
