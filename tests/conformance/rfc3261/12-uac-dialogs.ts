// Mutants for suites/rfc3261/12-uac-dialogs.ts.
import type { MutantMap } from '../map.ts';
import { editBody, editHeader, inItsRequests, mutant, removeHeader, setBody, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/13.2.2.4/ack-of-2xx': inItsRequests('acknowledges a 2xx as if it were a refusal', 'ACK', (text) =>
    text.replace(/^ACK sip:[^@]*@/, 'ACK sip:callee@'),
  ),
  'rfc3261/13.2.2.4/2xx-again-acked-again': inItsRequests('acknowledges a 2xx once', 'ACK', (text, m) =>
    m.nth > 1 ? null : text,
  ),
  'rfc3261/13.2.2.4/late-offer-answered-in-ack': inItsRequests('leaves an offer in a 2xx unanswered', 'ACK', (text) =>
    removeHeader(setBody(text, ''), 'Content-Type'),
  ),
  'rfc3261/13.2.2.4/second-2xx-acked-and-ended': mutant('does not hear the 2xx of another fork', {
    toServer: (m) => (m.reading.toTag === 'second' ? null : m.text),
  }),
  'rfc3261/13.2.1/allow-and-supported': inItsRequests('does not say what it supports', 'INVITE', (text) =>
    removeHeader(text, 'Supported'),
  ),
  'rfc3261/12.1.2/route-set-reversed': inItsRequests('takes Record-Route in its order', 'BYE', (text) =>
    text.replaceAll('<sip:a@', '<sip:c@').replaceAll('<sip:b@', '<sip:a@').replaceAll('<sip:c@', '<sip:b@'),
  ),
  'rfc3261/12.2.1.1/strict-router': inItsRequests('takes a strict router for a loose one', 'BYE', (text) =>
    text.replace(/^BYE sip:b@/, 'BYE sip:target@'),
  ),
  'rfc3261/12.2.1.1/cseq-contiguous': inItsRequests('leaves numbers of CSeq out', 'BYE', (text) =>
    setHeader(text, 'CSeq', '7 BYE'),
  ),
  'rfc3261/12.2.1.1/tags-and-call-id-of-the-dialog': inItsRequests('hangs up without the remote tag', 'BYE', (text) =>
    editHeader(text, 'To', (was) => was.replace(/;tag=.*/, '')),
  ),
  'rfc3261/12.2.1.1/no-route-straight-to-the-target': inItsRequests(
    'has a Route that nobody asked for',
    'BYE',
    (text) => setHeader(text, 'Route', '<sip:127.0.0.1;lr>'),
  ),
  'rfc3261/12.1.2/forked-early-dialogs': inItsRequests('stays in the first early dialog', 'BYE', (text) =>
    editHeader(text, 'To', (was) => was.replace(/;tag=.*/, ';tag=first')),
  ),
  'rfc3261/13.2.2.4/route-set-of-the-2xx': inItsRequests('keeps the route set of the 183', 'BYE', (text) =>
    editHeader(text, 'Route', (was) => was.replace('late', 'early')),
  ),
  'rfc3261/12.2.1.2/target-refresh-of-a-2xx': mutant('never refreshes the remote target', {
    toClient: ({ text }) => text.replace(/^(ACK|INVITE) sip:moved@/, '$1 sip:harness@'),
  }),
  'rfc3261/12.2.1.2/481-ends-the-dialog': inItsRequests('goes on after a 481', 'BYE', () => null),
  'rfc3261/15.1.1/bye-refused-is-the-end': inItsRequests('hangs up once more', 'BYE', (text) => [
    { text, afterMs: 0 },
    { text: setHeader(text, 'CSeq', '9 BYE').replace('branch=z9hG4bK', 'branch=z9hG4bKagain'), afterMs: 300 },
  ]),
  'rfc3261/13.2.2.4/unacceptable-offer-answered-and-ended': inItsRequests(
    'answers with formats that nobody offered',
    'ACK',
    (text) => editBody(text, (body) => body.replace(/m=audio 0 RTP\/AVP 121/, 'm=audio 4000 RTP/AVP 0')),
  ),
};
