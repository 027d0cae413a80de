// Mutants for suites/rfc6665/4.2-notifier.ts.
import type { MutantMap } from '../map.ts';
import {
  answerTo,
  editHeader,
  inItsRequests,
  inResponses,
  mutant,
  removeHeader,
  setHeader,
  setStatus,
} from '../mutant.ts';

const SUBSCRIBED = { method: 'SUBSCRIBE', status: 200 };

/** Subscription-State of each NOTIFY is changed. */
function inState(name: string, edit: (value: string) => string) {
  return inItsRequests(name, 'NOTIFY', (text) => editHeader(text, 'Subscription-State', edit));
}

export const MUTANTS: MutantMap = {
  'rfc6665/3.1.1/granted-interval-told': inResponses('grants an hour to everybody', SUBSCRIBED, (text) =>
    setHeader(text, 'Expires', '3600'),
  ),
  'rfc6665/4.2.1/no-notify-without-subscribe': inResponses(
    'tells whoever registers of waiting messages',
    { method: 'REGISTER', status: 200 },
    (text, { reading }) => {
      if (reading.contact === '') return text;
      const lines = [
        `NOTIFY ${reading.contact} SIP/2.0`,
        `Via: ${reading.header('Via')!.replace(/branch=[^;]*/, 'branch=z9hG4bKunasked')}`,
        'Max-Forwards: 70',
        'From: <sip:mailbox@busyhour.example>;tag=unasked',
        `To: ${reading.header('From')}`,
        'Call-ID: unasked',
        'CSeq: 1 NOTIFY',
        'Contact: <sip:mailbox@busyhour.example>',
        'Event: message-summary',
        'Subscription-State: active;expires=600',
        'Content-Length: 0',
      ];
      return [
        { text, afterMs: 0 },
        { text: `${lines.join('\r\n')}\r\n\r\n`, afterMs: 100 },
      ];
    },
  ),
  'rfc6665/4.2.1.1/final-response-at-once': inResponses('asks the user first', SUBSCRIBED, () => null),
  'rfc6665/4.2.1.1/unknown-package-489': inResponses('refuses a package with 400', { status: 489 }, (text) =>
    setStatus(text, 400),
  ),
  'rfc6665/4.2.1.2/notify-follows-subscribe': inItsRequests('leaves Subscription-State out', 'NOTIFY', (text) =>
    removeHeader(text, 'Subscription-State'),
  ),
  'rfc6665/4.2.1.4/refresh-never-lengthened': inResponses(
    'grants a refresh what it granted first',
    SUBSCRIBED,
    (text, { request }) => (request?.toTag === '' ? text : setHeader(text, 'Expires', '600')),
  ),
  'rfc6665/4.2.1.4/interval-too-brief-423': inResponses('leaves Min-Expires out of a 423', { status: 423 }, (text) =>
    removeHeader(text, 'Min-Expires'),
  ),
  'rfc6665/4.2.1.4/unsubscribed-by-zero': inState('calls what is over active', (value) =>
    value.replace(/^terminated.*/, 'active;expires=0'),
  ),
  'rfc6665/4.2.1.4/expiry-told': inItsRequests(
    'lets subscriptions run out in silence',
    'NOTIFY',
    (text, { reading }) => (/timeout/.test(reading.header('Subscription-State') ?? '') ? null : text),
  ),
  'rfc6665/4.2.2/time-left-told': inState('says not how long a subscription lives', (value) =>
    value.replace(/;expires=\d+/, ''),
  ),
  'rfc6665/4.2.2/reason-for-the-end-told': inState('says not why a subscription ends', (value) =>
    value.replace(/;reason=\w+/, ''),
  ),
  'rfc6665/4.2.2/refused-notify-ends-the-subscription': mutant('takes a 481 to a NOTIFY for a 200', {
    toServer: ({ text, reading }) => (reading.status === 481 ? setStatus(text, 200) : text),
  }),
  'rfc6665/4.2.2/unanswered-notify-ends-the-subscription': mutant('does not mind a NOTIFY without answer', {
    toClient: ({ text, reading, reply }) => {
      if (reading.isRequest && reading.method === 'NOTIFY') reply(answerTo(reading, 200));
      return text;
    },
  }),
  'rfc6665/4.2.3/no-event-489': inResponses('refuses a missing Event with 400', { status: 489 }, (text) =>
    setStatus(text, 400),
  ),
  'rfc6665/8.3.1/never-202': inResponses('answers 202, as RFC 3265 had it', SUBSCRIBED, (text) => setStatus(text, 202)),
};
