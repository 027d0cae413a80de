// What a request template is known to have asked for, and what is not known before it is sent.
import { expect, it } from 'vitest';
import { NO, YES } from '../rules/rule.ts';
import { NONE } from '../sip/message.ts';
import type { Part } from '../sip/template.ts';
import { askedOf } from './asked.ts';
import { FIELD } from './fields.ts';

type Header = readonly [string, readonly Part[]];

const FIELDS: readonly Header[] = [
  ['', [FIELD.ROUTES]],
  ['Max-Forwards', ['70']],
];

it.each<[string, Header[], Partial<ReturnType<typeof askedOf>>]>([
  ['nothing', [], { timestamp: NO, expiresS: NONE, offered100rel: NO, offeredExtensions: NO }],
  ['Timestamp', [['Timestamp', ['54']]], { timestamp: YES }],
  ['Expires', [['expires', ['600']]], { expiresS: 600 }],
  ['Expires that differs from call to call', [['Expires', [FIELD.VARIABLE]]], { expiresS: NONE }],
  ['Expires of which the beginning is known', [['Expires', ['6', FIELD.VARIABLE]]], { expiresS: NONE }],
  ['100rel among others', [['Supported', ['timer, 100REL']]], { offered100rel: YES, offeredExtensions: YES }],
  ['100rel in the compact form', [['k', ['100rel']]], { offered100rel: YES, offeredExtensions: YES }],
  ['100rel required', [['Require', ['100rel']]], { offered100rel: YES, offeredExtensions: YES }],
  ['another option', [['Supported', ['100relx']]], { offered100rel: NO, offeredExtensions: YES }],
  ['an empty list', [['Supported', ['']]], { offered100rel: NO, offeredExtensions: YES }],
  [
    'a list with a variable',
    [['Supported', ['timer,', FIELD.VARIABLE]]],
    { offered100rel: NONE, offeredExtensions: YES },
  ],
])('%s', (_, headers, expected) => {
  expect(askedOf([...FIELDS, ...headers])).toMatchObject(expected);
});
