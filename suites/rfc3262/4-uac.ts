// RFC 3262 §4, §5: reliable provisional responses to INVITEs of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import type { Parts } from '../../src/conformance/draft.ts';
import type { Outgoing, Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const RELIABLE: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE', 'PRACK'],
  needs: ['originate:PRACK'],
};

/** A reliable 183 with an answer. */
function reliable(t: Talk, invite: Received, rseq: number, tag = t.tag, parts: Parts = {}): Outgoing {
  return t.respond(invite, 183, {
    body: sdp(t.local.address),
    type: 'application/sdp',
    ...parts,
    headers: {
      To: (was) => was.replace(/(;tag=.*)?$/, `;tag=${tag}`),
      Require: '100rel',
      RSeq: rseq,
      ...parts.headers,
    },
  });
}

export const CASES: readonly Entry[] = [
  {
    ...RELIABLE,
    id: 'rfc3262/4/prack-with-rack',
    title: 'A reliable 183 is answered by PRACK in its early dialog, with RSeq, CSeq number and method in RAck',
    req: ['REL-017'],
    run: async (t) => {
      const invite = await t.originated('PRACK', 'INVITE');
      const target = `sip:early@${t.hostPort}`;
      reliable(t, invite, 776, t.tag, { headers: { Contact: `<${target}>` } });
      const prack = await t.expectRequest('PRACK');
      t.respond(prack, 200);
      const wanted = `776 ${invite.cseq} INVITE`;
      t.verify(prack.header('RAck') === wanted, `RAck: ${wanted}`, `RAck: ${prack.header('RAck')}`);
      t.verify(
        prack.uri === target && prack.toTag === t.tag,
        `${target} with tag ${t.tag}`,
        `${prack.uri} ${prack.toTag}`,
      );
      t.verify(prack.cseq > invite.cseq, `a CSeq above ${invite.cseq}`, `${prack.cseq}`);
    },
  },
  {
    ...RELIABLE,
    id: 'rfc3262/4/no-second-prack-for-a-retransmission',
    title: 'A retransmission of the 183 gets no PRACK of its own',
    req: ['REL-018'],
    level: 'SHOULD NOT',
    run: async (t) => {
      const invite = await t.originated('PRACK', 'INVITE');
      reliable(t, invite, 1);
      const prack = await t.given('a PRACK', () => t.expectRequest('PRACK'));
      t.respond(prack, 200);
      reliable(t, invite, 1);
      await t.expectNone(400, 'PRACK', ({ branch }) => branch !== prack.branch);
    },
  },
  {
    ...RELIABLE,
    id: 'rfc3262/4/gap-in-rseq-not-acknowledged',
    title: 'A reliable response before whose turn another one is missing gets no PRACK',
    req: ['REL-019'],
    level: 'MUST NOT',
    run: async (t) => {
      const invite = await t.originated('PRACK', 'INVITE');
      reliable(t, invite, 10);
      t.respond(await t.given('a PRACK', () => t.expectRequest('PRACK')), 200);
      reliable(t, invite, 12, t.tag, { body: '' });
      await t.expectNone(400, 'PRACK', (one) => one.header('RAck')?.startsWith('12 ') === true);
    },
  },
  {
    ...RELIABLE,
    id: 'rfc3262/4/reliable-100-ignored',
    title: '100rel in a 100 is ignored',
    req: ['REL-020'],
    run: async (t) => {
      const invite = await t.originated('PRACK', 'INVITE');
      t.respond(invite, 100, { headers: { Require: '100rel', RSeq: 1 } });
      await t.expectNone(400, 'PRACK');
      reliable(t, invite, 1);
      t.respond(await t.given('a PRACK of the 183', () => t.expectRequest('PRACK')), 200);
    },
  },
  {
    ...RELIABLE,
    id: 'rfc3262/5/offer-answered-in-prack',
    title: 'An offer that comes in a reliable provisional response is answered in its PRACK',
    req: ['REL-022'],
    needs: ['originate:INVITE:late-offer'],
    run: async (t) => {
      const invite = await t.originated('INVITE:late-offer', 'INVITE');
      if (invite.contentType === 'application/sdp') t.skip('its INVITE has an offer');
      if (!invite.headers('Supported').includes('100rel')) t.skip('it takes no reliable provisional response');
      reliable(t, invite, 1);
      const prack = await t.expectRequest('PRACK');
      t.respond(prack, 200);
      const right = prack.contentType === 'application/sdp' && /^v=0\r?$/m.test(prack.body);
      t.verify(right, 'a PRACK with SDP', prack.contentType || 'no body');
    },
  },
  {
    ...RELIABLE,
    id: 'rfc3262/4/forks-acknowledged-each',
    title: 'Reliable provisional responses of two forks are counted apart, and each gets its PRACK in its own dialog',
    req: ['REL-023'],
    run: async (t) => {
      const invite = await t.originated('PRACK', 'INVITE');
      for (const [tag, rseq] of [
        ['first', 10],
        ['second', 500],
        ['second', 501],
      ] as const) {
        reliable(t, invite, rseq, tag, tag === 'second' ? { body: '' } : {});
        const prack = await t.expectRequest('PRACK', { where: ({ toTag }) => toTag === tag });
        t.respond(prack, 200);
        const wanted = `${rseq} ${invite.cseq} INVITE`;
        t.verify(prack.header('RAck') === wanted, `RAck: ${wanted}`, `RAck: ${prack.header('RAck')}`);
      }
      // One before whose turn another is missing.
      reliable(t, invite, 503, 'second', { body: '' });
      await t.expectNone(400, 'PRACK', (one) => one.header('RAck')?.startsWith('503 ') === true);
    },
  },
];
