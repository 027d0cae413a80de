// The table of RFC coverage, from the comments that stand above the code and from the catalogue of rules. Reads src/, writes nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { catalogue } from '../src/rules/catalogue.ts';

export const BEGIN = '<!-- rfc-coverage: written by `npx tsx scripts/write-coverage.ts` -->';
export const END = '<!-- /rfc-coverage -->';

export interface Mention {
  readonly rfc: number;
  readonly section: string;
}

/** Sections that the comments of a source name, in the form `// RFC 3261 §17.1.1.2, §17.1.2.2, RFC 6026 §7.1: what is done`. */
export function mentionsOf(source: string): Mention[] {
  const found: Mention[] = [];
  for (const [, head] of source.matchAll(/^\s*\/\/ (RFC \d+ §[^:\n]*):/gm)) {
    let rfc = 0;
    for (const [, number, section] of head!.matchAll(/RFC (\d+)|§([0-9A-Z]+(?:\.\d+)*)/g)) {
      if (number !== undefined) rfc = Number(number);
      else found.push({ rfc, section: section! });
    }
  }
  return found;
}

export function compareSections(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** @param files by path, relative to the top; @param ruleRfcs the RFC of each rule */
export function coverageTable(files: ReadonlyMap<string, string>, ruleRfcs: readonly number[]): string {
  const rows = new Map<number, Map<string, Set<string>>>();
  for (const rfc of ruleRfcs) if (!rows.has(rfc)) rows.set(rfc, new Map());
  for (const [file, source] of files)
    for (const { rfc, section } of mentionsOf(source)) {
      const row = rows.get(rfc) ?? new Map<string, Set<string>>();
      rows.set(rfc, row);
      row.set(file, (row.get(file) ?? new Set()).add(section));
    }
  const lines = ['| RFC | sections, where they are implemented | rules |', '|---|---|---|'];
  for (const [rfc, row] of [...rows].sort(([a], [b]) => a - b)) {
    const places = [...row]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, sections]) => {
        const list = [...sections].sort(compareSections).map((section) => `§${section}`);
        return `[${file.replace(/^src\//, '')}](${file}) ${list.join(' ')}`;
      });
    const rules = ruleRfcs.filter((one) => one === rfc).length;
    lines.push(
      `| [${rfc}](https://www.rfc-editor.org/rfc/rfc${rfc}) | ${places.join(' · ') || '–'} | ${rules || '–'} |`,
    );
  }
  return lines.join('\n');
}

/** The table for what stands in `top`/src, tests left out. */
export function coverageOf(top: string): string {
  const files = new Map(
    readdirSync(join(top, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(top, path).split(sep).join('/'), readFileSync(path, 'utf8')] as const),
  );
  return coverageTable(
    files,
    catalogue().map(({ rfc }) => rfc),
  );
}

/** `readme` with `table` between the markers. */
export function withTable(readme: string, table: string, from = BEGIN, to = END): string {
  const begin = readme.indexOf(from);
  const end = readme.indexOf(to);
  if (begin < 0 || end < begin) throw new Error(`README.md needs ${from} and, after it, ${to}`);
  return `${readme.slice(0, begin + from.length)}\n\n${table}\n\n${readme.slice(end)}`;
}
