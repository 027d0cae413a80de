// The catalogue of cases is whole: ids, places, and the requirements they speak of.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkEntries, type Entry, isCase, rfcOf, sectionOf } from '../src/conformance/case.ts';
import { METHOD_NAMES } from '../src/sip/names.ts';
import { loadCases, suiteFiles } from './load.ts';

const entries = await loadCases();
/** Fewer cases say little of a method. */
const LEAST = 8;

it('has cases of every file, sorted by RFC and section as numbers', () => {
  expect(suiteFiles().length).toBeGreaterThan(5);
  const sections = entries.filter(({ id }) => rfcOf(id) === 3261).map(({ id }) => sectionOf(id));
  expect(sections.indexOf('8.2.1')).toBeLessThan(sections.indexOf('10.3'));
  expect(sections.lastIndexOf('8.1.1')).toBeLessThan(sections.indexOf('8.1.1.5'));
});

// RFC 3261, 3262, 3311, 3428, 3515, 3903, 6086, 6665: the fourteen methods there are.
it.each(METHOD_NAMES.slice(1).map((method) => [method]))('%s has cases enough', (method) => {
  const { length } = entries.filter((one) => isCase(one) && one.methods.includes(method));
  expect(length, `${method} has ${length} cases, and wants ${LEAST}`).toBeGreaterThanOrEqual(LEAST);
});

it('a broken entry is told', () => {
  const [good] = entries;
  const broken: Entry[] = [good!, good!, { ...good!, id: 'rfc1/x', title: 'short', req: ['x'], methods: [] }];
  expect(checkEntries(broken)).toEqual([
    `${good!.id}: stands twice`,
    'rfc1/x: want rfcNNNN/SECTION/words-in-small-letters',
    'rfc1/x: the title does not say what is required',
    'rfc1/x: "x" is no requirement id',
    'rfc1/x: no method',
  ]);
});

const requirements = join(import.meta.dirname, '../../shared/requirements.json');
const isThere = existsSync(requirements);
it.skipIf(!isThere && process.env.REQUIRE_SHARED !== '1')('speaks only of requirements that are in the list', () => {
  const known = new Set((JSON.parse(readFileSync(requirements, 'utf8')) as { id: string }[]).map(({ id }) => id));
  expect(entries.flatMap(({ req }) => req).filter((id) => !known.has(id))).toEqual([]);
});
