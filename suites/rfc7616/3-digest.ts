// RFC 7616 §3: Digest at a registrar. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { type Challenge, challengesOf, credentialsOf, type Proof } from '../../src/conformance/credentials.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

/** Challenges to a REGISTER without credentials. */
async function challenges(t: Talk): Promise<Challenge[]> {
  t.send(t.request('REGISTER', { to: t.account.user }));
  const response = await t.expect('final', { challengeCounts: true, strictly: true });
  if (response.status < 300) t.skip('it lets a REGISTER without credentials in');
  const all = challengesOf(response);
  if (all.length === 0) t.inconclusive(`${response.startLine} without a Digest challenge`);
  return all;
}

/** The answer to a REGISTER with these credentials. */
function answerTo(t: Talk, credentials: string): Promise<Received> {
  t.send(t.request('REGISTER', { to: t.account.user, headers: { Authorization: credentials } }));
  return t.expect('final', { strictly: true });
}

function prove(t: Talk, challenge: Challenge, proof: Partial<Proof> = {}): string {
  return credentialsOf(t.account, challenge, { method: 'REGISTER', uri: t.request('REGISTER').uri, ...proof });
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc7616/3.3/old-nonce-is-stale',
    title: 'A right answer to a nonce that is not, or no more, good gets a new nonce and stale=true',
    req: ['AUT-007'],
    level: 'SHOULD',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const [challenge] = await challenges(t);
      // Of the length and alphabet of its own, with its beginning and its end, where a time or a count may stand: what makes it unknown is in the middle.
      const third = Math.ceil(challenge!.nonce.length / 3);
      const middle = challenge!.nonce.slice(third, -third).replace(/[0-9a-f]/g, (digit) => (digit === '7' ? '8' : '7'));
      const nonce = challenge!.nonce.slice(0, third) + middle + challenge!.nonce.slice(-third);
      const response = await answerTo(t, prove(t, challenge!, { nonce }));
      t.verify(response.status === 401, '401', response.startLine);
      const again = challengesOf(response);
      t.verify(again.length > 0 && again.every((one) => one.nonce !== nonce), 'a new nonce', response.startLine);
      t.verify(
        again.some(({ stale }) => stale),
        'stale=true',
        response.headers('WWW-Authenticate').join(' | '),
      );
    },
  },
  {
    id: 'rfc7616/3.3/wrong-password-not-stale',
    title: 'A wrong password is refused, and never told to be a stale nonce',
    req: ['AUT-008'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const [challenge] = await challenges(t);
      const response = await answerTo(t, prove(t, challenge!, { password: 'not-the-password' }));
      t.verify(response.status === 401 || response.status === 403, '401 or 403', response.startLine);
      t.verify(
        challengesOf(response).every(({ stale }) => !stale),
        'no stale=true',
        response.headers('WWW-Authenticate').join(' | '),
      );
    },
  },
  {
    id: 'rfc7616/3.3/quotes-in-the-challenge',
    title: 'realm, domain, nonce, opaque and qop of a challenge are quoted; stale and algorithm are not',
    req: ['AUT-010'],
    level: 'MUST NOT',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      await challenges(t);
      for (const value of t.received.at(-1)!.headers('WWW-Authenticate')) {
        for (const name of ['realm', 'domain', 'nonce', 'opaque', 'qop'])
          t.verify(!new RegExp(`[\\s,]${name}\\s*=\\s*[^"\\s]`, 'i').test(value), `${name} in quotes`, value);
        for (const name of ['stale', 'algorithm'])
          t.verify(!new RegExp(`[\\s,]${name}\\s*=\\s*"`, 'i').test(value), `${name} without quotes`, value);
      }
    },
  },
  {
    id: 'rfc8760/2.3/algorithms-differ',
    title: 'Several challenges of one realm have a digest algorithm each',
    req: ['AUT-018'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      // RFC 8760 §2.3: their order is that of the server's preference, which nobody else knows.
      const all = (await challenges(t)).map(({ realm, algorithm }) => `${realm} ${(algorithm || 'MD5').toUpperCase()}`);
      if (new Set(all.map((one) => one.slice(0, one.lastIndexOf(' ')))).size === all.length)
        t.skip('it has one challenge for a realm');
      t.verify(new Set(all).size === all.length, 'another algorithm in each', all.join(' | '));
    },
  },
  {
    id: 'rfc7616/3.4/repeated-count',
    title: 'Credentials that come a second time with the same nonce count are refused, or taken at a risk',
    req: ['AUT-009'],
    level: 'INFO',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const [challenge] = await challenges(t);
      const credentials = prove(t, challenge!);
      const first = await answerTo(t, credentials);
      if (first.status >= 300) t.inconclusive(`right credentials are refused: ${first.startLine}`);
      const second = await answerTo(t, credentials);
      if (second.status < 300) t.info('it takes the same credentials twice: whoever overhears them can replay them');
      t.info(`it refuses a replay: ${second.startLine}`);
    },
  },
  {
    id: 'rfc7616/3.4/improper-credentials-4xx',
    title: 'Credentials that lack a parameter are refused with a 4xx',
    req: ['AUT-012'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const [challenge] = await challenges(t);
      const right = prove(t, challenge!);
      const improper: readonly (readonly [string, string])[] = [
        ['no response', right.replace(/, response="[^"]*"/, '')],
        ['no nonce', right.replace(/, nonce="[^"]*"/, '')],
        ['no username', right.replace(/username="[^"]*", /, '')],
      ];
      for (const [what, credentials] of improper) {
        const response = await answerTo(t, credentials);
        const refused = response.status >= 400 && response.status < 500;
        t.verify(refused, `a 4xx to credentials with ${what}`, response.startLine);
      }
    },
  },
  {
    id: 'rfc7616/3.4/two-names-are-an-error',
    title: 'Credentials with both username and username* are refused',
    req: ['AUT-012'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const all = await challenges(t);
      // username* came with RFC 7616, as the algorithms did.
      if (!all.some(({ algorithm }) => /^sha/i.test(algorithm))) t.unsupported('it asks for no algorithm of RFC 7616');
      const response = await answerTo(t, `${prove(t, all[0]!)}, username*=UTF-8''${t.account.user}`);
      t.verify(response.status >= 400 && response.status < 500, 'a 4xx', response.startLine);
    },
  },
  {
    id: 'rfc7616/3.4.1/sha-256',
    title: 'A right answer in SHA-256 lets in where SHA-256 is asked for',
    req: ['AUT-021'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t: Talk) => {
      const challenge = (await challenges(t)).find(({ algorithm }) => algorithm.toUpperCase() === 'SHA-256');
      if (challenge === undefined) t.unsupported('it asks for no SHA-256');
      const response = await answerTo(t, prove(t, challenge));
      t.verify(response.status < 300, '200', response.startLine);
    },
  },
  {
    id: 'rfc7616/3.4.2/algorithms',
    title: 'Which algorithms let in, asked for or not',
    req: ['AUT-022'],
    level: 'INFO',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const taken: string[] = [];
      const tried = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'];
      for (const algorithm of tried) {
        const all = await challenges(t);
        const challenge = all.find((one) => one.algorithm.toUpperCase() === algorithm.toUpperCase()) ?? all[0]!;
        const response = await answerTo(t, prove(t, challenge, { algorithm }));
        if (response.status < 300) taken.push(algorithm);
      }
      t.info(`of ${tried.join(', ')} it takes ${taken.join(', ') || 'none'}`);
    },
  },
];
