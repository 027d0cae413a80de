// Mutants for suites/rfc4475/3.1.1-valid.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, inResponses, mutant } from '../mutant.ts';
import { findsFault, repliesTo, takes } from '../odd.ts';

export const MUTANTS: MutantMap = {
  'rfc4475/3.1.1.1/white-space-and-folds-everywhere': findsFault('folds and white space'),
  'rfc4475/3.1.1.2/method-of-every-token-character': takes('any method'),
  'rfc4475/3.1.1.3/escapes-in-uris': findsFault('escapes in URIs'),
  'rfc4475/3.1.1.4/escaped-nul-in-user-part': inResponses('cuts a user part at NUL', { method: 'REGISTER' }, (text) =>
    text.replaceAll(/%00\w+/g, '%00'),
  ),
  'rfc4475/3.1.1.5/escapes-in-the-method-are-no-escapes': takes('an escaped REGISTER'),
  'rfc4475/3.1.1.6/no-space-before-angle-bracket': findsFault('a display name without space'),
  'rfc4475/3.1.1.7/long-values': findsFault('long values'),
  'rfc4475/3.1.1.8/second-request-in-one-datagram': mutant('answers what follows the body', {
    toServer: ({ text, reading, reply }) => {
      if (text.includes('\r\n\r\nINVITE ')) reply(answerTo(reading, 200));
      return text;
    },
  }),
  'rfc4475/3.1.1.9/semicolon-in-user-part': findsFault('a semicolon in the user part'),
  'rfc4475/3.1.1.10/transports-nobody-knows': inResponses('drops Vias of other transports', {}, (text) =>
    text.replace(/Via: SIP.2.0.UNKNOWN[^\r]*\r\n/, ''),
  ),
  'rfc4475/3.1.1.11/multipart-with-nul-bytes': findsFault('a body with NUL'),
  'rfc4475/3.1.1.12/reason-phrase-in-many-letters': repliesTo('a stray 200'),
  'rfc4475/3.1.1.13/empty-reason-phrase': repliesTo('a stray 100'),
};
