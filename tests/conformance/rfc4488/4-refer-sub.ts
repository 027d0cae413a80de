// Mutants for suites/rfc4488/4-refer-sub.ts.
import type { MutantMap } from '../map.ts';
import { conditional, inResponses, mutant, removeHeader, setHeader } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc4488/4/granted-without-notify': mutant('grants Refer-Sub: false and notifies all the same', {
    toServer: ({ text, reading }) => (reading.method === 'REFER' ? removeHeader(text, 'Refer-Sub') : text),
    toClient: ({ text, reading }) =>
      reading.status === 200 && reading.method === 'REFER' ? setHeader(text, 'Refer-Sub', 'false') : text,
  }),
  'rfc4488/4/not-granted-is-subscribed': conditional(
    inResponses('makes no subscription and does not say so', { method: 'REFER', status: 200 }, (text) =>
      removeHeader(text, 'Refer-Sub'),
    ),
  ),
  'rfc4488/4/required-and-not-known-420': mutant('takes no notice of what a REFER requires', {
    toServer: ({ text, reading }) =>
      reading.method === 'REFER' ? removeHeader(removeHeader(text, 'Require'), 'Refer-Sub') : text,
    toClient: ({ text, reading }) => (reading.isResponse ? removeHeader(text, 'Supported') : text),
  }),
};
