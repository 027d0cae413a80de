// Which kind of file `validate` takes a text for.
import { expect, it } from 'vitest';
import { kindOf } from './validate.ts';

it.each([
  ['flow: x\ntitle: y', 'flow'],
  ['# a ladder\nladder: []', 'flow'],
  ['{ "flow": "x" }', 'flow'],
  ['known: []', 'baseline'],
  ['{\n  "known": []\n}', 'baseline'],
  ['# must\n# all\n- rfc3261/8.2/a', 'required'],
  ['["rfc3261/8.2/a"]', 'required'],
  ['roles: [uas]', 'profile'],
  ['# a PBX\nname: known\naccounts:\n  - { user: flow }', 'profile'],
  ['', 'profile'],
] as const)('%j is a %s', (text, kind) => {
  expect(kindOf(text)).toBe(kind);
});
