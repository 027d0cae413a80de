// Mutants for suites/rfc3261/14.1-uac-reinvite.ts.
import type { MutantMap } from '../map.ts';
import { itsRequestsAnd } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/14.1/refused-reinvite-changes-nothing': itsRequestsAnd(
    'hangs up when its re-INVITE is refused',
    { method: 'INVITE', inDialog: true },
    [{ afterMs: 400, cseq: 9, method: 'BYE' }],
  ),
  'rfc3261/14.1/glare-tried-again-later': itsRequestsAnd(
    'tries again at once after a 491',
    { method: 'INVITE', inDialog: true },
    [{ afterMs: 500, cseq: 9 }],
  ),
  'rfc3261/14.1/no-reinvite-while-one-is-pending': itsRequestsAnd(
    'sends one re-INVITE after the other',
    { method: 'INVITE', inDialog: true },
    [{ afterMs: 500, cseq: 9 }],
  ),
};
