// Mutants for suites/rfc3261/11-options.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, removeHeader, setBody, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/11/options-understood': inResponses('does not know OPTIONS', { method: 'OPTIONS' }, (text) =>
    setStatus(text, 501),
  ),
  'rfc3261/11.2/as-an-invite-would-be-answered': inResponses(
    'says 200 to OPTIONS for who is busy',
    { method: 'OPTIONS', status: 486 },
    (text) => setStatus(text, 200),
  ),
  'rfc3261/11.2/capabilities-told': inResponses('tells no Accept-Language', { method: 'OPTIONS' }, (text) =>
    removeHeader(text, 'Accept-Language'),
  ),
  'rfc3261/11.2/session-told-where-asked': inResponses('tells no media', { method: 'OPTIONS' }, (text) =>
    removeHeader(setBody(text, ''), 'Content-Type'),
  ),
  'rfc3261/11.2/options-in-a-dialog': inResponses(
    'does not know the dialog for OPTIONS',
    { method: 'OPTIONS' },
    (text, { request }) => (request?.toTag === '' ? text : setStatus(text, 481)),
  ),
};
