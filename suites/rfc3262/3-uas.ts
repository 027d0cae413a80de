// RFC 3262 §3: reliable provisional responses at the server. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import { earlyCall, isReliable, prack, rackOf } from '../reliable.ts';
import { copiesOf, verifyDoubling } from '../schedule.ts';

const isProgress = ({ status }: Received) => status > 100 && status < 200;

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3262/3/required-means-reliable',
    title: 'With 100rel in Require every provisional response but 100 has Require: 100rel and RSeq',
    req: ['REL-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring', headers: { Require: '100rel' } }));
      await t.expect([180, 181, 182, 183, 199], { of: invite });
      await t.pause(300);
      for (const one of t.responsesTo(invite).filter(isProgress)) {
        t.verify(one.has('RSeq'), `RSeq in ${one.startLine}`, '(none)');
        const tags = one.headers('Require').map((tag) => tag.toLowerCase());
        t.verify(tags.includes('100rel'), `Require: 100rel in ${one.startLine}`, tags.join(', ') || '(none)');
      }
    },
  },
  {
    id: 'rfc3262/3/required-or-420',
    title: 'An INVITE that requires 100rel is served reliably, or refused with 420 and Unsupported: 100rel',
    req: ['REL-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer', headers: { Require: '100rel' } }));
      const response = await t.expect([180, 181, 182, 183, 199, '2xx', 420], { of: invite });
      if (response.status === 420) {
        t.ack(response);
        const tags = response.headers('Unsupported').join(', ');
        t.verify(/\b100rel\b/i.test(tags), 'Unsupported: 100rel in the 420', tags || '(none)');
      } else if (response.status < 200)
        t.verify(isReliable(response), `RSeq in ${response.startLine}, or 420`, 'a response that is not reliable');
    },
  },
  {
    id: 'rfc3262/3/not-reliable-unasked',
    title: 'Without 100rel in Supported or Require no provisional response is sent reliably',
    req: ['REL-003'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      await t.given('ringing', () => t.expect([180, 183], { of: invite }));
      await t.pause(300);
      for (const one of t.responsesTo(invite).filter(isProgress)) {
        t.verify(!one.has('RSeq'), `no RSeq in ${one.startLine}`, `RSeq: ${one.header('RSeq')}`);
        const tags = one.headers('Require').join(', ');
        t.verify(!/\b100rel\b/i.test(tags), `no 100rel in Require of ${one.startLine}`, tags);
      }
    },
  },
  {
    id: 'rfc3262/3/trying-never-reliable',
    title: 'A 100 (Trying) is never sent reliably',
    req: ['REL-004'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t);
      await t.pause(300);
      const trying = t.responsesTo(call.invite).filter(({ status }) => status === 100);
      if (trying.length === 0) t.skip('it sends no 100 (Trying)');
      for (const one of trying) t.verify(!one.has('RSeq'), 'no RSeq in the 100', `RSeq: ${one.header('RSeq')}`);
    },
  },
  {
    id: 'rfc3262/3/first-rseq-range',
    title: 'The RSeq of the first reliable provisional response is between 1 and 2^31 - 1',
    req: ['REL-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { progress } = await earlyCall(t);
      const rseq = progress.header('RSeq') ?? '';
      const fits = /^\d+$/.test(rseq) && Number(rseq) >= 1 && Number(rseq) < 2 ** 31;
      t.verify(fits, 'RSeq of 1 to 2147483647', rseq);
    },
  },
  {
    id: 'rfc3262/3/rseq-rises-by-one',
    title: 'Each further reliable provisional response to an INVITE has the next RSeq',
    req: ['REL-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'PRACK'],
    needs: ['early'],
    run: async (t) => {
      const call = await earlyCall(t, { to: 'early' });
      await t.given('an acknowledged response', () => t.expect('2xx', { of: prack(t, call) }));
      const first = call.progress.number('RSeq');
      const next = await t.given('a second reliable response', async () => {
        for (;;) {
          const one = await t.expect([180, 181, 182, 183, 199], { of: call.invite });
          if (isReliable(one) && one.number('RSeq') !== first) return one;
        }
      });
      t.verify(next.number('RSeq') === first + 1, `RSeq: ${first + 1}`, `RSeq: ${next.header('RSeq')}`);
      t.send(t.request('PRACK', { dialog: call.dialog, headers: { RAck: rackOf(next) } }));
      await t.expect('2xx');
    },
  },
  {
    id: 'rfc3262/3/second-waits-for-prack',
    title: 'No second reliable provisional response goes out before the first is acknowledged',
    req: ['REL-007'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { invite, progress } = await earlyCall(t);
      await t.pause(4_000);
      const other = t
        .responsesTo(invite)
        .find((one) => isReliable(one) && one.header('RSeq') !== progress.header('RSeq'));
      t.verify(other === undefined, `RSeq ${progress.header('RSeq')} only`, `RSeq ${other?.header('RSeq')} too`);
    },
  },
  {
    id: 'rfc3262/3/reliable-schedule',
    title:
      'An unacknowledged reliable provisional response is sent again after T1, then at gaps that double without end',
    req: ['REL-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    slow: true,
    timing: true,
    run: async (t) => {
      const { progress } = await earlyCall(t);
      verifyDoubling(t, await copiesOf(t, progress, 5));
    },
  },
  {
    id: 'rfc3262/3/given-up-without-prack',
    title: 'An INVITE whose reliable provisional response is never acknowledged is refused with 5xx after 64*T1',
    req: ['REL-009'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      const { invite, progress } = await earlyCall(t);
      const refusal = await t.expect('5xx', { of: invite, withinMs: 40_000, strictly: true });
      t.ack(refusal);
      const afterS = (refusal.atUs - progress.atUs) / 1e6;
      t.verify(afterS > 30, '5xx some 32 s after the provisional response', `5xx after ${afterS} s`);
    },
  },
  {
    id: 'rfc3262/3/prack-ends-repetition',
    title: 'A PRACK that matches is answered 2xx and ends the repetition of its response',
    req: ['REL-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['PRACK', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t);
      await t.given('a repeated response', () => t.expectAgain(call.progress));
      await t.expect('2xx', { of: prack(t, call), strictly: true });
      await t.expectNone(
        2_500,
        'response',
        (one) => isReliable(one) && one.header('RSeq') === call.progress.header('RSeq'),
      );
    },
  },
  {
    id: 'rfc3262/3/prack-without-match-481',
    title: 'A PRACK whose RAck names another RSeq, CSeq or method is refused with 481',
    req: ['REL-011'],
    level: 'MUST',
    role: 'uas',
    methods: ['PRACK', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t);
      const { progress, invite } = call;
      const rseq = progress.number('RSeq');
      for (const RAck of [
        `${rseq + 1} ${invite.cseq} INVITE`,
        `${rseq} ${invite.cseq + 7} INVITE`,
        `${rseq} ${invite.cseq} OPTIONS`,
      ]) {
        const response = await t.expect('final', { of: prack(t, call, { headers: { RAck } }), strictly: true });
        t.verify(response.status === 481, `481 to RAck: ${RAck}`, response.startLine);
      }
      await t.expect('2xx', { of: prack(t, call), strictly: true });
    },
  },
  {
    id: 'rfc3262/3/second-prack-481',
    title: 'A PRACK for a response that is acknowledged already is refused with 481',
    req: ['REL-012'],
    level: 'MUST',
    role: 'uas',
    methods: ['PRACK', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t);
      await t.given('an acknowledged response', () => t.expect('2xx', { of: prack(t, call) }));
      await t.expect(481, { of: prack(t, call), strictly: true });
    },
  },
  {
    id: 'rfc3262/3/no-reliable-after-final',
    title: 'After the final response no reliable provisional response is sent',
    req: ['REL-016'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await earlyCall(t);
      await t.given('an acknowledged response', () => t.expect('2xx', { of: prack(t, call) }));
      t.ack(await t.given('an answer', () => t.expect('2xx', { of: call.invite })));
      await t.expectNone(2_000, 'response', isReliable);
    },
  },
];
