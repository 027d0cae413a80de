// A profile file from its path: read, checked, every fault at its line and column. Sends nothing.

import { type ProfileFile, profileSchema } from '../conformance/profile.ts';
import type { Path } from '../flow/document.ts';
import { type Checked, checkedFile, checkText, type FileKind } from './checked-file.ts';

function keysAt(path: Path): string[] {
  if (path.length === 0) return Object.keys(profileSchema.shape);
  if (path[0] === 'extensions') return ['answer', 'ring', 'busy', 'away', 'decline', 'auth'];
  if (path[0] === 'accounts') return ['user', 'password'];
  return path[0] === 'probe' ? ['method', 'to'] : ['by', 'listen', 'uri'];
}

const MENDS: Readonly<Record<string, string>> = {
  roles: 'a list such as [uas, registrar]',
  transports: 'a list of udp, tcp and ws',
  methods: 'a list such as [INVITE, BYE]',
  accounts: 'a list such as - { user: alice, password: secret }',
  extensions: 'such as { answer: alice, busy: bob }',
  far: '{ by: uri }, { by: register }, or { by: listen, listen: 127.0.0.1:5090, uri: sip:far@example.com }',
  originate: 'a shell command by method, such as { INVITE: "./call-us {{address}} {{port}}" }',
  wait: 'a duration such as 5s',
  calls: 'a whole number from 1',
};

const PROFILE: FileKind<ProfileFile> = {
  schema: profileSchema,
  noun: 'a profile',
  keysAt,
  mendOf: (path) =>
    path.length === 0 ? `say what the server is, with ${keysAt([]).join(', ')}` : (MENDS[String(path[0])] ?? 'a text'),
};

export function loadProfile(text: string, file: string): Checked<ProfileFile> {
  return checkText(text, file, PROFILE);
}

/** @throws UsageError with one line for each fault */
export function profileFrom(file: string): ProfileFile {
  return checkedFile(file, '--profile', PROFILE).value;
}
