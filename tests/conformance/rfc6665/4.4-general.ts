// Mutants for suites/rfc6665/4.4-general.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests, inOurRequests, inResponses, removeHeader, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6665/3.1.3/body-of-an-accepted-type': inItsRequests('calls its documents text/plain', 'NOTIFY', (text) =>
    setHeader(text, 'Content-Type', 'text/plain'),
  ),
  'rfc6665/4.4.3/poll-by-zero': inItsRequests('ends a poll without a reason', 'NOTIFY', (text) =>
    setHeader(text, 'Subscription-State', 'terminated'),
  ),
  'rfc6665/4.4.4/allow-events-in-options': inResponses('tells not all its packages', { method: 'OPTIONS' }, (text) =>
    setHeader(text, 'Allow-Events', 'presence'),
  ),
  'rfc6665/4.4.4/allow-events-in-a-call': inResponses('tells a caller no packages', { method: 'INVITE' }, (text) =>
    removeHeader(text, 'Allow-Events'),
  ),
  'rfc6665/4.5.2/id-in-notify': inItsRequests('forgets the id of Event', 'NOTIFY', (text) =>
    editHeader(text, 'Event', (value) => value.replace(/;id=\w+/, '')),
  ),
  'rfc6665/4.5.2/refresh-without-id-is-another': inOurRequests(
    'does not look at the id of Event',
    'SUBSCRIBE',
    (text, { reading }) =>
      reading.toTag === '' ? text : editHeader(text, 'Event', (value) => `${value.replace(/;id=\w+/, '')};id=7`),
  ),
  'rfc6665/4.6/cancel-changes-nothing': inResponses('leaves a CANCEL without answer', { method: 'CANCEL' }, () => null),
};
