// The server's side of digest against the client's, for every algorithm and protection; what is refused, and why.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from './bytes.ts';
import { Credentials, readChallenge, responseOf, userKey } from './digest.ts';
import { Gate, VERDICT } from './gate.ts';

const ALGORITHMS = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'];

const METHODS = Object.fromEntries(['INVITE', 'BYE'].map((name) => [name, bytesOf(name)]));

/** The verdict on a value that stands, with the body, somewhere in a block. */
function verdictOf(g: Gate, value: string, method: string, body: string, nowS: number): number {
  const bytes = Buffer.from(`xx${value}\r\n${body}yy`, 'latin1');
  const bodyStart = 2 + value.length + 2;
  return g.check(bytes, 2, 2 + value.length, METHODS[method]!, bodyStart, bodyStart + body.length, nowS);
}

describe('both sides', () => {
  const gate = () => new Gate('a "realm"', (user) => (user === 'bob' ? 'se"cret' : null));
  const challenge = (g: Gate, algorithm: string, qop: string) =>
    readChallenge(g.challenges(10, [algorithm], false)[0]!.replace('qop="auth,auth-int"', qop))!;

  it.each(
    ALGORITHMS.flatMap((algorithm) => ['qop="auth"', 'qop="auth-int"', 'x=y'].map((qop) => [algorithm, qop] as const)),
  )('agree on %s with %s, again and again on one nonce', (algorithm, qop) => {
    const g = gate();
    const bob = new Credentials('bob', 'se"cret');
    bob.take(challenge(g, algorithm, qop));
    expect(bob.needsBody).toBe(qop.includes('int'));
    const first = bob.value('INVITE', 'sip:a@b', 'body');
    expect(verdictOf(g, first, 'INVITE', 'body', 11)).toBe(VERDICT.OK);
    if (qop === 'x=y') return; // without nc a nonce serves once
    expect(verdictOf(g, bob.value('BYE', 'sip:a@b', ''), 'BYE', '', 12)).toBe(VERDICT.OK);
    expect(verdictOf(g, first, 'INVITE', 'body', 13)).toBe(VERDICT.STALE);
  });

  it('disagree where anything differs', () => {
    const g = gate();
    const bob = new Credentials('bob', 'se"cret');
    bob.take(challenge(g, 'SHA-256', 'qop="auth-int"'));
    const check = (value: string, method = 'INVITE', body = 'x', at = 11) => verdictOf(g, value, method, body, at);
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
    expect(verdictOf(g, value, 'BYE', '', 11)).toBe(VERDICT.OK);
  });
});

it('never throws on what a peer sends', () => {
  const g = new Gate('r', () => 'p');
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      expect(verdictOf(g, `Digest ${text}`, 'INVITE', '', 1)).not.toBe(VERDICT.OK);
    }),
  );
});

