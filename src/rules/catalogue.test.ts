// That each rule is filed under requirements that exist, and the rows for reports.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue, catalogueMarkdown } from './catalogue.ts';
import { RULES } from './rules.ts';

const shared = process.env.BUSYHOUR_SHARED ?? join(import.meta.dirname, '../../../shared');
const source = join(shared, 'requirements.json');
const have = existsSync(source);
if (!have && process.env.REQUIRE_SHARED === '1') throw new Error(`${source} is absent`);

test('the catalogue has a row for each rule, in the order of the documents', () => {
  const rows = catalogue();
  expect(rows).toHaveLength(RULES.length);
  const sections = rows.filter((row) => row.rfc === 3261).map((row) => row.section);
  expect(sections.indexOf('7.1')).toBeLessThan(sections.indexOf('10.2'));
  expect(catalogueMarkdown().split('\n')).toHaveLength(RULES.length + 3);
});

describe.skipIf(!have)('requirements', () => {
  test('each id exists and no rule is stricter than its requirements', () => {
    const all: { id: string; level: string }[] = JSON.parse(readFileSync(source, 'utf8'));
    const levels = new Map(all.map(({ id, level }) => [id, level]));
    for (const rule of RULES) {
      for (const id of rule.req ?? []) {
        expect(levels.has(id), `${rule.id}: ${id}`).toBe(true);
        expect(levels.get(id)?.replace(' NOT', ''), `${rule.id}: ${id}`).toBe(rule.level);
      }
    }
  });
});
