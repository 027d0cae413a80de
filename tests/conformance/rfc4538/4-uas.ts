// Mutants for suites/rfc4538/4-uas.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inResponses, mutant } from '../mutant.ts';

/** A server that lets in nobody whose Target-Dialog it does not find. */
function strict(name: string, method: string) {
  return inResponses(name, { method }, (text, { request }) =>
    request?.has('Target-Dialog') ? answerTo(request, 403) : text,
  );
}

export const MUTANTS: MutantMap = {
  'rfc4538/4/unmatched-dialog-ignored': strict('refuses a call whose Target-Dialog it does not find', 'INVITE'),
  'rfc4538/4/unmatched-dialog-ignored-in-refer': strict('refuses a REFER whose Target-Dialog is unknown', 'REFER'),
  'rfc4538/4/dialog-without-a-tag-ignored': mutant('takes a Target-Dialog with one tag for a broken request', {
    toServer: ({ text, reading, reply }) => {
      const target = reading.header('Target-Dialog');
      if (!reading.isRequest || reading.method !== 'INVITE' || target === null || target.includes('remote-tag'))
        return text;
      reply(answerTo(reading, 400));
      return null;
    },
  }),
};
