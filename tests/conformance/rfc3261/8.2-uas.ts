// Mutants for suites/rfc3261/8.2-uas.ts.
import type { MutantMap } from '../map.ts';
import {
  answerTo,
  conditional,
  inOurRequests,
  inResponses,
  type Mutant,
  mutant,
  removeHeader,
  setHeader,
  setStatus,
} from '../mutant.ts';

/** Answers by itself a request whose bytes match. */
function answers(name: string, bytes: RegExp, status: number): Mutant {
  return mutant(name, {
    toServer: ({ text, reading, reply }) => {
      if (!bytes.test(text)) return text;
      reply(answerTo(reading, status));
      return null;
    },
  });
}

export const MUTANTS: MutantMap = {
  'rfc3261/8.2.1/method-not-allowed-405': conditional(
    inResponses('refuses MESSAGE with 405 and says not what it allows', { method: 'MESSAGE' }, (text) =>
      removeHeader(setStatus(text, 405), 'Allow'),
    ),
  ),
  'rfc3261/8.2.1/unknown-method-refused': inResponses('answers 200 to any method', { method: 'GARGLE' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/8.2.2/unknown-field-ignored': answers('refuses a field it does not know', /X-Nobody-Knows/, 400),
  'rfc3261/8.2.2/malformed-field-not-needed-ignored': answers('refuses a malformed Date', /the day after/, 400),
  'rfc3261/8.2.2.1/unknown-scheme-416': inResponses('takes any scheme', { status: 416 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/8.2.2.1/unknown-user-404': inResponses('says 480 of who does not exist', { status: 404 }, (text) =>
    setStatus(text, 480),
  ),
  'rfc3261/8.2.2.2/merged-request-482': inResponses('rings once more for a merged request', { status: 482 }, (text) =>
    setStatus(text, 486),
  ),
  'rfc3261/8.2.2.3/require-unknown-420': inResponses(
    'names another option tag in Unsupported',
    { status: 420 },
    (text) => setHeader(text, 'Unsupported', 'something-else'),
  ),
  'rfc3261/8.2.2.3/unsupported-lists-what-is-not-known': inResponses(
    'repeats Require in Unsupported',
    { status: 420 },
    (text, { request }) =>
      setHeader(text, 'Unsupported', request?.header('Require') === null ? '' : request!.headers('Require').join(', ')),
  ),
  'rfc3261/8.2.2.3/require-in-cancel-ignored': inResponses('minds Require in a CANCEL', { method: 'CANCEL' }, (text) =>
    setStatus(text, 420),
  ),
  'rfc3261/8.2.2.3/require-in-ack-ignored': inOurRequests('leaves an ACK with Require aside', 'ACK', () => null),
  'rfc3261/8.2.3/unknown-body-415': inResponses('says not which types it takes', { status: 415 }, (text) =>
    removeHeader(text, 'Accept'),
  ),
  'rfc3261/8.2.3/unknown-encoding-415': inResponses('says not which encodings it takes', { status: 415 }, (text) =>
    removeHeader(text, 'Accept-Encoding'),
  ),
  'rfc3261/8.2.3/optional-part-ignored': inResponses(
    'takes multipart bodies and refuses an optional part',
    { method: 'INVITE', status: (status) => status >= 200 },
    (text, { request }) =>
      request?.body.includes('handling=optional') === true
        ? setHeader(setStatus(text, 415), 'Accept', 'application/sdp, multipart/mixed')
        : text,
  ),
  'rfc3261/8.2.3/unknown-message-body-415': inResponses('refuses a body with 400', { method: 'MESSAGE' }, (text) =>
    setStatus(text, 400),
  ),
  'rfc3261/8.2.4/no-extension-without-supported': inResponses(
    'requires 100rel of everybody',
    { method: 'INVITE', status: 180 },
    (text) => setHeader(setHeader(text, 'Require', '100rel'), 'RSeq', '1'),
  ),
};
