// Mutants for suites/rfc3311/5-update.ts.
import type { MutantMap } from '../map.ts';
import {
  editHeader,
  inItsRequests,
  inResponses,
  mutant,
  removeBody,
  removeHeader,
  setBody,
  setHeader,
  setStatus,
} from '../mutant.ts';

const SESSION = 'v=0\r\no=busyhour 1 3 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n';

export const MUTANTS: MutantMap = {
  'rfc3311/4/2xx-allows-update': inResponses('does not say that it takes UPDATE', { method: 'INVITE' }, (text) =>
    editHeader(text, 'Allow', (value) => value.replace(/,?\s*UPDATE/, '')),
  ),
  'rfc3311/5.1/update-without-offer': inResponses('answers an offer that there was not', { method: 'UPDATE' }, (text) =>
    setHeader(setBody(text, SESSION), 'Content-Type', 'application/sdp'),
  ),
  'rfc3311/5.1/update-moves-remote-target': inItsRequests('knows the Contact of the INVITE only', 'BYE', (text) =>
    text.replace(/^BYE \S+/, 'BYE sip:harness@127.0.0.1:9'),
  ),
  'rfc3311/5.2/second-update-waits': mutant('serves two UPDATEs at a time', () => {
    let first = true;
    return {
      toClient: ({ text, reading }) => {
        if (reading.method !== 'UPDATE' || !first) return text;
        first = false;
        return [{ text, afterMs: 300 }];
      },
    };
  }),
  'rfc3311/5.2/offer-against-its-own-491': inResponses(
    'takes an offer while its own has no answer',
    { method: 'UPDATE', status: 491 },
    (text) => setStatus(text, 200),
  ),
  'rfc3311/5.2/offer-while-invite-unanswered-500': inResponses(
    'does not say when to try the UPDATE again',
    { method: 'UPDATE', status: 500 },
    (text) => removeHeader(text, 'Retry-After'),
  ),
  'rfc3311/5.2/offer-answered-at-once': inResponses('has no answer for an UPDATE', { method: 'UPDATE' }, (text) =>
    removeBody(text),
  ),
};
