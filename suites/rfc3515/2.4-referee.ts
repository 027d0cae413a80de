// RFC 3515 §2.4.2, §2.4.3, §2.5: which REFER is accepted, and the call that comes of it. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { accepted, type Headers, referTo, told } from '../referral.ts';

const REFERS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uas',
  methods: ['REFER'],
  needs: ['answer'],
};

/** The final response to a REFER in a call; a server that has no REFER at all is told apart. */
async function answered(t: Talk, headers: Headers, withinMs?: number): Promise<Received> {
  const { dialog } = await t.call();
  const of = t.send(referTo(t, dialog, t.contact, headers));
  const response = await t.expect('final', withinMs === undefined ? { of } : { of, withinMs });
  if (response.status === 405 || response.status === 501) t.unsupported(response.startLine);
  return response;
}

export const CASES: readonly Entry[] = [
  {
    ...REFERS,
    id: 'rfc3515/2.4.2/final-response-in-time',
    title: 'A REFER that is not refused is accepted with a 2xx before its transaction is over: 32 s',
    req: ['REF-001'],
    limitMs: 45_000,
    run: async (t) => {
      const response = await answered(t, {}, 32_000);
      if (response.status >= 300) t.inconclusive(`it refuses the REFER: ${response.startLine}`);
    },
  },
  {
    ...REFERS,
    id: 'rfc3515/2.4.2/no-refer-to-400',
    title: 'A REFER without Refer-To is refused with 400',
    req: ['REF-002'],
    run: async (t) => {
      const response = await answered(t, { 'Refer-To': null });
      t.verify(response.status === 400, '400', response.startLine);
    },
  },
  {
    ...REFERS,
    id: 'rfc3515/2.4.2/two-refer-to-400',
    title: 'A REFER with two values of Refer-To is refused with 400',
    req: ['REF-003'],
    run: async (t) => {
      const response = await answered(t, { 'Refer-To': [`<${t.contact}>`, `<${t.uri('busy')}>`] });
      t.verify(response.status === 400, '400', response.startLine);
    },
  },
  {
    ...REFERS,
    id: 'rfc3515/2.4.2/two-refer-to-in-one-line-400',
    title: 'Two values of Refer-To in one field are two, and refused with 400',
    req: ['REF-003'],
    run: async (t) => {
      const response = await answered(t, { 'Refer-To': `<${t.contact}>, <${t.uri('busy')}>` });
      t.verify(response.status === 400, '400', response.startLine);
    },
  },
  {
    ...REFERS,
    id: 'rfc3515/2.4.2/foreign-scheme-refused',
    title: 'A REFER to a URI whose scheme the user agent cannot access is not accepted',
    req: ['REF-011'],
    level: 'SHOULD NOT',
    run: async (t) => {
      // A scheme that nobody can access; http some can.
      const response = await answered(t, { 'Refer-To': '<nobody-knows:resource>' });
      t.verify(response.status >= 300, 'a refusal', response.startLine);
    },
  },
  {
    ...REFERS,
    id: 'rfc3515/2.4.3/target-is-called',
    title: 'Once a REFER is accepted the resource that Refer-To names is contacted: a SIP URI by INVITE',
    req: ['REF-012'],
    methods: ['REFER', 'INVITE'],
    needs: ['transfer'],
    run: async (t) => {
      const target = await t.peer({ name: 'target' });
      const { dialog } = await t.call({ to: 'transfer' });
      await accepted(t, dialog, target.contact);
      await t.given('a first NOTIFY', () => told(t));
      const invite = await target.expectRequest('INVITE');
      t.verify(invite.uri === target.contact, `INVITE ${target.contact}`, invite.startLine);
    },
  },
  {
    id: 'rfc3515/2.5/registrar-refuses-405',
    title: 'A registrar that knows REFER refuses one to itself with 405',
    req: ['REG-029'],
    level: 'SHOULD',
    role: 'registrar',
    methods: ['REFER'],
    run: async (t) => {
      t.send(t.request('REFER', { to: `sip:${t.profile.domain}` }));
      const response = await t.expect('final');
      // RFC 3515 §2.5: 501 is right where the method is not known.
      if (response.status === 501) t.unsupported(response.startLine);
      t.verify(response.status === 405, '405', response.startLine);
      t.verify(response.has('Allow'), 'Allow in the 405', 'no Allow');
    },
  },
];
