// Mutants for suites/rfc3581/4-rport.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inOurRequests, inResponses, mutant } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3581/4/rport-and-received-filled-in': inResponses('leaves rport empty', { method: 'OPTIONS' }, (text) =>
    editHeader(text, 'Via', (value) => value.replace(/rport=\d+/, 'rport')),
  ),
  'rfc3581/4/received-even-where-it-is-sent-by': inResponses('adds no received', { method: 'OPTIONS' }, (text) =>
    editHeader(text, 'Via', (value) => value.replace(/;received=[^;,]*/, '')),
  ),
  'rfc3581/4/response-to-source-port': inOurRequests('minds no rport', 'OPTIONS', (text) => text.replace(';rport', '')),
  'rfc3581/4/response-from-where-the-request-went': mutant('answers from another port', {
    toClient: ({ text, stray }) => {
      stray(text);
      return null;
    },
  }),
};
