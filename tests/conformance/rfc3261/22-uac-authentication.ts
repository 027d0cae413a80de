// Mutants for suites/rfc3261/22-uac-authentication.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, mutant, removeHeader, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/22.2/next-cseq-same-call': inItsRequests('tries again with the same CSeq', 'INVITE', (text) =>
    setHeader(text, 'CSeq', '1 INVITE'),
  ),
  'rfc3261/22.1/no-second-try-with-the-same-credentials': mutant('tries the same credentials for ever', () => {
    let invite = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method === 'INVITE') invite = text;
        if (reading.method !== 'ACK' || reading.cseq !== 2) return text;
        const again = setHeader(invite, 'CSeq', '3 INVITE').replace('branch=z9hG4bK', 'branch=z9hG4bKagain');
        return [text, again].map((one) => ({ text: one, afterMs: 0 }));
      },
    };
  }),
  'rfc3261/22.4/qop-cnonce-nc': inItsRequests('leaves nc out', 'INVITE', (text) =>
    text.replace(/,\s*nc=[0-9a-f]+/, ''),
  ),
  'rfc3261/22.4/uri-is-the-request-uri': inItsRequests('has another uri in its credentials', 'INVITE', (text) =>
    text.replace(/([ ,])uri="[^"]*"/, '$1uri="sip:harness"'),
  ),
  'rfc3261/13.2.2.4/ack-with-credentials': inItsRequests('acknowledges without credentials', 'ACK', (text) =>
    removeHeader(text, 'Authorization'),
  ),
};
