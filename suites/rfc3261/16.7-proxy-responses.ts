// RFC 3261 §16.2, §16.7 to §16.10, RFC 4320, RFC 6026: what a stateful proxy does with responses, ACK, CANCEL and retransmissions. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const FAR: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'proxy',
  methods: ['INVITE'],
  needs: ['far'],
};

/** A call through the proxy: INVITE, 200, ACK. */
async function call(t: Talk) {
  const passed = await t.through('INVITE');
  const ok = passed.far.respond(passed.arrived, 200);
  const response = await t.expect(200, { of: passed.sent });
  return { ...passed, ok, response };
}

const vias = (message: Received) => message.headers('Via').join(', ');

export const CASES: readonly Entry[] = [
  {
    ...FAR,
    id: 'rfc3261/16.7/100-not-forwarded',
    title: 'A 100 of the next hop is not forwarded',
    req: ['PRX-017'],
    level: 'MUST NOT',
    run: async (t) => {
      const { far, arrived } = await t.through('INVITE');
      far.respond(arrived, 100, { headers: { 'X-Far': 'yes' } });
      await t.expectNone(300, 'response', (one) => one.has('X-Far'));
      far.respond(arrived, 486);
      t.ack(await t.expect(486));
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.7/provisionals-and-2xx-forwarded',
    title: '180, 183 and 200 are forwarded at once, without the Via of the proxy',
    req: ['PRX-018'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      for (const status of [180, 183, 200]) {
        far.respond(arrived, status, { headers: { 'X-Far': `"${status}"` } });
        const response = await t.expect(status, { of: sent });
        if (status === 200) t.ack(response);
        const ours = response.headers('Via').length === 1 && response.branch === sent.branch;
        t.verify(ours, 'our Via alone', vias(response));
        t.verify(response.header('X-Far') === `"${status}"`, `X-Far: "${status}"`, `${response.header('X-Far')}`);
      }
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.7/to-tag-untouched',
    title: 'The tag in To of a response is neither added nor changed',
    req: ['PRX-019'],
    level: 'MUST NOT',
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 180, { headers: { To: (was) => was.replace(/;tag=.*/, '') } });
      const ringing = await t.expect(180, { of: sent });
      t.verify(ringing.toTag === '', 'To without tag, as it was sent', `${ringing.header('To')}`);
      far.respond(arrived, 486);
      const busy = await t.expect(486, { of: sent });
      t.ack(busy);
      t.verify(busy.toTag === far.tag, `tag=${far.tag}`, `${busy.header('To')}`);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.7/503-becomes-500',
    title: 'Where 503 is all there is the caller gets 500',
    req: ['PRX-020'],
    level: 'SHOULD',
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 503);
      const response = await t.expect('refusal', { of: sent, strictly: true });
      t.ack(response);
      t.verify(response.status === 500, '500', response.startLine);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.7/received-of-others-kept',
    title: 'Vias below that of the proxy come back as they were, received included',
    req: ['PRX-039'],
    level: 'MUST NOT',
    methods: ['OPTIONS'],
    run: async (t) => {
      const below = 'SIP/2.0/UDP below.invalid:5062;branch=z9hG4bKbelow;received=192.0.2.1;rport=4711';
      const { far, sent, arrived } = await t.through('OPTIONS', { headers: { Via: (was) => [was, below] } });
      far.respond(arrived, 200);
      const response = await t.expect(200, { of: sent });
      t.verify(response.headers('Via')[1] === below, below, vias(response));
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.2/no-100-to-a-non-invite',
    title: 'A proxy sends no 100 to a request other than INVITE',
    req: ['PRX-028'],
    level: 'SHOULD NOT',
    methods: ['OPTIONS'],
    run: async (t) => {
      const { far, arrived } = await t.through('OPTIONS');
      await t.expectNone(500, 'response');
      far.respond(arrived, 200);
      await t.expect(200);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/17.2.1/invite-again-absorbed',
    title: 'A retransmission of the INVITE gets the last provisional response again, and is not forwarded anew',
    req: [],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 180);
      const ringing = await t.expect(180, { of: sent });
      t.sendAgain(sent);
      await t.expectAgain(ringing);
      await far.expectNone(200, 'INVITE');
      far.respond(arrived, 486);
      t.ack(await t.expect(486, { of: sent }));
    },
  },
  {
    ...FAR,
    id: 'rfc3261/17.1.1.3/refusal-acked-by-the-proxy',
    title: 'The proxy itself acknowledges a refusal, in the transaction of its INVITE',
    req: [],
    run: async (t) => {
      const { far, arrived } = await t.through('INVITE');
      far.respond(arrived, 486);
      const ack = await far.expectRequest('ACK');
      t.verify(vias(ack) === arrived.header('Via'), `${arrived.header('Via')}`, vias(ack));
      t.verify(
        ack.toTag === far.tag && ack.cseq === arrived.cseq,
        `CSeq ${arrived.cseq}, tag ${far.tag}`,
        `${ack.cseq} ${ack.toTag}`,
      );
      t.ack(await t.expect(486));
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.7/2xx-again-forwarded-again',
    title: 'Each retransmission of a 2xx is forwarded',
    req: [],
    run: async (t) => {
      const { far, ok, response } = await call(t);
      for (let i = 0; i < 2; i++) {
        far.sendAgain(ok);
        await t.expectAgain(response);
      }
      t.ack(response);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/13.2.2.4/ack-of-2xx-forwarded',
    title: 'The ACK of a 2xx is forwarded to the far side',
    req: [],
    methods: ['ACK'],
    run: async (t) => {
      const { far, response } = await call(t);
      t.ack(response);
      const ack = await far.expectRequest('ACK');
      t.verify(ack.cseq === response.cseq, `CSeq ${response.cseq}`, `${ack.cseq}`);
      t.verify(!ack.has('Route'), 'no Route of the proxy left', ack.headers('Route').join(', '));
    },
  },
  {
    ...FAR,
    id: 'rfc6026/6/stray-2xx-dropped',
    title: 'A 2xx to INVITE for which the proxy has no transaction is not forwarded',
    req: ['PRX-029'],
    level: 'MUST NOT',
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 200, {
        headers: {
          Via: () =>
            arrived.headers('Via').map((via, i) => (i === 0 ? via.replace(/branch=z9hG4bK/, 'branch=z9hG4bK00') : via)),
          'X-Stray': 'yes',
        },
      });
      await t.expectNone(400, 'response', (one) => one.has('X-Stray'));
      far.respond(arrived, 486);
      t.ack(await t.expect(486, { of: sent }));
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.10/cancel-hop-by-hop',
    title: 'A CANCEL is answered at once, and the proxy sends one of its own for the INVITE',
    req: ['CAN-007'],
    methods: ['CANCEL'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 180);
      await t.expect(180, { of: sent });
      const cancel = t.cancel(sent);
      await t.expect(200, { of: cancel, withinMs: 500, strictly: true });
      const own = await far.expectRequest('CANCEL');
      far.respond(own, 200);
      far.respond(arrived, 487);
      t.ack(await t.expect(487, { of: sent }));
      t.verify(vias(own) === arrived.header('Via'), `${arrived.header('Via')}`, vias(own));
    },
  },
  {
    ...FAR,
    id: 'rfc5393/4.2.1/branch-same-for-cancel-and-ack',
    title: 'The branch of a proxy does not depend on the method: CANCEL and ACK have that of the INVITE',
    req: ['PRX-033'],
    level: 'MUST NOT',
    methods: ['CANCEL', 'ACK'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 180);
      await t.expect(180, { of: sent });
      t.cancel(sent);
      const cancel = await far.expectRequest('CANCEL');
      far.respond(cancel, 200);
      far.respond(arrived, 487);
      t.ack(await t.expect(487, { of: sent }));
      const ack = await far.expectRequest('ACK');
      const same = cancel.branch === arrived.branch && ack.branch === arrived.branch;
      t.verify(same, arrived.branch, `${cancel.branch}, ${ack.branch}`);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.10/cancel-of-nothing-forwarded',
    title: 'A CANCEL that belongs to no INVITE is forwarded without state',
    req: ['CAN-009'],
    methods: ['CANCEL'],
    run: async (t) => {
      const far = await t.far();
      const cancel = t.send(t.request('CANCEL', { to: far.uri }));
      const arrived = await far.peer.expectRequest('CANCEL');
      far.peer.respond(arrived, 481);
      await t.expect(481, { of: cancel, strictly: true });
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.7/silent-next-hop-408',
    title: 'An INVITE to a next hop that never answers gets 408',
    req: ['PRX-021'],
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      const { sent } = await t.through('INVITE');
      const response = await t.expect('refusal', { of: sent, withinMs: 36_000, strictly: true });
      t.ack(response);
      t.verify(response.status === 408, '408', response.startLine);
    },
  },
  {
    ...FAR,
    id: 'rfc4320/4.2/late-answer-not-forwarded',
    title: 'A response to a request other than INVITE that comes after Timer F is not forwarded',
    req: ['TXS-021'],
    level: 'MUST NOT',
    methods: ['OPTIONS'],
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      const { far, arrived } = await t.through('OPTIONS');
      await t.pause(35_000);
      far.respond(arrived, 200, { headers: { 'X-Late': 'yes' } });
      await t.expectNone(500, 'response', (one) => one.has('X-Late'));
    },
  },
  {
    ...FAR,
    id: 'rfc4028/8.1/session-expires-not-raised',
    title: 'A proxy does not raise Session-Expires, does not lower it below Min-SE, and leaves refresher alone',
    req: ['TMR-014'],
    level: 'MUST NOT',
    run: async (t) => {
      const headers = { Supported: 'timer', 'Session-Expires': '1800;refresher=uac', 'Min-SE': '1200' };
      const { far, arrived } = await t.through('INVITE', { headers });
      far.respond(arrived, 486);
      t.ack(await t.expect(486));
      const seconds = arrived.number('Session-Expires');
      t.verify(seconds <= 1800 && seconds >= 1200, '1200 to 1800', `${arrived.header('Session-Expires')}`);
      t.verify(
        arrived.param('Session-Expires', 'refresher') === 'uac',
        'refresher=uac',
        `${arrived.header('Session-Expires')}`,
      );
    },
  },
  {
    ...FAR,
    id: 'rfc4028/8.1/422-with-min-se',
    title: 'A proxy that refuses a session interval as too small says 422 with a Min-SE of at least 90',
    req: ['TMR-015'],
    run: async (t) => {
      const far = await t.far();
      const invite = t.send(
        t.request('INVITE', { to: far.uri, headers: { Supported: 'timer', 'Session-Expires': 90 } }),
      );
      const arrived = await Promise.race([
        far.peer.expectRequest('INVITE').catch(() => null),
        t.expect(422, { of: invite, strictly: true }),
      ]);
      if (arrived?.isRequest) {
        far.peer.respond(arrived, 486);
        t.ack(await t.expect(486, { of: invite }));
        t.skip('it takes any session interval');
      }
      const response = arrived ?? (await t.expect(422, { of: invite, strictly: true }));
      t.ack(response);
      t.verify(response.number('Min-SE') >= 90, 'Min-SE of 90 or more', `Min-SE: ${response.header('Min-SE')}`);
    },
  },
  {
    ...FAR,
    id: 'rfc4028/8.2/session-expires-put-into-the-2xx',
    title: 'A proxy that wanted a session timer puts it into a 2xx of a far side that has none',
    req: ['TMR-016'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE', { headers: { Supported: 'timer' } });
      far.respond(arrived, 200);
      const response = await t.expect(200, { of: sent });
      t.ack(response);
      if (!arrived.has('Session-Expires')) t.skip('it wants no session timer');
      const value = response.header('Session-Expires');
      t.verify(
        response.param('Session-Expires', 'refresher') === 'uac',
        'Session-Expires with refresher=uac',
        `${value}`,
      );
      t.verify(response.headers('Require').includes('timer'), 'Require: timer', `${response.header('Require')}`);
    },
  },
];
