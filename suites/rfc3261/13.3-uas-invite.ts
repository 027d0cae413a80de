// RFC 3261 §13: INVITE at the server: progress, refusal, acceptance, and the 2xx until its ACK. Cases only.

import { type Entry, notObservable } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import { elapsed } from '../../src/conformance/elapsed.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import { mediaText, readDescription, UNKNOWN_FORMAT } from '../description.ts';
import { copiesOf, T2_MS, verifyDoubling } from '../schedule.ts';

const isProgress = ({ status }: Received) => status > 100 && status < 200;

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/13.1/ack-cancel-bye-supported',
    title: 'A server that takes INVITE knows ACK, CANCEL and BYE too',
    req: ['INV-015'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'ACK', 'CANCEL', 'BYE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      await t.expectNone(1_300, 'response', ({ method }) => method === 'INVITE');
      await t.expect('2xx', { of: t.send(t.request('BYE', { dialog })), strictly: true });
      const cancel = t.send(t.request('CANCEL', { to: 'answer' }));
      await t.expect([200, 481], { of: cancel, strictly: true });
    },
  },
  {
    id: 'rfc3261/13.2.1/no-second-description-as-answer',
    title: 'After the answer to our offer no response to the INVITE brings another session description',
    req: ['INV-018'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx', { of: invite }));
      t.ack(answer);
      await t.pause(200);
      const bodies = new Set(t.responsesTo(invite).flatMap(({ body }) => (body === '' ? [] : [body])));
      t.verify(bodies.size === 1, 'one session description in all responses', `${bodies.size} different ones`);
    },
  },
  {
    id: 'rfc3261/13.3.1/expires-ends-ringing-487',
    title: 'An INVITE that is not answered when its Expires has passed is ended with 487',
    req: ['INV-012'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring', headers: { Expires: 3 } }));
      await t.given('ringing', () => t.expect('provisional', { of: invite }));
      const refusal = await t.expect(487, { of: invite, withinMs: 7_000 });
      t.ack(refusal);
      const time = elapsed(invite, refusal);
      t.verify(t.within(time, { leastMs: 2_500 }), '487 some 3 s after the INVITE', `487 after ${time.ms | 0} ms`);
    },
  },
  {
    id: 'rfc3261/13.3.1.1/provisional-every-minute',
    title: 'While it rings, a provisional response other than 100 comes every minute',
    req: ['INV-013'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    slow: true,
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      await t.given('ringing', () => t.expect('provisional', { of: invite }));
      await t.pause(30_000);
      const before = t.responsesTo(invite).filter(isProgress).length;
      await t.pause(33_000);
      const all = t.responsesTo(invite);
      const final = all.find(({ status }) => status >= 200);
      if (final !== undefined) t.inconclusive(`it rings less than a minute: ${final.startLine}`);
      const came = all.filter(isProgress).length;
      t.verify(came > before, 'one more provisional response 30 to 63 s after the INVITE', 'none');
    },
  },
  {
    id: 'rfc3261/13.3.1.1/one-dialog-in-all-responses',
    title: 'All provisional responses of a user agent and its 2xx name the same dialog',
    req: ['INV-014'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx', { of: invite }));
      t.ack(answer);
      const progress = t.responsesTo(invite).filter(isProgress);
      if (progress.length === 0) t.skip('it answers without progress: no early dialog');
      for (const one of progress)
        t.verify(one.toTag === answer.toTag, `To tag ${answer.toTag} in ${one.startLine}`, one.toTag || '(none)');
    },
  },
  {
    id: 'rfc3261/13.3.1.3/busy-486',
    title: 'A user who can take no further call is busy: 486, or 600 when that is so everywhere',
    req: ['INV-009'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['busy'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'busy' }));
      t.ack(await t.expect([486, 600]));
    },
  },
  {
    id: 'rfc3261/13.3.1.3/unknown-formats-488',
    title: 'An offer of nothing but formats nobody knows is refused with 488',
    req: ['INV-010'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer', body: sdp(t.local.address, 1, UNKNOWN_FORMAT) }));
      t.ack(await t.expect(488));
    },
  },
  {
    id: 'rfc3261/13.3.1.3/refused-offer-has-warning',
    title: 'The refusal of an offer says in Warning why',
    req: ['INV-011'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer', body: sdp(t.local.address, 1, UNKNOWN_FORMAT) }));
      const refusal = await t.given('a refused offer', () => t.expect([488, 606]));
      t.ack(refusal);
      const warning = refusal.header('Warning') ?? '(none)';
      t.verify(/^[1-9]\d\d \S+ "/.test(warning), 'Warning: a code, who says it and a text', warning);
    },
  },
  {
    id: 'rfc3261/13.3.1.4/2xx-has-allow-and-supported',
    title: 'A 2xx to INVITE says in Allow and Supported what can be done in the call',
    req: ['HDR-013'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { response } = await t.call();
      for (const name of ['Allow', 'Supported']) t.verify(response.has(name), `${name} in the 2xx`, '(none)');
    },
  },
  {
    id: 'rfc3261/13.3.1.4/2xx-answers-offer',
    title: 'The 2xx to an INVITE with an offer carries the answer, unless a reliable provisional did',
    req: ['INV-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { invite, response } = await t.call();
      const [answer, offer] = [readDescription(response), readDescription(invite.reading)];
      const types = (of: typeof offer) => of?.streams.map(({ type }) => type).join(' ');
      t.verify(types(answer) === types(offer), `an answer to ${mediaText(offer)}`, mediaText(answer));
    },
  },
  {
    id: 'rfc3261/13.3.1.4/2xx-offers-when-we-did-not',
    title: 'The 2xx to an INVITE without an offer carries one',
    req: ['INV-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'ACK'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer', body: '' }));
      const response = await t.expect('2xx');
      t.ack(response, { body: sdp(t.local.address), type: 'application/sdp' });
      const offer = readDescription(response);
      t.verify(offer !== null && offer.streams.length > 0, 'an offer in the 2xx', mediaText(offer));
    },
  },
  {
    id: 'rfc3261/13.3.1.4/2xx-schedule',
    title: 'The 2xx is sent again after T1, then at gaps that double up to T2, until its ACK comes',
    req: ['INV-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['answer'],
    slow: true,
    timing: true,
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx'));
      verifyDoubling(t, await copiesOf(t, answer, 5), T2_MS);
      t.ack(answer);
    },
  },
  {
    id: 'rfc3261/13.3.1.4/2xx-repeated-over-tcp',
    title: 'The 2xx is sent again until its ACK comes over a reliable transport too',
    req: ['INV-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['tcp'],
    needs: ['answer'],
    timing: true,
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx'));
      verifyDoubling(t, await copiesOf(t, answer, 2), T2_MS);
      t.ack(answer);
    },
  },
  {
    id: 'rfc3261/13.3.1.4/2xx-repeated-until-ack',
    title: 'The ACK ends the repetition of the 2xx at once',
    req: ['INV-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'ACK'],
    needs: ['answer'],
    timing: true,
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx'));
      const last = (await copiesOf(t, answer, 2)).at(-1)!;
      t.wasPrompt(t.ack(answer), last, 1_000);
      // The next copy would be due 2 s after the last.
      await t.expectNone(3_000, 'response', ({ method }) => method === 'INVITE');
    },
  },
  {
    id: 'rfc3261/13.3.1.4/bye-without-ack',
    title: 'A call whose 2xx is never acknowledged is ended with BYE after 64*T1',
    req: ['INV-007'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE', 'BYE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx'));
      const bye = await t.expectRequest('BYE', { withinMs: 40_000 });
      t.respond(bye, 200);
      const afterS = (bye.atUs - answer.atUs) / 1e6;
      t.verify(afterS > 30 && bye.callId === answer.callId, 'BYE some 32 s after the 2xx', `BYE after ${afterS} s`);
    },
  },
  {
    id: 'rfc3261/13.3.1.2/redirect-has-contact',
    title: 'A 300, 301 or 302 of a server whose user is elsewhere says where, in Contact',
    req: ['RDR-005'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['moved'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'moved' }));
      const response = await t.given('a redirection', () => t.expect([300, 301, 302], { of: invite }));
      t.ack(response);
      t.verify(/^(sips?|tel):./.test(response.contact), 'a Contact with a URI', response.header('Contact') ?? 'none');
    },
  },
  notObservable('rfc3261/13.3.1.4/session-ends-with-bye-only', {
    title: 'The dialog of an unacknowledged 2xx is confirmed before the BYE ends it',
    req: [],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    reason: 'the state of a dialog has no message of its own; the BYE that ends it is tested by bye-without-ack',
  }),
];
