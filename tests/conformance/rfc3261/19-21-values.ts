// Mutants for suites/rfc3261/19-21-values.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inResponses, mutant, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/19.1.1/unknown-uri-parameter-ignored': inResponses(
    'looks users up with their parameters',
    { method: 'OPTIONS' },
    (text, { request }) => (request?.uri.includes('x-nobody') ? setStatus(text, 404) : text),
  ),
  'rfc3261/20/unknown-parameters-ignored': mutant('refuses parameters it does not know', {
    toServer: ({ text, reading, reply }) => {
      if (!text.includes(';x-nobody')) return text;
      reply(answerTo(reading, 400));
      return null;
    },
  }),
  'rfc3261/20.10/question-mark-outside-angle-brackets': inResponses(
    'refuses a bare question mark as its own fault',
    { method: 'REGISTER', status: 400 },
    (text) => setStatus(text, 500),
  ),
  'rfc3261/21.4.1/quote-not-closed-400': inResponses('reads past an open quote', { status: 400 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/21.5.6/unknown-version-505': inResponses('says 400 to another version', { status: 505 }, (text) =>
    setStatus(text, 400),
  ),
  'rfc3261/26.2.2/sips-not-forwarded-in-clear': mutant('takes sips for sip', {
    toServer: ({ text }) => text.replace(/^OPTIONS sips:/, 'OPTIONS sip:'),
  }),
};
