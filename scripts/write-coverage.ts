// Writes the tables of RFC and of conformance coverage into README.md: `npx tsx scripts/write-coverage.ts`. Checks nothing; a test says when it is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BEGIN, conformanceCoverage, END } from './conformance-table.ts';
import { coverageOf, withTable } from './coverage-table.ts';

const top = join(import.meta.dirname, '..');
const readme = join(top, 'README.md');
const text = withTable(readFileSync(readme, 'utf8'), coverageOf(top));
writeFileSync(readme, withTable(text, await conformanceCoverage(), BEGIN, END));
