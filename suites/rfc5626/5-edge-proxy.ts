// RFC 5626 §5: the first proxy of a client that keeps its flow open. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Peer } from '../../src/conformance/peer.ts';
import { partsOf, uriOf } from '../../src/conformance/reading.ts';
import type { FarSide, Talk } from '../../src/conformance/talk.ts';

const EDGE: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'proxy',
  methods: ['REGISTER'],
  needs: ['far'],
};

const INSTANCE = '"<urn:uuid:0c67446e-f1a1-11d9-94d3-000a95a0e128>"';

/** The URI of the topmost Path with which a REGISTER of this end goes on, '' for none. The registrar behind the proxy, which is ours, refuses it. */
async function pathOf(t: Talk, end: Peer, far: FarSide): Promise<string> {
  const headers = {
    Supported: 'path, outbound',
    Contact: `<${end.contact}>;reg-id=1;+sip.instance=${INSTANCE}`,
  };
  // RFC 3261 §10.2: the Request-URI of a REGISTER is a domain.
  const uri = far.uri.replace(/^(sips?:)[^@]*@/i, '$1');
  const sent = end.send(end.request('REGISTER', { to: far.uri, uri, headers }));
  const arrived = await t.given('a REGISTER that goes on', () =>
    far.peer.expectRequest('REGISTER', { where: ({ callId }) => callId === sent.callId }),
  );
  far.peer.respond(arrived, 403);
  await end.expect(403, { of: sent });
  return uriOf(arrived.headers('Path')[0] ?? '');
}

const userOf = (uri: string) => partsOf(uri)?.user ?? '';

/** Paths of the flow of an end, and of another one. RFC 5626 §5.2: what has a flow token differs between them, most of all in the user part; anything else is no edge proxy. */
async function paths(t: Talk, end: Peer, far: FarSide): Promise<readonly [string, string]> {
  if (t.profile.far?.by === 'register')
    t.skip('whoever registers does so at this server, behind which there is no registrar');
  const first = await pathOf(t, end, far);
  const second = await pathOf(t, end.kind === 'udp' ? await t.peer() : await t.stream(), far);
  if (first === '') t.skip('it is no edge proxy: a REGISTER goes on without Path');
  if (userOf(first) === userOf(second)) t.skip('its Path is the same for every flow: it knows nothing of flows');
  return [first, second];
}

/** RFC 5626 §4.4: a client that has not been told of outbound has no claim to an answer to its keepalives. */
async function claimsOutbound(t: Talk): Promise<boolean> {
  t.send(t.request('OPTIONS', { to: `sip:${t.profile.domain}` }));
  return (await t.expect('final')).headers('Supported').includes('outbound');
}

/** RFC 5389 §6: a Binding Request without attributes. */
function bindingRequest(id: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...id);
}

/** RFC 5389 §15.2: what XOR-MAPPED-ADDRESS of a response says, '' where there is none. */
function mappedAddress(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 20; at + 12 <= bytes.length; at += 4 + ((view.getUint16(at + 2) + 3) & ~3)) {
    if (view.getUint16(at) !== 0x0020) continue;
    const address = [0, 1, 2, 3].map((i) => bytes[at + 8 + i]! ^ bytes[4 + i]!);
    return `${address.join('.')}:${view.getUint16(at + 6) ^ 0x2112}`;
  }
  return '';
}

export const CASES: readonly Entry[] = [
  {
    ...EDGE,
    id: 'rfc5626/5.1/path-with-ob',
    title: 'The first proxy of a REGISTER with reg-id puts its URI with a flow token and ob into Path',
    req: ['REG-036'],
    run: async (t) => {
      for (const path of await paths(t, t, await t.far()))
        t.verify(/;ob(?=[;?]|$)/i.test(path), 'ob in the URI of Path', `Path: <${path}>`);
    },
  },
  {
    ...EDGE,
    id: 'rfc5626/5.3.1/tampered-flow-token-403',
    title: 'A request whose Route has a flow token that was tampered with is refused with 403',
    req: ['REG-037'],
    level: 'SHOULD',
    methods: ['INVITE'],
    run: async (t) => {
      const [path] = await paths(t, t, await t.far());
      const token = userOf(path);
      const middle = token.length >> 1;
      const other = token[middle] === 'A' ? 'B' : 'A';
      const tampered = path.replace(token, token.slice(0, middle) + other + token.slice(middle + 1));
      const caller = await t.peer({ name: 'caller' });
      const invite = caller.send(caller.request('INVITE', { to: t.contact, headers: { Route: `<${tampered}>` } }));
      await t.pause(400);
      // Where it has come to us all the same, the call ends here.
      const arrived = t.received.find(({ isRequest, method }) => isRequest && method === 'INVITE');
      if (arrived !== undefined) t.respond(arrived, 486);
      const response = await caller.expect('refusal', { of: invite, strictly: true });
      caller.ack(response);
      t.verify(response.status === 403, '403', response.startLine);
    },
  },
  {
    ...EDGE,
    id: 'rfc5626/5.4/stun-on-the-sip-port',
    title: 'A proxy for clients with flows answers a STUN Binding Request on its SIP port with their address',
    req: ['REG-040'],
    methods: ['OPTIONS'],
    transports: ['udp'],
    run: async (t) => {
      const claims = await claimsOutbound(t);
      const id = Uint8Array.from({ length: 12 }, (_, i) => t.tag.charCodeAt(i % t.tag.length) ^ i);
      t.write(bindingRequest(id));
      await t.pause(600);
      const response = t.received.find(({ bytes }) => Buffer.from(bytes.subarray(8, 20)).equals(id));
      if (response === undefined && !claims) t.skip('it says nothing of outbound, and speaks no STUN');
      const told = response === undefined || response.bytes[0] !== 1 ? '' : mappedAddress(response.bytes);
      t.verify(told === t.hostPort, `XOR-MAPPED-ADDRESS ${t.hostPort}`, told || 'no Binding Response');
    },
  },
  {
    ...EDGE,
    id: 'rfc5626/5.3.1/flow-gone-430',
    title: 'A request whose Route has the token of a flow that is no more is refused with 430',
    req: ['REG-038'],
    level: 'SHOULD',
    methods: ['INVITE'],
    transports: ['tcp'],
    run: async (t) => {
      const flow = await t.stream();
      const { contact } = flow;
      const [path] = await paths(t, flow, await t.far());
      await flow.close();
      await t.pause(300);
      const invite = t.send(t.request('INVITE', { to: contact, headers: { Route: `<${path}>` } }));
      const response = await t.expect('refusal', { of: invite, strictly: true });
      t.ack(response);
      t.verify(response.status === 430, '430', response.startLine);
    },
  },
  {
    id: 'rfc5626/5.4/double-crlf-answered',
    title: 'A double CRLF between messages of a stream is answered with a single CRLF at once',
    req: ['REG-039'],
    level: 'MUST',
    role: 'all',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      const claims = await claimsOutbound(t);
      t.write('\r\n\r\n');
      const came = await t.hasPong({ withinMs: 1_000 });
      if (!came && !claims) t.skip('it says nothing of outbound, and answers no keepalive');
      t.verify(came, 'a CRLF', 'none');
      t.verify(!(await t.hasPong({ withinMs: 300 })), 'one CRLF', 'two');
      t.send(t.request('OPTIONS'));
      await t.expect('final', { strictly: true });
    },
  },
];
