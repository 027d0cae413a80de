// Mutants for suites/rfc3261/9.1-uac-cancel.ts.
import type { MutantMap } from '../map.ts';
import { conditional, editHeader, inItsRequests, mutant, setHeader } from '../mutant.ts';

const cancelOf = (invite: string) => setHeader(invite, 'CSeq', '1 CANCEL').replace(/^INVITE/, 'CANCEL');
const both = (first: string, second: string) => [first, second].map((text) => ({ text, afterMs: 0 }));

/** Sends something of the INVITE's when an ACK or INVITE passes. */
const cancelsWith = (name: string, method: string) =>
  mutant(name, () => {
    let invite = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method === 'INVITE') invite = text;
        return reading.method === method ? both(text, cancelOf(invite)) : text;
      },
    };
  });

export const MUTANTS: MutantMap = {
  'rfc3261/9.1/no-cancel-before-a-provisional': cancelsWith('sends CANCEL right behind the INVITE', 'INVITE'),
  'rfc3261/9.1/cancel-repeats-the-invite': inItsRequests('puts a tag into To of the CANCEL', 'CANCEL', (text) =>
    editHeader(text, 'To', (was) => `${was};tag=early`),
  ),
  'rfc3261/9.1/cancel-has-the-via-of-the-invite': inItsRequests('gives CANCEL a branch of its own', 'CANCEL', (text) =>
    editHeader(text, 'Via', (was) => was.replace(/branch=z9hG4bK/, 'branch=z9hG4bKnew')),
  ),
  'rfc3261/9.1/cancel-repeats-route': conditional(
    inItsRequests('has a Route in the INVITE alone', 'INVITE', (text) =>
      setHeader(text, 'Route', '<sip:127.0.0.1;lr>'),
    ),
  ),
  'rfc3261/9.1/cancel-requires-nothing': inItsRequests('requires an extension of a CANCEL', 'CANCEL', (text) =>
    setHeader(text, 'Require', '100rel'),
  ),
  'rfc3261/9.1/cancel-goes-where-the-invite-went': inItsRequests('sends CANCEL elsewhere', 'CANCEL', () => null),
  'rfc3261/9.1/no-cancel-after-a-final': cancelsWith('gives up what is over', 'ACK'),
  'rfc3261/9.1/cancelled-invite-dropped-without-487': mutant('waits for ever for a 487', () => {
    let invite = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method === 'INVITE') invite = text;
        return text;
      },
      toServer: ({ reading, text, reply }) => {
        if (reading.status === 487) reply(setHeader(invite, 'CSeq', '1 ACK').replace(/^INVITE/, 'ACK'));
        return text;
      },
    };
  }),
};
