// Mutants for suites/rfc3261/13.3-uas-invite.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/13.3.1.4/2xx-repeated-until-ack': inResponses(
    'sends a 2xx once',
    { method: 'INVITE', status: 200 },
    (text, { nth }) => (nth === 1 ? text : null),
  ),
  'rfc3261/15.1.2/bye-ends-call-200': inResponses('answers 200 to every BYE', { method: 'BYE' }, (text) =>
    setStatus(text, 200),
  ),
};
