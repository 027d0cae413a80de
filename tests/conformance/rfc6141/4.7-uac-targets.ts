// Mutants for suites/rfc6141/4.7-uac-targets.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6141/4.7/unreliable-provisional-moves-nothing': inItsRequests('follows the Contact of any 180', 'BYE', (text) =>
    text.replace(/^BYE sip:harness@/, 'BYE sip:moved@'),
  ),
  'rfc6141/4.7/reliable-provisional-moves-the-target': inItsRequests(
    'follows the Contact of a 2xx alone',
    'PRACK',
    (text) => text.replace(/^PRACK sip:moved@/, 'PRACK sip:harness@'),
  ),
};
