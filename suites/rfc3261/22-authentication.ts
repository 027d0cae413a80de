// RFC 3261 §22: who is asked for credentials, how, and which are taken. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { challengesOf, credentialsOf } from '../../src/conformance/credentials.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

/** The refusal of a REGISTER without credentials. */
async function challenged(t: Talk): Promise<Received> {
  t.send(t.request('REGISTER', { to: t.account.user }));
  const response = await t.expect('final', { challengeCounts: true, strictly: true });
  if (response.status < 300) t.skip('it lets a REGISTER without credentials in');
  return response;
}

function told(response: Received): string {
  return response.headers('WWW-Authenticate').join(' | ') || `${response.startLine} without WWW-Authenticate`;
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/22/basic-never',
    title: 'Basic is never asked for, and Basic credentials are never taken',
    req: ['AUT-003'],
    level: 'MUST NOT',
    role: 'all',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const asked = await challenged(t);
      t.verify(!asked.headers('WWW-Authenticate').some((one) => /^basic\b/i.test(one)), 'no Basic', told(asked));
      const { user, password } = t.account;
      const basic = Buffer.from(`${user}:${password}`).toString('base64');
      t.send(t.request('REGISTER', { to: user, headers: { Authorization: `Basic ${basic}` } }));
      const response = await t.expect('final', { strictly: true });
      t.verify(response.status >= 400, 'a refusal of Basic credentials', response.startLine);
    },
  },
  {
    id: 'rfc3261/22.1/ack-never-answered',
    title: 'An ACK gets no response, whatever is wrong with it',
    req: ['ACK-012'],
    level: 'MUST NOT',
    role: 'all',
    methods: ['ACK'],
    run: async (t) => {
      t.send(t.request('ACK', { to: 'answer' }));
      t.send(t.request('ACK', { to: 'answer', headers: { Require: 'nothing-known' } }));
      t.send(t.request('ACK', { to: 'answer', headers: { From: null } }));
      t.send(t.request('ACK', { to: 'answer', headers: { To: (was) => `${was};tag=nothing-known` } }));
      await t.expectNone(700, 'response');
    },
  },
  {
    id: 'rfc3261/22.1/ack-not-challenged',
    title: 'The ACK of a 2xx is not challenged, also without credentials or with old ones',
    req: ['ACK-013'],
    level: 'MUST NOT',
    role: 'all',
    methods: ['ACK', 'INVITE'],
    needs: ['auth', 'password'],
    run: async (t) => {
      const { invite, response } = await t.call({ to: 'auth' });
      if (invite.challenged === 0) t.skip('it does not ask who calls');
      const old = { realm: 'nothing-known', nonce: 'old', opaque: null, algorithm: 'MD5', named: true, stale: false };
      const proof = { method: 'ACK', uri: invite.uri };
      t.ack(response, { headers: { Authorization: credentialsOf(t.account, { ...old, qop: ['auth'] }, proof) } });
      await t.expectNone(1_200, 'response');
    },
  },
  {
    id: 'rfc3261/22.1/ack-with-the-credentials-of-the-invite',
    title: 'Credentials that were good for the INVITE are good for its ACK',
    req: ['ACK-014'],
    level: 'MUST',
    role: 'all',
    methods: ['ACK', 'INVITE'],
    needs: ['auth', 'password'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'auth' }));
      const response = await t.given('an answered call', () => t.expect('2xx', { of: invite }));
      const credentials = invite.reading.header('Authorization');
      if (credentials === null) t.skip('it does not ask who calls');
      t.ack(response, { headers: { Authorization: credentials } });
      // An ACK that was not taken leaves the 200 to be sent again after half a second.
      await t.expectNone(1_200, 'response');
    },
  },
  {
    id: 'rfc3261/22.1/cancel-not-challenged',
    title: 'A CANCEL without credentials of an INVITE that had some is not challenged',
    req: ['CAN-018'],
    level: 'MUST NOT',
    role: 'all',
    methods: ['CANCEL', 'INVITE'],
    needs: ['ring', 'password'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      await t.given('ringing', () => t.expect([180, 183]));
      if (invite.challenged === 0) t.skip('it does not ask who calls');
      const response = await t.expect('final', { of: t.cancel(invite), strictly: true, challengeCounts: true });
      t.verify(response.status !== 401 && response.status !== 407, 'neither 401 nor 407', response.startLine);
      t.ack(await t.expect(487, { of: invite, strictly: true }));
    },
  },
  {
    id: 'rfc3261/22.2/challenge-with-realm-and-nonce',
    title: 'A 401 has WWW-Authenticate: Digest with realm and nonce',
    req: ['AUT-001'],
    level: 'MUST',
    role: 'all',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const response = await challenged(t);
      t.verify(response.status === 401, '401', response.startLine);
      t.verify(challengesOf(response).length > 0, 'WWW-Authenticate: Digest realm=…, nonce=…', told(response));
    },
  },
  {
    id: 'rfc3261/22.4/qop-in-every-challenge',
    title: 'Every challenge has qop',
    req: ['AUT-002'],
    level: 'MUST',
    role: 'all',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const response = await challenged(t);
      const challenges = challengesOf(response);
      t.verify(challenges.length > 0, 'a Digest challenge', told(response));
      t.verify(
        challenges.every(({ qop }) => qop.length > 0),
        'qop in each',
        told(response),
      );
    },
  },
  {
    id: 'rfc3261/22.4/md5-with-qop-auth',
    title: 'A right answer in MD5 with qop=auth lets in',
    req: ['AUT-005'],
    level: 'MUST',
    role: 'all',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t: Talk) => {
      const challenge = challengesOf(await challenged(t)).find(({ algorithm }) => algorithm.toUpperCase() === 'MD5');
      if (challenge === undefined || !challenge.qop.includes('auth')) t.skip('it asks for no MD5 with qop=auth');
      const { uri } = t.request('REGISTER');
      const Authorization = credentialsOf(t.account, challenge, { method: 'REGISTER', uri });
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Authorization } }));
      await t.expect('2xx', { strictly: true });
    },
  },
  {
    id: 'rfc3261/22.4/answer-without-qop',
    title: 'A right answer without qop, as RFC 2069 has it, lets in',
    req: ['AUT-006'],
    // A MUST of RFC 3261 that RFC 7616 §3.4 and RFC 8760 take back, for an answer without qop is a weak one.
    level: 'SHOULD',
    role: 'all',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t: Talk) => {
      const challenge = challengesOf(await challenged(t)).find(({ algorithm }) => algorithm.toUpperCase() === 'MD5');
      if (challenge === undefined) t.skip('it asks for no MD5');
      const { uri } = t.request('REGISTER');
      const Authorization = credentialsOf(t.account, challenge, { method: 'REGISTER', uri, qop: '' });
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Authorization } }));
      await t.expect('2xx', { strictly: true });
    },
  },
];
