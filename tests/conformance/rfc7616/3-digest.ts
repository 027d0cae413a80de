// Mutants for suites/rfc7616/3-digest.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inOurRequests, inResponses, setStatus } from '../mutant.ts';

const CHALLENGE = { status: 401 };

export const MUTANTS: MutantMap = {
  'rfc7616/3.3/old-nonce-is-stale': inResponses('does not tell a stale nonce', CHALLENGE, (text) =>
    editHeader(text, 'WWW-Authenticate', (value) => value.replace(/, stale=true/, '')),
  ),
  'rfc7616/3.3/wrong-password-not-stale': inResponses('calls whatever is wrong stale', CHALLENGE, (text) =>
    editHeader(text, 'WWW-Authenticate', (value) => `${value.replace(/, stale=true/, '')}, stale=true`),
  ),
  'rfc7616/3.3/quotes-in-the-challenge': inResponses('quotes the algorithm', CHALLENGE, (text) =>
    editHeader(text, 'WWW-Authenticate', (value) => value.replace(/algorithm=([\w-]+)/, 'algorithm="$1"')),
  ),
  'rfc8760/2.3/algorithms-differ': inResponses('challenges twice by MD5', CHALLENGE, (text) =>
    editHeader(text, 'WWW-Authenticate', (value) => value.replace(/algorithm=SHA-256/, 'algorithm=MD5')),
  ),
  'rfc7616/3.4/repeated-count': inResponses(
    'takes credentials twice',
    { method: 'REGISTER', status: 401 },
    (text, { request }) => (request?.has('Authorization') === true ? setStatus(text, 200) : text),
  ),
  'rfc7616/3.4/improper-credentials-4xx': inResponses(
    'stumbles over credentials without response',
    { method: 'REGISTER', status: 400 },
    (text) => setStatus(text, 500),
  ),
  'rfc7616/3.4/two-names-are-an-error': inOurRequests('does not see username*', 'REGISTER', (text) =>
    editHeader(text, 'Authorization', (value) => value.replace(/, username\*=[^,]*/, '')),
  ),
  'rfc7616/3.4.1/sha-256': inOurRequests('takes SHA-256 for MD5', 'REGISTER', (text) =>
    editHeader(text, 'Authorization', (value) => value.replace(/algorithm=SHA-256/, 'algorithm=MD5')),
  ),
  'rfc7616/3.4.2/algorithms': inResponses(
    'takes no session algorithm',
    { method: 'REGISTER', status: 200 },
    (text, { request }) => (/-sess/.test(request?.header('Authorization') ?? '') ? setStatus(text, 403) : text),
  ),
};
