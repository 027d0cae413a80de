// RFC 3261 §22, RFC 7616, RFC 8760: how the server answers a challenge. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import { paramOf, split } from '../../src/conformance/reading.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const CALL: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE'],
  needs: ['originate:INVITE'],
};

const MD5 = 'Digest realm="harness", nonce="one", algorithm=MD5, qop="auth,auth-int"';

interface Tried {
  readonly first: Received;
  readonly second: Received;
  /** Parameters of Authorization. */
  readonly credentials: string;
}

/** An INVITE that is challenged, and the one with credentials. */
async function tried(t: Talk, challenges: string | readonly string[] = MD5): Promise<Tried> {
  const first = await t.originated('INVITE');
  t.respond(first, 401, { headers: { 'WWW-Authenticate': challenges } });
  const second = await t.expectRequest('INVITE', { where: ({ branch }) => branch !== first.branch });
  return { first, second, credentials: second.lines('Authorization').join(' ') };
}

/** The value of a parameter of credentials, quotes and all; '' where it is not there. */
function parameter(credentials: string, name: string): string {
  const parts = split(credentials.replace(/^\s*Digest\s+/i, ''), ',').join(';');
  return paramOf(`x;${parts}`, name) ?? '';
}

async function end(t: Talk, invite: Received): Promise<void> {
  t.respond(invite, 486);
  await t.given('an ACK', () => t.expectRequest('ACK', { where: ({ branch }) => branch === invite.branch }));
}

export const CASES: readonly Entry[] = [
  {
    ...CALL,
    id: 'rfc3261/22.2/next-cseq-same-call',
    title: 'A request with credentials has the next CSeq, a branch of its own, and Call-ID and From as before',
    req: ['AUT-013'],
    run: async (t) => {
      const { first, second } = await tried(t);
      await end(t, second);
      t.verify(second.cseq === first.cseq + 1, `CSeq ${first.cseq + 1}`, `${second.cseq}`);
      const same = second.callId === first.callId && second.header('From') === first.header('From');
      t.verify(same, `${first.callId} and ${first.header('From')}`, `${second.callId} and ${second.header('From')}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/22.1/no-second-try-with-the-same-credentials',
    title: 'A challenge to the credentials with the same nonce and no stale is the end of it',
    req: ['AUT-014'],
    level: 'MUST NOT',
    run: async (t) => {
      const { second } = await tried(t);
      t.respond(second, 401, { headers: { 'WWW-Authenticate': MD5 } });
      await t.given('an ACK', () => t.expectRequest('ACK', { where: ({ branch }) => branch === second.branch }));
      await t.expectNone(500, 'INVITE', ({ cseq }) => cseq > second.cseq);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/22.4/qop-cnonce-nc',
    title: 'Where the challenge has qop the credentials have qop, cnonce and nc',
    req: ['AUT-015'],
    run: async (t) => {
      const { second, credentials } = await tried(t);
      await end(t, second);
      t.verify(/^auth(-int)?$/.test(parameter(credentials, 'qop')), 'qop=auth', credentials);
      t.verify(parameter(credentials, 'nc') === '00000001', 'nc=00000001', credentials);
      t.verify(/^"[^"]+"$/.test(parameter(credentials, 'cnonce')), 'a cnonce', credentials);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/22.4/uri-is-the-request-uri',
    title: 'The uri of the credentials is in quotes, and the Request-URI',
    req: ['AUT-016'],
    run: async (t) => {
      const { second, credentials } = await tried(t);
      await end(t, second);
      t.verify(parameter(credentials, 'uri') === `"${second.uri}"`, `uri="${second.uri}"`, credentials);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/13.2.2.4/ack-with-credentials',
    title: 'The ACK of a 2xx has the credentials of the INVITE',
    req: ['ACK-009'],
    methods: ['INVITE', 'ACK'],
    run: async (t) => {
      const { second, credentials } = await tried(t);
      t.respond(second, 200);
      const ack = await t.expectRequest('ACK', {
        where: ({ branch, cseq }) => cseq === second.cseq && branch !== second.branch,
      });
      const actual = ack.lines('Authorization').join(' ');
      t.verify(actual === credentials, credentials, actual || 'no Authorization');
    },
  },
];
