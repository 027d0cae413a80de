// RFC 3261 §8.3: a redirect server for users that are registered. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Outgoing, Received } from '../../src/conformance/outgoing.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const REDIRECT: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'redirect',
  methods: ['INVITE'],
  needs: ['account'],
};

/** A request for the account of the case, bound to our Contact, and its final response. */
async function asked(
  t: Talk,
  method = 'INVITE',
  parts: RequestParts = {},
): Promise<{ sent: Outgoing; response: Received }> {
  await t.binding();
  const sent = t.send(t.request(method, { to: t.account.user, ...parts }));
  const response = await t.expect('final', { of: sent, strictly: true });
  if (method === 'INVITE') t.ack(response);
  return { sent, response };
}

function verifyRedirected(t: Talk, response: Received): void {
  t.verify(response.status >= 300 && response.status < 400, 'a 3xx', response.startLine);
  t.verify(response.contact === t.contact, `Contact: <${t.contact}>`, response.headers('Contact').join(', ') || 'none');
}

export const CASES: readonly Entry[] = [
  {
    ...REDIRECT,
    id: 'rfc3261/8.3/3xx-with-contacts',
    title: 'A call to a user who is elsewhere is answered 3xx with the Contacts',
    req: ['RDR-001'],
    run: async (t) => verifyRedirected(t, (await asked(t)).response),
  },
  {
    ...REDIRECT,
    id: 'rfc3261/8.3/extensions-and-methods-ignored',
    title: 'A request is redirected whatever it requires, and whatever its method',
    req: ['RDR-003'],
    methods: ['INVITE', 'FOO'],
    run: async (t) => {
      const headers = { Require: 'nosuchext', 'X-Unknown': 'yes' };
      verifyRedirected(t, (await asked(t, 'FOO', { headers })).response);
    },
  },
  {
    ...REDIRECT,
    id: 'rfc3261/8.3/no-contact-equal-to-the-request-uri',
    title: 'No Contact of a redirection is the Request-URI itself',
    req: ['RDR-002'],
    level: 'MUST NOT',
    run: async (t) => {
      const { sent, response } = await asked(t);
      const same = response.headers('Contact').filter((one) => one.includes(`<${sent.uri}>`));
      t.verify(same.length === 0, `another Contact than ${sent.uri}`, same.join(', '));
    },
  },
  {
    ...REDIRECT,
    id: 'rfc3261/8.3/cancel-answered-2xx',
    title: 'A CANCEL of a redirected INVITE is answered 2xx',
    req: ['RDR-004'],
    level: 'SHOULD',
    methods: ['CANCEL'],
    run: async (t) => {
      await t.binding();
      const sent = t.send(t.request('INVITE', { to: t.account.user }));
      const response = await t.expect('3xx', { of: sent });
      const cancel = t.cancel(sent);
      const answer = await t.expect('final', { of: cancel, strictly: true });
      t.ack(response);
      t.verify(answer.status < 300, '2xx', answer.startLine);
    },
  },
];
