// RFC 3262 §5: offers and answers in reliable provisional responses and PRACK. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import { mediaText, readDescription } from '../description.ts';
import { earlyCall, prack } from '../reliable.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3262/5/offer-in-prack-answered',
    title: 'An offer in a PRACK gets its answer in the 2xx to that PRACK',
    req: ['REL-013'],
    level: 'MUST',
    role: 'uas',
    methods: ['PRACK', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t);
      if (readDescription(call.progress) === null)
        t.skip('its reliable response has no answer: a new offer may not follow');
      const response = await t.expect('2xx', { of: prack(t, call, { body: sdp(t.local.address, 2) }) });
      const answer = readDescription(response);
      t.verify(answer?.streams.length === 1, 'an answer of one stream in the 2xx to PRACK', mediaText(answer));
    },
  },
  {
    id: 'rfc3262/5/offer-in-reliable-provisional',
    title: 'The first reliable response to an INVITE without an offer carries one, a provisional too',
    req: ['REL-014'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'PRACK'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t, { body: '' });
      const offer = readDescription(call.progress);
      prack(t, call, { body: sdp(t.local.address), type: 'application/sdp' });
      t.verify(offer !== null && offer.streams.length > 0, `an offer in ${call.progress.startLine}`, mediaText(offer));
    },
  },
  {
    id: 'rfc3262/5/2xx-waits-for-prack',
    title: 'The 2xx waits until a reliable response with a session description is acknowledged',
    req: ['REL-015'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'PRACK'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t);
      if (readDescription(call.progress) === null) t.skip('its reliable response has no session description');
      await t.expectNone(2_500, 'response', ({ status, method }) => method === 'INVITE' && status >= 200);
      await t.expect('2xx', { of: prack(t, call), strictly: true });
      t.ack(await t.given('an answer after the PRACK', () => t.expect('2xx', { of: call.invite })));
    },
  },
];
