// Mutants for suites/rfc3903/4-epa.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, setBody, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3903/4.3/refresh-without-body': inItsRequests('refreshes with the whole state', 'PUBLISH', (text) =>
    setHeader(setBody(text, 'state'), 'Content-Type', 'text/plain'),
  ),
  'rfc3903/5/forgotten-entity-tag-not-used-again': inItsRequests(
    'publishes with the forgotten entity-tag again',
    'PUBLISH',
    (text, { reading }) => (reading.cseq > 2 ? setHeader(text, 'SIP-If-Match', 'one') : text),
  ),
};
