// Mutants for suites/rfc3261/16.7-proxy-responses.ts.
import type { MutantMap } from '../map.ts';
import {
  answerTo,
  conditional,
  editHeader,
  inItsRequests,
  inOurRequests,
  inResponses,
  type Mutant,
  mutant,
  type Passing,
  setHeader,
  setStatus,
} from '../mutant.ts';

/** A response of the far side that is told to the caller although it should not be. */
const tells = (name: string, field: string, method: string): Mutant =>
  mutant(name, () => {
    let seen: Passing | null = null;
    return {
      toServer: (m) => {
        const { reading, text } = m;
        if (reading.isRequest && reading.method === method) seen ??= m;
        if (reading.isResponse && reading.has(field))
          seen?.stray(answerTo(seen.reading, reading.status, [`${field}: yes`]));
        return text;
      },
    };
  });

export const MUTANTS: MutantMap = {
  'rfc3261/16.7/100-not-forwarded': inResponses('forwards a 100', { status: 100 }, (text) =>
    setHeader(text, 'X-Far', 'yes'),
  ),
  'rfc3261/16.7/provisionals-and-2xx-forwarded': inResponses('leaves its Via in a 183', { status: 183 }, (text) =>
    text.replace('\r\nVia:', '\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKown\r\nVia:'),
  ),
  'rfc3261/16.7/to-tag-untouched': inResponses('gives a 180 a tag', { status: 180 }, (text) =>
    editHeader(text, 'To', (was) => `${was.replace(/;tag=.*/, '')};tag=proxy`),
  ),
  'rfc3261/16.7/503-becomes-500': inResponses('forwards a 503', { status: 500 }, (text) => setStatus(text, 503)),
  'rfc3261/16.7/received-of-others-kept': inResponses('takes received out of every Via', { status: 200 }, (text) =>
    text.replace(';received=192.0.2.1', ''),
  ),
  'rfc3261/16.2/no-100-to-a-non-invite': inOurRequests('answers 100 to any request', 'OPTIONS', (text, m) => {
    m.reply(answerTo(m.reading, 100));
    return text;
  }),
  'rfc3261/17.2.1/invite-again-absorbed': inOurRequests(
    'takes a retransmission for another call',
    'INVITE',
    (text, m) => (m.nth === 1 ? text : text.replace(/branch=z9hG4bK/, 'branch=z9hG4bKnew')),
  ),
  'rfc3261/17.1.1.3/refusal-acked-by-the-proxy': inItsRequests('gives its ACK a branch of its own', 'ACK', (text) =>
    text.replace(/branch=z9hG4bK/, 'branch=z9hG4bKnew'),
  ),
  'rfc3261/16.7/2xx-again-forwarded-again': inResponses(
    'absorbs retransmissions of a 2xx',
    { status: 200, method: 'INVITE' },
    (text, m) => (m.nth > 1 ? null : text),
  ),
  'rfc3261/13.2.2.4/ack-of-2xx-forwarded': inItsRequests('absorbs the ACK of a 2xx', 'ACK', () => null),
  'rfc6026/6/stray-2xx-dropped': tells('forwards a 2xx of no transaction', 'X-Stray', 'INVITE'),
  'rfc3261/16.10/cancel-hop-by-hop': inResponses(
    'answers a CANCEL when the far side did',
    { method: 'CANCEL' },
    (text) => [{ text, afterMs: 800 }],
  ),
  'rfc5393/4.2.1/branch-same-for-cancel-and-ack': inItsRequests(
    'reckons the method into its branch',
    'CANCEL',
    (text) => text.replace(/branch=z9hG4bK/, 'branch=z9hG4bKc'),
  ),
  'rfc3261/16.10/cancel-of-nothing-forwarded': inItsRequests('absorbs a CANCEL of nothing', 'CANCEL', () => null),
  'rfc3261/16.7/silent-next-hop-408': inResponses('says 480 of a silent next hop', { status: 408 }, (text) =>
    setStatus(text, 480),
  ),
  'rfc4320/4.2/late-answer-not-forwarded': tells('forwards an answer whenever it comes', 'X-Late', 'OPTIONS'),
  'rfc4028/8.1/session-expires-not-raised': inItsRequests('raises the session interval', 'INVITE', (text) =>
    setHeader(text, 'Session-Expires', '3600;refresher=uac'),
  ),
  'rfc4028/8.1/422-with-min-se': conditional(
    inOurRequests('answers 422 without Min-SE', 'INVITE', (_, m) => {
      m.reply(answerTo(m.reading, 422));
      return null;
    }),
  ),
  'rfc4028/8.2/session-expires-put-into-the-2xx': conditional(
    inItsRequests('wants a session timer and forgets it', 'INVITE', (text) =>
      setHeader(text, 'Session-Expires', '1800'),
    ),
  ),
};
