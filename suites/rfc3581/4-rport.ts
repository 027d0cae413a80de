// RFC 3581 §4: responses to a request that asks for its source port. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3581/4/rport-and-received-filled-in',
    title: 'An empty rport in the top Via gets the source port, and received the source address',
    req: ['TRN-014'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const { address, port } = t.local;
      t.send(t.request('OPTIONS', { headers: { Via: (via) => via.replace(t.hostPort, '192.0.2.44:5066') } }));
      const response = await t.expect('final', { strictly: true });
      const via = `Via: ${response.header('Via')}`;
      t.verify(response.param('Via', 'rport') === String(port), `rport=${port}`, via);
      t.verify(response.param('Via', 'received') === address, `received=${address}`, via);
    },
  },
  {
    id: 'rfc3581/4/received-even-where-it-is-sent-by',
    title: 'With rport, received is added even where the source address is that of sent-by',
    req: ['TRN-015'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const { address } = t.local;
      t.send(t.request('OPTIONS'));
      const response = await t.expect('final', { strictly: true });
      t.verify(response.param('Via', 'received') === address, `received=${address}`, `Via: ${response.header('Via')}`);
    },
  },
  {
    id: 'rfc3581/4/response-to-source-port',
    title: 'With rport the response goes to the source port and not to that of sent-by',
    req: ['TRN-016'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const other = await t.peer();
      t.send(t.request('OPTIONS', { headers: { Via: (via) => via.replace(t.hostPort, other.hostPort) } }));
      await t.expect('final', { strictly: true });
      t.verify(other.received.length === 0, `nothing at ${other.hostPort}`, `${other.received[0]?.startLine}`);
    },
  },
  {
    id: 'rfc3581/4/response-from-where-the-request-went',
    title: 'The response leaves from the address and port that the request was sent to',
    req: ['TRN-017'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      const { from } = await t.expect('final', { strictly: true });
      const wanted = `${t.target.address}:${t.target.port}`;
      t.verify(`${from.address}:${from.port}` === wanted, `from ${wanted}`, `from ${from.address}:${from.port}`);
    },
  },
];
