// Mutants for suites/rfc6086/4-info.ts.
import type { MutantMap } from '../map.ts';
import { inOurRequests, inResponses, mutant, removeHeader, setBody, setHeader, setStatus } from '../mutant.ts';

const isFinal = (status: number) => status >= 200;

export const MUTANTS: MutantMap = {
  'rfc6086/4.2.2/unknown-package-469': inResponses('takes any package', { method: 'INFO' }, (text) =>
    removeHeader(setStatus(text, 200), 'Recv-Info'),
  ),
  'rfc6086/4.2.2/469-leaves-the-call': mutant('forgets a call over a 469', () => {
    let refused = false;
    return {
      toClient: ({ text, reading }) => {
        refused ||= reading.status === 469;
        return refused && reading.isResponse && reading.method === 'BYE' ? setStatus(text, 481) : text;
      },
    };
  }),
  'rfc6086/4.2.2/legacy-info-200': inOurRequests('wants a package in every INFO', 'INFO', (text) =>
    setHeader(text, 'Info-Package', 'missing'),
  ),
  'rfc6086/4.2.2/info-without-body-200': inResponses('wants a body in every INFO', { method: 'INFO' }, (text) =>
    setStatus(text, 400),
  ),
  'rfc6086/4.2.2/package-body-of-another-type-415': inResponses(
    'does not look at what the body of a package is',
    { method: 'INFO', status: 415 },
    (text) => removeHeader(setStatus(text, 200), 'Accept'),
  ),
  'rfc6086/4.3.2/no-package-body-in-the-response': inResponses(
    'answers a package with a package',
    { method: 'INFO', status: isFinal },
    (text) => {
      const typed = setHeader(setBody(text, 'Signal=5\r\n'), 'Content-Type', 'application/dtmf-relay');
      return setHeader(typed, 'Content-Disposition', 'Info-Package');
    },
  ),
  'rfc6086/7.2/package-name-in-its-letters': inOurRequests('reads package names in any letters', 'INFO', (text) =>
    setHeader(text, 'Info-Package', 'dtmf'),
  ),
  'rfc6086/7.2/package-with-a-parameter': inOurRequests('takes parameters for a part of the name', 'INFO', (text) =>
    setHeader(text, 'Info-Package', 'dtmf-x'),
  ),
  'rfc6086/4.2/info-after-the-call-481': inResponses('answers INFO without a call', { method: 'INFO' }, (text) =>
    setStatus(text, 200),
  ),
};
