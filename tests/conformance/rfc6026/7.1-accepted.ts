// Mutants for suites/rfc6026/7.1-accepted.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inOurRequests, inResponses, otherTag } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6026/6/ack-without-cookie-reaches-user': inOurRequests('absorbs the ACK of an old client', 'ACK', () => null),
  'rfc6026/7.1/invite-after-2xx-no-second-call': inResponses(
    'makes a second call of a repeated INVITE',
    { method: 'INVITE', status: 200 },
    (text, { nth }) => (nth === 1 ? text : otherTag(text)),
  ),
  'rfc6026/7.1/invite-after-2xx-absorbed': inOurRequests(
    'is busy for an INVITE that it has answered',
    'INVITE',
    (text, { nth, reading, reply }) => {
      if (nth === 1) return text;
      reply(answerTo(reading, 486));
      return null;
    },
  ),
  'rfc6026/7.1/invite-before-timer-l-absorbed': inOurRequests(
    'has forgotten an INVITE before Timer L',
    'INVITE',
    (text, { nth, reading, reply }) => {
      if (nth === 1) return text;
      reply(answerTo(reading, 200, [`Contact: <${reading.uri}>`]));
      return null;
    },
  ),
  'rfc6026/7.1/transport-error-keeps-transaction': inResponses(
    'makes a new call when the answer could not be delivered',
    { method: 'INVITE', status: 200 },
    (text, { nth }) => (nth === 1 ? text : otherTag(text, `another${nth}`)),
  ),
};
