// RFC 3261 §12, §13.2.2, §15: calls that the server makes, their ACK of a 2xx and their later requests. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import type { Parts } from '../../src/conformance/draft.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { mediaText, readDescription, UNKNOWN_FORMAT } from '../description.ts';

const CALL: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE', 'ACK', 'BYE'],
  needs: ['originate:INVITE'],
};

interface Made {
  readonly invite: Received;
  readonly ack: Received;
}

/** A call of the server that is answered as `parts` say. */
async function made(t: Talk, parts: Parts = {}, command = 'INVITE'): Promise<Made> {
  const invite = await t.originated(command, 'INVITE');
  t.respond(invite, 200, parts);
  return { invite, ack: await t.expectRequest('ACK') };
}

/** It hangs up. */
async function bye(t: Talk): Promise<Received> {
  const request = await t.given('a BYE', () => t.expectRequest('BYE', { withinMs: 5_000 }));
  t.respond(request, 200);
  return request;
}

const proxy = (t: Talk, name: string, rest = ';lr') => `<sip:${name}@${t.hostPort}${rest}>`;
const routes = (request: Received) => request.headers('Route').join(', ') || 'none';
const tagged = (tag: string) => (was: string) => was.replace(/(;tag=.*)?$/, `;tag=${tag}`);

