// Writes the table of RFC coverage into README.md: `npx tsx scripts/write-coverage.ts`. Checks nothing; a test says when it is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageOf, withTable } from './coverage-table.ts';

const top = join(import.meta.dirname, '..');
const readme = join(top, 'README.md');
writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), coverageOf(top)));
