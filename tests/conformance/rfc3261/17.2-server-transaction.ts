// Mutants for suites/rfc3261/17.2-server-transaction.ts.
import type { MutantMap } from '../map.ts';
import { conditional, editHeader, inOurRequests, inResponses, mutant, otherTag, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/17.2.1/response-within-200-ms': inResponses('is silent for half a second', { method: 'INVITE' }, (text) => [
    { text, afterMs: 500 },
  ]),
  'rfc3261/17.2.1/trying-without-to-tag': conditional(
    inResponses('has a tag in its 100', { status: 180 }, (text) => [
      { text: setStatus(text, 100), afterMs: 0 },
      { text, afterMs: 0 },
    ]),
  ),
  'rfc3261/17.2.1/invite-retransmission-absorbed': inResponses(
    'takes a retransmitted INVITE for a second call',
    { method: 'INVITE' },
    (text, { nth }) => (nth === 1 ? text : otherTag(text)),
  ),
  'rfc3261/17.2.1/refusal-schedule': inResponses(
    'forgets the first copy of a refusal',
    { status: 486 },
    (text, { nth }) => (nth === 2 ? null : text),
  ),
  'rfc3261/17.2.1/refusal-once-over-tcp': inResponses('runs Timer G over TCP too', { status: 486 }, (text) => [
    { text, afterMs: 0 },
    { text, afterMs: 500 },
  ]),
  // The ninth copy leaves after 23.5 s: once more when Timer H has passed.
  'rfc3261/17.2.1/refusal-given-up': inResponses(
    'sends a refusal after Timer H too',
    { status: 486 },
    (text, { nth }) =>
      nth === 9
        ? [
            { text, afterMs: 0 },
            { text, afterMs: 12_000 },
          ]
        : text,
  ),
  'rfc3261/17.2.1/refusal-for-repeated-invite': inOurRequests(
    'is deaf to an INVITE that it has refused',
    'INVITE',
    (text, { nth }) => (nth === 1 ? text : null),
  ),
  'rfc3261/17.2.1/ack-ends-refusal': inOurRequests('is deaf to the ACK of its refusal', 'ACK', () => null),
  'rfc3261/17.2.2/completed-repeats-final': inResponses(
    'is deaf to a retransmitted request',
    { method: 'OPTIONS' },
    (text, { nth }) => (nth === 1 ? text : null),
  ),
  'rfc3261/17.2.2/completed-for-timer-j': inResponses(
    'takes a late retransmission for a new request',
    { method: 'OPTIONS' },
    (text, { nth }) => (nth === 1 ? text : otherTag(text)),
  ),
  'rfc3261/17.2.2/repeated-bye-same-response': inResponses(
    'takes a retransmitted BYE for another',
    { method: 'BYE' },
    (text, { nth }) => (nth === 1 ? text : setStatus(text, 481)),
  ),
  'rfc3261/17.2.3/sent-by-distinguishes': mutant('looks at the branch alone', () => {
    let callId: string | null = null;
    return {
      toClient: ({ text, reading }) => {
        callId ??= reading.callId;
        return editHeader(text, 'Call-ID', () => callId!);
      },
    };
  }),
  'rfc3261/17.2.3/branch-without-cookie-matched': inResponses(
    'takes every INVITE without a cookie for a new one',
    { status: 180 },
    (text, { nth }) => (nth === 1 ? text : otherTag(text)),
  ),
};
