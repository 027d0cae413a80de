// RFC 3261 §14.2: INVITE in a dialog. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import { mediaText, readDescription, UNKNOWN_FORMAT } from '../description.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/14.2/second-invite-while-pending-500',
    title: 'An INVITE in a dialog whose first INVITE has no final response yet is refused: 500, Retry-After 0 to 10 s',
    req: ['REI-001', 'REI-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      const early = await t.given('an early dialog', () => t.expect([180, 183], { of: invite }));
      const second = t.send(t.request('INVITE', { dialog: t.dialog(early) }));
      const refusal = await t.expect(500, { of: second, strictly: true });
      t.ack(refusal);
      const seconds = refusal.number('Retry-After');
      t.verify(seconds >= 0 && seconds <= 10, 'Retry-After of 0 to 10', refusal.header('Retry-After') ?? '(none)');
    },
  },
  {
    id: 'rfc3261/14.2/invite-against-its-own-491',
    title: 'An INVITE in a dialog while one of the server is in progress there is refused with 491',
    req: ['REI-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['originate:INVITE'],
    run: async (t) => {
      t.originate('INVITE');
      const theirs = await t.given('an INVITE of the server', () => t.expectRequest('INVITE', { withinMs: 15_000 }));
      t.respond(theirs, 180);
      const ours = t.send(t.request('INVITE', { dialog: t.dialog(theirs) }));
      const refusal = await t.expect(491, { of: ours, strictly: true });
      t.ack(refusal);
      t.respond(theirs, 486);
    },
  },
  {
    id: 'rfc3261/14.2/unacceptable-offer-488',
    title: 'A re-INVITE whose offer cannot be taken is refused with 488 and a Warning, and the call goes on',
    req: ['REI-007'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const reinvite = t.send(t.request('INVITE', { dialog, body: sdp(t.local.address, 2, UNKNOWN_FORMAT) }));
      const response = await t.expect('final', { of: reinvite });
      t.ack(response);
      if (response.status < 300)
        t.nonStrict(`${response.startLine} with ${mediaText(readDescription(response))}`, '488');
      const bye = t.send(t.request('BYE', { dialog }));
      await t.expect('2xx', { of: bye, strictly: true });
      t.verify(response.status === 488, '488', response.startLine);
      t.verify(response.has('Warning'), 'Warning in the 488', '(none)');
    },
  },
  {
    id: 'rfc3261/14.2/offer-in-2xx-overlaps',
    title: 'The offer in the 2xx to a re-INVITE without one has a format of the session as it was',
    req: ['REI-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog, response } = await t.call();
      const before = readDescription(response);
      if (before === null) return t.inconclusive('no session description in the 2xx to the first INVITE');
      const again = await t.expect('2xx', { of: t.send(t.request('INVITE', { dialog, body: '' })) });
      t.ack(again, { body: sdp(t.local.address, 2), type: 'application/sdp' });
      const offer = readDescription(again);
      const overlaps = before.streams.some(({ type, formats }) =>
        offer?.streams.some((one) => one.type === type && one.formats.some((format) => formats.includes(format))),
      );
      t.verify(overlaps, `an offer that overlaps with ${mediaText(before)}`, mediaText(offer));
    },
  },
  {
    id: 'rfc3261/14.2/bye-without-ack',
    title: 'A call whose 2xx to a re-INVITE is never acknowledged is ended with BYE',
    req: ['REI-009'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE', 'BYE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      const { dialog } = await t.call();
      t.send(t.request('INVITE', { dialog }));
      await t.given('an accepted re-INVITE', () => t.expect('2xx'));
      const bye = await t.expectRequest('BYE', { withinMs: 40_000 });
      t.respond(bye, 200);
    },
  },
  {
    id: 'rfc3261/14.2/same-version-keeps-session',
    title: 'A re-INVITE with the session description of before changes nothing: it is answered and the call goes on',
    req: ['REI-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog, invite, response } = await t.call();
      const again = await t.expect('2xx', {
        of: t.send(t.request('INVITE', { dialog, body: invite.reading.body })),
        strictly: true,
      });
      t.ack(again);
      const places = (of: typeof response) =>
        readDescription(of)
          ?.streams.map(({ type, port, address }) => `${type} ${address}:${port > 0 ? 'open' : 'closed'}`)
          .join(', ');
      t.verify(places(again) === places(response), `${places(response)}`, `${places(again)}`);
      await t.expect('2xx', { of: t.send(t.request('BYE', { dialog })), strictly: true });
    },
  },
];
