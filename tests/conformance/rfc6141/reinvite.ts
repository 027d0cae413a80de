// Mutants for suites/rfc6141/reinvite.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, inResponses, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6141/3.8/cancelled-reinvite-keeps-call': inResponses(
    'ends the call with its cancelled re-INVITE',
    { method: 'BYE' },
    (text) => setStatus(text, 481),
  ),
  'rfc6141/4.6/refused-reinvite-moves-nothing': inItsRequests('moves with a re-INVITE that it refused', 'BYE', (text) =>
    text.replace(/^BYE \S+/, 'BYE sip:harness@127.0.0.1:9'),
  ),
};
