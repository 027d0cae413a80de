// Writes schemas/*.schema.json from the validators: `npx tsx scripts/write-schema.ts`. Checks nothing; tests say when a file is stale.
import { writeFileSync } from 'node:fs';
import { conformanceSchemas } from '../src/conformance/schemas.ts';
import { mixJsonSchema } from '../src/flow/mix-schema.ts';
import { flowJsonSchema } from '../src/flow/schema.ts';
import { summaryJsonSchema } from '../src/report/summary-schema.ts';

const SCHEMAS = {
  flow: flowJsonSchema(),
  mix: mixJsonSchema(),
  summary: summaryJsonSchema(),
  ...conformanceSchemas(),
};

for (const [name, schema] of Object.entries(SCHEMAS))
  writeFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
