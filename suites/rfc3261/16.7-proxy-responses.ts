// RFC 3261 §16.2, §16.7 to §16.10, RFC 4320, RFC 6026: what a stateful proxy does with responses, ACK, CANCEL and retransmissions. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';

const FAR: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'proxy',
  methods: ['INVITE'],
  needs: ['far'],
};

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
];
