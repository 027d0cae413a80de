// Mutants for cases of one odd message: a server that finds fault where there is none, that takes what is wrong, or that speaks where it should be silent.
import { answerTo, inResponses, type Mutant, mutant, setStatus } from './mutant.ts';

/** Finds a fault in what is well-formed. */
export function findsFault(what: string): Mutant {
  return inResponses(`answers 400 to ${what}`, { status: (status) => status >= 200 }, (text) => setStatus(text, 400));
}

/** Takes what it must refuse, whatever that gets from the right server. */
export function takes(what: string): Mutant {
  return mutant(`takes ${what}`, {
    toServer: ({ reading, text, reply }) => {
      if (!/^[^\r\n]+ SIP/i.test(text)) return text;
      reply(answerTo(reading, 200));
      return null;
    },
  });
}

/** Answers with a status that fits nothing. */
export function saysInstead(status: number, what: string): Mutant {
  return inResponses(`says ${status} to ${what}`, { status: (was) => was >= 200 }, (text) => setStatus(text, status));
}

/** Replies to a response. */
export function repliesTo(what: string): Mutant {
  return mutant(`replies to ${what}`, {
    toServer: ({ text, reading, reply }) => {
      if (text.startsWith('SIP/2.0')) reply(answerTo(reading, 400));
      return text;
    },
  });
}