export const CASES: readonly Entry[] = [
  {
    ...CALL,
    id: 'rfc3261/13.2.2.4/ack-of-2xx',
    title: 'The ACK of a 2xx goes to its Contact with CSeq number of the INVITE and a branch of its own',
    req: ['ACK-007'],
    run: async (t) => {
      const target = `sip:target@${t.hostPort}`;
      const { invite, ack } = await made(t, { headers: { Contact: `<${target}>` } });
      t.verify(ack.uri === target, target, ack.uri);
      t.verify(ack.header('CSeq') === `${invite.cseq} ACK`, `CSeq: ${invite.cseq} ACK`, `${ack.header('CSeq')}`);
      t.verify(ack.branch !== invite.branch, 'another branch than the INVITE', ack.branch);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/13.2.2.4/2xx-again-acked-again',
    title: 'Each retransmission of the 2xx is acknowledged again',
    req: ['ACK-008'],
    run: async (t) => {
      const { ack, invite } = await made(t);
      for (let i = 0; i < 3; i++) {
        t.respond(invite, 200);
        await t.expectAgain(ack);
      }
    },
  },
  {
    ...CALL,
    id: 'rfc3261/13.2.2.4/late-offer-answered-in-ack',
    title: 'An offer that comes in the 2xx is answered in the ACK',
    req: ['ACK-010'],
    needs: ['originate:INVITE:late-offer'],
    run: async (t) => {
      const { invite, ack } = await made(t, {}, 'INVITE:late-offer');
      if (invite.contentType === 'application/sdp') t.skip('its INVITE has an offer');
      const right = ack.contentType === 'application/sdp' && /^v=0\r?$/m.test(ack.body);
      t.verify(right, 'an ACK with SDP', ack.contentType || 'no body');
    },
  },
  {
    ...CALL,
    id: 'rfc3261/13.2.2.4/second-2xx-acked-and-ended',
    title: 'A 2xx of another fork is acknowledged too, and its dialog ended by BYE',
    req: ['DLG-015'],
    run: async (t) => {
      const { invite } = await made(t);
      t.respond(invite, 200, { headers: { To: tagged('second') } });
      await t.expectRequest('ACK', { where: ({ toTag }) => toTag === 'second' });
      const end = await t.expectRequest('BYE', { where: ({ toTag }) => toTag === 'second' });
      t.respond(end, 200);
      t.respond(await t.expectRequest('BYE', { withinMs: 5_000, where: ({ toTag }) => toTag === t.tag }), 200);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/13.2.1/allow-and-supported',
    title: 'An INVITE has Allow and Supported',
    req: ['INV-019', 'REL-021'],
    level: 'SHOULD',
    methods: ['INVITE'],
    needs: ['originate:PRACK'],
    run: async (t) => {
      const invite = await t.originated('PRACK', 'INVITE');
      t.respond(invite, 486);
      const missing = ['Allow', 'Supported'].filter((name) => !invite.has(name));
      t.verify(missing.length === 0, 'both', `no ${missing.join(', ')}`);
      const methods = invite.headers('Allow');
      t.prefer(methods.includes('INVITE') && methods.includes('BYE'), 'Allow with what it takes', methods.join(', '));
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.1.2/route-set-reversed',
    title: 'The route set is Record-Route of the 2xx from the last to the first, with all its parameters',
    req: ['DLG-005', 'DLG-008'],
    run: async (t) => {
      const [a, b] = [proxy(t, 'a', ';lr;x=1'), proxy(t, 'b', ';lr;y')];
      const target = `sip:target@${t.hostPort}`;
      const { ack } = await made(t, { headers: { 'Record-Route': [a, b], Contact: `<${target}>` } });
      for (const request of [ack, await bye(t)]) {
        t.verify(routes(request) === `${b}, ${a}`, `${b}, ${a}`, `${request.method} with ${routes(request)}`);
        t.verify(request.uri === target, `${request.method} ${target}`, request.startLine);
      }
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.2.1.1/strict-router',
    title: 'Where the first route has no lr, it is the Request-URI, and the remote target the last Route',
    req: ['DLG-006'],
    run: async (t) => {
      const [a, b] = [proxy(t, 'a'), proxy(t, 'b', '')];
      const target = `<sip:target@${t.hostPort}>`;
      await made(t, { headers: { 'Record-Route': [a, b], Contact: target } });
      const end = await bye(t);
      t.verify(`<${end.uri}>` === b, `BYE ${b}`, end.startLine);
      t.verify(routes(end) === `${a}, ${target}`, `${a}, ${target}`, routes(end));
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.2.1.1/cseq-contiguous',
    title: 'CSeq of each later request of a dialog is one above the one before',
    req: ['DLG-009'],
    needs: ['originate:UPDATE'],
    run: async (t) => {
      const { invite } = await made(t, {}, 'UPDATE');
      const update = await t.given('an UPDATE', () => t.expectRequest('UPDATE', { withinMs: 5_000 }));
      t.respond(update, 200, { body: t.received[0]!.body, type: 'application/sdp' });
      const end = await bye(t);
      const numbers = [invite, update, end].map(({ cseq }) => cseq - invite.cseq).join(', ');
      t.verify(numbers === '0, 1, 2', '0, 1, 2 above the INVITE', numbers);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.2.1.1/tags-and-call-id-of-the-dialog',
    title: 'A request of the dialog has its Call-ID, the remote tag in To and the local one in From',
    req: ['DLG-010'],
    run: async (t) => {
      const { invite } = await made(t);
      const end = await bye(t);
      const wanted = [invite.callId, t.tag, invite.fromTag].join(' ');
      const actual = [end.callId, end.toTag, end.fromTag].join(' ');
      t.verify(actual === wanted, wanted, actual);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.2.1.1/no-route-straight-to-the-target',
    title: 'Without Record-Route a request of the dialog has no Route and goes to the remote target itself',
    req: ['DLG-011'],
    level: 'MUST NOT',
    run: async (t) => {
      const other = await t.peer();
      const invite = await t.originated('INVITE');
      t.respond(invite, 200, { headers: { Contact: `<${other.contact}>` } });
      const ack = await other.expectRequest('ACK');
      const end = await other.expectRequest('BYE', { withinMs: 5_000 });
      other.respond(end, 200);
      t.verify(!ack.has('Route') && !end.has('Route'), 'no Route', `${routes(ack)}, ${routes(end)}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.1.2/forked-early-dialogs',
    title: 'Provisional responses of two forks, and a 2xx of a third: the call is that of the 2xx',
    req: ['DLG-014'],
    run: async (t) => {
      const invite = await t.originated('INVITE');
      for (const tag of ['first', 'second']) t.respond(invite, 180, { headers: { To: tagged(tag) } });
      t.respond(invite, 200);
      const ack = await t.expectRequest('ACK');
      const end = await bye(t);
      t.verify(ack.toTag === t.tag && end.toTag === t.tag, `tag ${t.tag}`, `${ack.toTag} and ${end.toTag}`);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/13.2.2.4/route-set-of-the-2xx',
    title: 'The route set is that of the 2xx, also where a provisional response had another',
    req: ['DLG-016'],
    run: async (t) => {
      const invite = await t.originated('INVITE');
      t.respond(invite, 183, { headers: { 'Record-Route': proxy(t, 'early') } });
      t.respond(invite, 200, { headers: { 'Record-Route': proxy(t, 'late') } });
      const ack = await t.expectRequest('ACK');
      const end = await bye(t);
      for (const one of [ack, end]) t.verify(routes(one) === proxy(t, 'late'), proxy(t, 'late'), routes(one));
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.2.1.2/target-refresh-of-a-2xx',
    title: 'The Contact of a 2xx to a re-INVITE is the remote target from then on',
    req: ['DLG-013'],
    needs: ['originate:INVITE:hold'],
    run: async (t) => {
      await made(t, {}, 'INVITE:hold');
      const again = await t.given('a re-INVITE', () =>
        t.expectRequest('INVITE', { withinMs: 5_000, where: ({ toTag }) => toTag !== '' }),
      );
      const target = `sip:moved@${t.hostPort}`;
      t.respond(again, 200, { headers: { Contact: `<${target}>` } });
      const ack = await t.expectRequest('ACK');
      t.verify(ack.uri === target, `ACK ${target}`, ack.startLine);
      const next = await t.given('one more re-INVITE', () =>
        t.expectRequest('INVITE', { withinMs: 5_000, where: ({ cseq }) => cseq > again.cseq }),
      );
      t.respond(next, 200, { headers: { Contact: `<${target}>` } });
      t.verify(next.uri === target, `INVITE ${target}`, next.startLine);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/12.2.1.2/481-ends-the-dialog',
    title: 'After 481 to a re-INVITE the server ends the dialog',
    req: ['DLG-012'],
    level: 'SHOULD',
    needs: ['originate:INVITE:hold'],
    run: async (t) => {
      await made(t, {}, 'INVITE:hold');
      const again = await t.given('a re-INVITE', () =>
        t.expectRequest('INVITE', { withinMs: 5_000, where: ({ toTag }) => toTag !== '' }),
      );
      t.respond(again, 481);
      t.respond(await t.expectRequest('BYE', { withinMs: 2_000 }), 481);
    },
  },
  {
    ...CALL,
    id: 'rfc3261/15.1.1/bye-refused-is-the-end',
    title: 'A dialog is over when its BYE is answered 481: there is no second BYE',
    req: ['BYE-008'],
    run: async (t) => {
      await made(t);
      const end = await t.given('a BYE', () => t.expectRequest('BYE', { withinMs: 5_000 }));
      t.respond(end, 481);
      await t.expectNone(700, 'request');
    },
  },
  {
    ...CALL,
    id: 'rfc3261/13.2.2.4/unacceptable-offer-answered-and-ended',
    title: 'An offer in the 2xx that cannot be taken gets a valid answer in the ACK, and the call a BYE at once',
    req: ['ACK-011'],
    needs: ['originate:INVITE:late-offer'],
    run: async (t) => {
      const { invite, ack } = await made(t, { body: sdp(t.local.address, 1, UNKNOWN_FORMAT) }, 'INVITE:late-offer');
      if (invite.contentType === 'application/sdp') t.skip('its INVITE has an offer');
      const answer = readDescription(ack);
      t.respond(await t.expectRequest('BYE', { withinMs: 2_000 }), 200);
      const right = answer?.streams.length === 1 && answer.streams[0]!.formats.join() === '121';
      t.verify(right, 'an answer with the one stream and its format', mediaText(answer));
    },
  },
];
