// RFC 3261 §17.2: server transactions, seen from outside. Cases only.

import { type Entry, notObservable } from '../../src/conformance/case.ts';
import { elapsed } from '../../src/conformance/elapsed.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { copiesOf, T2_MS, verifyDoubling } from '../schedule.ts';

/** A 486, not acknowledged. */
async function refused(t: Talk): Promise<Received> {
  const invite = t.send(t.request('INVITE', { to: 'busy' }));
  return t.given('a refusal', () => t.expect('refusal', { of: invite }));
}

/** RFC 2543 knew no magic cookie. */
const oldBranch = (via: string) => via.replace(/branch=z9hG4bK/, 'branch=');

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/17.2.1/response-within-200-ms',
    title: 'An INVITE gets a response within 200 ms: 100 (Trying) if there is no other yet',
    req: ['INV-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    timing: true,
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      const first = await t.expect(['provisional', 'final'], { of: invite, strictly: true });
      const time = elapsed(invite, first);
      // The way to the server and back is no part of the 200 ms, nor is what else its machine does.
      const fits = t.within(time, { mostMs: 300 });
      t.verify(fits, 'a response within 200 ms', `${first.startLine} after ${Math.round(time.ms)} ms`);
    },
  },
  {
    id: 'rfc3261/17.2.1/trying-without-to-tag',
    title: 'A 100 (Trying) adds no tag to To',
    req: ['INV-002'],
    level: 'SHOULD NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      await t.given('ringing', () => t.expect([180, 183], { of: invite }));
      await t.pause(300);
      const trying = t.responsesTo(invite).filter(({ status }) => status === 100);
      if (trying.length === 0) t.skip('it sends no 100 (Trying)');
      for (const { toTag } of trying) t.verify(toTag === '', 'no tag in To of the 100', toTag);
    },
  },
  {
    id: 'rfc3261/17.2.1/invite-retransmission-absorbed',
    title: 'A retransmitted INVITE gets the last response again and makes no second call',
    req: ['TXS-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      const ringing = await t.given('ringing', () => t.expect([180, 183]));
      t.sendAgain(invite);
      const again = await t.expect('provisional');
      t.verify(
        again.startLine === ringing.startLine && again.toTag === ringing.toTag,
        `${ringing.startLine} with To tag ${ringing.toTag}`,
        `${again.startLine} with To tag ${again.toTag}`,
      );
    },
  },
  {
    id: 'rfc3261/17.2.1/refusal-schedule',
    title: 'Over UDP a refusal is sent again after T1, then at gaps that double (Timer G)',
    req: ['TXS-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['busy'],
    timing: true,
    run: async (t) => {
      const refusal = await refused(t);
      verifyDoubling(t, await copiesOf(t, refusal, 3), T2_MS);
      t.ack(refusal);
    },
  },
  {
    id: 'rfc3261/17.2.1/refusal-once-over-tcp',
    title: 'Over a reliable transport a refusal is sent once',
    req: ['TXS-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['tcp'],
    needs: ['busy'],
    run: async (t) => {
      const refusal = await refused(t);
      await t.expectNone(2_000, 'response');
      t.ack(refusal);
    },
  },
  {
    id: 'rfc3261/17.2.1/refusal-given-up',
    title: 'A refusal without ACK is no longer sent when 64*T1 have passed (Timer H), and its gaps grow to T2 only',
    req: ['TXS-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['busy'],
    slow: true,
    run: async (t) => {
      const refusal = await refused(t);
      // Timer H is 32 s; half a second for a machine that is busy.
      const endUs = refusal.atUs + 32_500_000;
      await t.pause(endUs / 1_000 - performance.now());
      // After 0.5, 1.5, 3.5 and 7.5 s, then every 4 s: the first and ten copies.
      const times = t.received.filter(({ startLine }) => startLine === refusal.startLine).length;
      t.verify(times >= 10 && times <= 12, 'sent 11 times within 32 s', `sent ${times} times`);
      await t.expectNone(6_000, 'response', ({ atUs }) => atUs > endUs);
    },
  },
  {
    id: 'rfc3261/17.2.1/refusal-for-repeated-invite',
    title: 'An INVITE that comes again after its refusal gets it again at once',
    req: ['TXS-005'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['busy'],
    run: async (t) => {
      const refusal = await refused(t);
      // Timer G sends one copy in the meantime at most, whatever comes or not.
      for (let n = 0; n < 5; n++) {
        t.sendAgain(t.latest());
        await t.pause(50);
      }
      await t.pause(100);
      t.ack(refusal);
      const copies = t.received.filter(({ startLine }) => startLine === refusal.startLine).length - 1;
      t.verify(copies >= 4, '5 copies for 5 repetitions', `${copies}`);
    },
  },
  {
    id: 'rfc3261/17.2.1/ack-ends-refusal',
    title: 'The ACK of a refusal, with the branch of the INVITE, ends its repetition and is answered by nothing',
    req: ['TXS-006', 'TXS-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'ACK'],
    transports: ['udp'],
    needs: ['busy'],
    run: async (t) => {
      const refusal = await refused(t);
      const ack = t.ack(refusal);
      await t.expectNone(1_800, 'response');
      t.sendAgain(ack);
      await t.expectNone(500, 'message');
    },
  },
  {
    id: 'rfc3261/17.2.2/completed-repeats-final',
    title: 'A retransmitted request gets the same final response again',
    req: ['TXS-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const request = t.send(t.request('OPTIONS'));
      const first = await t.expect('final', { strictly: true });
      t.sendAgain(request);
      const again = await t.expect('final', { strictly: true });
      t.verify(again.text === first.text, `the same response (To tag ${first.toTag})`, `To tag ${again.toTag}`);
    },
  },
  {
    id: 'rfc3261/17.2.2/completed-for-timer-j',
    title: 'A request retransmitted 30 s after its final response still gets that one (Timer J is 64*T1)',
    req: ['TXS-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      const request = t.send(t.request('OPTIONS'));
      const first = await t.expect('final', { strictly: true });
      await t.pause(30_000);
      t.sendAgain(request);
      const again = await t.expect('final', { strictly: true });
      t.verify(again.text === first.text, `the same response (To tag ${first.toTag})`, `To tag ${again.toTag}`);
    },
  },
  {
    id: 'rfc3261/17.2.2/repeated-bye-same-response',
    title: 'A retransmitted BYE gets its 2xx again, not a 481',
    req: ['BYE-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE'],
    transports: ['udp'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const bye = t.send(t.request('BYE', { dialog }));
      const first = await t.given('the end of the call', () => t.expect('2xx', { of: bye }));
      await t.pause(1_000);
      t.sendAgain(bye);
      const again = await t.expect('final', { of: bye, strictly: true });
      t.verify(again.startLine === first.startLine, `${first.startLine} again`, again.startLine);
    },
  },
  {
    id: 'rfc3261/17.2.3/sent-by-distinguishes',
    title: 'Two requests with one branch from different senders (sent-by) are two transactions',
    req: ['TXS-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const one = t.send(t.request('OPTIONS'));
      await t.given('an answer', () => t.expect('final', { of: one, strictly: true }));
      const other = await t.peer();
      const two = other.send(other.request('OPTIONS', { headers: { Via: other.via(one.branch) } }));
      const answer = await other.expect('final', { of: two, strictly: true });
      t.verify(answer.callId === two.callId, `Call-ID ${two.callId}`, answer.callId);
    },
  },
  {
    id: 'rfc3261/17.2.3/branch-without-cookie-matched',
    title: 'A retransmitted INVITE whose branch has no cookie (RFC 2543) is matched by its fields: no second call',
    req: ['TXS-009'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['udp'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring', headers: { Via: oldBranch } }));
      const ringing = await t.given('ringing', () => t.expect([180, 183], { of: invite }));
      t.sendAgain(invite);
      const again = await t.expect(['provisional', 'final'], { of: invite, strictly: true });
      t.verify(
        again.toTag === ringing.toTag,
        `${ringing.startLine} with To tag ${ringing.toTag}`,
        `${again.startLine} with To tag ${again.toTag || '(none)'}`,
      );
    },
  },
  notObservable('rfc3261/17.2.1/completed-state-entered', {
    title: 'The server transaction enters the Completed state when the TU sends 300 to 699',
    req: [],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    reason: 'a state has no message of its own; its effects are tested by the retransmission cases of the section',
  }),
];
