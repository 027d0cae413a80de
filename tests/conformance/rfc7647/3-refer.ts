// Mutants for suites/rfc7647/3-refer.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc7647/3/contact-reached-outside-the-dialog': inResponses(
    'knows its Contact in the dialog only',
    { method: 'OPTIONS', status: 200 },
    (text) => setStatus(text, 404),
  ),
  'rfc7647/5/200-rather-than-202': inResponses(
    'answers 202, as RFC 3515 had it',
    { method: 'REFER', status: 200 },
    (text) => setStatus(text, 202),
  ),
};
