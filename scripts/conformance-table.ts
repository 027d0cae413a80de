// The table of conformance coverage: by RFC section the requirements, the cases and the passive rules. Reads the suites and the catalogue of rules; writes nothing.
import { type Entry, isCase, rfcOf, sectionOf } from '../src/conformance/case.ts';
import { catalogue } from '../src/rules/catalogue.ts';
import { loadCases } from '../suites/load.ts';
import { compareSections } from './coverage-table.ts';

export const BEGIN = '<!-- conformance-coverage: written by `npx tsx scripts/write-coverage.ts` -->';
export const END = '<!-- /conformance-coverage -->';

export interface RulePlace {
  readonly rfc: number;
  readonly section: string;
  readonly req: readonly string[];
}

/** Ids with the same letters one behind the other: `REG-001 002`. */
function shortened(ids: readonly string[]): string {
  let last = '';
  return ids
    .map((id) => {
      const [letters, digits] = id.split('-') as [string, string];
      const text = letters === last ? digits : id;
      last = letters;
      return text;
    })
    .join(' ');
}

export function conformanceTable(entries: readonly Entry[], rules: readonly RulePlace[]): string {
  const rows = new Map<string, { cases: number; unseen: number; rules: number; req: Set<string> }>();
  const row = (rfc: number, section: string) => {
    const key = `${rfc} ${section}`;
    const found = rows.get(key) ?? { cases: 0, unseen: 0, rules: 0, req: new Set<string>() };
    rows.set(key, found);
    return found;
  };
  for (const entry of entries) {
    const one = row(rfcOf(entry.id), sectionOf(entry.id));
    if (isCase(entry)) one.cases++;
    else one.unseen++;
    for (const id of entry.req) one.req.add(id);
  }
  for (const { rfc, section, req } of rules) {
    const one = row(rfc, section);
    one.rules++;
    for (const id of req) one.req.add(id);
  }
  const sorted = [...rows].sort(([a], [b]) => {
    const [rfcA, sectionA] = a.split(' ') as [string, string];
    const [rfcB, sectionB] = b.split(' ') as [string, string];
    return Number(rfcA) - Number(rfcB) || compareSections(sectionA, sectionB);
  });
  const number = (n: number) => (n === 0 ? '–' : String(n));
  const lines = ['| RFC | requirements | cases | not observable | rules |', '|---|---|---|---|---|'];
  for (const [key, { cases, unseen, rules: watched, req }] of sorted) {
    const [rfc, section] = key.split(' ') as [string, string];
    const ids = shortened([...req].sort());
    lines.push(`| ${rfc} §${section} | ${ids || '–'} | ${number(cases)} | ${number(unseen)} | ${number(watched)} |`);
  }
  const ready = entries.filter(isCase);
  const covered = new Set(ready.flatMap(({ req }) => req)).size;
  return [
    `${ready.length} cases for ${covered} requirements, ${entries.length - ready.length} requirements listed with the reason why nothing shows them, ${rules.length} rules.`,
    '',
    ...lines,
  ].join('\n');
}

export async function conformanceCoverage(): Promise<string> {
  return conformanceTable(await loadCases(), catalogue());
}
