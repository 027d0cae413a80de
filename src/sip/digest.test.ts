// Digest authentication: the examples of the RFCs, and challenges read. Never needs a network.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseChallenge, readChallenge, readParams, responseOf, userKey } from './digest.ts';

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

it('never throws on what a peer sends', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      readParams(text);
      readChallenge(`Digest ${text}`);
    }),
  );
});
