// RFC 3261 §9.2: CANCEL at the server. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/9.2/cancel-without-match-481',
    title: 'A CANCEL that matches no transaction is answered 481',
    req: ['CAN-004'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['CANCEL'],
    run: async (t) => {
      t.send(t.request('CANCEL', { to: 'answer' }));
      await t.expect(481);
    },
  },
  {
    id: 'rfc3261/9.2/cancelled-invite-487',
    title: 'A CANCEL before the final response ends the INVITE with 487, and is itself answered 200',
    req: ['CAN-001', 'CAN-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['CANCEL', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      await t.given('ringing', () => t.expect('provisional'));
      const cancel = t.cancel(invite);
      await t.expect(200, { of: cancel });
      t.ack(await t.expect(487, { of: invite }));
    },
  },
];
