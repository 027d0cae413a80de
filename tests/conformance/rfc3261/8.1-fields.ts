// Mutants for suites/rfc3261/8.1-fields.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, editHeader, inResponses, mutant, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/8.1.1/request-without-its-fields-refused': mutant('accepts what has no Call-ID', {
    toServer: ({ text, reading, reply }) => {
      if (!reading.has('Call-ID')) reply(answerTo(reading, 200));
      return text;
    },
  }),
  'rfc3261/8.1.1.5/cseq-of-another-method-400': inResponses('minds no method in CSeq', { status: 400 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/8.1.1.5/cseq-beyond-32-bits-400': inResponses('lets CSeq wrap around', { status: 400 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/8.1.1.7/branch-of-the-cookie-alone': mutant('matches by the branch alone', () => {
    let first = '';
    return {
      toClient: ({ text, reading }) => {
        if (reading.callId.startsWith('busyhour-probe')) return text;
        if (first === '') first = reading.callId;
        return reading.branch === 'z9hG4bK' ? editHeader(text, 'Call-ID', () => first) : text;
      },
    };
  }),
};
