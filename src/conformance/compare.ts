// The results of several servers side by side, a row for each case. Pure; judges nothing.

import type { Result } from './result.ts';
import type { Verdict } from './verdict.ts';

export interface CaseCell {
  readonly verdict: Verdict;
  readonly expected: string;
  readonly actual: string;
  readonly known: string;
}

export interface CaseRow {
  readonly id: string;
  readonly title: string;
  readonly rfc: number;
  readonly section: string;
  readonly level: string;
  /** In the order of the runs; null where a run did not have the case. */
  readonly cells: readonly (CaseCell | null)[];
  /** Not every run says the same. */
  readonly differs: boolean;
  readonly kind: RowKind;
}

/**
 * What a row tells: `broken` a server fails it, `missed` one keeps it but not strictly, `unlike` the servers that were asked
 * do not agree, `some` only some were asked, `same` all say the same.
 */
export type RowKind = 'broken' | 'missed' | 'unlike' | 'some' | 'same';

function kindOf(verdicts: readonly (Verdict | null)[]): RowKind {
  const asked = new Set(verdicts.filter((verdict) => verdict !== null && verdict !== 'skip'));
  if (asked.has('fail')) return 'broken';
  if (asked.has('non-strict')) return 'missed';
  if (asked.size > 1) return 'unlike';
  return new Set(verdicts).size > 1 ? 'some' : 'same';
}

export function compareResults(runs: readonly (readonly Result[])[]): CaseRow[] {
  const byId = runs.map((results) => new Map(results.map((one) => [one.id, one])));
  const ids = new Set(runs.flatMap((results) => results.map(({ id }) => id)));
  return [...ids]
    .map((id) => {
      const found = byId.map((results) => results.get(id) ?? null);
      const verdicts = found.map((one) => one?.verdict ?? null);
      const { title, rfc, section, level } = found.find((one) => one !== null)!;
      return {
        id,
        title,
        rfc,
        section,
        level,
        cells: found.map((one) => one && cellOf(one)),
        differs: new Set(verdicts).size > 1,
        kind: kindOf(verdicts),
      };
    })
    .sort(
      (a, b) =>
        a.rfc - b.rfc ||
        a.section.localeCompare(b.section, 'en', { numeric: true }) ||
        (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    );
}

function cellOf({ verdict, expected, actual, known }: Result): CaseCell {
  return { verdict, expected, actual, known };
}
