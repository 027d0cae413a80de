// The kept results of real servers speak of cases that exist, and each failure in them is spoken of by hand. Runs no server.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isCase } from '../src/conformance/case.ts';
import { caseResults } from '../src/report/cases.ts';
import { readSummary } from '../src/report/write.ts';
import { loadCases } from './load.ts';

const FOLDER = join(import.meta.dirname, '../reports/reference');
const SERVERS = readdirSync(FOLDER, { withFileTypes: true })
  .filter((one) => one.isDirectory() && one.name !== 'profiles')
  .map(({ name }) => name);
const catalogue = new Set((await loadCases()).filter(isCase).map(({ id }) => id));

/** Ids of cases, as they stand between backticks. */
function namedIn(text: string): string[] {
  return [...text.matchAll(/`(rfc\d+\/[^`]+)`/g)].map((found) => found[1]!);
}

function findingsOf(server: string): string {
  const path = join(FOLDER, server, 'findings.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

test('four servers are there', () => {
  expect(SERVERS.toSorted()).toEqual(['baresip', 'busyhour', 'kamailio', 'sipp']);
});

describe.each(SERVERS)('%s', (server) => {
  test('every case of its results is in the catalogue, and none went wrong on our side', async () => {
    const results = caseResults(await readSummary(join(FOLDER, server)));
    expect(results.filter(({ verdict }) => verdict !== 'skip').length).toBeGreaterThan(50);
    expect(results.map(({ id }) => id).filter((id) => !catalogue.has(id))).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'error').map(({ id }) => id)).toEqual([]);
  });

  test('each failure has a finding, and its messages', async () => {
    const results = caseResults(await readSummary(join(FOLDER, server)));
    const named = namedIn(findingsOf(server));
    const failures = results.filter(({ verdict }) => verdict === 'fail');
    expect(failures.map(({ id }) => id).filter((id) => !named.includes(id))).toEqual([]);
    expect(failures.filter(({ messages }) => messages.length === 0).map(({ id }) => id)).toEqual([]);
  });

  test('a heading of the findings names failures only, and no finding names a case that is not there', async () => {
    const results = caseResults(await readSummary(join(FOLDER, server)));
    const failed = results.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
    const text = findingsOf(server);
    const headings = text.split('\n').filter((line) => line.startsWith('#'));
    expect(namedIn(headings.join('\n')).filter((id) => !failed.includes(id))).toEqual([]);
    expect(namedIn(text).filter((id) => !catalogue.has(id))).toEqual([]);
  });
});
