// Writes schemas/flow.schema.json from the validator: `npx tsx scripts/write-schema.ts`. Checks nothing; a test says when the file is stale.
import { writeFileSync } from 'node:fs';
import { flowJsonSchema } from '../src/flow/schema.ts';

writeFileSync(
  new URL('../schemas/flow.schema.json', import.meta.url),
  `${JSON.stringify(flowJsonSchema(), null, 2)}\n`,
);
