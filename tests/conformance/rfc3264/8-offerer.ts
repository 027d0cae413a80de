// Mutants for suites/rfc3264/8-offerer.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3264/5/one-description': inItsRequests('has a name for a session id', 'INVITE', (text) =>
    text.replace(/^o=(\S+) \d+ /m, 'o=$1 x '),
  ),
  'rfc3264/8/version-counts-up': inItsRequests('never counts the version up', 'INVITE', (text) =>
    text.replace(/^o=(\S+) (\S+) \d+ /m, 'o=$1 $2 1 '),
  ),
};
