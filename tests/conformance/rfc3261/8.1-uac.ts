// Mutants for suites/rfc3261/8.1-uac.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, removeHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/8.1.1/mandatory-fields': inItsRequests('leaves Max-Forwards out', 'OPTIONS', (text) =>
    removeHeader(text, 'Max-Forwards'),
  ),
};
