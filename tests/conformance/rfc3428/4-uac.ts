// Mutants for suites/rfc3428/4-uac.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, setBody, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3428/4/no-contact': inItsRequests('has a Contact in MESSAGE', 'MESSAGE', (text) =>
    setHeader(text, 'Contact', '<sip:busyhour@127.0.0.1>'),
  ),
  'rfc3428/8/small-over-udp': inItsRequests('sends letters', 'MESSAGE', (text) =>
    setBody(text, 'busy hour '.repeat(130)),
  ),
  'rfc3428/8/one-at-a-time': inItsRequests('does not wait for the response', 'MESSAGE', (text) => [
    { text, afterMs: 0 },
    {
      text: setHeader(text, 'Call-ID', 'another').replace('branch=z9hG4bK', 'branch=z9hG4bKtwo'),
      afterMs: 400,
    },
  ]),
};
