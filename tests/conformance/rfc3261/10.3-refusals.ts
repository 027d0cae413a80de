// Mutants for suites/rfc3261/10.3-refusals.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inOurRequests, inResponses, setHeader, setStatus } from '../mutant.ts';

/** Takes a REGISTER that it must refuse so. */
function takes(what: string, status: number) {
  return inResponses(`takes ${what}`, { method: 'REGISTER', status }, (text) => setStatus(text, 200));
}

export const MUTANTS: MutantMap = {
  'rfc3261/10.2.1.1/malformed-expiry-is-an-hour': inResponses(
    'stumbles over an expiry that is no number',
    { method: 'REGISTER', status: 200 },
    (text, { request }) => (/expires=abc/.test(request?.header('Contact') ?? '') ? setStatus(text, 500) : text),
  ),
  'rfc3261/10.3/star-with-expiry-400': takes('Contact * with any expiry', 400),
  'rfc3261/10.3/star-with-others-400': takes('Contact * beside others', 400),
  'rfc3261/10.3/lower-cseq-changes-nothing': inOurRequests('does not mind CSeq', 'REGISTER', (text) =>
    editHeader(text, 'CSeq', (value) => value.replace(/^20 /, '60 ')),
  ),
  'rfc3261/10.3/contacts-all-or-none': inOurRequests('binds Contact by Contact', 'REGISTER', (text, { reading }) => {
    const [first, second] = reading.headers('Contact');
    if (first === undefined || second === undefined) return text;
    const alone = text.replace(/branch=z9hG4bK/, 'branch=z9hG4bKfirst').replace(/Call-ID: /, 'Call-ID: first');
    return [
      { text: setHeader(alone, 'Contact', first), afterMs: 0 },
      { text, afterMs: 20 },
    ];
  }),
  'rfc3261/10.3/require-unknown-420': takes('any Require', 420),
  'rfc3261/10.3/foreign-address-of-record-404': takes('an address-of-record of any domain', 404),
  'rfc3261/10.3/others-address-of-record-403': takes("anybody's address-of-record", 403),
  'rfc3261/10.3/unauthenticated-challenged': takes('everybody', 401),
  'rfc3261/10.3/no-6xx': inResponses('refuses with 606', { method: 'REGISTER', status: 400 }, (text) =>
    setStatus(text, 606),
  ),
};
