// RFC 3261 §8.1: what the server does when it sends requests of its own, and with the responses. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const ONE: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['OPTIONS'],
  needs: ['originate:OPTIONS'],
};
const CALL: typeof ONE = { level: 'MUST', role: 'uac', methods: ['INVITE'], needs: ['originate:INVITE'] };

async function answered(t: Talk, method: string): Promise<Received> {
  const request = await t.originated(method);
  t.respond(request, 200);
  return request;
}

/** A final status that is in no list: the INVITE is acknowledged as one of its class. */
function unknownFinal(status: number, of: string): Entry {
  return {
    ...CALL,
    id: `rfc3261/8.1.3.2/unknown-${status}`,
    title: `An unknown final response ${status} is taken as ${of}`,
    req: ['TXC-010'],
    run: async (t) => {
      const invite = await t.originated('INVITE');
      t.respond(invite, status);
      const ack = await t.expectRequest('ACK');
      const again = ack.branch === invite.branch;
      t.verify(again === status >= 300, `the ACK of ${of}`, `a branch ${again ? 'as in' : 'other than in'} the INVITE`);
    },
  };
}

export const CASES: readonly Entry[] = [
  {
    ...ONE,
    id: 'rfc3261/8.1.1/mandatory-fields',
    title: 'A request has To, From, CSeq, Call-ID, Max-Forwards and Via',
    req: ['TXC-012'],
    run: async (t) => {
      const request = await answered(t, 'OPTIONS');
      const missing = ['To', 'From', 'CSeq', 'Call-ID', 'Max-Forwards', 'Via'].filter((name) => !request.has(name));
      t.verify(missing.length === 0, 'all six', `no ${missing.join(', ')}`);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/8.1.1.6/max-forwards-70',
    title: 'Max-Forwards of a request begins at 70',
    req: ['TXC-013'],
    level: 'SHOULD',
    run: async (t) => {
      const request = await answered(t, 'OPTIONS');
      t.verify(request.number('Max-Forwards') === 70, 'Max-Forwards: 70', `${request.header('Max-Forwards')}`);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/8.1.1.7/branch-cookie',
    title: 'The branch of a request begins with z9hG4bK',
    req: ['TXC-014'],
    run: async (t) => {
      const { branch } = await answered(t, 'OPTIONS');
      t.verify(branch.startsWith('z9hG4bK') && branch.length > 7, 'z9hG4bK and more', branch || 'none');
    },
  },
  {
    ...CALL,
    id: 'rfc3261/8.1.1.7/branch-unique',
    title: 'INVITE, ACK of its 2xx and BYE have a branch each',
    req: ['TXC-014'],
    methods: ['INVITE', 'ACK', 'BYE'],
    run: async (t) => {
      const invite = await answered(t, 'INVITE');
      const ack = await t.given('an ACK', () => t.expectRequest('ACK'));
      const bye = await t.given('a BYE', () => t.expectRequest('BYE', { withinMs: 5_000 }));
      const branches = [invite.branch, ack.branch, bye.branch];
      t.verify(new Set(branches).size === 3, 'three branches', branches.join(', '));
    },
  },
  {
    ...ONE,
    id: 'rfc3261/8.1.1.3/from-tag',
    title: 'From of a request outside of dialogs has a tag',
    req: ['TXC-015'],
    run: async (t) => {
      const request = await answered(t, 'OPTIONS');
      t.verify(request.fromTag !== '', 'a tag in From', `${request.header('From')}`);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/8.1.1.2/to-without-tag',
    title: 'To of a request outside of dialogs has no tag',
    req: ['TXC-016'],
    level: 'MUST NOT',
    run: async (t) => {
      const request = await answered(t, 'OPTIONS');
      t.verify(request.param('To', 'tag') === null, 'no tag in To', `${request.header('To')}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/8.1.1.5/cseq-below-2-31',
    title: 'CSeq has a number below 2**31 and the method of the request',
    req: [],
    run: async (t) => {
      t.originate('INVITE');
      const invite = await t.expectRequest('INVITE', { withinMs: 15_000 });
      t.respond(invite, 200);
      const cseq = invite.header('CSeq') ?? '';
      t.verify(/^\d+\s+INVITE$/.test(cseq) && invite.cseq < 2 ** 31, 'a number below 2**31 and INVITE', cseq);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/8.1.1.8/one-contact',
    title: 'An INVITE has exactly one Contact, with a SIP or SIPS URI',
    req: ['TXC-017'],
    run: async (t) => {
      const invite = await answered(t, 'INVITE');
      const contacts = invite.headers('Contact');
      t.verify(contacts.length === 1 && /^sips?:/i.test(invite.contact), 'one URI', contacts.join(', ') || 'none');
    },
  },
  {
    ...CALL,
    id: 'rfc3261/8.1.3.3/two-vias-discarded',
    title: 'A response with two Via values is not for a user agent, and is dropped',
    req: ['TXC-009'],
    level: 'SHOULD',
    run: async (t) => {
      const invite = await t.originated('INVITE');
      const second = `SIP/2.0/UDP ${t.hostPort};branch=z9hG4bKbelow`;
      t.respond(invite, 200, { headers: { Via: (was) => [was, second] } });
      await t.expectNone(400, 'ACK');
      t.respond(invite, 200);
      await t.given('an ACK of a right 200', () => t.expectRequest('ACK'));
    },
  },
  unknownFinal(299, '200'),
  unknownFinal(499, '400'),
  unknownFinal(599, '500'),
  {
    ...CALL,
    id: 'rfc3261/8.1.3.2/unknown-provisional',
    title: 'An unknown provisional response is taken as 183, and the call goes on',
    req: ['TXC-011'],
    run: async (t) => {
      const invite = await t.originated('INVITE');
      t.respond(invite, 155);
      await t.expectNone(300, 'request', ({ method }) => method !== 'INVITE');
      t.respond(invite, 200);
      const ack = await t.expectRequest('ACK');
      t.verify(ack.branch !== invite.branch, 'the ACK of a 2xx', ack.startLine);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/8.1.3.4/redirect-followed',
    title: 'A 302 is followed by a request to its Contact, with a new branch',
    req: ['TXC-018'],
    level: 'SHOULD',
    needs: ['originate:INVITE:redirect'],
    run: async (t) => {
      const invite = await t.originated('INVITE:redirect');
      const elsewhere = `sip:elsewhere@${t.hostPort}`;
      t.respond(invite, 302, { headers: { Contact: `<${elsewhere}>` } });
      const second = await t.expectRequest('INVITE', { where: ({ branch }) => branch !== invite.branch });
      t.respond(second, 486);
      t.verify(second.uri === elsewhere, `INVITE ${elsewhere}`, second.startLine);
      const { callId, fromTag } = second;
      t.prefer(callId === invite.callId && fromTag === invite.fromTag, 'Call-ID and From as before', `${callId}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/8.1.3.4/redirect-to-itself-not-followed',
    title: 'A URI of a 3xx that was tried is not tried again',
    req: ['TXC-019'],
    level: 'MUST NOT',
    needs: ['originate:INVITE:redirect'],
    run: async (t) => {
      const invite = await t.originated('INVITE:redirect');
      t.respond(invite, 302, { headers: { Contact: `<${invite.uri}>` } });
      await t.given('an ACK', () => t.expectRequest('ACK'));
      await t.expectNone(500, 'INVITE', ({ branch }) => branch !== invite.branch);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/8.1.3.5/bad-extension-left-out',
    title: 'A request refused with 420 is tried again without the extension it required',
    req: ['TXC-020'],
    level: 'SHOULD',
    run: async (t) => {
      const invite = await t.originated('INVITE');
      const required = [...invite.headers('Require'), ...invite.headers('Proxy-Require')];
      if (required.length === 0) t.skip('its request requires no extension');
      t.respond(invite, 420, { headers: { Unsupported: required.join(', ') } });
      const second = await t.expectRequest('INVITE', { where: ({ branch }) => branch !== invite.branch });
      t.respond(second, 486);
      t.verify(!second.has('Require'), 'no Require', `${second.header('Require')}`);
      t.verify(second.cseq > invite.cseq, `a CSeq above ${invite.cseq}`, `${second.cseq}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/20.5/absent-allow-is-no-refusal',
    title: 'A 200 without Allow does not mean that BYE is not supported',
    req: ['UAS-015'],
    level: 'MUST NOT',
    methods: ['INVITE', 'BYE'],
    run: async (t) => {
      const invite = await t.originated('INVITE');
      t.respond(invite, 200, { headers: { Allow: null } });
      await t.given('an ACK', () => t.expectRequest('ACK'));
      t.respond(await t.expectRequest('BYE', { withinMs: 5_000 }), 200);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/21.5.4/retry-after-heeded',
    title: 'After a 503 with Retry-After nothing more is sent to that server for so many seconds',
    req: ['TXC-021'],
    level: 'SHOULD NOT',
    run: async (t) => {
      const invite = await t.originated('INVITE');
      t.respond(invite, 503, { headers: { 'Retry-After': 3 } });
      await t.given('an ACK', () => t.expectRequest('ACK'));
      await t.expectNone(2_900, 'request', ({ branch }) => branch !== invite.branch);
    },
  },
];
