// RFC 6026 §6, §7.1: the INVITE server transaction after its 2xx. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { elapsed } from '../../src/conformance/elapsed.ts';
import type { Outgoing, Received } from '../../src/conformance/outgoing.ts';
import type { Peer } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';

async function answered(t: Talk): Promise<{ invite: Outgoing; answer: Received }> {
  const invite = t.send(t.request('INVITE', { to: 'answer' }));
  return { invite, answer: await t.given('an answer', () => t.expect('2xx', { of: invite })) };
}

/** To tags of the 2xx so far: one for each call there is. */
function legs(end: Peer, invite: Outgoing): Set<string> {
  return new Set(end.responsesTo(invite).flatMap(({ status, toTag }) => (status >= 200 ? [toTag] : [])));
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc6026/6/ack-without-cookie-reaches-user',
    title: 'The ACK of a 2xx from a client of RFC 2543, with the Via of the INVITE, ends the repetition of the 2xx',
    req: ['TXS-015'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'ACK'],
    transports: ['udp'],
    needs: ['answer'],
    run: async (t) => {
      const Via = t.via().replace(/branch=z9hG4bK/, 'branch=');
      const invite = t.send(t.request('INVITE', { to: 'answer', headers: { Via } }));
      const answer = await t.given('an answer', () => t.expect('2xx', { of: invite }));
      t.ack(answer, { headers: { Via } });
      await t.pause(200);
      await t.expectNone(2_000, 'response', ({ method }) => method === 'INVITE');
    },
  },
  {
    id: 'rfc6026/7.1/invite-after-2xx-no-second-call',
    title: 'An INVITE that comes again after its 2xx makes no second call',
    req: ['TXS-012'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['answer'],
    run: async (t) => {
      const { invite, answer } = await answered(t);
      for (let n = 0; n < 3; n++) {
        t.sendAgain(invite);
        await t.pause(400);
      }
      t.ack(answer);
      const tags = legs(t, invite);
      t.verify(tags.size === 1, `To tag ${answer.toTag} only`, [...tags].join(', '));
      const other = t.responsesTo(invite).find(({ status }) => status >= 300);
      t.verify(other === undefined, 'no other final response', `${other?.startLine}`);
    },
  },
  {
    id: 'rfc6026/7.1/invite-after-2xx-absorbed',
    title: 'An INVITE that comes again after its 2xx is absorbed: the 2xx keeps to the schedule of its user',
    req: ['TXS-013'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['answer'],
    timing: true,
    run: async (t) => {
      const { invite, answer } = await answered(t);
      const before = t.responsesTo(invite).length;
      t.wasPrompt(t.sendAgain(invite), answer, 100);
      // The user sends its 2xx again after 500 ms.
      await t.pause(350);
      const isEarly = (copy: Received) => t.within(elapsed(answer, copy), { mostMs: 470 });
      const more = t.responsesTo(invite).slice(before).filter(isEarly);
      t.ack(answer);
      const other = more.find(({ text }) => text !== answer.text);
      t.verify(other === undefined, 'no other response than that 2xx', `${other?.startLine}, To tag ${other?.toTag}`);
      if (more.length > 0) t.nonStrict('the same 2xx at once', 'nothing until T1 has passed');
    },
  },
  {
    id: 'rfc6026/7.1/invite-before-timer-l-absorbed',
    title: 'An INVITE that comes again 30 s after its 2xx is still absorbed (Timer L is 64*T1)',
    req: ['TXS-014'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['answer'],
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      const { invite, answer } = await answered(t);
      t.ack(answer);
      await t.pause(30_000 - (performance.now() - answer.atUs / 1_000));
      t.sendAgain(invite);
      await t.pause(1_200);
      const tags = legs(t, invite);
      t.verify(tags.size === 1, `To tag ${answer.toTag} only`, [...tags].join(', '));
    },
  },
  {
    id: 'rfc6026/7.1/transport-error-keeps-transaction',
    title: 'An INVITE whose 2xx could not be delivered is still known when it comes again',
    req: ['TXS-016'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['answer'],
    run: async (t) => {
      const away = await t.peer({ name: 'away' });
      const { port } = away.local;
      const invite = away.send(away.request('INVITE', { to: 'answer' }));
      // Nobody is at the port when the answer comes: the system tells the server so by ICMP.
      await away.close();
      await t.pause(200);
      await away.open('udp', port);
      away.sendAgain(invite);
      await t.given('an answer at the second try', () => away.expect('2xx', { of: invite, withinMs: 5_000 }));
      await t.pause(1_500);
      const tags = legs(away, invite);
      t.verify(tags.size === 1, 'one call', `${tags.size} calls: To tags ${[...tags].join(', ')}`);
    },
  },
];
