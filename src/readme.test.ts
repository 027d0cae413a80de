// The README leads where it says: every link into the checkout to a file, every method to flows that send it and tests that play it. Judges no wording.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFlow, listFlows } from './flow/find.ts';

const TOP = join(import.meta.dirname, '..');
const README = readFileSync(join(TOP, 'README.md'), 'utf8');
const METHODS = [
  ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK'],
  ...['SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO', 'REFER', 'MESSAGE', 'UPDATE'],
];

const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to!).filter((to) => !/^(https?:|#)/.test(to));

/** Cells of the table of methods, by method. */
const ROWS = new Map(
  README.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 8 && METHODS.includes(cells[1]!))
    .map((cells) => [cells[1]!, cells.slice(2, -1)] as const),
);

it('every link into the checkout leads to a file', () => {
  const links = linksOf(README);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((to) => !existsSync(join(TOP, to.replace(/#.*$/, ''))))).toEqual([]);
});

describe('the table of methods', () => {
  it('has a row for each of the fourteen', () => {
    expect([...ROWS.keys()]).toEqual(METHODS);
  });

  it.each(METHODS)('leads from %s to flows in which it is sent', (method) => {
    const flows = linksOf(ROWS.get(method)![1]!);
    expect(flows).not.toEqual([]);
    for (const file of flows) {
      const found = findFlow(join(TOP, file));
      expect('flow' in found && found.flow.lines.map(({ label }) => label), file).toContain(method);
    }
  });

  it.each(METHODS)('leads from %s to tests of either direction', (method) => {
    for (const cell of [2, 4]) {
      const tests = linksOf(ROWS.get(method)![cell]!);
      expect(tests).not.toEqual([]);
      for (const file of tests) {
        expect(file).toMatch(/^tests\/.*\.test\.ts$/);
        expect(readFileSync(join(TOP, file), 'utf8'), file).toMatch(new RegExp(`\\b${method}\\b`));
      }
    }
  });

  it('leads to every flow there is', () => {
    const linked = new Set(
      [...ROWS.values()].flatMap((cells) => linksOf(cells[1]!)).map((to) => basename(to, '.yaml')),
    );
    expect(
      listFlows()
        .map(({ name }) => name)
        .filter((name) => !linked.has(name)),
    ).toEqual([]);
  });
});
