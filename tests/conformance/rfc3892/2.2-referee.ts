// Mutants for suites/rfc3892/2.2-referee.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3892/2.2/referred-by-copied': inItsRequests('keeps of Referred-By the URI alone', 'INVITE', (text) =>
    editHeader(text, 'Referred-By', (value) => /<[^>]*>/.exec(value)![0]),
  ),
};
