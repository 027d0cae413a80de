// Mutants for suites/rfc3261/15-bye.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inResponses, mutant, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/15/bye-stops-media': mutant('plays on after the BYE', {
    toServer: ({ text, reading, reply }) => {
      if (reading.method !== 'BYE') return text;
      reply(answerTo(reading, 200));
      return null;
    },
  }),
  'rfc3261/15.1.2/bye-in-no-dialog-481': inResponses('answers 200 to a BYE of anybody', { method: 'BYE' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/15.1.2/bye-ends-call-200': inResponses('answers 481 to the BYE of a call', { method: 'BYE' }, (text) =>
    setStatus(text, 481),
  ),
  'rfc3261/15.1.2/bye-in-early-dialog': inResponses(
    'rings on after a BYE in the early dialog',
    { method: 'INVITE', status: 487 },
    () => null,
  ),
  'rfc3261/15.1.2/pending-request-answered-after-bye': inResponses(
    'forgets the re-INVITE when the BYE comes',
    { method: 'INVITE' },
    (text, { request }) => (request?.toTag === '' ? text : null),
  ),
};
