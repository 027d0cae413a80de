// Who the reference server lets in, between two engines in virtual time.

import { describe, expect, it } from 'vitest';
import { counts, failures, Pair } from '../../tests/virtual/pair.ts';

interface Account {
  readonly user: string;
  readonly password: string;
}

/** One OPTIONS of `account` to a server that challenges everything and believes `believed`. */
function ask(account: Account, believed: Account): Pair {
  return new Pair({
    flow: { caller: 'options', callee: 'reference' },
    caller: { credentials: account },
    callee: { credentials: believed, challenge: true },
  }).run();
}

describe('a server that challenges', () => {
  it.each([
    ['bob', 'secret'],
    ['b"\\o', 'se"cret'],
    ['bøb', 'pässword'],
    ['李', '€ 5'],
  ])('lets in %s with %s', (user, password) => {
    const pair = ask({ user, password }, { user, password });
    expect(failures(pair.caller)).toEqual([]);
    expect(counts(pair.caller)).toMatchObject({ succeeded: 1, failed: 0 });
    // The request is challenged once, and goes again.
    expect(pair.log('OPTIONS')).toHaveLength(2);
  });

  it.each([
    ['another password', { user: 'bøb', password: 'x' }],
    ['another user', { user: 'bob', password: 'pässword' }],
    // What is left of the letters when their high bits are lost.
    ['a user of the same low bytes', { user: 'b\u{1f8}b', password: 'pässword' }],
    ['a password of the same low bytes', { user: 'bøb', password: 'p\u{1e4}ssword' }],
  ])('does not let in %s', (_, account) => {
    const pair = ask(account, { user: 'bøb', password: 'pässword' });
    expect(failures(pair.caller)).toEqual(['1 unexpected: 401 Unauthorized to OPTIONS, expected 200 OK']);
    expect(pair.log('OPTIONS')).toHaveLength(2);
  });
});
