// Mutants for suites/rfc3903/6-publish.ts.
import type { MutantMap } from '../map.ts';
import {
  editHeader,
  inItsRequests,
  inOurRequests,
  inResponses,
  mutant,
  removeHeader,
  setBody,
  setHeader,
  setStatus,
} from '../mutant.ts';

const PUBLISHED = { method: 'PUBLISH', status: 200 };

/** Takes a PUBLISH that it must refuse so. */
function takes(what: string, status: number) {
  return inResponses(`takes ${what}`, { method: 'PUBLISH', status }, (text) =>
    setHeader(setStatus(text, 200), 'SIP-ETag', 'mutant'),
  );
}

export const MUTANTS: MutantMap = {
  'rfc3903/4.3/expired-publication-is-gone': mutant('keeps what it grants a minute for an hour', {
    toServer: ({ text, reading }) => (reading.header('Expires') === '60' ? setHeader(text, 'Expires', '3600') : text),
    toClient: ({ text, reading }) => (reading.header('Expires') === '3600' ? setHeader(text, 'Expires', '60') : text),
  }),
  'rfc3903/6/entity-tag-and-expires': inResponses('says not how long it keeps a publication', PUBLISHED, (text) =>
    removeHeader(text, 'Expires'),
  ),
  'rfc3903/6/refresh-has-a-new-tag': inResponses('keeps the entity-tag of a refresh', PUBLISHED, (text, { request }) =>
    request?.has('SIP-If-Match') === true ? setHeader(text, 'SIP-ETag', request.header('SIP-If-Match')!) : text,
  ),
  'rfc3903/6/unknown-tag-412': takes('any entity-tag', 412),
  'rfc3903/6/several-tags-400': inOurRequests('looks at the first entity-tag alone', 'PUBLISH', (text, { reading }) =>
    reading.has('SIP-If-Match') ? setHeader(text, 'SIP-If-Match', reading.header('SIP-If-Match')!) : text,
  ),
  'rfc3903/6/unknown-package-489': inOurRequests('takes a PUBLISH without Event for presence', 'PUBLISH', (text, m) =>
    m.reading.has('Event') ? text : setHeader(text, 'Event', 'presence'),
  ),
  'rfc3903/6/unknown-resource-404': inResponses('refuses who does not exist with 403', { status: 404 }, (text) =>
    setStatus(text, 480),
  ),
  'rfc3903/6/interval-too-brief-423': inResponses('leaves Min-Expires out of a 423', { status: 423 }, (text) =>
    removeHeader(text, 'Min-Expires'),
  ),
  'rfc3903/6/other-content-type-refused': takes('bodies of any type', 415),
  'rfc3903/6/neither-body-nor-tag-400': takes('a PUBLISH of nothing', 400),
  'rfc3903/6/zero-removes-at-once': inItsRequests('shows what was removed', 'NOTIFY', (text) =>
    setBody(text, '<presence><tuple id="brief"><status><basic>open</basic></status></tuple></presence>'),
  ),
  'rfc3903/6/record-route-and-contact-ignored': inResponses('copies Record-Route', PUBLISHED, (text) =>
    setHeader(text, 'Record-Route', '<sip:proxy.example;lr>'),
  ),
  'rfc3903/6/replaced-tag-changes-nothing': inItsRequests('publishes what it refuses', 'NOTIFY', (text, { reading }) =>
    setBody(text, reading.body.replace('"two"', '"three"')),
  ),
  'rfc3903/6/tags-never-repeated': inResponses(
    'begins its entity-tags anew',
    PUBLISHED,
    (text, { reading, request }) =>
      // The last entity-tag is the first one again.
      request?.has('SIP-If-Match') === true && reading.header('SIP-ETag')!.endsWith('f')
        ? setHeader(text, 'SIP-ETag', request.header('SIP-If-Match')!)
        : text,
  ),
  'rfc3903/7/options-tells-of-publish': inResponses('keeps PUBLISH to itself', { method: 'OPTIONS' }, (text) =>
    editHeader(text, 'Allow', (value) => value.replace(/PUBLISH, /, '')),
  ),
};
