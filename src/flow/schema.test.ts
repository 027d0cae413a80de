// The published JSON Schema is the one the validator gives.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { METHOD_NAMES } from '../sip/names.ts';
import { mixJsonSchema } from './mix-schema.ts';
import { flowJsonSchema, METHODS } from './schema.ts';

it('schemas/flow.schema.json is fresh: npx tsx scripts/write-schema.ts writes it', () => {
  const committed = readFileSync(new URL('../../schemas/flow.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(flowJsonSchema())));
});

it('schemas/mix.schema.json is fresh: npx tsx scripts/write-schema.ts writes it', () => {
  const committed = readFileSync(new URL('../../schemas/mix.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(mixJsonSchema())));
});

it('offers every method that has a number', () => {
  expect(METHODS).toEqual(METHOD_NAMES.filter((name) => name !== 'UNKNOWN'));
});
