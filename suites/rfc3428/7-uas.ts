// RFC 3428 §7: MESSAGE at the server, and at a relay whose user is away. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { elapsed } from '../../src/conformance/elapsed.ts';
import type { Outgoing, Received } from '../../src/conformance/outgoing.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';

/** RFC 3261 §17.1.2.2: after T1 its sender repeats a request that was not answered. */
const T1_MS = 500;

const MESSAGE: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST NOT',
  role: 'uas',
  methods: ['MESSAGE'],
  needs: ['answer'],
};

async function taken(t: Talk, parts: RequestParts = {}): Promise<{ sent: Outgoing; response: Received }> {
  const sent = t.send(t.request('MESSAGE', { to: 'answer', ...parts }));
  return { sent, response: await t.expect('2xx', { of: sent }) };
}

export const CASES: readonly Entry[] = [
  {
    ...MESSAGE,
    id: 'rfc3428/7/answered-at-once',
    title: 'A MESSAGE gets its final response at once, before it would be sent again',
    req: ['IM-001'],
    level: 'SHOULD',
    timing: true,
    run: async (t) => {
      const sent = t.send(t.request('MESSAGE', { to: 'answer' }));
      const response = await t.expect('2xx', { of: sent, withinMs: 4_000 });
      const time = elapsed(sent, response);
      const fits = t.within(time, { mostMs: T1_MS });
      t.verify(fits, `a final response within ${T1_MS} ms`, `one after ${Math.round(time.ms)} ms`);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/7/no-body-in-the-2xx',
    title: 'A 2xx to MESSAGE has no body',
    req: ['IM-002'],
    run: async (t) => {
      const { response } = await taken(t);
      t.verify(response.body === '', 'no body', `${response.body.length} bytes of ${response.contentType}`);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/7/no-contact-in-the-2xx',
    title: 'A 2xx to MESSAGE has no Contact',
    req: ['IM-003'],
    run: async (t) => {
      const { response } = await taken(t);
      t.verify(!response.has('Contact'), 'no Contact', `Contact: ${response.header('Contact')}`);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/7/plain-text-taken',
    title: 'A server that takes MESSAGE takes text/plain, whatever its parameters',
    req: ['IM-004'],
    level: 'MUST',
    run: async (t) => {
      for (const type of ['text/plain', 'Text/Plain; charset=utf-8']) {
        const sent = t.send(t.request('MESSAGE', { to: 'answer', type, body: 'Grüße' }));
        const response = await t.expect(['2xx', 415], { of: sent });
        t.verify(response.status < 300, `2xx to ${type}`, response.startLine);
      }
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/7/taken-within-a-call',
    title: 'A MESSAGE in a call is answered like one outside, and the call goes on',
    req: ['IM-002', 'IM-003'],
    methods: ['MESSAGE', 'BYE'],
    run: async (t) => {
      const { dialog } = await t.call();
      const sent = t.send(t.request('MESSAGE', { dialog, type: 'text/plain', body: 'hello' }));
      const response = await t.expect('2xx', { of: sent });
      t.verify(response.body === '', 'no body', `${response.body.length} bytes of ${response.contentType}`);
      t.verify(!response.has('Contact'), 'no Contact', `Contact: ${response.header('Contact')}`);
      const bye = t.send(t.request('BYE', { dialog }));
      const end = await t.expect('final', { of: bye, strictly: true });
      t.verify(end.status < 300, '2xx to the BYE', end.startLine);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/4/no-dialog-made',
    title: 'A MESSAGE makes no dialog: a BYE with the tags of it and its 2xx is answered 481',
    req: [],
    run: async (t) => {
      const { sent, response } = await taken(t);
      const headers = {
        From: sent.reading.header('From'),
        To: response.header('To'),
        'Call-ID': sent.reading.callId,
        CSeq: '2 BYE',
      };
      const bye = t.send(t.request('BYE', { to: 'answer', headers }));
      const end = await t.expect('final', { of: bye, strictly: true });
      t.verify(end.status === 481, '481 to a BYE', end.startLine);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/7/expired-on-its-way',
    title: 'What becomes of a MESSAGE whose Expires has passed since its Date is for the server to decide',
    req: ['IM-012'],
    // RFC 3428 §7: to count from Date is a SHOULD, but what follows shows to the user alone; a response tells at most the policy.
    level: 'INFO',
    run: async (t) => {
      const headers = { Date: 'Sat, 13 Nov 2010 23:29:00 GMT', Expires: 1 };
      const usual = await taken(t);
      const sent = t.send(t.request('MESSAGE', { to: 'answer', headers }));
      const response = await t.expect('final', { of: sent, strictly: true });
      const same = response.status === usual.response.status;
      t.info(same ? `${response.startLine}, as if it were new` : `${response.startLine} as it has expired`);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/7/stored-for-later-202',
    title: 'A relay that keeps a MESSAGE for a user who is away says 202, for it is not delivered yet',
    req: ['IM-005'],
    level: 'SHOULD',
    role: 'proxy',
    needs: ['account'],
    run: async (t) => {
      const sent = t.send(t.request('MESSAGE', { to: t.account.user }));
      const response = await t.expect('final', { of: sent, strictly: true });
      if (response.status >= 300) t.skip(`it keeps no messages: ${response.startLine}`);
      t.verify(response.status === 202, '202', response.startLine);
    },
  },
];
