// Mutants for suites/rfc3261/22-authentication.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, editHeader, inOurRequests, inResponses, mutant, setStatus } from '../mutant.ts';

const CHALLENGE = { status: 401 };

/** Challenges a request of this method, and does not look at it. */
function challenges(method: string) {
  return mutant(`challenges ${method}`, {
    toServer: ({ text, reading, reply }) => {
      if (reading.method !== method) return text;
      reply(answerTo(reading, 401, ['WWW-Authenticate: Digest realm="busyhour", nonce="0", qop="auth"']));
      return null;
    },
  });
}

export const MUTANTS: MutantMap = {
  'rfc3261/22/basic-never': inResponses('asks for Basic first', CHALLENGE, (text) =>
    text.replace('WWW-Authenticate: ', 'WWW-Authenticate: Basic realm="busyhour"\r\nWWW-Authenticate: '),
  ),
  'rfc3261/22.1/ack-never-answered': mutant('refuses an ACK with an unknown Require', {
    toServer: ({ text, reading, reply }) => {
      if (reading.method === 'ACK' && reading.has('Require')) reply(answerTo(reading, 420));
      return text;
    },
  }),
  'rfc3261/22.1/ack-not-challenged': challenges('ACK'),
  'rfc3261/22.1/ack-with-the-credentials-of-the-invite': inOurRequests(
    'finds the credentials of an ACK used up',
    'ACK',
    (text, { reading }) => (reading.has('Authorization') ? null : text),
  ),
  'rfc3261/22.1/cancel-not-challenged': challenges('CANCEL'),
  'rfc3261/22.2/challenge-with-realm-and-nonce': inResponses('challenges without a nonce', CHALLENGE, (text) =>
    editHeader(text, 'WWW-Authenticate', (value) => value.replace(/nonce="[^"]*", /, '')),
  ),
  'rfc3261/22.4/qop-in-every-challenge': inResponses('asks as RFC 2069 did', CHALLENGE, (text) =>
    editHeader(text, 'WWW-Authenticate', (value) => value.replace(/, qop="[^"]*"/, '')),
  ),
  'rfc3261/22.4/md5-with-qop-auth': inOurRequests('knows of no MD5', 'REGISTER', (text) =>
    editHeader(text, 'Authorization', (value) => value.replace(/algorithm=MD5/, 'algorithm=SHA-256')),
  ),
  'rfc3261/22.4/answer-without-qop': inResponses(
    'wants qop of everybody',
    { method: 'REGISTER', status: 200 },
    (text, { request }) => (/qop=/.test(request?.header('Authorization') ?? '') ? text : setStatus(text, 403)),
  ),
};
