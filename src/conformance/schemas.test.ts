// The published schemas of profile, baseline and required ids are those of the validators.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { conformanceSchemas } from './schemas.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')) as object;

it.each(Object.entries(conformanceSchemas()))(
  '%s.schema.json is not stale: npx tsx scripts/write-schema.ts makes it again',
  (name, schema) => {
    expect(read(name)).toEqual(JSON.parse(JSON.stringify(schema)));
  },
);

it('says what an editor needs: the keys, and that there are no others', () => {
  const { properties, additionalProperties } = conformanceSchemas().profile as {
    properties: Record<string, object>;
    additionalProperties: boolean;
  };
  expect(additionalProperties).toBe(false);
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(['roles', 'extensions', 'accounts', 'far']));
});
