// What a flow keeps of a message and asks of it, wherever in the message it stands: between two engines, in virtual time.

import { describe, expect, it } from 'vitest';
import { counts, failures, held, NOTHING_HELD, Pair } from '../../tests/virtual/pair.ts';
import { compile } from '../flow/compile.ts';
import { loadFlow } from '../flow/load.ts';

function play(ladder: string): Pair {
  const loaded = loadFlow(`flow: look\ntitle: A look\nladder:\n${ladder}`, 'look.yaml');
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const program = (role: 'caller' | 'callee') => ({ programs: [compile(loaded.flow, role, { holdUs: 0 })] });
  return new Pair({ flow: 'message', caller: program('caller'), callee: program('callee') }).run();
}

/** A request and its answer, of which `look` says what the caller looks at; a second request tells what it kept. */
function answered(look: string): Pair {
  return play(`
  - caller: MESSAGE
    headers: { Content-Type: text/plain }
    body: "hello"
  - callee: 200
    headers: { X-Token: "abc;tag=Q7", x-other: "2", Subject: "first second", Content-Type: text/plain }
    body: "line one\\nkey=5 end"
    ${look}
  - caller: MESSAGE
    headers: { Content-Type: text/plain, X-Seen: "${look.includes('kept') ? '{{kept}}' : 'nothing'}" }
    body: "again"
  - callee: 200
`);
}

const kept = (pair: Pair) => /^X-Seen: (.*)\r$/m.exec(pair.log('MESSAGE')[1]?.text ?? '')?.[1];

describe('what is kept', () => {
  it.each([
    ['capture: { kept: X-Token }', 'abc;tag=Q7'],
    ['capture: { kept: x-TOKEN }', 'abc;tag=Q7'],
    ['capture: { kept: S }', 'first second'],
    ['capture: { kept: { header: X-Token, pattern: "tag=(.)" } }', 'Q'],
    ['capture: { kept: { header: X-Token, pattern: "(z)|(c)|(t.g)" } }', undefined],
    ['capture: { kept: { header: X-Token, pattern: "(?<=tag=)(..)" } }', 'Q7'],
    ['capture: { kept: { header: X-Token, pattern: "TAG=(.)" } }', undefined],
    ['capture: { kept: { header: X-Token, pattern: "(x*)" } }', undefined],
    ['capture: { kept: { header: body, pattern: "key=([0-9]+)" } }', '5'],
    ['capture: { kept: { header: body, pattern: "^key=([0-9]+)" } }', undefined],
    ['capture: { kept: X-Nothing }', undefined],
    ['capture: { kept: Warning }', undefined],
    ['capture: { other: x-other, kept: { header: Subject, pattern: " (.*)$" } }', 'second'],
  ])('%s', (look, value) => {
    const pair = answered(look);
    expect(kept(pair)).toBe(value);
    expect(counts(pair.caller)).toMatchObject(value === undefined ? { failed: 1 } : { succeeded: 1, failed: 0 });
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    if (value === undefined) expect(failures(pair.caller).join()).toContain('capture');
  });
});

describe('what is asked', () => {
  it.each([
    ['where: { X-Token: "^ABC;" }', true],
    ['where: { x-token: "^bc" }', false],
    ['where: { X-Token: "abc", Subject: "second$" }', true],
    ['where: { X-Token: "abc", Subject: "first$" }', false],
    ['where: { body: "KEY=5" }', true],
    ['where: { body: "(?!key)k" }', false],
    ['where: { X-Nothing: ".*" }', false],
  ])('of an answer: %s', (look, met) => {
    expect(counts(answered(look).caller)).toMatchObject(
      met ? { succeeded: 1, failed: 0 } : { succeeded: 0, failed: 1 },
    );
  });

  it.each([
    ['where: { uri: "^sip:service@127" }', 1],
    ['where: { uri: "nobody" }', 0],
    ['where: { body: "^hello$" }', 1],
  ])('of a request: %s', (look, succeeded) => {
    const { caller, callee } = play(`
  - caller: MESSAGE
    headers: { Content-Type: text/plain }
    body: "hello"
    ${look}
  - callee: 200
`);
    expect(counts(callee)).toMatchObject({ started: succeeded, succeeded, failed: 0, unexpected: 1 - succeeded });
    expect(held(callee)).toEqual(NOTHING_HELD);
    expect(failures(caller)).toEqual(
      succeeded === 1 ? [] : ['1 unexpected: 403 Forbidden to MESSAGE, expected 200 OK'],
    );
  });
});

it('a Request-URI, and a field that stands in its compact form, are kept by who is asked', () => {
  const pair = play(`
  - caller: MESSAGE
    headers: { Content-Type: text/plain, s: "in short" }
    body: "hello"
    capture: { kept: { header: uri, pattern: "^sip:([a-z]+)@" }, short: Subject }
  - callee: 200
    headers: { X-Seen: "{{kept}} {{short}}" }
`);
  expect(failures(pair.caller)).toEqual([]);
  expect(pair.log('MESSAGE')[0]?.text).toContain('\r\ns: in short\r\n');
  expect(/^X-Seen: (.*)\r$/m.exec(pair.log('200 MESSAGE')[0]?.text ?? '')?.[1]).toBe('service in short');
});
