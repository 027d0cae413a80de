// Mutants for suites/rfc3261/16-proxy.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/16.6/max-forwards-decremented': inItsRequests('forwards Max-Forwards as it came', 'INVITE', (text) =>
    setHeader(text, 'Max-Forwards', '23'),
  ),
};
