// Mutants for suites/rfc5626/5-edge-proxy.ts.
import type { MutantMap } from '../map.ts';
import { conditional, inItsRequests, type Mutant, mutant, setHeader } from '../mutant.ts';

/** An edge proxy of sorts: where a REGISTER came from stands in Path, and whoever names it in Route is let through. */
const edge = (name: string, params: string): Mutant =>
  conditional(
    inItsRequests(name, 'REGISTER', (text, { reading }) => {
      const [own, client] = reading.headers('Via').map((via) => via.replace(/^\S+\s+/, '').split(';')[0]!);
      const token = Buffer.from(client!).toString('base64url');
      return setHeader(text, 'Path', `<sip:${token}@${own};lr${params}>`);
    }),
  );

export const MUTANTS: MutantMap = {
  'rfc5626/5.1/path-with-ob': edge('does not say ob', ''),
  'rfc5626/5.3.1/tampered-flow-token-403': edge('does not look at flow tokens', ';ob'),
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
