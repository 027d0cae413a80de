// RFC 3891 §3, §6: an INVITE that wants to take the place of a call. Each requires replaces: who does not know it answers 420. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import type { Outgoing, Received } from '../../src/conformance/outgoing.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { UNKNOWN_FORMAT } from '../description.ts';
import { verifyGoesOn } from '../goes-on.ts';
import type { Headers } from '../referral.ts';

const REPLACES: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uas',
  methods: ['INVITE'],
  needs: ['answer'],
};

/** What names a dialog of ours as its other end knows it: to-tag is its own. */
const nameOf = ({ callId, toTag, fromTag }: Received) => `${callId};to-tag=${toTag};from-tag=${fromTag}`;
const NOBODYS = 'nobodys-call@example.com;to-tag=here;from-tag=there';

function replacing(t: Talk, replaces: string | readonly string[], headers: Headers = {}, parts: RequestParts = {}) {
  return t.request('INVITE', {
    ...parts,
    // RFC 3891 §3: that the one who is replaced has referred us is a reason to be let in.
    headers: { Require: 'replaces', 'Referred-By': `<${t.aor}>`, Replaces: replaces, ...headers },
  });
}

/** The final response to such an INVITE. A 2xx that should not be is looked at by the case. */
async function answered(t: Talk, invite: Outgoing): Promise<Received> {
  const response = await t.expect('final', { of: t.send(invite) });
  t.ack(response);
  if (response.status === 420) t.unsupported(response.startLine);
  if (response.status === 401 || response.status === 403)
    t.inconclusive(`it does not let us in: ${response.startLine}`);
  return response;
}

/** The same of a server that says it can: RFC 3891 §6.2. That `Require` is not looked at is judged once, in no-such-dialog-481. */
async function heeded(t: Talk, invite: Outgoing): Promise<Received> {
  const response = await answered(t, invite);
  const listed = (one: Received) => one.headers('Supported').some((tag) => tag.toLowerCase() === 'replaces');
  if (response.status < 300 && !t.received.some(listed))
    t.unsupported(`${response.startLine}, though no Supported of it lists replaces`);
  return response;
}

