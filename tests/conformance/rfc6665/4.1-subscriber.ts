// Mutants for suites/rfc6665/4.1-subscriber.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, setStatus } from '../mutant.ts';

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
};
