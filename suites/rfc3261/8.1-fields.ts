// RFC 3261 §8.1.1 from the side of the server: fields that a request must have, and have right. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { firstAnswer } from '../torture.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/8.1.1/request-without-its-fields-refused',
    title: 'A request without Call-ID, From and To is refused with 400 or not answered, and the server lives',
    req: ['SYN-017'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { 'Call-ID': null, From: null, To: null } }));
      await t.pause(500);
      const answer = t.received.find((message) => message.isResponse);
      t.verify(
        answer === undefined || answer.status >= 400,
        '400, another refusal, or no answer',
        answer?.startLine ?? '',
      );
      t.send(t.request('OPTIONS'));
      await t.expect('final', { strictly: true });
    },
  },
  {
    id: 'rfc3261/8.1.1.5/cseq-of-another-method-400',
    title: 'A request whose CSeq names another method than its request line is refused with 400',
    req: ['SYN-013'],
    // §8.1.1.5 binds the sender; RFC 4475 §3.1.2.17 says what is expected of a server.
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { CSeq: '1 INVITE' } }));
      await t.expect(400, { strictly: true });
    },
  },
  {
    id: 'rfc3261/8.1.1.5/cseq-beyond-32-bits-400',
    title: 'A CSeq number that does not fit 32 bits is refused with 400',
    req: ['SYN-014'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { CSeq: '4294967296 OPTIONS' } }));
      // The refusal repeats the field, so it cannot be read as a whole either.
      const answer = await firstAnswer(t);
      t.verify(answer?.status === 400, '400', answer?.line ?? 'no answer');
    },
  },
  {
    id: 'rfc3261/8.1.1.7/branch-of-the-cookie-alone',
    title: 'Two clients whose branch is the magic cookie and no more each get the answer to their own request',
    req: ['TXS-011'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const other = await t.peer();
      const bare = { headers: { Via: (via: string) => via.replace(/branch=[^;]*/, 'branch=z9hG4bK') } };
      const ours = t.send(t.request('OPTIONS', bare));
      const theirs = other.send(other.request('OPTIONS', bare));
      const first = await t.expect('final', { of: ours, strictly: true });
      const second = await other.expect('final', { of: theirs, strictly: true });
      t.verify(first.callId === ours.callId, `Call-ID ${ours.callId}`, first.callId);
      t.verify(second.callId === theirs.callId, `Call-ID ${theirs.callId}`, second.callId);
    },
  },
];
