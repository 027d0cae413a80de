// RFC 3261 §18.3, §7.5, §20.14: messages in a stream. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

/** The CANCEL of an INVITE, both as texts. */
function cancelOf(invite: string): string {
  const [startLine, ...rows] = invite.split('\r\n');
  const same = rows.filter((row) => /^(Via|Max-Forwards|From|To|Call-ID):/.test(row));
  const cseq = rows.find((row) => row.startsWith('CSeq:'))!;
  const all = [startLine!, ...same, cseq, 'Content-Length: 0'];
  return `${all.join('\r\n').replaceAll('INVITE', 'CANCEL')}\r\n\r\n`;
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/7.5/line-ends-before-start-line-ignored',
    title: 'Line ends before the start line of a message in a stream are ignored',
    req: ['SYN-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      t.write('\r\n\r\n');
      t.send(t.request('OPTIONS'));
      await t.expect('final', { strictly: true });
    },
  },
  {
    id: 'rfc3261/18.2.2/response-on-the-connection',
    title: 'A response to a request that came over a connection goes out on that connection',
    req: ['TRN-003', 'TRN-005', 'TRN-006', 'SYN-030'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      const response = await t.expect('final', { strictly: true });
      // RFC 3261 §20.14: over a stream a message without body says so.
      t.verify(response.has('Content-Length'), 'a Content-Length', 'none');
    },
  },
  {
    id: 'rfc3261/18.3/two-requests-in-one-segment',
    title: 'Two requests that come in one segment of a stream get an answer each',
    req: ['FRM-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      const second = t.request('OPTIONS');
      const first = t.send(t.request('OPTIONS', { edit: (text) => text + second.text }));
      await t.expect('final', { of: first, strictly: true });
      await t.expect('final', { of: second, strictly: true });
    },
  },
  {
    id: 'rfc3261/18.3/request-byte-by-byte',
    title: 'A request that comes byte by byte over a stream gets one answer',
    req: ['FRM-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      const request = t.request('OPTIONS', { type: 'text/plain', body: 'in pieces' });
      for (const byte of request.bytes) {
        t.write(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      await t.expect('final', { of: request, strictly: true });
      await t.expectNone(500, 'response');
    },
  },
  {
    id: 'rfc3261/18.3/invite-and-cancel-in-one-segment',
    title: 'An INVITE with a body and its CANCEL in one segment are both taken: 200 for the CANCEL, 487 for the INVITE',
    req: ['FRM-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['CANCEL', 'INVITE'],
    transports: ['tcp'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring', edit: (text) => text + cancelOf(text) }));
      const answer = await t.expect('final', { of: invite, strictly: true });
      t.verify(answer.status === 487, '487 to the INVITE', answer.startLine);
      await t.expect(200, { of: t.raw(cancelOf(invite.text)), strictly: true });
      t.ack(answer);
    },
  },
  {
    id: 'rfc3261/20.14/body-without-content-length',
    title:
      'A message with a body and no Content-Length in a stream is refused with 400 or by closing; others do not notice',
    req: ['FRM-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      const bad = t.request('OPTIONS', { type: 'text/plain', body: 'no length', headers: { 'Content-Length': null } });
      t.send(bad);
      await t.pause(700);
      const answer = t.responsesTo(bad)[0];
      t.verify(
        answer === undefined || answer.status === 400,
        '400, or no answer: where the message ends nobody can tell',
        answer?.startLine ?? '',
      );
      const other = await t.stream();
      other.send(other.request('OPTIONS'));
      await other.expect('final', { strictly: true });
    },
  },
  {
    id: 'rfc3261/18/connection-kept-for-64-t1',
    title: 'A connection stays open for at least 64·T1 (32 s) after its last message',
    req: ['FRM-008'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      await t.expect('final', { strictly: true });
      await t.pause(32_000);
      t.send(t.request('OPTIONS'));
      await t.expect('final', { strictly: true });
    },
  },
];
