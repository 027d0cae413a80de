// RFC 3261 §13.3, §15: INVITE and BYE at the server. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/13.3.1.4/2xx-repeated-until-ack',
    title: 'A 2xx to INVITE is sent again until its ACK comes, and not after it',
    req: ['INV-005', 'INV-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    timing: true,
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx'));
      const again = await t.expectAgain(answer, { withinMs: 1_500 });
      t.remember(`the 2xx came again after ${Math.round((again.atUs - answer.atUs) / 1_000)} ms`);
      t.ack(answer);
      await t.pause(100);
      await t.expectNone(1_500, 'response');
    },
  },
  {
    id: 'rfc3261/15.1.2/bye-ends-call-200',
    title: 'A BYE in a call is answered 2xx, and the dialog is gone: a second one is 481',
    req: ['BYE-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      t.send(t.request('BYE', { dialog }));
      await t.expect('2xx');
      t.send(t.request('BYE', { dialog }));
      await t.expect(481);
    },
  },
];
