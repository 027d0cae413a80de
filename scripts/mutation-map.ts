// Prints which mutant each conformance case catches, and by which each passive rule is broken: `npx tsx scripts/mutation-map.ts`. Proves nothing; mutation.test.ts and mutants.test.ts in tests/ do.
import { RULES } from '../src/rules/rules.ts';
import { loadMutants, readyCases } from '../tests/conformance/map.ts';
import { RULE_MUTANTS } from '../tests/rules/mutants.ts';

const mutants = await loadMutants();
for (const { id } of await readyCases()) process.stdout.write(`${id}  <-  ${mutants.get(id)?.name ?? 'NO MUTANT'}\n`);
for (const { id } of RULES) process.stdout.write(`rule ${id}  <-  ${RULE_MUTANTS[id]?.mutant.name ?? 'NO MUTANT'}\n`);
