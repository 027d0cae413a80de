// Mutants for suites/rfc3261/8.3-redirect.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inOurRequests, inResponses, removeHeader, setHeader, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/8.3/3xx-with-contacts': inResponses('does not say where to', { status: 302 }, (text) =>
    removeHeader(text, 'Contact'),
  ),
  'rfc3261/8.3/extensions-and-methods-ignored': inOurRequests(
    'wants to support what others are asked',
    'FOO',
    (_, m) => {
      m.reply(answerTo(m.reading, 420, ['Unsupported: nosuchext']));
      return null;
    },
  ),
  'rfc3261/8.3/no-contact-equal-to-the-request-uri': inResponses(
    'sends the caller in a circle',
    { status: 302 },
    (text, m) => setHeader(text, 'Contact', `<${m.request?.uri}>`),
  ),
  'rfc3261/8.3/cancel-answered-2xx': inResponses('answers 481 to the CANCEL', { method: 'CANCEL' }, (text) =>
    setStatus(text, 481),
  ),
};