export const CASES: readonly Entry[] = [
  {
    ...REPLACES,
    id: 'rfc3891/3/two-replaces-400',
    title: 'An INVITE with two Replaces is refused with 400',
    req: ['RPL-001'],
    run: async (t) => {
      const { response } = await t.call();
      const refused = await heeded(t, replacing(t, [nameOf(response), NOBODYS]));
      t.verify(refused.status === 400, '400', refused.startLine);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/replaces-outside-of-invite-400',
    title: 'Replaces in a request other than INVITE has it refused with 400',
    req: ['RPL-001'],
    methods: ['OPTIONS', 'INVITE'],
    run: async (t) => {
      const first = await answered(t, replacing(t, NOBODYS));
      if (first.status < 300) t.unsupported('it takes no notice of Replaces');
      t.send(t.request('OPTIONS', { to: 'answer', headers: { Replaces: NOBODYS } }));
      const refused = await t.expect('final');
      t.verify(refused.status === 400, '400', refused.startLine);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/beside-join-400',
    title: 'An INVITE that is to replace a call and to join it is refused with 400',
    req: [],
    run: async (t) => {
      const { response } = await t.call();
      const refused = await heeded(t, replacing(t, nameOf(response), { Join: nameOf(response) }));
      // Who does not know Join (RFC 3911) sees no contradiction.
      if (refused.status < 300) t.unsupported('it takes no notice of Join');
      t.verify(refused.status === 400, '400', refused.startLine);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/no-such-dialog-481',
    title: 'A Replaces that matches no dialog has the INVITE refused with 481',
    req: ['RPL-002'],
    run: async (t) => {
      // Who does not know Replaces owes 420 (RFC 3261 §8.2.2.3): a 2xx is wrong of whoever sends it.
      const refused = await answered(t, replacing(t, NOBODYS));
      t.verify(refused.status === 481, '481, or 420', refused.startLine);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/subscription-is-no-call-481',
    title: 'A Replaces that matches a dialog of a SUBSCRIBE has the INVITE refused with 481',
    req: [],
    methods: ['INVITE', 'SUBSCRIBE'],
    needs: ['answer', 'event'],
    run: async (t) => {
      const { response } = await t.subscription();
      const refused = await heeded(t, replacing(t, nameOf(response)));
      t.verify(refused.status === 481, '481', refused.startLine);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/ringing-call-is-left-481',
    title:
      'A Replaces that matches a call that rings at the server has the INVITE refused with 481, and the call rings on',
    req: [],
    needs: ['ring'],
    run: async (t) => {
      const ringing = t.send(t.request('INVITE', { to: 'ring' }));
      const progress = await t.given('ringing', () => t.expect([180, 183], { of: ringing }));
      if (progress.toTag === '') t.inconclusive('the provisional response makes no dialog');
      const refused = await heeded(t, replacing(t, nameOf(progress), {}, { to: 'ring' }));
      t.verify(refused.status === 481, '481', refused.startLine);
      await t.expectNone(500, 'response', (one) => ringing.isAnsweredBy(one) && one.status >= 200);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/call-that-is-over-603',
    title: 'A Replaces that matches a call that is over has the INVITE declined with 603',
    req: ['RPL-003'],
    level: 'SHOULD',
    methods: ['INVITE', 'BYE'],
    run: async (t) => {
      const { dialog, response } = await t.call();
      await t.given('the end of the call', () => t.expect('2xx', { of: t.send(t.request('BYE', { dialog })) }));
      const refused = await heeded(t, replacing(t, nameOf(response)));
      t.verify(refused.status === 603, '603', refused.startLine);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/early-only-of-a-call-486',
    title: 'A Replaces with early-only that matches a call that was answered has the INVITE refused with 486',
    req: ['RPL-004'],
    run: async (t) => {
      const call = await t.call();
      const refused = await heeded(t, replacing(t, `${nameOf(call.response)};early-only`));
      t.verify(refused.status === 486, '486', refused.startLine);
      await verifyGoesOn(t, call.dialog);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/call-is-replaced',
    title: 'A Replaces that matches a call that was answered: the INVITE gets a 2xx, and that call a BYE',
    req: ['RPL-005'],
    methods: ['INVITE', 'BYE'],
    run: async (t) => {
      const { response } = await t.call();
      const taken = await heeded(t, replacing(t, nameOf(response)));
      t.verify(taken.status < 300, 'a 2xx', taken.startLine);
      const bye = await t.expectRequest('BYE');
      t.respond(bye, 200);
      t.verify(bye.callId === response.callId, `a BYE in ${response.callId}`, `a BYE in ${bye.callId}`);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/3/refused-offer-leaves-the-call',
    title: 'An INVITE with Replaces whose offer cannot be taken is refused, and the call it names stays as it was',
    req: ['RPL-007'],
    run: async (t) => {
      const call = await t.call();
      const body = sdp(t.local.address, 1, UNKNOWN_FORMAT);
      const refused = await heeded(t, replacing(t, nameOf(call.response), {}, { body }));
      if (refused.status < 300) t.inconclusive('it takes an offer of a format that nobody knows');
      await verifyGoesOn(t, call.dialog);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/6.1/both-tags-400',
    title: 'A Replaces without to-tag or without from-tag is malformed, and the INVITE refused with 400',
    req: ['RPL-008'],
    run: async (t) => {
      const call = await t.call();
      for (const tag of ['to-tag', 'from-tag']) {
        const lame = nameOf(call.response).replace(new RegExp(`;${tag}=[^;]*`), '');
        const refused = await heeded(t, replacing(t, lame));
        t.verify(refused.status >= 400, `400 without ${tag}`, refused.startLine);
        // Read as a name that matches nothing it may be.
        t.prefer(refused.status === 400, `400 without ${tag}`, refused.startLine);
      }
      await verifyGoesOn(t, call.dialog);
    },
  },
  {
    ...REPLACES,
    id: 'rfc3891/6.2/replaces-in-supported',
    title: 'A server that heeds Replaces lists replaces in Supported',
    req: ['RPL-006'],
    methods: ['INVITE', 'OPTIONS'],
    run: async (t) => {
      // Without Require: a server that takes no notice answers the call.
      const first = await answered(t, replacing(t, NOBODYS, { Require: null }));
      if (first.status < 300) t.unsupported('it takes no notice of Replaces');
      const { response: call } = await t.call();
      t.send(t.request('OPTIONS', { to: 'answer' }));
      const able = await t.expect('final', { strictly: true });
      const tags = [...call.headers('Supported'), ...able.headers('Supported')].map((tag) => tag.toLowerCase());
      t.verify(tags.includes('replaces'), 'Supported: replaces', `Supported: ${tags.join(', ') || '(none)'}`);
    },
  },
];
