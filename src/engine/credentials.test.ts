// Credentials written from columns, held against the server's side, for every algorithm and protection, and against the answers written as text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../sip/bytes.ts';
import { readChallenge } from '../sip/digest.ts';
import { Gate, VERDICT } from '../sip/gate.ts';
import { Memory } from '../sip/memory.ts';
import { CredentialColumns, type Signed } from './credentials.ts';

const ALGORITHMS = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'];
const NAME = bytesOf('..bo"b..');
const METHODS = Object.fromEntries(['INVITE', 'BYE', 'UPDATE'].map((name) => [name, bytesOf(name)]));

function columns(side: 0 | 1 = 0): {
  write(method: string, uri: string, body: string): string;
  all: CredentialColumns;
} {
  const memory = new Memory(1_048_576);
  const all = new CredentialColumns(memory, 3, side);
  const at = memory.reserve(4_096);
  const texts = memory.reserve(4_096);
  return {
    all,
    write(method, uri, body) {
      memory.bytes.set(Buffer.from(uri), texts);
      memory.bytes.set(Buffer.from(body), texts + 2_048);
      const signed: Signed = {
        method: METHODS[method]!,
        uriStart: texts,
        uriLength: uri.length,
        bodyStart: texts + 2_048,
        bodyLength: body.length,
      };
      const end = all.putLine(1, at, NAME, 2, 6, signed);
      return Buffer.from(memory.bytes.subarray(at, end)).toString('latin1');
    },
  };
}

/** The verdict on a value that stands, with the body, somewhere in a block. */
function verdictOf(g: Gate, value: string, method: string, body: string, nowS: number): number {
  const bytes = Buffer.from(`xx${value}\r\n${body}yy`, 'latin1');
  const bodyStart = 2 + value.length + 2;
  return g.check(bytes, 2, 2 + value.length, METHODS[method]!, bodyStart, bodyStart + body.length, nowS);
}

const gate = () => new Gate('a "realm"', (user) => (user === 'bo"b' ? 'se"cret' : null));
const challengeOf = (g: Gate, algorithm: string, qop = 'qop="auth"') =>
  readChallenge(g.challenges(10, [algorithm], false)[0]!.replace('qop="auth,auth-int"', qop))!;

function credentialsIn(line: string): string {
  const match = /^Authorization: (.*)\r\n$/s.exec(line);
  expect(match, line).not.toBeNull();
  return match![1]!;
}

