// Mutants for suites/rfc6086/4-uac.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, mutant, removeHeader, setBody, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6086/4.2.1/info-in-the-dialog': inItsRequests('sends INFO outside of dialogs', 'INFO', (text) =>
    setHeader(text, 'Call-ID', 'outside'),
  ),
  'rfc6086/4.2.1/469-leaves-the-call': mutant('ends the call over a 469', () => {
    let info = '';
    return {
      toClient: ({ text, reading }) => {
        if (reading.isRequest && reading.method === 'INFO') info = text;
        return text;
      },
      toServer: ({ text, reading, reply }) => {
        if (reading.status === 469)
          reply(
            setBody(info, '')
              .replace(/^INFO/, 'BYE')
              .replace(/^(CSeq: )(\d+) INFO/m, (_, name, cseq) => `${name}${Number(cseq) + 1} BYE`)
              .replace('branch=z9hG4bK', 'branch=z9hG4bKbye'),
          );
        return text;
      },
    };
  }),
  'rfc6086/4.2.1/no-recv-info-in-info': inItsRequests('says Recv-Info in INFO', 'INFO', (text) =>
    setHeader(text, 'Recv-Info', 'dtmf'),
  ),
  'rfc6086/5.2.3/recv-info-in-the-invite': inItsRequests('does not say what it takes', 'INVITE', (text) =>
    removeHeader(text, 'Recv-Info'),
  ),
};
