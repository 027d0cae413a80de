// RFC 3261 §15: BYE at the server. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { openMedia } from '../media.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/15/bye-stops-media',
    title: 'With the BYE the media of the session end',
    req: ['BYE-005'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['echo'],
    run: async (t) => {
      const media = await openMedia(t);
      const { dialog, response } = await t.call({ to: 'echo', body: media.offer() });
      if (!(await media.flows(response))) t.inconclusive('no media come from the extension that sends them back');
      await t.given('the end of the call', () => t.expect('2xx', { of: t.send(t.request('BYE', { dialog })) }));
      await t.pause(300);
      const late = await media.packets(response, 1_000);
      t.verify(late.length === 0, 'no packets after the BYE', `${late.length} packets in the second after it`);
    },
  },
  {
    id: 'rfc3261/15.1.2/bye-in-no-dialog-481',
    title: 'A BYE that belongs to no dialog is refused with 481',
    req: ['BYE-002'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['BYE'],
    run: async (t) => {
      t.send(t.request('BYE', { to: 'answer', headers: { To: (was) => `${was};tag=of-no-dialog` } }));
      await t.expect(481);
    },
  },
  {
    id: 'rfc3261/15.1.2/bye-ends-call-200',
    title: 'A BYE in a call is answered 2xx',
    req: ['BYE-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      t.send(t.request('BYE', { dialog }));
      await t.expect('2xx', { strictly: true });
    },
  },
  {
    id: 'rfc3261/15.1.2/bye-in-early-dialog',
    title: 'A BYE of the caller in an early dialog is answered 200, and the INVITE 487',
    req: ['BYE-003'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      const early = await t.given('an early dialog', () => t.expect([180, 183], { of: invite }));
      const bye = t.send(t.request('BYE', { dialog: t.dialog(early) }));
      await t.expect('2xx', { of: bye, strictly: true });
      t.ack(await t.expect(487, { of: invite, strictly: true }));
    },
  },
  {
    id: 'rfc3261/15.1.2/pending-request-answered-after-bye',
    title: 'A request that is pending when the BYE comes is answered all the same',
    req: ['BYE-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const reinvite = t.send(t.request('INVITE', { dialog }));
      const bye = t.send(t.request('BYE', { dialog }));
      await t.expect('2xx', { of: bye, strictly: true });
      t.ack(await t.expect('final', { of: reinvite, strictly: true }));
    },
  },
  {
    id: 'rfc3261/15/no-bye-in-an-early-dialog',
    title: 'A callee that gives up a call before it has answered sends a final response to the INVITE, never a BYE',
    req: ['BYE-006'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      // RFC 3261 §13.3.1: after as many seconds as Expires says the callee ends a call that it has not answered.
      const invite = t.send(t.request('INVITE', { to: 'ring', headers: { Expires: 2 } }));
      await t.given('an early dialog', () => t.expect([180, 183], { of: invite }));
      await t.pause(3_500);
      const bye = t.received.find((one) => one.isRequest && one.method === 'BYE');
      const end = t.responsesTo(invite).find(({ status }) => status >= 200);
      if (end !== undefined && end.status >= 300) t.ack(end);
      t.verify(bye === undefined, 'a final response', `${bye?.startLine}`);
      if (end === undefined) return t.inconclusive('it rings on when the time in Expires is over');
      t.verify(end.status >= 300, 'a refusal', end.startLine);
    },
  },
  {
    id: 'rfc3261/15/no-bye-before-the-ack',
    title: 'The callee sends no BYE before the ACK of its 2xx has come or 64*T1 have passed',
    req: ['BYE-007'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['BYE', 'INVITE', 'ACK'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer' }));
      await t.given('an answer', () => t.expect('2xx'));
      await t.expectNone(31_000, 'BYE');
    },
  },
];
