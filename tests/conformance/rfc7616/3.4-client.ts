// Mutants for suites/rfc7616/3.4-client.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests, mutant } from '../mutant.ts';

/** Reads the challenges in another way than they stand. */
const reads = (name: string, edit: (was: string) => string) =>
  mutant(name, {
    toServer: ({ reading, text }) => (reading.status === 401 ? editHeader(text, 'WWW-Authenticate', edit) : text),
  });

export const MUTANTS: MutantMap = {
  'rfc7616/3.4/quotes-where-they-belong': inItsRequests('puts qop into quotes', 'OPTIONS', (text) =>
    text.replace(/qop=auth/, 'qop="auth"'),
  ),
  'rfc8760/2.4/topmost-challenge-answered': reads('knows nothing but MD5', (was) =>
    was.replace('algorithm=SHA-256', 'algorithm=UNKNOWN'),
  ),
  'rfc8760/2.4/unknown-algorithm-passed-over': reads('takes any algorithm for MD5', (was) =>
    was.replace('algorithm=NOSUCH', 'algorithm=SHA-256'),
  ),
};
