// JSON Schemas of the files a tester writes, made from their validators. Publishes nothing itself: scripts/write-schema.ts does.

import { z } from 'zod';
import { baselineSchema, requireSchema } from './baseline.ts';
import { profileSchema } from './profile.ts';

/** By the name of the published file: schemas/NAME.schema.json. */
export function conformanceSchemas(): Record<string, object> {
  const schemas = { profile: profileSchema, baseline: baselineSchema, require: requireSchema };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, z.toJSONSchema(schema, { io: 'input' })]),
  );
}
