// Mutants for suites/rfc3261/18.4-errors.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, mended, mutant } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/18.4/closed-port-told-upstream': mended(
    mutant('hears that the port is closed', {
      toServer: ({ reading, text, reply }) => {
        if (reading.method !== 'INVITE' && reading.method !== 'ACK') return text;
        if (reading.method === 'INVITE') reply(answerTo(reading, 503));
        return null;
      },
    }),
  ),
};
