// RFC 3261 §9.1: the server gives up a call of its own. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const CANCELS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['CANCEL'],
  needs: ['originate:CANCEL'],
};

/** A call that rings and is given up. */
async function cancelled(t: Talk): Promise<{ invite: Received; cancel: Received }> {
  const invite = await t.originated('CANCEL', 'INVITE');
  t.respond(invite, 180);
  const cancel = await t.expectRequest('CANCEL');
  t.respond(cancel, 200);
  t.respond(invite, 487);
  return { invite, cancel };
}

export const CASES: readonly Entry[] = [
  {
    ...CANCELS,
    id: 'rfc3261/9.1/no-cancel-before-a-provisional',
    title: 'A CANCEL is not sent before a provisional response has come, and is sent then',
    req: ['CAN-010'],
    level: 'MUST NOT',
    run: async (t) => {
      const invite = await t.originated('CANCEL', 'INVITE');
      await t.expectNone(400, 'CANCEL');
      t.respond(invite, 180);
      t.respond(await t.expectRequest('CANCEL'), 200);
      t.respond(invite, 487);
    },
  },
  {
    ...CANCELS,
    id: 'rfc3261/9.1/cancel-repeats-the-invite',
    title: 'A CANCEL has Request-URI, Call-ID, To, From and CSeq number of the INVITE',
    req: ['CAN-011'],
    run: async (t) => {
      const { invite, cancel } = await cancelled(t);
      const of = (one: Received) => [one.uri, one.callId, one.header('To'), one.header('From'), one.cseq].join(' ');
      t.verify(of(cancel) === of(invite), of(invite), of(cancel));
      t.verify(cancel.header('CSeq')?.endsWith(' CANCEL') === true, 'CSeq method CANCEL', `${cancel.header('CSeq')}`);
    },
  },
  {
    ...CANCELS,
    id: 'rfc3261/9.1/cancel-has-the-via-of-the-invite',
    title: 'A CANCEL has one Via, the top one of the INVITE',
    req: ['CAN-012'],
    run: async (t) => {
      const { invite, cancel } = await cancelled(t);
      t.verify(cancel.headers('Via').length === 1, 'one Via', cancel.headers('Via').join(', '));
      t.verify(cancel.header('Via') === invite.header('Via'), `${invite.header('Via')}`, `${cancel.header('Via')}`);
    },
  },
  {
    ...CANCELS,
    id: 'rfc3261/9.1/cancel-repeats-route',
    title: 'A CANCEL repeats Route of the INVITE',
    req: ['CAN-013'],
    run: async (t) => {
      const { invite, cancel } = await cancelled(t);
      if (!invite.has('Route')) t.skip('its INVITE has no Route');
      const routes = invite.headers('Route').join(', ');
      t.verify(cancel.headers('Route').join(', ') === routes, routes, cancel.headers('Route').join(', ') || 'none');
    },
  },
  {
    ...CANCELS,
    id: 'rfc3261/9.1/cancel-requires-nothing',
    title: 'A CANCEL has neither Require nor Proxy-Require',
    req: ['CAN-014'],
    level: 'MUST NOT',
    run: async (t) => {
      const { cancel } = await cancelled(t);
      const required = [...cancel.lines('Require'), ...cancel.lines('Proxy-Require')];
      t.verify(required.length === 0, 'neither', required.join(', '));
    },
  },
  {
    ...CANCELS,
    id: 'rfc3261/9.1/cancel-goes-where-the-invite-went',
    title: 'A CANCEL goes to the address and port of the INVITE, whatever Contact the 180 has',
    req: ['CAN-016'],
    run: async (t) => {
      const other = await t.peer();
      const invite = await t.originated('CANCEL', 'INVITE');
      t.respond(invite, 180, { headers: { Contact: `<${other.contact}>` } });
      t.respond(await t.expectRequest('CANCEL'), 200);
      t.respond(invite, 487);
    },
  },
  {
    ...CANCELS,
    id: 'rfc3261/9.1/no-cancel-after-a-final',
    title: 'No CANCEL is sent for an INVITE that has its final response',
    req: ['CAN-017'],
    level: 'SHOULD NOT',
    run: async (t) => {
      const invite = await t.originated('CANCEL', 'INVITE');
      t.respond(invite, 486);
      await t.given('an ACK', () => t.expectRequest('ACK'));
      await t.expectNone(500, 'CANCEL');
    },
  },
  {
    ...CANCELS,
    id: 'rfc3261/9.1/cancelled-invite-dropped-without-487',
    title:
      'A cancelled INVITE that gets no final response for 64*T1 is dropped: a refusal after that finds no transaction',
    req: ['CAN-015'],
    level: 'SHOULD',
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      const invite = await t.originated('CANCEL', 'INVITE');
      t.respond(invite, 180);
      t.respond(await t.given('a CANCEL', () => t.expectRequest('CANCEL')), 200);
      await t.pause(34_000);
      t.respond(invite, 487);
      await t.expectNone(700, 'ACK');
    },
  },
];
