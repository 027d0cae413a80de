// The rules as rows for reports and tables: what is watched, and where it is written. Knows no message.

import type { Level, Rule } from './rule.ts';
import { RULES } from './rules.ts';

export interface CatalogueRow {
  readonly id: string;
  readonly rfc: number;
  readonly section: string;
  readonly level: Level;
  readonly title: string;
  readonly on: Rule['on'];
  /** Ids in the requirements catalogue. */
  readonly req: readonly string[];
}

function compareSections(a: string, b: string): number {
  const x = a.split('.').map(Number);
  const y = b.split('.').map(Number);
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (x[i] ?? -1) - (y[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Rows by RFC and section, then by id. */
export function catalogue(rules: readonly Rule[] = RULES): CatalogueRow[] {
  return rules
    .map(({ id, rfc, section, level, title, on, req }) => ({ id, rfc, section, level, title, on, req: req ?? [] }))
    .sort((a, b) => a.rfc - b.rfc || compareSections(a.section, b.section) || (a.id < b.id ? -1 : 1));
}

/** The catalogue as a Markdown table. */
export function catalogueMarkdown(rows: readonly CatalogueRow[] = catalogue()): string {
  const lines = ['| RFC | section | level | rule | what it says |', '|---|---|---|---|---|'];
  for (const row of rows) lines.push(`| ${row.rfc} | ${row.section} | ${row.level} | \`${row.id}\` | ${row.title} |`);
  return `${lines.join('\n')}\n`;
}
