// RFC 3261 §9.2: CANCEL at the server. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import type { Outgoing } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

async function ringing(t: Talk): Promise<Outgoing> {
  const invite = t.send(t.request('INVITE', { to: 'ring' }));
  await t.given('ringing', () => t.expect('provisional', { of: invite }));
  return invite;
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/9.2/cancel-without-match-481',
    title: 'A CANCEL that matches no transaction is answered 481',
    req: ['CAN-004'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['CANCEL'],
    run: async (t) => {
      t.send(t.request('CANCEL'));
      await t.expect(481);
    },
  },
  {
    id: 'rfc3261/9.2/matching-cancel-answered-200',
    title: 'A CANCEL that matches a pending INVITE is itself answered 200',
    req: ['CAN-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['CANCEL', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = await ringing(t);
      await t.expect(200, { of: t.cancel(invite), strictly: true });
    },
  },
  {
    id: 'rfc3261/9.2/cancelled-invite-487',
    title: 'A CANCEL before the final response ends the INVITE with 487 at once',
    req: ['CAN-002'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['CANCEL', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = await ringing(t);
      t.cancel(invite);
      t.ack(await t.expect(487, { of: invite }));
    },
  },
  {
    id: 'rfc3261/9.2/cancel-response-to-tag',
    title: 'The 200 to a CANCEL has the To tag of the responses to the INVITE',
    req: ['CAN-003'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['CANCEL', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = await ringing(t);
      const cancel = t.cancel(invite);
      const [answer, refusal] = await t.given('the end of the INVITE', async () => [
        await t.expect(200, { of: cancel }),
        await t.expect('refusal', { of: invite }),
      ]);
      t.ack(refusal);
      t.verify(
        answer.toTag === refusal.toTag,
        `To tag ${refusal.toTag} in the 200 to CANCEL`,
        answer.toTag || '(none)',
      );
    },
  },
  {
    id: 'rfc3261/9.2/cancel-after-2xx-changes-nothing',
    title: 'A CANCEL after the 2xx is answered 200, and the call stays up until a BYE ends it',
    req: ['CAN-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['CANCEL', 'INVITE', 'BYE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx', { of: invite }));
      const { status } = await t.expect([200, 481], { of: t.cancel(invite), strictly: true });
      t.ack(answer);
      const dialog = t.dialog(answer);
      await t.expect('2xx', { of: t.send(t.request('BYE', { dialog })), strictly: true });
      const other = t.responsesTo(invite).find((one) => one.status >= 300);
      t.verify(other === undefined, 'no other final response to the INVITE', `${other?.startLine}`);
      // RFC 6026 §7.1 keeps the transaction for 64*T1; before it, a 2xx ended it, and there was nothing to match.
      if (status === 481) t.nonStrict('481: the transaction of the INVITE is gone with its 2xx', '200 to CANCEL');
    },
  },
  {
    id: 'rfc3261/9.2/cancel-of-answered-options',
    title: 'A CANCEL of a completed OPTIONS is answered 200 and leaves its response as it was',
    req: ['CAN-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['CANCEL', 'OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const options = t.send(t.request('OPTIONS'));
      const before = await t.given('an answer to OPTIONS', () => t.expect('final', { of: options, strictly: true }));
      const { status } = await t.expect([200, 481], { of: t.cancel(options), strictly: true });
      t.sendAgain(options);
      const after = await t.expect('final', { of: options, strictly: true });
      t.verify(after.startLine === before.startLine, `${before.startLine} once more`, after.startLine);
      // Timer J keeps the transaction for 64*T1, so there is one to match.
      if (status === 481) t.nonStrict('481', '200 to CANCEL');
    },
  },
];
