// Mutants for suites/rfc3428/7-uas.ts.
import type { MutantMap } from '../map.ts';
import { conditional, inResponses, setBody, setHeader, setStatus } from '../mutant.ts';

const OK = { method: 'MESSAGE', status: 200 };
const contact = (text: string) => setHeader(text, 'Contact', '<sip:busyhour@127.0.0.1>');
const body = (text: string) => setHeader(setBody(text, 'got it'), 'Content-Type', 'text/plain');

export const MUTANTS: MutantMap = {
  'rfc3428/7/answered-at-once': inResponses('waits for its user to read', OK, (text) => [{ text, afterMs: 700 }]),
  'rfc3428/7/no-body-in-the-2xx': inResponses('answers in the 200', OK, body),
  'rfc3428/7/no-contact-in-the-2xx': inResponses('puts a Contact into every 200', OK, contact),
  'rfc3428/7/plain-text-taken': inResponses('reads nothing but HTML', OK, (text) => setStatus(text, 415)),
  'rfc3428/7/taken-within-a-call': inResponses('puts a Contact into what is in a dialog', OK, contact),
  'rfc3428/4/no-dialog-made': inResponses('makes a dialog of every request', { method: 'BYE' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3428/7/expired-on-its-way': inResponses('deletes what has expired', OK, (text, { request }) =>
    request?.has('Expires') ? setStatus(text, 480) : text,
  ),
  'rfc3428/7/stored-for-later-202': conditional(
    inResponses('says 200 of what it keeps', { method: 'MESSAGE' }, (text) => setStatus(text, 200)),
  ),
};
