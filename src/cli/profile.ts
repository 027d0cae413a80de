// A profile file from its path: read, checked, every fault at its line and column. Sends nothing.

import { readFileSync } from 'node:fs';
import { type ProfileFile, profileSchema } from '../conformance/profile.ts';
import { UsageError } from '../controller/usage-error.ts';
import { readDocument } from '../flow/document.ts';
import { nearest } from '../flow/nearest.ts';
import { formatProblem, type Problem } from '../flow/problem.ts';

export type LoadedProfile = { readonly profile: ProfileFile } | { readonly problems: readonly Problem[] };

/** Keys that only a profile has, or a flow: `validate` tells files apart by them. */
export function isProfile(text: string): boolean {
  return !/^(flow|ladder)\s*:/m.test(text);
}

export function loadProfile(text: string, file: string): LoadedProfile {
  const { value, problems } = readDocument(text, file);
  if (problems.failed) return { problems: problems.sorted() };
  const checked = profileSchema.safeParse(value ?? {});
  if (checked.success) return { profile: checked.data };
  for (const issue of checked.error.issues) {
    const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(path);
      for (const key of issue.keys) {
        const [near] = nearest(key, known);
        const mend = near === undefined ? `known here: ${known.join(', ')}` : `write ${near}`;
        problems.add([...path, key], 'key', `a profile has no ${[...path, key].join('.')}`, mend);
      }
    } else problems.add(path, 'value', `${path.join('.') || 'the profile'}: ${issue.message}`, mendOf(path));
  }
  return { problems: problems.sorted() };
}

function keysAt(path: readonly (string | number)[]): string[] {
  if (path.length === 0) return Object.keys(profileSchema.shape);
  if (path[0] === 'extensions') return ['answer', 'ring', 'busy', 'away', 'decline', 'auth'];
  if (path[0] === 'accounts') return ['user', 'password'];
  return path[0] === 'probe' ? ['method', 'to'] : ['by', 'listen', 'uri'];
}

const MENDS: Readonly<Record<string, string>> = {
  roles: 'a list such as [uas, registrar]',
  transports: 'a list of udp and tcp',
  accounts: 'a list such as - { user: alice, password: secret }',
  extensions: 'such as { answer: alice, busy: bob }',
  far: '{ by: uri }, { by: register }, or { by: listen, listen: 127.0.0.1:5090, uri: sip:far@example.com }',
  originate: 'a shell command by method, such as { INVITE: "./call-us {{address}} {{port}}" }',
  wait: 'a duration such as 5s',
  calls: 'a whole number from 1',
};

function mendOf(path: readonly (string | number)[]): string {
  return MENDS[String(path[0])] ?? 'a text';
}

/** @throws UsageError with one line for each fault */
export function profileFrom(file: string): ProfileFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--profile ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
  const loaded = loadProfile(text, file);
  if ('problems' in loaded) throw new UsageError(loaded.problems.map(formatProblem).join('\nbusyhour: '));
  return loaded.profile;
}
