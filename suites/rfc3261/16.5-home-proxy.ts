// RFC 3261 §16.5, §16.7, RFC 3327, RFC 3428 §6, RFC 5393: a proxy for users that are registered, and its forks. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Outgoing, Received } from '../../src/conformance/outgoing.ts';
import type { Peer, RequestParts } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const HOME: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'proxy',
  methods: ['INVITE'],
  needs: ['account'],
};

interface Branch {
  readonly end: Peer;
  readonly invite: Received;
}

/** One more end, bound to the account of the case. */
async function bound(t: Talk, parts: RequestParts = {}): Promise<Peer> {
  return t.given('a binding', async () => {
    const end = await t.peer();
    await end.expect('2xx', { of: end.send(end.request('REGISTER', { to: t.account.user, ...parts })) });
    return end;
  });
}

/** A call to the account of the case, which has two bindings, as both get it. */
async function forked(t: Talk): Promise<{ sent: Outgoing; branches: readonly [Branch, Branch] }> {
  const ends = [await bound(t), await bound(t)] as const;
  const sent = t.send(t.request('INVITE', { to: t.account.user }));
  const [a, b] = await t.given('a fork to both', async () => [
    { end: ends[0], invite: await ends[0].expectRequest('INVITE') },
    { end: ends[1], invite: await ends[1].expectRequest('INVITE') },
  ]);
  return { sent, branches: [a!, b!] };
}

/** Both branches refuse; what the caller gets. */
async function best(
  t: Talk,
  first: number,
  second: number,
  headers: readonly [object, object] = [{}, {}],
): Promise<Received> {
  const { sent, branches } = await forked(t);
  const [a, b] = branches;
  a.end.respond(a.invite, first, { headers: { ...headers[0] } });
  b.end.respond(b.invite, second, { headers: { ...headers[1] } });
  const response = await t.expect('refusal', { of: sent, challengeCounts: true, strictly: true });
  t.ack(response);
  return response;
}

async function refusedWith(t: Talk, to: string, status: number): Promise<void> {
  const invite = t.send(t.request('INVITE', { to }));
  const response = await t.expect('refusal', { of: invite, strictly: true });
  t.ack(response);
  t.verify(response.status === status, `${status}`, response.startLine);
}

const swapped = (text: string) =>
  text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
const escaped = (user: string) => `%${user.charCodeAt(0).toString(16)}${user.slice(1)}`;