describe('the line of credentials', () => {
  it.each(
    ALGORITHMS.flatMap((algorithm) => ['qop="auth"', 'qop="auth-int"', 'x=y'].map((qop) => [algorithm, qop] as const)),
  )('is believed with %s and %s, again and again on one nonce', (algorithm, qop) => {
    const g = gate();
    const { all, write } = columns();
    expect(all.ready(1)).toBe(false);
    expect(all.take(1, challengeOf(g, algorithm, qop), 'bo"b', 'se"cret')).toBe(true);
    expect([0, 1, 2].map((row) => all.ready(row))).toEqual([false, true, false]);
    expect(all.needsBody(1)).toBe(qop.includes('int'));
    const first = credentialsIn(write('INVITE', 'sip:a@b', 'body'));
    expect(verdictOf(g, first, 'INVITE', 'body', 11)).toBe(VERDICT.OK);
    if (qop === 'x=y') return; // without nc a nonce serves once
    const second = credentialsIn(write('BYE', 'sip:a@b:5060;x', ''));
    expect(second).toContain('nc=00000002');
    expect(verdictOf(g, second, 'BYE', '', 12)).toBe(VERDICT.OK);
    expect(verdictOf(g, first, 'INVITE', 'body', 13)).toBe(VERDICT.STALE);
  });

  it.each(ALGORITHMS)(
    'is believed with %s whatever method, URI and body came before, long ones and those of equal length too',
    (algorithm) => {
      const long = `sip:a@${'b'.repeat(300)}`;
      const request = fc.record({
        method: fc.constantFrom('INVITE', 'BYE', 'UPDATE'),
        uri: fc.constantFrom('sip:a@b', 'sip:a@c', 'sip:a@b:5060', long, `${long}c`),
        body: fc.constantFrom('', 'x', 'y'.repeat(2_000)),
        again: fc.boolean(),
        qop: fc.constantFrom('qop="auth"', 'qop="auth-int"'),
        other: fc.constantFrom(...ALGORITHMS),
      });
      fc.assert(
        fc.property(fc.array(request, { minLength: 2, maxLength: 12 }), (requests) => {
          const g = gate();
          const { all, write } = columns();
          all.take(1, challengeOf(g, algorithm), 'bo"b', 'se"cret');
          for (const { method, uri, body, again, qop, other } of requests) {
            if (again) all.take(1, challengeOf(g, other, qop), 'bo"b', 'se"cret');
            const value = credentialsIn(write(method, uri, body));
            expect(verdictOf(g, value, method, body, 11), value).toBe(VERDICT.OK);
          }
        }),
      );
    },
  );

  it('is not believed where anything differs', () => {
    const g = gate();
    const { all, write } = columns();
    all.take(1, challengeOf(g, 'MD5', 'qop="auth-int"'), 'bo"b', 'guess');
    expect(verdictOf(g, credentialsIn(write('INVITE', 'sip:a@b', 'x')), 'INVITE', 'x', 11)).toBe(VERDICT.WRONG);
    all.take(1, challengeOf(g, 'SHA-256', 'qop="auth-int"'), 'bo"b', 'se"cret');
    const value = credentialsIn(write('INVITE', 'sip:a@b', 'x'));
    expect(verdictOf(g, value, 'BYE', 'x', 11)).toBe(VERDICT.WRONG);
    expect(verdictOf(g, value, 'INVITE', 'y', 11)).toBe(VERDICT.WRONG);
    expect(verdictOf(g, value, 'INVITE', 'x', 11)).toBe(VERDICT.OK);
  });

  it('counts anew with a new nonce, keeps the key of its realm, and answers for a proxy under its own name', () => {
    const g = gate();
    const { all, write } = columns(1);
    all.take(1, challengeOf(g, 'MD5'), 'bo"b', 'se"cret');
    write('INVITE', 'sip:a@b', '');
    // The password is asked for once for each realm and algorithm.
    all.take(1, challengeOf(g, 'MD5'), 'bo"b', 'not asked again');
    const line = write('INVITE', 'sip:a@b', '');
    expect(line).toMatch(/^Proxy-Authorization: Digest username="bo\\"b", realm="a \\"realm\\"", nonce="/);
    expect(line).toContain('nc=00000001');
    expect(verdictOf(g, line.slice(line.indexOf('Digest')).trim(), 'INVITE', '', 11)).toBe(VERDICT.OK);
  });

  it('carries opaque back, and the algorithm only where it was named', () => {
    const { all, write } = columns();
    all.take(1, readChallenge('Digest realm="r", nonce="n\\"1", opaque="o"')!, 'u', 'p');
    expect(write('BYE', 'sip:a', '')).toMatch(/nonce="n\\"1", uri="sip:a", response="[0-9a-f]{32}", opaque="o"\r\n$/);
  });

  it('leaves nothing behind when a challenge follows another', () => {
    const memory = new Memory(1_048_576);
    const all = new CredentialColumns(memory, 2, 0);
    const g = gate();
    all.take(0, challengeOf(g, 'MD5'), 'bo"b', 'x');
    const held = memory.inUseBytes;
    for (const algorithm of [...ALGORITHMS, 'MD5']) all.take(0, challengeOf(g, algorithm), 'bo"b', 'x');
    expect(memory.inUseBytes).toBe(held);
  });

  it('is not written for a challenge that says too much', () => {
    const { all } = columns();
    expect(all.take(1, readChallenge(`Digest realm="r", nonce="${'n'.repeat(9_000)}"`)!, 'u', 'p')).toBe(false);
    expect(all.ready(1)).toBe(false);
  });
});
