// Mutants for suites/rfc3261/8.2-uas.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inResponses, setHeader, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/8.2.1/unknown-method-refused': inResponses('answers 200 to any method', { method: 'GARGLE' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/8.2.2.3/require-unknown-420': inResponses(
    'names another option tag in Unsupported',
    { status: 420 },
    (text) => setHeader(text, 'Unsupported', 'something-else'),
  ),
  'rfc3261/8.2.6.2/response-echoes-request': inResponses('turns the order of the Vias', {}, (text) =>
    editHeader(text, 'Via', (value) => value.split(',').reverse().join(',')),
  ),
};
