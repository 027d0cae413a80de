// Mutants for suites/rfc3261/19.1.5-from-uri.ts.
import { uriOf } from '../../../src/conformance/reading.ts';
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests, mutant, removeHeader, setHeader } from '../mutant.ts';

/** A server that puts header fields of the Refer-To into its INVITE. */
function honouring(name: string, fields: readonly string[]) {
  return mutant(name, () => {
    let wanted: readonly (readonly [string, string])[] = [];
    return {
      toServer: ({ text, reading }) => {
        if (!reading.isRequest || reading.method !== 'REFER') return text;
        const query = uriOf(reading.header('Refer-To') ?? '').split('?')[1] ?? '';
        wanted = query
          .split('&')
          .map((pair) => pair.split('=') as [string, string])
          .map(([field, value]) => [field, decodeURIComponent(value)] as const);
        return text;
      },
      toClient: ({ text, reading }) => {
        if (!reading.isRequest || reading.method !== 'INVITE') return text;
        return wanted
          .filter(([field]) => fields.includes(field))
          .reduce((all, [field, value]) => setHeader(all, field, value), text);
      },
    };
  });
}

export const MUTANTS: MutantMap = {
  'rfc3261/19.1.5/dangerous-fields-not-honoured': honouring('calls under the From that a Refer-To has', ['From']),
  'rfc3261/19.1.5/route-not-honoured': honouring('takes a Route from a Refer-To', ['Route']),
  'rfc3261/19.1.5/false-claims-not-honoured': honouring('can do what a Refer-To says', ['Allow', 'Supported']),
  'rfc3261/19.1.5/replaces-becomes-a-field': inItsRequests('drops Replaces from a Refer-To', 'INVITE', (text) =>
    removeHeader(text, 'Replaces'),
  ),
  'rfc3261/19.1.5/method-and-headers-not-in-request-uri': inItsRequests(
    'has the whole Refer-To for its Request-URI',
    'INVITE',
    (text) => text.replace(/^INVITE (\S+) /, 'INVITE $1;method=INVITE?Subject=planted '),
  ),
  'rfc3261/19.1.5/unknown-parameter-in-request-uri': inItsRequests(
    'drops the parameters of a Refer-To it does not know',
    'INVITE',
    (text) => editHeader(text.replace(/^(INVITE \S+?);x-nobody=knows/, '$1'), 'To', (to) => to),
  ),
};
