// Mutants for suites/rfc3261/10.3-registrar.ts.
import type { MutantMap } from '../map.ts';
import { inOurRequests, inResponses, removeHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/10.3/interval-too-brief-423': inResponses('leaves Min-Expires out of a 423', { status: 423 }, (text) =>
    removeHeader(text, 'Min-Expires'),
  ),
  'rfc3261/10.3/star-removes-all-bindings': inOurRequests(
    'takes Contact * for a question',
    'REGISTER',
    (text, { reading }) =>
      reading.header('Contact') === '*' ? removeHeader(removeHeader(text, 'Contact'), 'Expires') : text,
  ),
};
