// RFC 3261 §18.1.1, §18.2, §18.3: where responses go, and datagrams that are long or do not fit. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { hostPortOf } from '../../src/conformance/connect.ts';
import type { Outgoing } from '../../src/conformance/outgoing.ts';
import type { Reading } from '../../src/conformance/reading.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { firstArrival } from '../arrival.ts';

/** A request of some `bytes` bytes: many rows of a header field that says nothing. */
function long(t: Talk, bytes: number) {
  return t.request('OPTIONS', {
    headers: { 'X-Filler': Array.from({ length: bytes / 1_000 }, () => 'x'.repeat(986)) },
  });
}

async function survives(t: Talk, bytes: number): Promise<void> {
  t.send(long(t, bytes));
  const response = await t.expect('final', { strictly: true });
  t.verify(response.status < 500 || response.status === 513, 'a final response, or 513', response.startLine);
  t.send(t.request('OPTIONS'));
  await t.expect('final', { strictly: true });
}

/** The CANCEL of an INVITE, or the ACK of its refusal. */
function ofTransaction(t: Talk, { uri, cseq, reading }: Outgoing, method: string, to: Reading = reading): Outgoing {
  const rows = ['Via', 'Max-Forwards', 'From', 'Call-ID'].map((name) => `${name}: ${reading.header(name)}`);
  const all = [`${method} ${uri} SIP/2.0`, ...rows, `To: ${to.header('To')}`, `CSeq: ${cseq} ${method}`];
  return t.raw(`${all.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/18.1.1/datagram-of-20-kilobytes',
    title: 'A datagram of 20 kilobytes is taken, or refused; the server lives',
    req: ['TRN-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: (t) => survives(t, 20_000),
  },
  {
    id: 'rfc3261/18.1.1/datagram-of-60-kilobytes',
    title: 'A datagram of 60 kilobytes is taken, or refused; the server lives',
    req: ['TRN-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: (t) => survives(t, 60_000),
  },
  {
    id: 'rfc3261/18.1.1/long-request-over-tcp',
    title: 'A request of more than 1,300 bytes is forwarded over TCP where the next hop has it, and its Via says so',
    req: ['TRN-008'],
    level: 'MUST',
    role: 'proxy',
    methods: ['OPTIONS', 'MESSAGE'],
    transports: ['tcp'],
    needs: ['far'],
    run: async (t) => {
      const { far } = t.profile;
      if (far?.by === 'listen') t.skip('where it forwards to is configured, and need not listen to TCP');
      const { peer: stream, place } = await t.listening();
      const datagrams = await t.peer({ name: 'far', port: place.port });
      if (far?.by === 'register') await t.binding({ headers: { Contact: `<${datagrams.contact}>` } });
      const to = far?.by === 'register' ? t.account.user : datagrams.contact;
      const filler = { 'X-Filler': ['x'.repeat(986), 'x'.repeat(986)] };
      t.send(t.request('MESSAGE', { to }));
      datagrams.respond(await t.given('a short one as a datagram', () => datagrams.expectRequest('MESSAGE')), 200);
      t.send(t.request('OPTIONS', { to, headers: filler }));
      const { end, request } = await firstArrival(t, [stream, datagrams], 'OPTIONS', t.profile.waitMs);
      end.respond(request, 200);
      // RFC 3261 §18.1.1: where the path MTU is known, it is 200 bytes below that; in the loopback interface nobody asks for it.
      t.verify(end === stream, 'TCP', `a datagram of ${request.bytes.length} bytes`);
      const via = request.header('Via') ?? '';
      t.verify(/^SIP\s*\/\s*2\.0\s*\/\s*TCP\b/i.test(via), 'TCP in the top Via', `Via: ${via}`);
    },
  },
  {
    id: 'rfc3261/18.2.1/received-where-sent-by-differs',
    title: 'Where sent-by is a name or another address than the source, the server adds received to the top Via',
    req: ['TRN-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const { address, port } = t.local;
      for (const host of ['pc33.example.com', '192.0.2.33']) {
        t.send(
          t.request('OPTIONS', {
            headers: { Via: (via) => via.replace(t.hostPort, `${host}:${port}`).replace(';rport', '') },
          }),
        );
        const response = await t.expect('final', { strictly: true });
        t.verify(
          response.param('Via', 'received') === address,
          `received=${address}`,
          `Via: ${response.header('Via')}`,
        );
      }
    },
  },
  {
    id: 'rfc3261/18.2.2/response-to-port-of-sent-by',
    title: 'Without rport the response goes to the source address and the port of sent-by',
    req: ['TRN-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const other = await t.peer();
      const request = t.request('OPTIONS', {
        headers: { Via: (via) => via.replace(t.hostPort, other.hostPort).replace(';rport', '') },
      });
      t.send(request);
      await other.expect('final', { of: request, strictly: true });
      t.verify(t.received.length === 0, `nothing at the source port ${t.local.port}`, `${t.received[0]?.startLine}`);
    },
  },
  {
    id: 'rfc3261/18.2.2/response-to-maddr',
    title: 'A response to a request with maddr in the top Via goes to that address, where the server allows it',
    req: ['TRN-010'],
    level: 'MAY',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      if (!t.local.address.startsWith('127.')) t.skip('the harness has no second address here');
      // The same port at another address: a response that leaves maddr aside comes to the source.
      const other = await t.peer({ address: '127.77.0.3', port: t.local.port });
      const request = t.request('OPTIONS', {
        headers: { Via: (via) => `${via.replace(';rport', '')};maddr=127.77.0.3` },
      });
      t.send(request);
      await t.pause(700);
      const at = (peer: typeof t | typeof other) => peer.responsesTo(request).length > 0;
      t.verify(at(other) || at(t), 'a response at maddr, or at the source', 'none at either');
      if (!at(other)) t.info('it answers to the source and does not look at maddr');
    },
  },
  {
    id: 'rfc3261/18.3/content-length-beyond-datagram-400',
    title: 'A datagram shorter than its Content-Length says is refused with 400',
    req: ['SYN-020'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { type: 'text/plain', body: 'short', headers: { 'Content-Length': 9_999 } }));
      await t.expect(400, { strictly: true });
    },
  },
  {
    id: 'rfc3261/18.3/bytes-after-the-body-discarded',
    title: 'Bytes of a datagram after the body are discarded, even where they look like a request',
    req: ['SYN-021'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const second = t.request('OPTIONS');
      const first = t.send(t.request('OPTIONS', { edit: (text) => text + second.text }));
      await t.expect('final', { of: first, strictly: true });
      await t.expectNone(1_000, 'response');
    },
  },
  {
    id: 'rfc3261/18.2.2/response-on-a-new-connection',
    title: 'Where the connection of a request has closed, the server opens one to received and the port of sent-by',
    req: ['TRN-004'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    transports: ['tcp'],
    needs: ['ring'],
    run: async (t) => {
      const { peer: back, place } = await t.listening();
      const first = await t.stream();
      const via = t.via().replace(/^(\S+) [^;]*/, `$1 ${hostPortOf(place)}`);
      const invite = t.request('INVITE', { to: 'ring', headers: { Via: via } });
      first.write(invite.bytes);
      const ringing = await t.given('a 180', () => first.expect(180, { of: invite }));
      first.reset();
      await t.pause(200);
      // The INVITE is answered when its CANCEL is, which comes by another connection.
      const cancel = ofTransaction(t, invite, 'CANCEL');
      t.write(cancel.bytes);
      await t.given('a 200 to the CANCEL', () => t.expect(200, { of: cancel }));
      await t.pause(600);
      const [response] = back.received.filter(({ isResponse, method }) => isResponse && method === 'INVITE');
      t.write(ofTransaction(t, invite, 'ACK', response ?? ringing).bytes);
      t.verify(response?.status === 487, `487 by a connection to ${via}`, response?.startLine ?? 'none');
    },
  },
];
