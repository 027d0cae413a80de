// Mutants for suites/rfc4320/4-non-invite.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inOurRequests, inResponses, mended, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc4320/4.1/no-provisional-but-100': inResponses('tells how a MESSAGE gets on', { method: 'MESSAGE' }, (text) => [
    { text: setStatus(text, 183), afterMs: 0 },
    { text, afterMs: 0 },
  ]),
  'rfc4320/4.1/no-early-100-over-udp': inResponses('tries at once, whatever it is', { method: 'OPTIONS' }, (text) => [
    { text: setStatus(text, 100), afterMs: 0 },
    { text, afterMs: 0 },
  ]),
  // Kamailio 5.6 sends no 100 to a request other than INVITE, and answers 408 when its next hop is silent.
  'rfc4320/4.1/late-100': mended(
    inOurRequests('Kamailio, with a 100 after 3.6 s', 'OPTIONS', (text, { reading, reply }) => {
      setTimeout(() => reply(answerTo(reading, 100)), 3_600).unref();
      return text;
    }),
  ),
  'rfc4320/4.2/no-408': mended(inResponses('Kamailio, without its 408', { status: 408 }, () => null)),
};
