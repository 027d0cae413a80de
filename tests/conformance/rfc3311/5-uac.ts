// Mutants for suites/rfc3311/5-uac.ts.
import type { MutantMap } from '../map.ts';
import { itsRequestsAnd } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3311/5.3/refused-update-changes-nothing': itsRequestsAnd(
    'hangs up when its UPDATE is refused',
    { method: 'UPDATE', inDialog: true },
    [{ afterMs: 400, cseq: 9, method: 'BYE' }],
  ),
  'rfc3311/5.3/glare-tried-again-later': itsRequestsAnd(
    'tries again at once after a 491',
    { method: 'UPDATE', inDialog: true },
    [{ afterMs: 500, cseq: 9 }],
  ),
};
