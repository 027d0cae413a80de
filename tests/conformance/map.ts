// Which mutant each case catches: tests/conformance/rfcNNNN/FILE.ts beside suites/rfcNNNN/FILE.ts. Runs nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Case, isCase } from '../../src/conformance/case.ts';
import { loadCases, suiteFiles } from '../../suites/load.ts';
import type { Mutant } from './mutant.ts';

/** By case id. */
export type MutantMap = Readonly<Record<string, Mutant>>;

export async function loadMutants(): Promise<Map<string, Mutant>> {
  const map = new Map<string, Mutant>();
  for (const file of suiteFiles()) {
    const path = join(import.meta.dirname, `${file}.ts`);
    if (!existsSync(path)) continue;
    const { MUTANTS } = (await import(pathToFileURL(path).href)) as { readonly MUTANTS: MutantMap };
    for (const [id, mutant] of Object.entries(MUTANTS)) {
      if (map.has(id)) throw new Error(`${id} has two mutants`);
      map.set(id, mutant);
    }
  }
  return map;
}

export async function readyCases(): Promise<Case[]> {
  return (await loadCases()).filter(isCase);
}
