// Mutants for suites/rfc3261/7-messages.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inOurRequests, inResponses, mutant, removeHeader, setHeader, setStatus } from '../mutant.ts';

/** Answers 400 by itself to a request whose bytes match. */
function refuses(name: string, bytes: RegExp) {
  return mutant(name, {
    toServer: ({ text, reading, reply }) => {
      if (!bytes.test(text)) return text;
      reply(answerTo(reading, 400));
      return null;
    },
  });
}

export const MUTANTS: MutantMap = {
  'rfc3261/7.1/version-in-any-case': inResponses('writes its version in small letters', {}, (text) =>
    text.replace(/^SIP\/2\.0/, 'sip/2.0'),
  ),
  'rfc3261/7.1/request-uri-in-angle-brackets-400': inResponses('takes any Request-URI', { status: 400 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/7.3.1/folded-header-fields': refuses('refuses folded header fields', /\r\n[ \t]/),
  'rfc3261/7.3.1/rows-and-commas-alike': inOurRequests(
    'reads the first row of a list only',
    'OPTIONS',
    (text, { reading }) =>
      reading.lines('Require').length > 1 ? setHeader(text, 'Require', reading.lines('Require')[0]!) : text,
  ),
  'rfc3261/7.3.1/header-names-in-any-case': refuses('knows header names in one case only', /\r\ncALL-ID:/),
  'rfc3261/7.3.1/method-is-case-sensitive': inResponses('takes options for OPTIONS', {}, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/7.3.1/parameter-written-twice': inResponses('answers a repeated request otherwise', {}, (text, { nth }) =>
    nth === 1 ? text : setStatus(text, 500),
  ),
  'rfc3261/7.3.2/fields-of-responses-ignored-in-request': refuses(
    'minds WWW-Authenticate in a request',
    /WWW-Authenticate/,
  ),
  'rfc3261/7.3.3/compact-names': refuses('knows no compact names', /\r\ni:/),
  'rfc3261/7.4.2/body-as-long-as-content-length-says': inResponses(
    'sends a body without Content-Type',
    { method: 'INVITE', status: 200 },
    (text) => removeHeader(text, 'Content-Type'),
  ),
};