describe('credentials', () => {
  const prepared = (qop = 'qop="auth"') => {
    const g = new Gate('r', (user) => (user === 'b"\\o' ? 'secret' : null));
    const user = new Credentials('b"\\o', 'secret');
    user.take(readChallenge(g.challenges(10, ['SHA-256'], false)[0]!.replace('qop="auth,auth-int"', qop))!);
    return { g, value: user.value('BYE', 'sip:a@b', 'x') };
  };
  const { OK, NONE, STALE, WRONG, BROKEN } = VERDICT;

  it.each<[what: string, change: (value: string) => string, verdict: number]>([
    ['as they are', (v) => v, OK],
    ['in other letters', (v) => v.replace('Digest ', 'dIGEST  ').replace('username', 'UserName'), OK],
    ['with a response in capitals', (v) => v.replace(/response="[^"]*"/, (r) => r.toUpperCase()), OK],
    ['with qop in capitals', (v) => v.replace('qop=auth', 'qop="AUTH"'), OK],
    ['with what nobody knows', (v) => `${v}, a=1, b="x,y"`, OK],
    ['with escapes where none are needed', (v) => v.replace('sip:a@b', 's\\ip:\\a@b'), OK],
    ['without white space behind the scheme', (v) => v.replace('Digest ', 'Digest'), NONE],
    ['with the scheme alone', () => 'Digest ', NONE],
    ['for another realm', (v) => v.replace('realm="r"', 'realm="s"'), NONE],
    ['without a realm', (v) => v.replace('realm="r", ', ''), NONE],
    ['without a response', (v) => v.replace(/response="[^"]*", /, ''), BROKEN],
    ['without a uri', (v) => v.replace(/uri="[^"]*", /, ''), BROKEN],
    ['with a parameter twice', (v) => `${v}, REALM="r"`, BROKEN],
    ['with one that nobody knows twice', (v) => `${v}, a=1, b=2, A=1`, BROKEN],
    ['with parameters without end', (v) => v + Array.from({ length: 40 }, (_, i) => `, p${i}=1`).join(''), BROKEN],
    ['with an open quote', (v) => `${v}, a="`, BROKEN],
    ['with an algorithm nobody knows', (v) => v.replace('SHA-256', 'SHA-257'), BROKEN],
    ['with a qop nobody knows', (v) => v.replace('qop=auth', 'qop=auth-conf'), BROKEN],
    ['with nc that is no number', (v) => v.replace('nc=00000001', 'nc=0000000g'), BROKEN],
    ['with nc that is short', (v) => v.replace('nc=00000001', 'nc=1'), BROKEN],
    ['without nc', (v) => v.replace('nc=00000001, ', ''), BROKEN],
    ['without cnonce', (v) => v.replace(/, cnonce="[^"]*"/, ''), BROKEN],
    ['with another nc than was signed', (v) => v.replace('nc=00000001', 'nc=00000002'), WRONG],
    ['with another uri than was signed', (v) => v.replace('sip:a@b', 'sip:a@c'), WRONG],
    ['with another cnonce than was signed', (v) => v.replace(/cnonce="./, 'cnonce="x'), WRONG],
    ['of another algorithm', (v) => v.replace('SHA-256', 'MD5'), WRONG],
    ['of somebody else', (v) => v.replace('username="', 'username="x'), WRONG],
    ['with a short response', (v) => v.replace(/response="./, 'response="'), WRONG],
    ['with a nonce of another secret', (v) => v.replace(/nonce="(.*?)."/, 'nonce="$1g"'), STALE],
    ['with a short nonce', (v) => v.replace(/nonce="./, 'nonce="'), STALE],
    ['with a nonce that was never issued', (v) => v.replace(/nonce="\d{8}/, 'nonce="00000000'), STALE],
  ])('%s', (_, change, verdict) => {
    const { g, value } = prepared();
    const changed = change(value);
    expect(changed === value).toBe(_ === 'as they are');
    expect(verdictOf(g, changed, 'BYE', 'x', 11)).toBe(verdict);
    // What is refused leaves nothing behind.
    if (verdict !== OK) expect(verdictOf(g, value, 'BYE', 'x', 11)).toBe(OK);
    expect(verdictOf(g, value, 'BYE', 'x', 11)).toBe(STALE);
  });

  it('are of no use with a digit of the nonce changed', () => {
    const { g, value } = prepared();
    const at = value.indexOf('nonce="') + 7;
    for (let i = 0; i < 24; i++) {
      const digit = value[at + i] === '5' ? '6' : '5';
      const changed = value.slice(0, at + i) + digit + value.slice(at + i + 1);
      expect(verdictOf(g, changed, 'BYE', 'x', 11)).toBe(STALE);
    }
  });

  it('count to the end of eight digits', () => {
    const g = new Gate('r', () => 'p');
    const bob = new Credentials('bob', 'p');
    bob.take(readChallenge(g.challenges(10, ['MD5'], false)[0]!)!);
    Object.assign(bob, { nc: 0xfffffffe });
    const last = bob.value('BYE', 'sip:a', '');
    expect(last).toContain('nc=ffffffff');
    expect(verdictOf(g, last, 'BYE', '', 11)).toBe(OK);
    expect(verdictOf(g, last, 'BYE', '', 11)).toBe(STALE);
  });

  it('are stale when their nonce has been forgotten', () => {
    const g = new Gate('r', () => 'p', 10);
    const bob = new Credentials('bob', 'p');
    bob.take(readChallenge(g.challenges(10, ['MD5'], false)[0]!)!);
    for (let i = 0; i < 9; i++) g.challenges(10, ['MD5', 'SHA-256'], false);
    expect(verdictOf(g, bob.value('BYE', 'sip:a', ''), 'BYE', '', 11)).toBe(OK);
    g.challenges(10, ['MD5'], false);
    expect(verdictOf(g, bob.value('BYE', 'sip:a', ''), 'BYE', '', 11)).toBe(STALE);
  });

  it('of two users take turns', () => {
    const passwords: Record<string, string> = { ann: 'a', bob: 'b' };
    const g = new Gate('r', (user) => passwords[user] ?? null);
    const both = Object.entries(passwords).map(([user, password]) => new Credentials(user, password));
    for (const one of both) one.take(readChallenge(g.challenges(10, ['MD5'], false)[0]!)!);
    for (let i = 0; i < 3; i++)
      for (const one of both) expect(verdictOf(g, one.value('BYE', 'sip:a', ''), 'BYE', '', 11)).toBe(OK);
  });
});

it('take no nonce but one of the last ones, in its time, with a count that rises: whatever comes in whatever order', () => {
  const MOST = 2;
  const LIFE_S = 300;
  const step = fc.record({
    issues: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    /** 0 is the nonce issued last. */
    age: fc.nat(3),
    nc: fc.integer({ min: 0, max: 6 }),
    counted: fc.boolean(),
    password: fc.constantFrom('p', 'p', 'p', 'guess'),
    laterS: fc.constantFrom(0, 0, 1, 100, 300),
  });
  const met = new Set<number>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const g = new Gate('r', () => 'p', MOST);
      const issued: { nonce: string; atS: number; highest: number }[] = [];
      let nowS = 0;
      for (const one of steps) {
        nowS += one.laterS;
        if (one.issues || issued.length === 0) {
          const { nonce } = readChallenge(g.challenges(nowS, ['MD5'], false)[0]!)!;
          expect(issued.map((other) => other.nonce)).not.toContain(nonce);
          issued.push({ nonce, atS: nowS, highest: 0 });
          continue;
        }
        const at = Math.max(0, issued.length - 1 - one.age);
        const used = issued[at]!;
        const nc = one.nc.toString(16).padStart(8, '0');
        const [qop, cnonce] = one.counted ? ['auth', 'c'] : ['', ''];
        const key = userKey('MD5', 'bob', 'r', one.password);
        const signed = {
          algorithm: 'MD5',
          key,
          nonce: used.nonce,
          method: 'BYE',
          uri: 'sip:a',
          qop,
          nc,
          cnonce,
          body: '',
        };
        const value =
          `Digest username="bob", realm="r", nonce="${used.nonce}", uri="sip:a", response="${responseOf(signed)}"` +
          (one.counted ? `, qop=auth, nc=${nc}, cnonce="c"` : '');
        const count = one.counted ? one.nc : 1;
        const forgotten = at < issued.length - MOST;
        const late = nowS - used.atS > LIFE_S;
        const verdict = forgotten
          ? VERDICT.STALE
          : one.password !== 'p'
            ? VERDICT.WRONG
            : late || count <= used.highest
              ? VERDICT.STALE
              : VERDICT.OK;
        met.add(verdict);
        expect(verdictOf(g, value, 'BYE', '', nowS)).toBe(verdict);
        if (verdict === VERDICT.OK) used.highest = count;
      }
    }),
    { numRuns: 300 },
  );
  expect([...met].sort()).toEqual([VERDICT.OK, VERDICT.STALE, VERDICT.WRONG]);
});
