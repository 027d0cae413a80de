// Mutants for suites/rfc3262/5-offer-answer.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, removeBody, removeHeader, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3262/5/offer-in-prack-answered': inResponses('has no answer for a PRACK', { method: 'PRACK' }, (text) =>
    removeBody(text),
  ),
  'rfc3262/5/offer-in-reliable-provisional': inResponses('keeps its offer for the 2xx', { status: 183 }, (text) =>
    removeBody(text),
  ),
  'rfc3262/5/2xx-waits-for-prack': inResponses('answers before the PRACK', { status: 183 }, (text, { nth }) =>
    nth === 1
      ? [
          { text, afterMs: 0 },
          { text: setStatus(removeHeader(text, 'RSeq'), 200), afterMs: 600 },
        ]
      : text,
  ),
};
