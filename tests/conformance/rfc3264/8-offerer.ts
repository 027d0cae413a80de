// Mutants for suites/rfc3264/8-offerer.ts.
import type { MutantMap } from '../map.ts';
import { editBody, inItsRequests, itsRequestsAnd } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3264/5/one-description': inItsRequests('has a name for a session id', 'INVITE', (text) =>
    text.replace(/^o=(\S+) \d+ /m, 'o=$1 x '),
  ),
  'rfc3264/8/version-counts-up': inItsRequests('never counts the version up', 'INVITE', (text) =>
    text.replace(/^o=(\S+) (\S+) \d+ /m, 'o=$1 $2 1 '),
  ),
  'rfc3264/8/ended-stream-keeps-its-line': inItsRequests('leaves an ended stream out', 'INVITE', (text, { reading }) =>
    reading.toTag === '' ? text : editBody(text, (body) => body.replace(/m=video [\s\S]*/, '')),
  ),
  'rfc3264/8.3.2/payload-type-keeps-its-codec': inItsRequests(
    'gives a payload type to another codec',
    'INVITE',
    (text, { reading }) =>
      reading.toTag === '' ? text : editBody(text, (body) => body.replace('telephone-event', 'parityfec')),
  ),
  'rfc3264/4/no-offer-while-one-is-open': itsRequestsAnd(
    'makes one offer after the other',
    { method: 'INVITE', inDialog: false },
    [{ afterMs: 600, cseq: 2, method: 'UPDATE' }],
  ),
};
