// Mutants for suites/rfc3261/14.2-reinvite.ts.
import type { MutantMap } from '../map.ts';
import { editBody, inItsRequests, inResponses, removeHeader, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/14.2/second-invite-while-pending-500': inResponses(
    'does not say when to try the second INVITE again',
    { method: 'INVITE', status: 500 },
    (text) => removeHeader(text, 'Retry-After'),
  ),
  'rfc3261/14.2/unacceptable-offer-488': inResponses(
    'does not say why a new offer cannot be taken',
    { method: 'INVITE', status: 488 },
    (text) => removeHeader(text, 'Warning'),
  ),
  'rfc3261/14.2/offer-in-2xx-overlaps': inResponses(
    'offers another format than the one in use',
    { method: 'INVITE', status: 200 },
    (text, { request }) =>
      request?.toTag === '' ? text : editBody(text, (body) => body.replace(/RTP\/AVP 0[^\r]*/, 'RTP/AVP 9')),
  ),
  'rfc3261/14.2/bye-without-ack': inItsRequests('keeps a call whose re-INVITE nobody acknowledged', 'BYE', () => null),
  'rfc3261/14.2/same-version-keeps-session': inResponses(
    'ends the stream that is offered as it was',
    { method: 'INVITE', status: 200 },
    (text, { request }) =>
      request?.toTag === '' ? text : editBody(text, (body) => body.replace(/m=audio \d+/, 'm=audio 0')),
  ),
  'rfc3261/14.2/invite-against-its-own-491': inResponses(
    'says 500 where two INVITEs cross',
    { method: 'INVITE', status: 491 },
    (text) => setStatus(text, 500),
  ),
};
