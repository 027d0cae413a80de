// RFC 3311 §4, §5: UPDATE at the server. Cases only.

import { type Entry, notObservable } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { firstArrival } from '../arrival.ts';
import { mediaText, readDescription } from '../description.ts';

function verifyRetryAfter(t: Talk, refusal: Received): void {
  const seconds = refusal.number('Retry-After');
  t.verify(seconds >= 0 && seconds <= 10, 'Retry-After of 0 to 10', refusal.header('Retry-After') ?? '(none)');
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3311/4/2xx-allows-update',
    title: 'A server that takes UPDATE says so in Allow of its 2xx to INVITE',
    req: ['UPD-007'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['UPDATE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog, response } = await t.call();
      await t.given('an accepted UPDATE', () => t.expect('2xx', { of: t.send(t.request('UPDATE', { dialog })) }));
      const allow = response.headers('Allow');
      t.verify(allow.includes('UPDATE'), 'UPDATE in Allow of the 2xx', allow.join(', ') || '(none)');
    },
  },
  {
    id: 'rfc3311/5.1/update-without-offer',
    title: 'An UPDATE without an offer is answered 2xx without a session description',
    req: ['UPD-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['UPDATE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const response = await t.expect('2xx', { of: t.send(t.request('UPDATE', { dialog })) });
      t.verify(response.body === '', 'no body in the 2xx to UPDATE', mediaText(readDescription(response)));
    },
  },
  {
    id: 'rfc3311/5.1/update-moves-remote-target',
    title: 'After an UPDATE with a new Contact the requests of the server go there',
    req: ['UPD-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['UPDATE', 'BYE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      const moved = await t.peer({ name: 'moved' });
      const invite = t.send(t.request('INVITE', { to: 'answer' }));
      const dialog = t.dialog(await t.given('an answer', () => t.expect('2xx', { of: invite })));
      await t.expect('2xx', {
        of: t.send(t.request('UPDATE', { dialog, headers: { Contact: `<${moved.contact}>` } })),
      });
      // Without an ACK it gives the call up with a BYE: to the old place, or to the new one.
      const { end, request } = await firstArrival(t, [moved, t], 'BYE', 45_000);
      end.respond(request, 200);
      t.verify(end === moved && request.uri === moved.contact, `BYE ${moved.contact}`, request.startLine);
    },
  },
  {
    id: 'rfc3311/5.2/second-update-waits',
    title: 'A second UPDATE is not served before the first has its final response: 500 with Retry-After until then',
    req: ['UPD-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['UPDATE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const first = t.send(t.request('UPDATE', { dialog, body: sdp(t.local.address, 2) }));
      const second = t.send(t.request('UPDATE', { dialog, body: sdp(t.local.address, 3) }));
      const later = await t.expect(['2xx', 500], { of: second });
      if (later.status === 500) return verifyRetryAfter(t, later);
      const before = t.responsesTo(first).find(({ status }) => status >= 200);
      t.verify(
        before !== undefined && before.atUs <= later.atUs,
        'the first UPDATE answered first, or 500 to the second',
        `${later.startLine} to the second UPDATE while the first has no answer`,
      );
    },
  },
  {
    id: 'rfc3311/5.2/offer-against-its-own-491',
    title: 'An UPDATE with an offer while the offer of the server waits for its answer is refused with 491',
    req: ['UPD-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['UPDATE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer', body: '' }));
      const answer = await t.given('an answer', () => t.expect('2xx', { of: invite }));
      if (readDescription(answer) === null) t.inconclusive('no offer in the 2xx to an INVITE without one');
      const update = t.send(t.request('UPDATE', { dialog: t.dialog(answer), body: sdp(t.local.address) }));
      await t.expect(491, { of: update });
      t.ack(answer, { body: sdp(t.local.address), type: 'application/sdp' });
    },
  },
  {
    id: 'rfc3311/5.2/offer-while-invite-unanswered-500',
    title: 'An UPDATE with an offer while that of the INVITE has no answer is refused: 500, Retry-After 0 to 10 s',
    req: ['UPD-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['UPDATE', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      const early = await t.given('an early dialog', () => t.expect([180, 183], { of: invite }));
      const update = t.send(t.request('UPDATE', { dialog: t.dialog(early), body: sdp(t.local.address, 2) }));
      verifyRetryAfter(t, await t.expect(500, { of: update }));
    },
  },
  {
    id: 'rfc3311/5.2/offer-answered-at-once',
    title: 'An UPDATE with an offer in a call gets its answer in a 2xx, promptly',
    req: ['UPD-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['UPDATE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const update = t.send(t.request('UPDATE', { dialog, body: sdp(t.local.address, 2) }));
      const response = await t.expect('2xx', { of: update, withinMs: 2_000 });
      const answer = readDescription(response);
      t.verify(answer?.streams.length === 1, 'an answer of one stream', mediaText(answer));
    },
  },
  notObservable('rfc3311/5.2/user-consent-504', {
    title: 'An UPDATE that would need the consent of the user is refused with 504',
    req: ['UPD-005'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['UPDATE'],
    reason:
      'whether a change needs the consent of a user is known to the server alone, and it may refuse it with 488 as well',
  }),
];
