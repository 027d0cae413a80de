// Mutants for suites/rfc3261/16.8-proxy-failures.ts.
import type { MutantMap } from '../map.ts';
import {
  conditional,
  editHeader,
  inItsRequests,
  inOurRequests,
  inResponses,
  mutant,
  setHeader,
  setStatus,
} from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/16.8/three-minutes-to-answer': inResponses(
    'gives up what has rung for ten seconds',
    { status: 180 },
    (text) => [
      { text, afterMs: 0 },
      { text: setStatus(text, 408), afterMs: 10_000 },
    ],
  ),
  'rfc3261/16.9/unreachable-next-hop-as-503': inResponses(
    'takes an unreachable hop for a user it does not know',
    { status: (status) => status >= 300 },
    (text) => setStatus(text, 404),
  ),
  'rfc3261/16.11/stateless-retransmission-the-same': conditional(
    inOurRequests('draws lots for the branch of whatever comes', 'INVITE', (text, m) =>
      m.nth === 1 ? text : text.replace(/branch=z9hG4bK/, 'branch=z9hG4bKnew'),
    ),
  ),
  'rfc3261/16.7/recursed-contact-not-forwarded': conditional(
    mutant('tries a Contact and tells the caller of it all the same', () => {
      let invite = '';
      return {
        toClient: ({ text, reading }) => {
          if (reading.isRequest && reading.method === 'INVITE') invite = text;
          return text;
        },
        toServer: ({ text, reading, reply }) => {
          if (reading.status !== 302) return reading.isResponse && reading.status === 486 ? null : text;
          const [contact] = reading.headers('Contact');
          reply(
            editHeader(invite, 'Via', (was) => was.replace(/branch=z9hG4bK/, 'branch=z9hG4bKtwo')).replace(
              /^INVITE \S+/,
              `INVITE ${contact!.replace(/^<|>$/g, '')}`,
            ),
          );
          return text;
        },
      };
    }),
  ),
  'rfc3261/18.3/content-length-added-for-a-stream': inItsRequests(
    'counts a body without its last line end',
    'INVITE',
    (text, { reading }) => setHeader(text, 'Content-Length', String(Buffer.byteLength(reading.body) - 2)),
  ),
};
