// The table of RFC coverage in the README is the one the sources give.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BEGIN as CONFORMANCE_BEGIN,
  END as CONFORMANCE_END,
  conformanceCoverage,
  conformanceTable,
} from '../scripts/conformance-table.ts';
import {
  BEGIN,
  compareSections,
  coverageOf,
  coverageTable,
  END,
  mentionsOf,
  withTable,
} from '../scripts/coverage-table.ts';

const TOP = join(import.meta.dirname, '..');

it('README.md is fresh: npx tsx scripts/write-coverage.ts writes it', async () => {
  const readme = readFileSync(join(TOP, 'README.md'), 'utf8');
  expect(readme).toContain(`## RFC coverage`);
  expect(readme).toBe(withTable(readme, coverageOf(TOP)));
  expect(readme).toBe(withTable(readme, await conformanceCoverage(), CONFORMANCE_BEGIN, CONFORMANCE_END));
});

it('lists requirements, cases and rules by section', () => {
  const head = { title: 'what is required here', level: 'MUST', role: 'uas', methods: ['OPTIONS'] } as const;
  const run = async () => {};
  const table = conformanceTable(
    [
      { id: 'rfc3261/8.2.1/one', req: ['UAS-002', 'UAS-001'], ...head, run },
      { id: 'rfc3261/8.2.1/two', req: ['UAS-001'], ...head, run },
      { id: 'rfc3261/8.2.1/three', req: ['HDR-001'], ...head, reason: 'nothing shows it' },
      { id: 'rfc3261/17.2/four', req: [], ...head, run },
    ],
    [{ rfc: 3262, section: '3', req: ['REL-001'] }],
  );
  expect(table.split('\n')).toEqual([
    '3 cases for 2 requirements, 1 requirements listed with the reason why nothing shows them, 1 rules.',
    '',
    '| RFC | requirements | cases | not observable | rules |',
    '|---|---|---|---|---|',
    '| 3261 §8.2.1 | HDR-001 UAS-001 002 | 2 | 1 | – |',
    '| 3261 §17.2 | – | 1 | – | – |',
    '| 3262 §3 | REL-001 | – | – | 1 |',
  ]);
});

it('covers the core of SIP', () => {
  const table = coverageOf(TOP);
  for (const rfc of [3261, 3262, 6026, 6665])
    expect(table).toContain(`| [${rfc}](https://www.rfc-editor.org/rfc/rfc${rfc}) | [`);
  expect(table).toMatch(/transaction\/.*§17\.1\.1\.2/);
});

describe('the table', () => {
  it('takes sections only from comments of the form the style asks for', () => {
    const source = [
      '// RFC 3261 §17.1.1.2, §17.1.2.2, RFC 6026 §7.1: timers',
      '    // RFC 3261 §10.2.1.1, §10.3 step 7: the expiry; not §99 after the colon',
      '// RFC 3261 §13.3.1.4, RFC 3262 §3: both (§11.2)',
      '// As RFC 3261 §1 says: no comment of that form',
      "const text = '// RFC 3261 §2: in a text';",
      '// RFC 3261 §5 without a colon',
    ].join('\n');
    expect(mentionsOf(source).map(({ rfc, section }) => `${rfc} ${section}`)).toEqual([
      '3261 17.1.1.2',
      '3261 17.1.2.2',
      '6026 7.1',
      '3261 10.2.1.1',
      '3261 10.3',
      '3261 13.3.1.4',
      '3262 3',
    ]);
  });

  it('has a row for each RFC, its files with their sections once, and its rules', () => {
    const files = new Map([
      ['src/b.ts', '// RFC 3261 §17.10: x\n// RFC 3261 §17.2: y\n// RFC 3261 §17.2: z'],
      ['src/a/c.ts', '// RFC 3262 §3: x\n// RFC 3261 §8.1: y'],
    ]);
    expect(coverageTable(files, [3261, 3261, 3515])).toBe(
      [
        '| RFC | sections, where they are implemented | rules |',
        '|---|---|---|',
        '| [3261](https://www.rfc-editor.org/rfc/rfc3261) | [a/c.ts](src/a/c.ts) §8.1 · [b.ts](src/b.ts) §17.2 §17.10 | 2 |',
        '| [3262](https://www.rfc-editor.org/rfc/rfc3262) | [a/c.ts](src/a/c.ts) §3 | – |',
        '| [3515](https://www.rfc-editor.org/rfc/rfc3515) | – | 1 |',
      ].join('\n'),
    );
  });

  it('sorts sections by number', () => {
    expect(['17.10', '17.2', '8.1.1', '8.1', 'A.1'].sort(compareSections)).toEqual([
      '8.1',
      '8.1.1',
      '17.2',
      '17.10',
      'A.1',
    ]);
  });

  it('replaces what stands between the markers and nothing else', () => {
    const readme = `before\n${BEGIN}\nold\n${END}\nafter\n`;
    const fresh = withTable(readme, 'T');
    expect(fresh).toBe(`before\n${BEGIN}\n\nT\n\n${END}\nafter\n`);
    expect(withTable(fresh, 'T')).toBe(fresh);
    expect(() => withTable('no markers', 'T')).toThrow(/README\.md needs/);
    expect(() => withTable(`${END}${BEGIN}`, 'T')).toThrow(/README\.md needs/);
  });
});
