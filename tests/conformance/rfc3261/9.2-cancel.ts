// Mutants for suites/rfc3261/9.2-cancel.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/9.2/cancel-without-match-481': inResponses('answers 200 to every CANCEL', { method: 'CANCEL' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/9.2/cancelled-invite-487': inResponses('never ends a cancelled INVITE', { status: 487 }, () => null),
};
