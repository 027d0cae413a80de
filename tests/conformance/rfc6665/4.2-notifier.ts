// Mutants for suites/rfc6665/4.2-notifier.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, removeHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6665/4.2.1.2/notify-follows-subscribe': inItsRequests('leaves Subscription-State out', 'NOTIFY', (text) =>
    removeHeader(text, 'Subscription-State'),
  ),
};
