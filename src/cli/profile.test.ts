// A profile file: what is right is taken, what is wrong is told with its place and its mend.
import { expect, it } from 'vitest';
import { profileOf } from '../conformance/profile.ts';
import { formatProblem } from '../flow/problem.ts';
import { loadProfile } from './profile.ts';

function problems(text: string): string[] {
  const loaded = loadProfile(text, 'p.yaml');
  return 'problems' in loaded ? loaded.problems.map(formatProblem) : [];
}

it('takes a whole profile', () => {
  const text = [
    'name: A PBX',
    'domain: pbx.example.com',
    'roles: [uas, registrar, proxy]',
    'transports: [udp, tcp]',
    'accounts:',
    '  - { user: alice, password: secret }',
    'extensions: { answer: "600", busy: sip:busy@pbx.example.com }',
    'events: [presence]',
    'far: { by: listen, listen: 127.0.0.1:5090, uri: sip:far@example.com }',
    'originate: { INVITE: "call {{address}} {{port}}" }',
    'wait: 2s',
    'calls: 4',
  ].join('\n');
  const loaded = loadProfile(text, 'p.yaml');
  expect('value' in loaded).toBe(true);
  if (!('value' in loaded)) return;
  expect(profileOf(loaded.value, '192.0.2.1')).toMatchObject({
    domain: 'pbx.example.com',
    waitMs: 2_000,
    calls: 4,
    far: { by: 'listen', listen: { address: '127.0.0.1', port: 5090 } },
    accounts: [{ user: 'alice', password: 'secret' }],
  });
});

it('has defaults that claim nothing', () => {
  expect(profileOf({}, '192.0.2.1')).toMatchObject({
    domain: '192.0.2.1',
    roles: ['uas'],
    transports: ['udp'],
    accounts: [],
    extensions: {},
    waitMs: 5_000,
  });
});

it.each([
  ['rols: [uas]', 'p.yaml:1:1: a profile has no rols; mend: write roles'],
  ['roles: [uas, pbx]', /^p\.yaml:1:14: roles\.1: .*; mend: a list such as \[uas, registrar\]$/],
  ['name: x\nextensions: { anser: a }', 'p.yaml:2:15: a profile has no extensions.anser; mend: write answer'],
  ['wait: soon', /^p\.yaml:1:7: wait: .*; mend: a duration such as 5s$/],
  [
    '# nothing yet',
    /^p\.yaml:1:1: a profile that says nothing; mend: say what the server is, with name, domain, roles/,
  ],
  [
    'accounts: [{ password: x }]',
    'p.yaml:1:12: accounts.0.user is missing; mend: a list such as - { user: alice, password: secret }',
  ],
  ['roles: [uas\n', /^p\.yaml:2:1: not YAML: Flow sequence .*; mend: close the quote or bracket$/],
  ['name: "x', /^p\.yaml:1:7: not YAML: .*; mend: close the quote or bracket$/],
] as const)('%s', (text, told) => {
  const found = problems(text);
  expect(found).toHaveLength(1);
  if (typeof told === 'string') expect(found[0]).toBe(told);
  else expect(found[0]).toMatch(told);
});
