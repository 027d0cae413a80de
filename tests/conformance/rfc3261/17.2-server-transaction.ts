// Mutants for suites/rfc3261/17.2-server-transaction.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inResponses } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/17.2.1/invite-retransmission-absorbed': inResponses(
    'takes a retransmitted INVITE for a second call',
    { method: 'INVITE' },
    (text, { nth }) => (nth === 1 ? text : editHeader(text, 'To', (value) => value.replace(/tag=.*/, 'tag=another'))),
  ),
  'rfc3261/17.2.2/completed-repeats-final': inResponses(
    'is deaf to a retransmitted request',
    { method: 'OPTIONS' },
    (text, { nth }) => (nth === 1 ? text : null),
  ),
};
