// Prints which mutant each conformance case catches: `npx tsx scripts/mutation-map.ts`. Proves nothing; tests/conformance/mutation.test.ts does.
import { loadMutants, readyCases } from '../tests/conformance/map.ts';

const mutants = await loadMutants();
for (const { id } of await readyCases()) process.stdout.write(`${id}  <-  ${mutants.get(id)?.name ?? 'NO MUTANT'}\n`);
