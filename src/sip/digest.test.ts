// Digest authentication: the examples of the RFCs, and both sides against each other. Never needs a network.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Credentials,
  chooseChallenge,
  Gate,
  readChallenge,
  readParams,
  responseOf,
  userKey,
  VERDICT,
} from './digest.ts';

describe('the value of response', () => {
  const rfc7616 = {
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    method: 'GET',
    uri: '/dir/index.html',
    qop: 'auth',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    body: '',
  };
  // RFC 7616 §3.9.1: the same request by MD5 and by SHA-256.
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('is that of the example in RFC 7616 for %s', (algorithm, response) => {
    const key = userKey(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life');
    expect(responseOf({ ...rfc7616, algorithm, key })).toBe(response);
  });

  // RFC 2617 §3.5.
  it('is that of the example in RFC 2617', () => {
    const key = userKey('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life');
    expect(
      responseOf({
        algorithm: 'MD5',
        key,
        nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
        method: 'GET',
        uri: '/dir/index.html',
        qop: 'auth',
        nc: '00000001',
        cnonce: '0a4f113b',
        body: '',
      }),
    ).toBe('6629fae49393a05397450978507c4ef1');
  });
});

describe('challenges', () => {
  it('are read with quotes, escapes, unknown parameters and any case', () => {
    expect(
      readChallenge('digest Realm="a \\"b\\", c", NONCE="n,1", opaque="", qop="auth, auth-int", foo=bar, stale=TRUE'),
    ).toEqual({
      realm: 'a "b", c',
      nonce: 'n,1',
      opaque: '',
      algorithm: 'MD5',
      named: false,
      qop: ['auth', 'auth-int'],
      stale: true,
    });
  });

  it.each([
    ['Basic realm="x"'],
    ['Digest realm="x"'],
    ['Digest nonce="x"'],
    ['Digest realm="x", realm="y", nonce="z"'],
    ['Digest realm="x, nonce="z"'],
  ])('that cannot be answered are no challenge: %s', (text) => {
    expect(readChallenge(text)).toBeNull();
  });

  it('are chosen by the order of the server, as far as they are known', () => {
    const of = (algorithm: string) => `Digest realm="r", nonce="${algorithm}", algorithm=${algorithm}, qop="auth"`;
    expect(chooseChallenge([of('SHA-512-256'), of('MD5')])?.nonce).toBe('SHA-512-256');
    expect(chooseChallenge([of('AKAv1-MD5'), 'NTLM', of('SHA-256'), of('MD5')])?.nonce).toBe('SHA-256');
    expect(chooseChallenge([of('token')])).toBeNull();
    expect(chooseChallenge(['Digest realm="r", nonce="n", qop="other"'])).toBeNull();
  });
});

const ALGORITHMS = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'];

describe('both sides', () => {
  const gate = () => new Gate('a "realm"', (user) => (user === 'bob' ? 'se"cret' : null));
  const challenge = (g: Gate, algorithm: string, qop: string) =>
    readChallenge(g.challenge(10, algorithm, false).replace('qop="auth,auth-int"', qop))!;

  it.each(
    ALGORITHMS.flatMap((algorithm) => ['qop="auth"', 'qop="auth-int"', 'x=y'].map((qop) => [algorithm, qop] as const)),
  )('agree on %s with %s, again and again on one nonce', (algorithm, qop) => {
    const g = gate();
    const bob = new Credentials('bob', 'se"cret');
    bob.take(challenge(g, algorithm, qop));
    expect(bob.needsBody).toBe(qop.includes('int'));
    const first = bob.value('INVITE', 'sip:a@b', 'body');
    expect(g.check(first, 'INVITE', 'body', 11)).toBe(VERDICT.OK);
    if (qop === 'x=y') return; // without nc a nonce serves once
    expect(g.check(bob.value('BYE', 'sip:a@b', ''), 'BYE', '', 12)).toBe(VERDICT.OK);
    expect(g.check(first, 'INVITE', 'body', 13)).toBe(VERDICT.STALE);
  });

  it('disagree where anything differs', () => {
    const g = gate();
    const bob = new Credentials('bob', 'se"cret');
    bob.take(challenge(g, 'SHA-256', 'qop="auth-int"'));
    const check = (value: string, method = 'INVITE', body = 'x', at = 11) => g.check(value, method, body, at);
    expect(check(bob.value('INVITE', 'sip:a@b', 'x'), 'BYE')).toBe(VERDICT.WRONG);
    expect(check(bob.value('INVITE', 'sip:a@b', 'x'), 'INVITE', 'y')).toBe(VERDICT.WRONG);
    // A uri other than the Request-URI is no fault, one other than what was signed is (RFC 3261 §22.4).
    const elsewhere = bob.value('INVITE', 'sip:a@c', 'x');
    expect(check(elsewhere)).toBe(VERDICT.OK);
    expect(check(elsewhere.replace('sip:a@c', 'sip:a@b'))).toBe(VERDICT.WRONG);
    expect(check(bob.value('INVITE', 'sip:a@b', 'x'), 'INVITE', 'x', 10_000)).toBe(VERDICT.STALE);
    expect(check(bob.value('INVITE', 'sip:a@b', 'x').replace(/nonce="[^"]*"/, 'nonce="1.2.3"'))).toBe(VERDICT.STALE);
    expect(check('Basic abc')).toBe(VERDICT.NONE);
    expect(check('Digest username="bob"')).toBe(VERDICT.BROKEN);
    expect(check(`${bob.value('INVITE', 'sip:a@b', 'x')}, username*=UTF-8''bob`)).toBe(VERDICT.BROKEN);
    const eve = new Credentials('eve', 'se"cret');
    eve.take(challenge(g, 'SHA-256', 'qop="auth"'));
    expect(check(eve.value('INVITE', 'sip:a@b', 'x'))).toBe(VERDICT.WRONG);
    const wrong = new Credentials('bob', 'guess');
    wrong.take(challenge(g, 'SHA-256', 'qop="auth"'));
    expect(check(wrong.value('INVITE', 'sip:a@b', 'x'))).toBe(VERDICT.WRONG);
  });

  it('take up the nonce that Authentication-Info names', () => {
    const g = gate();
    const bob = new Credentials('bob', 'se"cret');
    bob.take(challenge(g, 'MD5', 'qop="auth"'));
    bob.renew(challenge(g, 'MD5', 'qop="auth"').nonce);
    const value = bob.value('BYE', 'sip:a@b', '');
    expect(value).toContain('nc=00000001');
    expect(g.check(value, 'BYE', '', 11)).toBe(VERDICT.OK);
  });
});

it('never throws on what a peer sends', () => {
  const g = new Gate('r', () => 'p');
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      readParams(text);
      readChallenge(`Digest ${text}`);
      expect(g.check(`Digest ${text}`, 'INVITE', '', 1)).not.toBe(VERDICT.OK);
    }),
  );
});
