// RFC 3261 §17.1, §18.1.2, §18.3: client transactions of requests that the server sends. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { copiesWithin, verifyGaps } from '../schedule.ts';

const CALL: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE', 'ACK'],
  needs: ['originate:INVITE'],
};
const ONE: typeof CALL = { level: 'MUST', role: 'uac', methods: ['OPTIONS'], needs: ['originate:OPTIONS'] };

/** An INVITE refused with 486, and its ACK. */
async function refused(t: Talk): Promise<{ invite: Received; ack: Received }> {
  const invite = await t.originated('INVITE');
  t.respond(invite, 486);
  return { invite, ack: await t.expectRequest('ACK') };
}

/** A response that must not be taken: the OPTIONS goes on being repeated. */
function notTaken(t: Talk, request: Received): Promise<Received> {
  return t.expectAgain(request, { withinMs: 2_500 });
}

export const CASES: readonly Entry[] = [
  {
    ...CALL,
    id: 'rfc3261/17.1.1.3/ack-repeats-the-invite',
    title: 'The ACK of a refusal has Call-ID, From, Request-URI and CSeq number of the INVITE',
    req: ['ACK-001'],
    run: async (t) => {
      const { invite, ack } = await refused(t);
      const of = (one: Received) => [one.callId, one.header('From'), one.uri, one.cseq].join(' ');
      t.verify(of(ack) === of(invite), of(invite), of(ack));
      t.verify(ack.header('CSeq')?.endsWith(' ACK') === true, 'CSeq method ACK', `${ack.header('CSeq')}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.3/ack-has-to-of-the-response',
    title: 'To of the ACK of a refusal is To of the response, with its tag',
    req: ['ACK-002'],
    run: async (t) => {
      const { ack } = await refused(t);
      t.verify(ack.toTag === t.tag, `tag=${t.tag}`, `${ack.header('To')}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.3/ack-has-the-via-of-the-invite',
    title: 'The ACK of a refusal has one Via, the top one of the INVITE',
    req: ['ACK-003'],
    run: async (t) => {
      const { invite, ack } = await refused(t);
      t.verify(ack.headers('Via').length === 1, 'one Via', ack.headers('Via').join(', '));
      t.verify(ack.header('Via') === invite.header('Via'), `${invite.header('Via')}`, `${ack.header('Via')}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.3/ack-repeats-route',
    title: 'The ACK of a refusal repeats Route of the INVITE',
    req: ['ACK-004'],
    run: async (t) => {
      const { invite, ack } = await refused(t);
      if (!invite.has('Route')) t.skip('its INVITE has no Route');
      const routes = invite.headers('Route').join(', ');
      t.verify(ack.headers('Route').join(', ') === routes, routes, ack.headers('Route').join(', ') || 'none');
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.2/refusal-again-acked-again',
    title: 'Each retransmission of a refusal is acknowledged again',
    req: ['ACK-005'],
    run: async (t) => {
      const { invite, ack } = await refused(t);
      for (let i = 0; i < 3; i++) {
        t.respond(invite, 486);
        await t.expectAgain(ack);
      }
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.2/timer-a-doubles',
    title: 'An INVITE without an answer is repeated after 500 ms, and each time after twice as long',
    req: ['TXC-001'],
    methods: ['INVITE'],
    timing: true,
    run: async (t) => {
      const invite = await t.originated('INVITE');
      verifyGaps(t, await copiesWithin(t, invite, 5_000), [500, 1_000, 2_000]);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.2/timer-b',
    title: 'An INVITE is repeated until 31.5 s and given up at 64*T1: a refusal then finds no transaction',
    req: ['TXC-001', 'TXC-002'],
    methods: ['INVITE'],
    timing: true,
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      const invite = await t.originated('INVITE');
      verifyGaps(t, await copiesWithin(t, invite, 34_000), [500, 1_000, 2_000, 4_000, 8_000, 16_000]);
      t.respond(invite, 486);
      await t.expectNone(700, 'ACK');
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.2/provisional-stops-retransmissions',
    title: 'After a 100 the INVITE is not repeated',
    req: ['TXC-004'],
    level: 'SHOULD NOT',
    methods: ['INVITE'],
    run: async (t) => {
      const invite = await t.originated('INVITE');
      t.respond(invite, 100);
      await t.pause(200);
      await t.expectNone(
        1_600,
        'INVITE',
        ({ branch, atUs }) => branch === invite.branch && atUs > t.sent[0]!.sentAtUs[0]!,
      );
    },
  },
  {
    ...ONE,
    id: 'rfc3261/17.1.2.2/timer-e-doubles-up-to-t2',
    title: 'An OPTIONS without an answer is repeated after 500 ms, 1 s, 2 s, and then every 4 s',
    req: ['TXC-005'],
    timing: true,
    slow: true,
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      verifyGaps(t, await copiesWithin(t, options, 13_500), [500, 1_000, 2_000, 4_000, 4_000]);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/17.1.2.2/provisional-slows-to-t2',
    title: 'After a 100 to an OPTIONS the retransmissions go on, four seconds apart',
    req: ['TXC-006'],
    timing: true,
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      t.wasPrompt(t.respond(options, 100), options, 350);
      verifyGaps(t, await copiesWithin(t, options, 6_500), [500, 4_000]);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/17.1.3/other-cseq-method-not-matched',
    title: 'A response with the right branch and another method in CSeq belongs to no transaction',
    req: ['TXC-007'],
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      t.respond(options, 200, { headers: { CSeq: `${options.cseq} INFO` } });
      await notTaken(t, options);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/18.1.2/other-sent-by-discarded',
    title: 'A response whose top Via names another sent-by is dropped',
    req: ['TXC-008'],
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      t.respond(options, 200, { headers: { Via: (was) => was.replace(/^(\S+) [^;]*/, '$1 elsewhere.invalid:5999') } });
      await notTaken(t, options);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/18.1.1/heard-at-sent-by',
    title: 'Via of a request has a sent-by, and a response that goes to the port it names is heard',
    req: ['TRN-009'],
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      const via = options.header('Via') ?? '';
      const sentBy = /^\S+\/UDP\s+(?:\[[\da-f:.]+\]|[\w.-]+)(?:\s*:\s*(\d+))?\s*(?:;|$)/i.exec(via);
      t.verify(sentBy !== null, 'SIP/2.0/UDP with host, and port perhaps', `Via: ${via}`);
      const place = { address: options.from.address, port: Number(sentBy![1] ?? 5060) };
      const answer = t.respond(options, 200, {}, place);
      // One that was not heard has the request repeated.
      const isLater = ({ branch, atUs }: Received) => branch === options.branch && atUs > answer.sentAtUs[0]! + 100_000;
      await t.expectNone(2_200, 'OPTIONS', isLater);
    },
  },
  {
    ...ONE,
    id: 'rfc3261/18.3/truncated-response-discarded',
    title: 'A response that is shorter than its Content-Length is dropped',
    req: ['SYN-022'],
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      t.respond(options, 200, { headers: { 'Content-Length': 100 } });
      await notTaken(t, options);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.2/ack-over-a-stream-too',
    title: 'A refusal that comes over TCP is acknowledged as it is over UDP',
    req: ['ACK-006'],
    needs: ['originate:INVITE:tcp'],
    run: async (t) => {
      const { peer, request } = await t.originatedByStream('INVITE:tcp');
      peer.respond(request, 486);
      const ack = await peer.expectRequest('ACK');
      t.verify(ack.branch === request.branch, `branch ${request.branch}`, `branch ${ack.branch}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/17.1.1.2/no-timer-a-over-a-stream',
    title: 'Over TCP an INVITE without a response is not repeated',
    req: ['TXC-003'],
    level: 'SHOULD NOT',
    needs: ['originate:INVITE:tcp'],
    run: async (t) => {
      const { peer, request } = await t.originatedByStream('INVITE:tcp');
      await peer.expectNone(3_200, 'INVITE', ({ branch }) => branch === request.branch);
      peer.respond(request, 486);
    },
  },
];
