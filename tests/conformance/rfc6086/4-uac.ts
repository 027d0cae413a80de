// Mutants for suites/rfc6086/4-uac.ts.
import type { MutantMap } from '../map.ts';
import { inItsRequests, removeHeader, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc6086/4.2.1/info-in-the-dialog': inItsRequests('sends INFO outside of dialogs', 'INFO', (text) =>
    setHeader(text, 'Call-ID', 'outside'),
  ),
  'rfc6086/4.2.1/no-recv-info-in-info': inItsRequests('says Recv-Info in INFO', 'INFO', (text) =>
    setHeader(text, 'Recv-Info', 'dtmf'),
  ),
  'rfc6086/5.2.3/recv-info-in-the-invite': inItsRequests('does not say what it takes', 'INVITE', (text) =>
    removeHeader(text, 'Recv-Info'),
  ),
};
