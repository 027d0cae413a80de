// Mutants for suites/rfc3264/9-capabilities.ts.
import type { MutantMap } from '../map.ts';
import { editBody, inResponses } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3264/9/capabilities-without-ports': inResponses('tells its media as an offer', { method: 'OPTIONS' }, (text) =>
    editBody(text, (body) => body.replace('m=audio 0', 'm=audio 6000')),
  ),
};
