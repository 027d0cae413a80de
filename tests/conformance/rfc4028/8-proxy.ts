// Mutants for suites/rfc4028/8-proxy.ts.
import type { MutantMap } from '../map.ts';
import { mutant } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc4028/8.3/no-bye-by-the-proxy': mutant('ends a session by a BYE of its own', {
    toClient: ({ text, reading }) => {
      if (!reading.isRequest || reading.method !== 'ACK') return text;
      const bye = text
        .replace(/^ACK /, 'BYE ')
        .replace(/^(CSeq: \d+) ACK/m, '$1 BYE')
        .replace(/branch=z9hG4bK/, 'branch=z9hG4bKbye');
      return [
        { text, afterMs: 0 },
        { text: bye, afterMs: 5_000 },
      ];
    },
  }),
};
