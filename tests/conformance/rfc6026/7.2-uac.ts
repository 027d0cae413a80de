// Mutants for suites/rfc6026/7.2-uac.ts.
import type { MutantMap } from '../map.ts';
import { mutant } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6026/8.4/late-2xx-acked': mutant('forgets an INVITE with its first 2xx', {
    toServer: ({ reading, text }) => (reading.toTag === 'late' ? null : text),
  }),
};
