// Mutants for suites/rfc3261/8.2.6-responses.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, conditional, editHeader, inResponses, mutant, setHeader, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/8.2/refused-request-changes-nothing': mutant('removes all bindings with a refusal', {
    toServer: ({ text, reading }) => (reading.header('Contact') === '*' ? setHeader(text, 'Expires', '0') : text),
    toClient: ({ text, request }) => (request?.header('Contact') === '*' ? setStatus(text, 400) : text),
  }),
  'rfc3261/8.2.6.1/no-provisional-to-non-invite': mutant('sends 100 to OPTIONS', {
    toServer: ({ text, reading, reply }) => {
      if (reading.method === 'OPTIONS') reply(answerTo(reading, 100));
      return text;
    },
  }),
  'rfc3261/8.2.6.1/final-to-non-invite-at-once': inResponses('thinks for 700 ms', { method: 'OPTIONS' }, (text) => [
    { text, afterMs: 700 },
  ]),
  'rfc3261/8.2.6.1/timestamp-copied-into-100': conditional(
    inResponses('sends 100 without the Timestamp', { method: 'INVITE', status: 180 }, (text) => [
      { text: setStatus(text, 100), afterMs: 0 },
      { text, afterMs: 1 },
    ]),
  ),
  'rfc3261/8.2.6.2/response-echoes-request': inResponses('forgets the parameters of From', {}, (text) =>
    editHeader(text, 'From', (value) => value.replace(/;x-.*/, '')),
  ),
  'rfc3261/8.2.6.2/via-echoed-in-order': inResponses('turns the order of the Vias', {}, (text) =>
    editHeader(text, 'Via', (value) => value.split(',').reverse().join(',')),
  ),
  'rfc3261/8.2.6.2/to-gets-a-tag': inResponses('puts no tag into To', { method: 'OPTIONS' }, (text) =>
    editHeader(text, 'To', (value) => value.replace(/;tag=.*/, '')),
  ),
  'rfc3261/8.2.6.2/one-to-tag-for-all-responses': inResponses(
    'has another tag while it rings',
    { status: 180 },
    (text) => editHeader(text, 'To', (value) => value.replace(/tag=.*/, 'tag=ringing')),
  ),
  'rfc3261/8.2.6.2/to-with-a-tag-unchanged': inResponses('makes a new To tag for BYE', { method: 'BYE' }, (text) =>
    editHeader(text, 'To', (value) => value.replace(/tag=[^;]*/, 'tag=new')),
  ),
  'rfc3261/19.3/tags-differ-and-do-not-count': mutant('counts its tags up', () => {
    let n = 1_000;
    return {
      toClient: ({ text, reading }) =>
        reading.isResponse ? editHeader(text, 'To', (value) => value.replace(/tag=.*/, `tag=as${++n}`)) : text,
    };
  }),
  'rfc3261/20.5/allow-lists-what-is-understood': inResponses(
    'leaves CANCEL out of Allow',
    { method: 'OPTIONS' },
    (text) => editHeader(text, 'Allow', (value) => value.replace(/CANCEL,\s*/, '')),
  ),
};
