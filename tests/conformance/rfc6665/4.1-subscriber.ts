// Mutants for suites/rfc6665/4.1-subscriber.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, itsRequestsAnd, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6665/4.1.3/notify-answered-200': inResponses('answers a NOTIFY 500', { status: 200, method: 'NOTIFY' }, (text) =>
    setStatus(text, 500),
  ),
  'rfc6665/4.1.3/notify-of-nothing-481': inResponses('takes any NOTIFY', { status: 481 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc6665/4.1.2.4/notify-before-the-200': inResponses(
    'knows no subscription before its 200',
    { status: 200, method: 'NOTIFY' },
    (text) => setStatus(text, 481),
  ),
  'rfc6665/4.1.4/notify-of-another-fork': inResponses(
    'answers 500 to the NOTIFY of a fork',
    { method: 'NOTIFY' },
    (text, { request }) => (request?.fromTag === 'fork' ? setStatus(text, 500) : text),
  ),
  ...Object.fromEntries(
    [404, 481, 489, 604].map((status) => [
      `rfc6665/4.1.2.2/refresh-refused-${status}`,
      inResponses('keeps a subscription whose refresh was refused', { status: 481, method: 'NOTIFY' }, (text) =>
        setStatus(text, 200),
      ),
    ]),
  ),
  'rfc6665/4.1.3/rejected-is-the-end': itsRequestsAnd(
    'subscribes again whatever the reason',
    { method: 'SUBSCRIBE', inDialog: false },
    [{ afterMs: 1_500, cseq: 9 }],
  ),
  'rfc6665/4.1.3/probation-waited-for': itsRequestsAnd(
    'subscribes again before it may',
    { method: 'SUBSCRIBE', inDialog: false },
    [{ afterMs: 1_500, cseq: 9 }],
  ),
};
