// Mutants for suites/rfc3261/13.3-uas-invite.ts.
import type { MutantMap } from '../map.ts';
import {
  inItsRequests,
  inOurRequests,
  inResponses,
  otherTag,
  removeBody,
  removeHeader,
  setBody,
  setHeader,
  setStatus,
} from '../mutant.ts';

const OTHER_SESSION =
  'v=0\r\no=other 9 9 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n';

export const MUTANTS: MutantMap = {
  'rfc3261/13.1/ack-cancel-bye-supported': inResponses('does not know CANCEL', { method: 'CANCEL' }, (text) =>
    setStatus(text, 501),
  ),
  'rfc3261/13.2.1/no-second-description-as-answer': inResponses(
    'has another session description in its 180',
    { method: 'INVITE', status: 180 },
    (text) => setHeader(setBody(text, OTHER_SESSION), 'Content-Type', 'application/sdp'),
  ),
  'rfc3261/13.3.1/expires-ends-ringing-487': inResponses('does not look at Expires', { status: 487 }, () => null),
  'rfc3261/13.3.1.1/provisional-every-minute': inResponses(
    'says once that it rings',
    { status: 180 },
    (text, { nth }) => (nth === 1 ? text : null),
  ),
  'rfc3261/13.3.1.1/one-dialog-in-all-responses': inResponses('has another tag in its 180', { status: 180 }, (text) =>
    otherTag(text),
  ),
  'rfc3261/13.3.1.3/busy-486': inResponses('says 480 for busy', { status: 486 }, (text) => setStatus(text, 480)),
  'rfc3261/13.3.1.3/unknown-formats-488': inResponses('says 400 to an offer it cannot take', { status: 488 }, (text) =>
    setStatus(text, 400),
  ),
  'rfc3261/13.3.1.3/refused-offer-has-warning': inResponses('has no Warning in its 488', { status: 488 }, (text) =>
    removeHeader(text, 'Warning'),
  ),
  'rfc3261/13.3.1.4/2xx-has-allow-and-supported': inResponses(
    'has no Supported in its 2xx',
    { method: 'INVITE', status: 200 },
    (text) => removeHeader(text, 'Supported'),
  ),
  'rfc3261/13.3.1.2/redirect-has-contact': inResponses('does not say where its user is', { status: 302 }, (text) =>
    removeHeader(text, 'Contact'),
  ),
  'rfc3261/13.3.1.4/2xx-answers-offer': inResponses(
    'has no answer in its 2xx',
    { method: 'INVITE', status: 200 },
    (text) => removeBody(text),
  ),
  'rfc3261/13.3.1.4/2xx-offers-when-we-did-not': inResponses(
    'waits for an offer that nobody will make',
    { method: 'INVITE', status: 200 },
    (text) => removeBody(text),
  ),
  'rfc3261/13.3.1.4/2xx-schedule': inResponses(
    'forgets one copy of the 2xx',
    { method: 'INVITE', status: 200 },
    (text, { nth }) => (nth === 4 ? null : text),
  ),
  'rfc3261/13.3.1.4/2xx-repeated-until-ack': inOurRequests('is deaf to the ACK of its 2xx', 'ACK', () => null),
  'rfc3261/13.3.1.4/bye-without-ack': inItsRequests('keeps a call that nobody acknowledged', 'BYE', () => null),
  'rfc3261/13.3.1.4/2xx-repeated-over-tcp': inResponses(
    'trusts a reliable transport with its 2xx',
    { method: 'INVITE', status: 200 },
    (text, { nth }) => (nth === 1 ? text : null),
  ),
};
