// Mutants for suites/rfc3327/5.3-registrar.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, setHeader, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3327/5.3/path-returned-in-order': inResponses('turns the order of Path', { method: 'REGISTER' }, (text, m) =>
    m.reading.has('Path') ? setHeader(text, 'Path', m.reading.headers('Path').reverse().join(', ')) : text,
  ),
  'rfc3327/5.3/path-without-supported': inResponses(
    'refuses a Path of a client that does not know of it',
    { method: 'REGISTER', status: 200 },
    (text) => setStatus(text, 420),
  ),
};
