// Baseline and list of required ids as files: faults with their place and mend; what is written is read again.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblem } from '../flow/problem.ts';
import { checkBaseline, checkRequired, gateFilesFrom, refuseUnwritable, writeBaseline } from './baseline.ts';

const dir = mkdtempSync(join(tmpdir(), 'busyhour-baseline-'));
afterAll(() => rmSync(dir, { recursive: true }));

function problems(check: typeof checkBaseline, text: string): string[] {
  const checked = check(text, 'k.yaml');
  return 'problems' in checked ? checked.problems.map(formatProblem) : [];
}

const KNOWN = [
  { id: 'rfc3261/8.2/a', reason: 'bug: "7"', link: 'https://example.com/7', expires: '2027-03-31' },
  { id: 'rfc3261/8.2/b', reason: '2026-01-01' },
];

it.each(['k.yaml', 'k.json'])('%s is read as it was written', (name) => {
  const file = join(dir, name);
  writeBaseline(file, KNOWN);
  const { known } = gateFilesFrom(file, undefined);
  expect(known.map(({ entry }) => entry)).toEqual(KNOWN);
  expect(known[1]!.place).toMatch(/k\.(yaml|json):\d+:\d+$/);
});

it('a required id knows its place', () => {
  const file = join(dir, 'must.yaml');
  writeFileSync(file, '# must\n- rfc3261/8.2/a\n');
  expect(gateFilesFrom(undefined, file)).toEqual({
    known: [],
    required: [{ entry: 'rfc3261/8.2/a', place: `${file}:2:3` }],
  });
});

describe('a fault has its place and its mend:', () => {
  it.each([
    ['known:\n  - { id: a }', 'k.yaml:2:5: known.0.reason is missing; mend: say why the failure is borne'],
    ['known:\n  - { id: a, reason: " " }', /^k\.yaml:2:22: known\.0\.reason: .*; mend: say why the failure is borne$/],
    ['known:\n  - { id: a, reason: x, expires: soon }', /^k\.yaml:2:34: .*; mend: a day such as 2027-03-31$/],
    ['known:\n  - { id: a, reasn: x, reason: y }', 'k.yaml:2:14: a baseline has no known.0.reasn; mend: write reason'],
    ['known:\n  - { id: a, reason: x }\n  - { id: a, reason: y }', /^k\.yaml:3:11: a stands twice; mend: keep one/],
    ['', /^k\.yaml:1:1: a baseline that says nothing; mend: known: and below it a list such as/],
    ['known: "x', /^k\.yaml:1:8: not YAML: .*; mend: close the quote or bracket$/],
  ] as const)('%s', (text, told) => {
    const found = problems(checkBaseline, text);
    expect(found).toHaveLength(1);
    if (typeof told === 'string') expect(found[0]).toBe(told);
    else expect(found[0]).toMatch(told);
  });

  it.each([
    ['known: x', /^k\.yaml:1:1: a list of required ids: .*; mend: a list of ids, each as/],
    ['- a\n- a', 'k.yaml:2:3: a stands twice; mend: keep one of the two'],
    ['[]', /mend: a list of ids/],
  ] as const)('%s', (text, told) => {
    const [found] = problems(checkRequired, text);
    if (typeof told === 'string') expect(found).toBe(told);
    else expect(found).toMatch(told);
  });
});

describe('where a baseline cannot be written is told before the run', () => {
  it.each([
    ['/nowhere/at/all.yaml', 'ENOENT'],
    [dir, 'EISDIR'],
  ])('%s', (file, code) => {
    expect(() => refuseUnwritable(file)).toThrow(
      `--write-baseline ${file} cannot be written (${code}); check the path`,
    );
  });

  it('a new file in a folder that is there is fine, and nothing is made', () => {
    const file = join(dir, 'not-yet.yaml');
    refuseUnwritable(file);
    expect(existsSync(file)).toBe(false);
  });
});
