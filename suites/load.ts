// The catalogue of conformance cases: every file of suites/rfcNNNN, found by its name. Runs none of them.

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkEntries, type Entry } from '../src/conformance/case.ts';

/** Where the cases are: beside this file; in dist/suites when it runs from a bundle in dist/src/shared. */
const here =
  basename(import.meta.dirname) === 'suites' ? import.meta.dirname : join(import.meta.dirname, '../../suites');

/** Files of cases: `rfc3261/8.2-uas`, without ending. */
export function suiteFiles(): string[] {
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^rfc\d+$/.test(entry.name))
    .flatMap(({ name }) =>
      readdirSync(join(here, name))
        .filter((file) => /(?<!\.d|\.test)\.[jt]s$/.test(file))
        .map((file) => `${name}/${file.replace(/\.[jt]s$/, '')}`),
    )
    .sort();
}

/** Every entry, in the order of RFC, section and id. Each file exports `CASES`. */
export async function loadCases(): Promise<Entry[]> {
  const ending = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  const entries: Entry[] = [];
  for (const file of suiteFiles()) {
    const url = pathToFileURL(join(here, `${file}.${ending}`)).href;
    const { CASES } = (await import(url)) as { readonly CASES?: readonly Entry[] };
    if (CASES === undefined) throw new Error(`suites/${file}: it exports no CASES`);
    entries.push(...CASES);
  }
  const wrong = checkEntries(entries);
  if (wrong.length > 0) throw new Error(`the catalogue of cases is broken:\n${wrong.join('\n')}`);
  // The point of a section sorts below the stroke behind it, so that §4.2.1 stands before §4.2.1.1.
  const order = new Intl.Collator('en', { numeric: true });
  const compare = (a: string, b: string) => {
    const other = b.split('/');
    const signs = a.split('/').map((part, i) => order.compare(part, other[i]!));
    return signs.find((sign) => sign !== 0) ?? 0;
  };
  return entries.sort((a, b) => compare(a.id, b.id));
}
