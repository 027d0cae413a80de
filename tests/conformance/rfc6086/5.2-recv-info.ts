// Mutants for suites/rfc6086/5.2-recv-info.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, mutant, removeHeader, setHeader } from '../mutant.ts';

/** The first 2xx to a method is right. */
const forgets = (name: string, method: string, first: number) =>
  mutant(name, () => {
    let answered = 0;
    return {
      toClient: ({ text, reading }) => {
        if (reading.status !== 200 || reading.method !== method) return text;
        answered++;
        return answered <= first ? text : removeHeader(text, 'Recv-Info');
      },
    };
  });

export const MUTANTS: MutantMap = {
  'rfc6086/5.2.3/recv-info-answered': inResponses('keeps its packages to itself', { method: 'INVITE' }, (text) =>
    removeHeader(text, 'Recv-Info'),
  ),
  'rfc6086/5.2.3/no-recv-info-unasked': inResponses('tells its packages to all', { status: 200 }, (text) =>
    setHeader(text, 'Recv-Info', 'dtmf'),
  ),
  'rfc6086/5.2.3/no-recv-info-in-options': inResponses('tells its packages to all', { method: 'OPTIONS' }, (text) =>
    setHeader(text, 'Recv-Info', 'dtmf'),
  ),
  'rfc6086/5.2.3/same-in-all-responses': inResponses(
    'takes other packages in its 200 than in its 183',
    { status: 200, method: 'INVITE' },
    (text) => setHeader(text, 'Recv-Info', 'dtmf, conference'),
  ),
  'rfc6086/5.2.3/recv-info-answered-in-a-reinvite': forgets('tells its packages once', 'INVITE', 1),
  'rfc6086/5.2.3/recv-info-answered-in-an-update': forgets('tells its packages in INVITE alone', 'UPDATE', 0),
};
