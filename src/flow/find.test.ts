// Built-in flows and files of the user, found or told why not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findFlow, listFlows } from './find.ts';
import { needsStore } from './flow.ts';
import { formatProblem } from './problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'flows-'));
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(name: string): string[] {
  const loaded = findFlow(name);
  return ('flow' in loaded ? loaded.warnings : loaded.problems).map(formatProblem);
}

describe('built-in flows', () => {
  it('are listed with their methods', () => {
    expect(listFlows().map(({ name, methods }) => [name, ...methods])).toEqual([
      ['basic', 'INVITE', 'ACK', 'BYE'],
      ['cancel', 'INVITE', 'CANCEL', 'ACK'],
      ['info-dtmf', 'INVITE', 'ACK', 'INFO', 'BYE'],
      ['info-package', 'INVITE', 'ACK', 'INFO', 'BYE'],
      ['invite-auth', 'INVITE', 'ACK', 'BYE'],
      ['late-offer', 'INVITE', 'ACK', 'BYE'],
      ['message', 'MESSAGE'],
      ['message-long', 'MESSAGE'],
      ['message-multipart', 'MESSAGE'],
      ['options', 'OPTIONS'],
      ['options-dialog', 'INVITE', 'ACK', 'OPTIONS', 'BYE'],
      ['options-keepalive', 'OPTIONS'],
      ['options-watch', 'INVITE', 'ACK', 'OPTIONS', 'BYE'],
      ['prack-info-refer', 'INVITE', 'PRACK', 'ACK', 'INFO', 'REFER', 'NOTIFY', 'BYE'],
      ['prack-offer', 'INVITE', 'PRACK', 'ACK', 'BYE'],
      ['publish', 'PUBLISH'],
      ['publish-412', 'PUBLISH'],
      ['publish-423', 'PUBLISH'],
      ['redirect', 'INVITE', 'ACK', 'BYE'],
      ['refer-attended', 'INVITE', 'ACK', 'REFER', 'NOTIFY', 'BYE'],
      ['refer-blind', 'INVITE', 'ACK', 'REFER', 'NOTIFY', 'BYE'],
      ['refer-norefersub', 'INVITE', 'ACK', 'REFER', 'BYE'],
      ['register', 'REGISTER'],
      ['register-423', 'REGISTER'],
      ['register-fetch', 'REGISTER'],
      ['reinvite-hold', 'INVITE', 'ACK', 'BYE'],
      ['session-422', 'INVITE', 'ACK', 'BYE'],
      ['session-timer', 'INVITE', 'ACK', 'UPDATE', 'BYE'],
      ['subscribe', 'SUBSCRIBE', 'NOTIFY'],
      ['subscribe-423', 'SUBSCRIBE', 'NOTIFY'],
      ['subscribe-489', 'SUBSCRIBE'],
      ['subscribe-dialog', 'SUBSCRIBE', 'NOTIFY'],
      ['subscribe-fetch', 'SUBSCRIBE', 'NOTIFY'],
      ['subscribe-later', 'SUBSCRIBE', 'NOTIFY'],
      ['subscribe-mwi', 'SUBSCRIBE', 'NOTIFY'],
      ['subscribe-reg', 'SUBSCRIBE', 'NOTIFY'],
      ['update', 'INVITE', 'ACK', 'UPDATE', 'BYE'],
      ['update-early', 'INVITE', 'PRACK', 'UPDATE', 'ACK', 'BYE'],
    ]);
  });

  it('are called as their files, have no warnings, and one line of title', () => {
    for (const { name, title, file } of listFlows()) {
      expect(basename(file)).toBe(`${name}.yaml`);
      expect(title).toMatch(/^[A-Z][^\n]*$/);
      expect(problemsOf(name)).toEqual([]);
      expect(findFlow(file)).toEqual(findFlow(name));
    }
  });
});

describe('flows by name or file', () => {
  it.each([
    ['bsic', 'bsic: no flow is called bsic; mend: write basic; a file of yours needs its path, such as ./bsic.yaml'],
    [
      'zzz',
      'zzz: no flow is called zzz; mend: built in: basic, cancel, info-dtmf, info-package, invite-auth, late-offer, message, message-long, message-multipart, options, options-dialog, options-keepalive, options-watch, prack-info-refer, prack-offer, publish, publish-412, publish-423, redirect, refer-attended, refer-blind, refer-norefersub, register, register-423, register-fetch, reinvite-hold, session-422, session-timer, subscribe, subscribe-423, subscribe-489, subscribe-dialog, subscribe-fetch, subscribe-later, subscribe-mwi, subscribe-reg, update, update-early; a file of yours needs its path, such as ./zzz.yaml',
    ],
    [
      'none/such.yaml',
      'none/such.yaml: there is no such file; mend: check the path, or name a built-in flow: busyhour flows',
    ],
    [
      './',
      './: the file cannot be read: EISDIR: illegal operation on a directory, read; mend: see that it is a file and that you may read it',
    ],
  ])('%s', (name, problem) => {
    expect(problemsOf(name)).toEqual([problem]);
  });

  it('reads a file of the user, and its data columns', () => {
    const file = join(folder, 'mine.yaml');
    writeFileSync(
      file,
      'flow: mine\ntitle: t\nladder:\n  - caller: OPTIONS\n    headers: { Subject: "{{data.user}}" }\n  - callee: 200\n',
    );
    expect(findFlow(file, { dataColumns: ['user'] })).toMatchObject({ flow: { name: 'mine', file } });
    expect(problemsOf(file)).toEqual([
      `${file}:5:25: no data file gives {{data.user}}; mend: give one with --data FILE.csv`,
    ]);
  });
});

it('tells the flows that no ladder can answer from the others', () => {
  const needing = listFlows().filter(({ name }) => {
    const found = findFlow(name);
    return 'flow' in found && needsStore(found.flow);
  });
  expect(needing.map(({ name }) => name)).toEqual([
    'options-keepalive',
    'publish',
    'publish-412',
    'publish-423',
    'refer-attended',
    'register',
    'register-423',
    'register-fetch',
    'session-422',
    'subscribe-423',
    'subscribe-later',
  ]);
});