export const CASES: readonly Entry[] = [
  {
    ...HOME,
    id: 'rfc3261/16.5/unknown-user-404',
    title: 'A user whom the domain of the proxy does not have gets the caller 404',
    req: ['PRX-024'],
    run: (t) => refusedWith(t, `nobody-${t.tag}`, 404),
  },
  {
    ...HOME,
    id: 'rfc3261/16.5/no-binding-480',
    title: 'A user without a binding gets the caller 480',
    req: ['PRX-025'],
    level: 'SHOULD',
    run: (t) => refusedWith(t, t.account.user, 480),
  },
  {
    ...HOME,
    id: 'rfc3261/16.5/equal-bindings-one-branch',
    title: 'A Contact that is bound twice gets the INVITE once',
    req: ['PRX-026'],
    level: 'MUST NOT',
    run: async (t) => {
      const end = await bound(t);
      await bound(t, { headers: { Contact: `<${end.contact}>` } });
      const sent = t.send(t.request('INVITE', { to: t.account.user }));
      const invite = await end.expectRequest('INVITE');
      await end.expectNone(300, 'INVITE', ({ branch }) => branch !== invite.branch);
      end.respond(invite, 486);
      t.ack(await t.expect(486, { of: sent }));
    },
  },
  {
    ...HOME,
    id: 'rfc3261/19.1.4/escaped-user-is-the-same',
    title: 'A user part that is escaped without need names the same user',
    req: ['SYN-023'],
    run: async (t) => {
      const end = await bound(t);
      const sent = t.send(t.request('INVITE', { to: escaped(t.account.user) }));
      const invite = await end.expectRequest('INVITE');
      end.respond(invite, 486);
      t.ack(await t.expect(486, { of: sent }));
    },
  },
  {
    ...HOME,
    id: 'rfc3261/19.1.4/user-is-case-sensitive',
    title: 'A user part in other letters names another user, and a domain in other letters the same',
    req: ['SYN-024'],
    run: async (t) => {
      const end = await bound(t);
      const { user } = t.account;
      const sent = t.send(t.request('INVITE', { to: `sip:${user}@${t.profile.domain.toUpperCase()}` }));
      const invite = await end.expectRequest('INVITE');
      end.respond(invite, 486);
      t.ack(await t.expect(486, { of: sent }));
      const other = t.send(t.request('INVITE', { to: swapped(user) }));
      const response = await t.expect('refusal', { of: other, strictly: true });
      t.ack(response);
      t.verify([404, 480].includes(response.status), '404 or 480', response.startLine);
    },
  },
  {
    ...HOME,
    id: 'rfc3261/10.2.1.2/q-honoured',
    title: 'Of two bindings with q the higher one is called first, and the lower one when that refuses',
    req: ['REG-027'],
    level: 'SHOULD',
    run: async (t) => {
      const low = await bound(t, { headers: { Contact: (was) => `${was};q=0.3` } });
      const high = await bound(t, { headers: { Contact: (was) => `${was};q=0.9` } });
      const sent = t.send(t.request('INVITE', { to: t.account.user }));
      const first = await high.expectRequest('INVITE');
      await t.pause(150);
      const early = low.received.filter(({ method, isRequest }) => isRequest && method === 'INVITE');
      high.respond(first, 486);
      const second = await low.expectRequest('INVITE', { withinMs: 2_000 });
      low.respond(second, 480);
      t.ack(await t.expect('refusal', { of: sent }));
      t.verify(early.length === 0 && second.atUs > first.atUs, 'q=0.9 before q=0.3', 'q=0.3 called at once');
    },
  },
  {
    ...HOME,
    id: 'rfc3261/10.3/expired-binding-gone',
    title: 'A binding whose time is over is called no more',
    req: ['REG-024'],
    slow: true,
    run: async (t) => {
      const end = await bound(t, { headers: { Expires: 2 } });
      await t.pause(4_000);
      const sent = t.send(t.request('INVITE', { to: t.account.user }));
      const response = await t.expect('refusal', { of: sent, strictly: true });
      t.ack(response);
      t.verify([404, 480].includes(response.status), '404 or 480', response.startLine);
      await end.expectNone(100, 'INVITE');
    },
  },
  {
    ...HOME,
    id: 'rfc3327/5.4/path-becomes-route',
    title: 'A request to a binding with Path goes through it: the stored Path is its Route',
    req: ['REG-034'],
    run: async (t) => {
      const edge = await t.peer();
      const path = `<sip:edge@${edge.hostPort};lr>`;
      const behind = 'sip:behind@elsewhere.invalid';
      await bound(t, { headers: { Supported: 'path', Path: path, Contact: `<${behind}>` } });
      const sent = t.send(t.request('INVITE', { to: t.account.user }));
      const invite = await edge.expectRequest('INVITE');
      edge.respond(invite, 486);
      t.ack(await t.expect(486, { of: sent }));
      const routes = invite.headers('Route').join(', ');
      t.verify(
        routes === path && invite.uri === behind,
        `${behind} by Route ${path}`,
        `${invite.uri} by Route ${routes || 'none'}`,
      );
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.7/answer-cancels-the-rest',
    title: 'When one branch answers 200 the others are cancelled',
    req: ['FRK-001'],
    run: async (t) => {
      const { sent, branches } = await forked(t);
      const [a, b] = branches;
      b.end.respond(b.invite, 180);
      await t.expect(180, { of: sent });
      a.end.respond(a.invite, 200);
      t.ack(await t.expect(200, { of: sent }));
      b.end.respond(await b.end.expectRequest('CANCEL'), 200);
      b.end.respond(b.invite, 487);
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.7/both-2xx-forwarded',
    title: 'When both branches answer 200 the caller gets both',
    req: ['FRK-002'],
    run: async (t) => {
      const { sent, branches } = await forked(t);
      for (const { end, invite } of branches) end.respond(invite, 200);
      const first = await t.expect(200, { of: sent });
      t.ack(first);
      const second = await t.expect(200, { of: sent });
      t.ack(second);
      t.verify(second.toTag !== first.toTag, 'two dialogs', `twice ${first.toTag}`);
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.7/6xx-cancels-the-rest',
    title: 'After a 6xx the other branches are cancelled, and the caller gets it when all are done',
    req: ['FRK-003'],
    level: 'SHOULD',
    run: async (t) => {
      const { sent, branches } = await forked(t);
      const [a, b] = branches;
      b.end.respond(b.invite, 180);
      await t.given('a 180', () => t.expect(180, { of: sent }));
      a.end.respond(a.invite, 603);
      b.end.respond(await b.end.expectRequest('CANCEL'), 200);
      b.end.respond(b.invite, 487);
      const response = await t.expect('refusal', { of: sent, strictly: true });
      t.ack(response);
      t.verify(response.status === 603, '603', response.startLine);
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.7/6xx-preferred',
    title: 'Of 486 and 603 the caller gets 603',
    req: ['FRK-004'],
    run: async (t) => {
      const { status, startLine } = await best(t, 486, 603);
      t.verify(status === 603, '603', startLine);
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.7/lowest-class-preferred',
    title: 'Of 404 and 503 the caller gets one of the lower class',
    req: ['FRK-005'],
    level: 'SHOULD',
    run: async (t) => {
      const { status, startLine } = await best(t, 503, 404);
      t.verify(status === 404, '404', startLine);
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.7/challenges-gathered',
    title: 'Challenges of two branches are both in the response that the caller gets',
    req: ['FRK-006'],
    run: async (t) => {
      const [www, proxy] = ['Digest realm="a", nonce="a"', 'Digest realm="b", nonce="b"'];
      const response = await best(t, 401, 407, [{ 'WWW-Authenticate': www }, { 'Proxy-Authenticate': proxy }]);
      const both =
        response.lines('WWW-Authenticate').includes(www) && response.lines('Proxy-Authenticate').includes(proxy);
      t.verify(
        both,
        'both challenges',
        `${response.startLine} with ${[...response.lines('WWW-Authenticate'), ...response.lines('Proxy-Authenticate')].join(' and ')}`,
      );
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.1/fork-is-stateful',
    title: 'A retransmission of an INVITE that was forked is not forked again',
    req: ['FRK-007'],
    run: async (t) => {
      const { sent, branches } = await forked(t);
      t.sendAgain(sent);
      for (const { end, invite } of branches) {
        await end.expectNone(200, 'INVITE', ({ branch }) => branch !== invite.branch);
        end.respond(invite, 486);
      }
      t.ack(await t.expect(486, { of: sent }));
    },
  },
  {
    ...HOME,
    id: 'rfc3261/16.10/cancel-to-every-branch',
    title: 'A CANCEL of the caller is sent on every pending branch',
    req: ['CAN-008'],
    methods: ['CANCEL'],
    run: async (t) => {
      const { sent, branches } = await forked(t);
      for (const { end, invite } of branches) end.respond(invite, 180);
      await t.given('a 180', () => t.expect(180, { of: sent }));
      await t.pause(100);
      t.cancel(sent);
      for (const { end, invite } of branches) {
        end.respond(await end.expectRequest('CANCEL'), 200);
        end.respond(invite, 487);
      }
      t.ack(await t.expect(487, { of: sent }));
    },
  },
  {
    ...HOME,
    id: 'rfc3428/6/one-final-response-of-a-fork',
    title: 'Where both branches answer a MESSAGE 200 the sender gets one response',
    req: ['IM-011'],
    methods: ['MESSAGE'],
    run: async (t) => {
      const ends = [await bound(t), await bound(t)];
      const sent = t.send(t.request('MESSAGE', { to: t.account.user }));
      for (const end of ends) end.respond(await t.given('a fork', () => end.expectRequest('MESSAGE')), 200);
      await t.expect(200, { of: sent });
      await t.expectNone(300, 'response');
    },
  },
  {
    ...HOME,
    id: 'rfc5393/4.2.2/loop-482',
    title: 'A request that comes back to a forking proxy as it left is answered 482',
    req: ['PRX-030', 'PRX-031'],
    run: async (t) => {
      const { user } = t.account;
      const end = await bound(t);
      const sent = t.send(t.request('INVITE', { to: user }));
      const invite = await end.expectRequest('INVITE');
      // Around a loop: as it arrived, with one more hop, to where it was sent first.
      const via = end.via();
      const headers = {
        Via: invite.headers('Via'),
        'Max-Forwards': 60,
        From: invite.header('From'),
        'Call-ID': invite.callId,
      };
      const again = end.send(
        end.request('INVITE', { to: user, headers: { ...headers, Via: [via, ...invite.headers('Via')] } }),
      );
      const response = await end.expect('refusal', { of: again, strictly: true });
      end.ack(response);
      end.respond(invite, 486);
      t.ack(await t.expect('refusal', { of: sent }));
      t.verify(response.status === 482, '482', response.startLine);
    },
  },
  {
    ...HOME,
    id: 'rfc5393/4.2.2/spiral-forwarded',
    title: 'A request that comes back with another Request-URI is a spiral, and no loop',
    req: ['PRX-032'],
    run: async (t) => {
      const end = await bound(t);
      const sent = t.send(t.request('INVITE', { to: t.account.user }));
      const invite = await end.expectRequest('INVITE');
      const headers = {
        Via: [end.via(), ...invite.headers('Via')],
        From: invite.header('From'),
        'Call-ID': invite.callId,
      };
      const again = end.send(end.request('INVITE', { to: `sip:further@${end.hostPort}`, headers }));
      const further = await end.expectRequest('INVITE', { where: ({ uri }) => uri.startsWith('sip:further@') });
      end.respond(further, 486);
      end.ack(await end.expect(486, { of: again }));
      end.respond(invite, 486);
      t.ack(await t.expect(486, { of: sent }));
    },
  },
  {
    ...HOME,
    id: 'rfc5393/5.3.3/max-breadth-added',
    title: 'A request without Max-Breadth is forwarded with one',
    req: ['PRX-034'],
    run: async (t) => {
      const end = await bound(t);
      const sent = t.send(t.request('INVITE', { to: t.account.user }));
      const invite = await end.expectRequest('INVITE');
      end.respond(invite, 486);
      t.ack(await t.expect(486, { of: sent }));
      t.verify(invite.number('Max-Breadth') >= 1, 'Max-Breadth: 60', `Max-Breadth: ${invite.header('Max-Breadth')}`);
    },
  },
  {
    ...HOME,
    id: 'rfc5393/5.3.3/max-breadth-1-not-forked',
    title: 'A request with Max-Breadth 1 is not on its way to two targets at a time',
    req: ['PRX-035'],
    run: async (t) => {
      const ends = [await bound(t), await bound(t), await bound(t)];
      const sent = t.send(t.request('INVITE', { to: t.account.user, headers: { 'Max-Breadth': 1 } }));
      await t.pause(500);
      const called = ends.filter(({ received }) =>
        received.some(({ method, isRequest }) => isRequest && method === 'INVITE'),
      );
      t.verify(called.length <= 1, 'one target at a time, or 440', `${called.length} targets at once`);
      if (called.length === 0) {
        const response = await t.expect('refusal', { of: sent, strictly: true });
        t.ack(response);
        t.verify(response.status === 440, '440', response.startLine);
      }
    },
  },
];
