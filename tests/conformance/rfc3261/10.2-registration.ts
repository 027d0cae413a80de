// Mutants for suites/rfc3261/10.2-registration.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/10.2/request-uri-without-user': inItsRequests('registers at a user', 'REGISTER', (text) =>
    text.replace(/^REGISTER sip:/, 'REGISTER sip:callee@'),
  ),
  'rfc3261/10.2.4/refresh-same-call-next-cseq': inItsRequests('begins each REGISTER anew', 'REGISTER', (text) =>
    setHeader(text, 'CSeq', '1 REGISTER'),
  ),
  'rfc3261/10.2/no-second-register-meanwhile': inItsRequests('registers twice at once', 'REGISTER', (text) => [
    { text, afterMs: 0 },
    { text: setHeader(text, 'CSeq', '2 REGISTER').replace('branch=z9hG4bK', 'branch=z9hG4bKtwo'), afterMs: 400 },
  ]),
  'rfc3581/3/rport-without-value': inItsRequests('fills rport in itself', 'REGISTER', (text) =>
    text.replace(';rport;', ';rport=5060;'),
  ),
  'rfc3261/10.2.8/423-asked-again': inItsRequests(
    'asks for as brief a binding again',
    'REGISTER',
    (text, { reading }) => (reading.number('Expires') >= 1800 ? setHeader(text, 'Expires', '60') : text),
  ),
};
