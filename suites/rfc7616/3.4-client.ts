// RFC 7616 §3.4, RFC 8760 §2: what the server's credentials look like and which challenge they answer. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const CALL: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['OPTIONS'],
  needs: ['originate:OPTIONS'],
};

const challenge = (algorithm: string) =>
  `Digest realm="harness", nonce="${algorithm}", algorithm=${algorithm}, qop="auth"`;

/** Authorization of the OPTIONS that answers these challenges. */
async function credentials(t: Talk, challenges: readonly string[]): Promise<string> {
  const first = await t.originated('OPTIONS');
  t.respond(first, 401, { headers: { 'WWW-Authenticate': challenges } });
  const second = await t.expectRequest('OPTIONS', { where: ({ branch }) => branch !== first.branch });
  t.respond(second, 200);
  return second.lines('Authorization').join(' ');
}

export const CASES: readonly Entry[] = [
  {
    ...CALL,
    id: 'rfc7616/3.4/quotes-where-they-belong',
    title:
      'algorithm, qop and nc of credentials stand without quotes; username, realm, nonce, uri, response and cnonce with them',
    req: ['AUT-011'],
    level: 'MUST NOT',
    run: async (t) => {
      const text = await credentials(t, [challenge('MD5')]);
      const bare = ['algorithm', 'qop', 'nc'].filter((name) => new RegExp(`[ ,]${name}\\s*=\\s*"`, 'i').test(text));
      t.verify(bare.length === 0, 'algorithm, qop and nc without quotes', text);
      const quoted = ['username', 'realm', 'nonce', 'uri', 'response', 'cnonce'];
      const naked = quoted.filter((name) => !new RegExp(`[ ,]${name}\\s*=\\s*"`, 'i').test(text));
      t.verify(naked.length === 0, `${quoted.join(', ')} in quotes`, text);
    },
  },
  {
    ...CALL,
    id: 'rfc8760/2.4/topmost-challenge-answered',
    title: 'Of challenges for one realm the topmost one that is understood is answered',
    req: ['AUT-019'],
    level: 'SHOULD',
    run: async (t) => {
      const text = await credentials(t, [challenge('SHA-256'), challenge('MD5')]);
      t.verify(/nonce="SHA-256"/.test(text), 'the challenge with SHA-256', text);
    },
  },
  {
    ...CALL,
    id: 'rfc8760/2.4/unknown-algorithm-passed-over',
    title: 'A challenge with an unknown algorithm is passed over for the next one',
    req: ['AUT-020'],
    run: async (t) => {
      const text = await credentials(t, [challenge('NOSUCH'), challenge('MD5')]);
      t.verify(/nonce="MD5"/.test(text), 'the challenge with MD5', text);
    },
  },
];
