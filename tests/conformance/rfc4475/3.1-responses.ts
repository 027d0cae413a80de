// Mutants for suites/rfc4475/3.1-responses.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, type Mutant, mutant } from '../mutant.ts';

const deaf = (name: string): Mutant => mutant(name, { toServer: () => null });

/** Takes what it should drop for an answer. */
const credulous = (name: string): Mutant =>
  mutant(name, () => {
    let answer = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.isRequest) answer ||= answerTo(reading, 200);
        return text;
      },
      toServer: () => answer,
    };
  });

export const MUTANTS: MutantMap = {
  'rfc4475/3.1.1.12/unreason-taken': deaf('reads nothing but ASCII'),
  'rfc4475/3.1.1.13/noreason-taken': deaf('wants a reason'),
  'rfc4475/3.1.2.5/scalarlg-discarded': credulous('does not count digits'),
  'rfc4475/3.1.2.19/bigcode-dropped': credulous('takes any status'),
};
