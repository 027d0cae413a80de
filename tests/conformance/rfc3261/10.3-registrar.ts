// Mutants for suites/rfc3261/10.3-registrar.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inOurRequests, inResponses, mutant, removeHeader, setHeader } from '../mutant.ts';

const REGISTERED = { method: 'REGISTER', status: 200 };

export const MUTANTS: MutantMap = {
  'rfc3261/10.3/binding-listed-with-expires': inResponses('says not how long a binding lives', REGISTERED, (text) =>
    editHeader(text, 'Contact', (value) => value.replace(/;expires=\d+/, '')),
  ),
  'rfc3261/10.3/all-bindings-listed': inResponses('lists the first binding alone', REGISTERED, (text, { reading }) =>
    reading.has('Contact') ? setHeader(text, 'Contact', reading.header('Contact')!) : text,
  ),
  'rfc3261/10.3/contact-expires-before-header': inOurRequests(
    'looks at Expires, never at the Contact',
    'REGISTER',
    (text) => editHeader(text, 'Contact', (value) => value.replace(/;expires=500/, '')),
  ),
  'rfc3261/10.3/expires-header-counts': inOurRequests('does not read Expires', 'REGISTER', (text) =>
    removeHeader(text, 'Expires'),
  ),
  'rfc3261/10.3/default-interval-told': inResponses('keeps its own expiry to itself', REGISTERED, (text) =>
    editHeader(text, 'Contact', (value) => value.replace(/;expires=\d+/, '')),
  ),
  'rfc3261/10.3/zero-removes-one-binding': inOurRequests(
    'removes all bindings with one',
    'REGISTER',
    (text, { reading }) =>
      /;expires=0/.test(reading.header('Contact') ?? '')
        ? setHeader(setHeader(text, 'Contact', '*'), 'Expires', '0')
        : text,
  ),
  'rfc3261/10.3/interval-too-brief-423': inResponses('leaves Min-Expires out of a 423', { status: 423 }, (text) =>
    removeHeader(text, 'Min-Expires'),
  ),
  'rfc3261/10.3/star-removes-all-bindings': inOurRequests(
    'takes Contact * for a question',
    'REGISTER',
    (text, { reading }) =>
      reading.header('Contact') === '*' ? removeHeader(removeHeader(text, 'Contact'), 'Expires') : text,
  ),
  'rfc3261/10.3/same-contact-one-binding': inResponses('compares Contacts as texts', REGISTERED, (text) =>
    text.replace(/Contact: [^\r\n]*host\.example[^\r\n]*\r\n/i, '$&$&'),
  ),
  'rfc3261/10.3/canonical-address-of-record': inOurRequests('keeps the escapes of a user', 'REGISTER', (text) =>
    editHeader(text, 'To', (value) => value.replace(/%(?=..)/, '.')),
  ),
  'rfc3261/10.3/record-route-ignored': inResponses('copies Record-Route', REGISTERED, (text, { request }) =>
    request?.has('Record-Route') === true
      ? setHeader(text, 'Record-Route', request.header('Record-Route') ?? '')
      : text,
  ),
  'rfc3261/10.3/date-in-the-response': inResponses('has no clock', REGISTERED, (text) => removeHeader(text, 'Date')),
  'rfc3261/10.3/other-call-id-updates': inResponses('minds CSeq over all Call-IDs', REGISTERED, (text, { reading }) =>
    reading.cseq === 10 ? editHeader(text, 'Contact', (value) => value.replace(/expires=\d+/, 'expires=600')) : text,
  ),
  'rfc3261/10.3/processed-in-order': mutant('lets the last but one REGISTER wait', () => {
    let removals = 0;
    return {
      toServer: ({ text, reading }) => {
        const late = reading.method === 'REGISTER' && /;expires=0/.test(reading.header('Contact') ?? '');
        return late && ++removals === 10 ? [{ text, afterMs: 300 }] : text;
      },
    };
  }),
};
