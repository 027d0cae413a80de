// The results of a conformance run in a summary: what each means for a gate, grouped by section. Pure.

import type { Result } from '../conformance/result.ts';
import type { Summary } from '../metrics/summary.ts';

/** Checked where the summary was made or read. */
export function caseResults(s: Summary): readonly Result[] {
  return s.conformance.results as readonly Result[];
}

/** Whether this result fails the run. */
export function failsRun(one: Result, s: Summary): boolean {
  return one.known === '' && (one.verdict === 'fail' || (s.conformance.strict && one.verdict === 'non-strict'));
}

export interface Section {
  readonly rfc: number;
  readonly section: string;
  readonly results: readonly Result[];
}

/** By RFC, then by section as a table of contents orders them: 8.2 before 8.2.6 before 10. */
export function sectionsOf(results: readonly Result[]): Section[] {
  const groups = new Map<string, Result[]>();
  for (const one of results) {
    const key = `${one.rfc}/${one.section}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()]
    .map((group) => ({ rfc: group[0]!.rfc, section: group[0]!.section, results: group }))
    .sort((a, b) => a.rfc - b.rfc || compareSections(a.section, b.section));
}

function compareSections(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
