// RFC 3261 §17.2: server transactions, seen from outside. Cases only.

import { type Entry, notObservable } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
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
    id: 'rfc3261/17.2.2/completed-repeats-final',
    title: 'A retransmitted request gets the same final response again',
    req: ['TXS-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const request = t.send(t.request('OPTIONS'));
      const first = await t.expect('final');
      t.sendAgain(request);
      const again = await t.expect('final');
      t.verify(again.text === first.text, `the same response (To tag ${first.toTag})`, `To tag ${again.toTag}`);
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
