// Mutants for suites/rfc3515/2.4-referee.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, inResponses, removeHeader, setStatus } from '../mutant.ts';

const REFUSED = { method: 'REFER', status: 400 };

export const MUTANTS: MutantMap = {
  'rfc3515/2.4.2/final-response-in-time': inResponses(
    'asks its user and never comes back',
    { method: 'REFER', status: 200 },
    (text) => setStatus(text, 183, 'Asking'),
  ),
  'rfc3515/2.4.2/no-refer-to-400': inResponses('accepts a REFER to nobody', REFUSED, (text) => setStatus(text, 202)),
  'rfc3515/2.4.2/two-refer-to-400': inResponses('takes the first of two Refer-To', REFUSED, (text) =>
    setStatus(text, 202),
  ),
  'rfc3515/2.4.2/two-refer-to-in-one-line-400': inResponses('looks at no comma in Refer-To', REFUSED, (text) =>
    setStatus(text, 202),
  ),
  'rfc3515/2.4.2/foreign-scheme-refused': inResponses(
    'accepts a REFER to anything',
    { method: 'REFER', status: 416 },
    (text) => setStatus(text, 202),
  ),
  'rfc3515/2.4.3/target-is-called': inItsRequests('calls who it was told to but under its own name', 'INVITE', (text) =>
    text.replace(/^INVITE sip:[^@]*@/, 'INVITE sip:somebody@'),
  ),
  'rfc3515/2.5/registrar-refuses-405': inResponses(
    'refuses a REFER to the registrar without Allow',
    { method: 'REFER', status: 405 },
    (text) => removeHeader(text, 'Allow'),
  ),
};
