// Mutants for suites/rfc5626/5-edge-proxy.ts.
import type { MutantMap } from '../map.ts';
import {
  editHeader,
  inItsRequests,
  inOurRequests,
  inResponses,
  mutant,
  removeHeader,
  setHeader,
  setStatus,
} from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc5626/5.1/path-with-ob': inItsRequests('does not say ob', 'REGISTER', (text) =>
    editHeader(text, 'Path', (value) => value.replace(/;ob(?=[;>])/, '')),
  ),
  'rfc5626/5.3.1/tampered-flow-token-403': inOurRequests('does not look at flow tokens', 'INVITE', (text) =>
    removeHeader(text, 'Route'),
  ),
  'rfc5626/5.3.1/flow-gone-430': inResponses(
    'takes a flow that is gone for a user who is away',
    { status: 430 },
    (text) => setStatus(text, 480),
  ),
  'rfc5626/5.4/double-crlf-answered': mutant('says that it keeps flows, and does not see line ends between messages', {
    pieces: ({ text }) => (text === '\r\n\r\n' ? '' : text),
    toClient: ({ text }) => setHeader(text, 'Supported', 'outbound'),
  }),
  'rfc5626/5.4/stun-on-the-sip-port': mutant('tells another port than that of the client', {
    toClient: ({ text }) => (text.startsWith('\x01\x01') ? otherPort(text) : text),
  }),
};

/** RFC 5389 §15.2: the port of XOR-MAPPED-ADDRESS becomes another; the address is that of the case, which the server knows by that of the relay. */
function otherPort(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const at = text.indexOf('\x00\x20\x00\x08\x00\x01');
  bytes[at + 7]! ^= 1;
  bytes[at + 9] = ((bytes[at + 9]! ^ 0x12) - 50) ^ 0x12;
  return bytes.toString('latin1');
}
