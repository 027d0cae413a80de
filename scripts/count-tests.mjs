// Prints `N passed, N failed, N skipped` from vitest's JSON result. A file that did not load counts as one failure; no result, or no test run, exits 1.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
const result = text === '' ? null : JSON.parse(text);
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of result?.testResults ?? []) {
  let failedHere = 0;
  for (const test of file.assertionResults) {
    if (test.status === 'passed') counts.passed++;
    else if (test.status === 'failed') failedHere++;
    else counts.skipped++;
  }
  if (file.status === 'failed' && failedHere === 0) failedHere = 1;
  counts.failed += failedHere;
}
if (result === null) counts.failed = 1;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
