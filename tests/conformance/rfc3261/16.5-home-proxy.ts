// Mutants for suites/rfc3261/16.5-home-proxy.ts.
import type { MutantMap } from '../map.ts';
import {
  answerTo,
  inItsRequests,
  inOurRequests,
  inResponses,
  type Mutant,
  mutant,
  removeHeader,
  setHeader,
  setStatus,
} from '../mutant.ts';

const says = (name: string, status: number, instead: number): Mutant =>
  inResponses(name, { status }, (text) => setStatus(text, instead));

/** Lets one INVITE through to the far side in two transactions. */
const twice = (name: string): Mutant =>
  inItsRequests(name, 'INVITE', (text) => [
    { text, afterMs: 0 },
    { text: text.replace('branch=z9hG4bK', 'branch=z9hG4bKtwo'), afterMs: 50 },
  ]);

export const MUTANTS: MutantMap = {
  'rfc3261/16.5/unknown-user-404': says('says 500 of unknown users', 404, 500),
  'rfc3261/16.5/no-binding-480': says('says 404 of a user who is not there', 480, 404),
  'rfc3261/16.5/equal-bindings-one-branch': twice('calls a Contact as often as it was bound'),
  'rfc3261/19.1.4/escaped-user-is-the-same': inOurRequests('does not unescape user parts', 'INVITE', (text) =>
    text.replace(/^INVITE sip:%/, 'INVITE sip:%25'),
  ),
  'rfc3261/19.1.4/user-is-case-sensitive': inOurRequests('takes USER1 for user1', 'INVITE', (text) =>
    text.replace(/^INVITE sip:USER/, 'INVITE sip:user'),
  ),
  'rfc3261/10.2.1.2/q-honoured': inOurRequests('does not look at q', 'REGISTER', (text) =>
    text.replace(/;q=0\.\d/, ''),
  ),
  'rfc3261/10.3/expired-binding-gone': inOurRequests('keeps bindings for an hour', 'REGISTER', (text) =>
    text.replace(/\r\nExpires: 2\r\n/, '\r\nExpires: 3600\r\n'),
  ),
  'rfc3327/5.4/path-becomes-route': inItsRequests('sends no Route', 'INVITE', (text) => removeHeader(text, 'Route')),
  'rfc3261/16.7/answer-cancels-the-rest': inItsRequests('lets the other phones ring on', 'CANCEL', () => null),
  'rfc3261/16.7/both-2xx-forwarded': mutant('forwards one 2xx', () => {
    let tag = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.status !== 200 || reading.method !== 'INVITE') return text;
        tag ||= reading.toTag;
        return reading.toTag === tag ? text : null;
      },
    };
  }),
  'rfc3261/16.7/6xx-cancels-the-rest': inItsRequests('goes on searching after a 6xx', 'CANCEL', () => null),
  'rfc3261/16.7/6xx-preferred': says('prefers 486 to 603', 603, 486),
  'rfc3261/16.7/lowest-class-preferred': says('takes what came first', 404, 500),
  'rfc3261/16.7/challenges-gathered': mutant('forwards the challenge of one branch', {
    toClient: ({ reading, text }) =>
      reading.status === 401 || reading.status === 407 ? removeHeader(text, 'Proxy-Authenticate') : text,
  }),
  'rfc3261/16.1/fork-is-stateful': inOurRequests('forks each copy', 'INVITE', (text, m) =>
    m.nth === 1 ? text : text.replace('branch=z9hG4bK', 'branch=z9hG4bKtwo'),
  ),
  'rfc3261/16.10/cancel-to-every-branch': mutant('cancels one branch', () => {
    let branch = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method !== 'CANCEL' || !reading.isRequest) return text;
        branch ||= reading.uri;
        return reading.uri === branch ? text : null;
      },
    };
  }),
  'rfc3428/6/one-final-response-of-a-fork': inResponses(
    'forwards each 200',
    { status: 200, method: 'MESSAGE' },
    (text) => [
      { text, afterMs: 0 },
      { text, afterMs: 100 },
    ],
  ),
  'rfc5393/4.2.2/loop-482': says('takes a loop for a missing user', 482, 404),
  'rfc5393/4.2.2/spiral-forwarded': inOurRequests('takes a spiral for a loop', 'INVITE', (text, m) => {
    if (!m.reading.uri.startsWith('sip:further@')) return text;
    m.reply(answerTo(m.reading, 482));
    return null;
  }),
  'rfc5393/5.3.3/max-breadth-added': inItsRequests('adds no Max-Breadth', 'INVITE', (text) =>
    removeHeader(text, 'Max-Breadth'),
  ),
  'rfc5393/5.3.3/max-breadth-1-not-forked': inOurRequests('does not know Max-Breadth', 'INVITE', (text) =>
    setHeader(text, 'Max-Breadth', '60'),
  ),
};
