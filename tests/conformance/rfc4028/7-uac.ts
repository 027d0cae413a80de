// Mutants for suites/rfc4028/7-uac.ts.
import type { MutantMap } from '../map.ts';
import { editBody, inItsRequests, itsRequestsAnd, removeHeader, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc4028/7.2/refresh-at-half-the-interval': inItsRequests('refreshes late', 'INVITE', (text, { reading }) => [
    { text, afterMs: reading.toTag === '' ? 0 : 15_000 },
  ]),
  'rfc4028/10/refresh-refused-481-ends-the-call': inItsRequests(
    'keeps a call whose refresh was answered 481',
    'BYE',
    () => null,
  ),
  'rfc4028/10/refresh-refused-500-not-hammered': itsRequestsAnd(
    'tries a refresh again and again',
    { method: 'INVITE', inDialog: true },
    [4, 5, 6, 7, 8, 9].map((cseq) => ({ afterMs: cseq * 150, cseq })),
  ),
  'rfc4028/7.3/422-asked-again': inItsRequests(
    'asks for an interval that is too small again',
    'INVITE',
    (text, { reading }) => (reading.cseq > 1 ? setHeader(text, 'Session-Expires', '90;refresher=uac') : text),
  ),
  'rfc4028/7.1/timer-supported-in-each-request': inItsRequests('does not tell of timers in a BYE', 'BYE', (text) =>
    removeHeader(text, 'Supported'),
  ),
  'rfc4028/7.4/refresh-without-change': inItsRequests(
    'counts the version up where nothing changed',
    'INVITE',
    (text, { reading }) =>
      reading.toTag === '' ? text : editBody(text, (body) => body.replace(/^(o=\S+ \S+) \d+/m, '$1 2')),
  ),
  'rfc4028/7.2/timer-turned-off': itsRequestsAnd(
    'hangs up when the old interval is over',
    { method: 'INVITE', inDialog: true },
    [{ afterMs: 43_000, cseq: 9, method: 'BYE' }],
  ),
};
