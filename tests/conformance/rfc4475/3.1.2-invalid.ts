// Mutants for suites/rfc4475/3.1.2-invalid.ts.
import type { MutantMap } from '../map.ts';
import { inPieces, mutant } from '../mutant.ts';
import { findsFault, repliesTo, saysInstead, takes } from '../odd.ts';

export const MUTANTS: MutantMap = {
  'rfc4475/3.1.2.1/separators-without-values': takes('separators without values'),
  'rfc4475/3.1.2.2/content-length-never-reached-in-a-stream': mutant('reads connections one after the other', () => {
    let waiting = 0;
    return {
      pieces: ({ text, connection }) => {
        if (text.includes('Content-Length: 9999')) waiting = connection;
        return waiting === 0 || waiting === connection ? text : '';
      },
    };
  }),
  'rfc4475/3.1.2.3/negative-content-length': takes('a negative Content-Length'),
  'rfc4475/3.1.2.3/negative-content-length-in-a-stream': inPieces(
    'takes a Content-Length below zero for 0',
    ({ text }) => text.replace('Content-Length: -999', 'Content-Length: 0'),
  ),
  'rfc4475/3.1.2.4/numbers-beyond-their-range': takes('a CSeq of 66 bits'),
  'rfc4475/3.1.2.5/response-with-numbers-beyond-their-range': repliesTo('a response with odd numbers'),
  'rfc4475/3.1.2.6/quote-not-closed-in-to': takes('an open quote'),
  'rfc4475/3.1.2.7/angle-brackets-around-request-uri': saysInstead(500, 'angle brackets'),
  'rfc4475/3.1.2.8/spaces-inside-request-uri': takes('spaces in the Request-URI'),
  'rfc4475/3.1.2.9/many-spaces-in-request-line': saysInstead(500, 'many spaces'),
  'rfc4475/3.1.2.10/space-behind-request-line': saysInstead(500, 'a space at the end'),
  'rfc4475/3.1.2.11/header-part-in-request-uri': saysInstead(500, 'a header part'),
  'rfc4475/3.1.2.12/date-in-another-zone': saysInstead(500, 'another zone'),
  'rfc4475/3.1.2.13/question-mark-in-bare-contact': saysInstead(500, 'a bare question mark'),
  'rfc4475/3.1.2.14/spaces-inside-addr-spec': saysInstead(500, 'spaces in a URI'),
  'rfc4475/3.1.2.15/display-name-of-other-characters': saysInstead(500, 'a comma in a name'),
  'rfc4475/3.1.2.16/version-of-the-future': saysInstead(400, 'another version'),
  'rfc4475/3.1.2.17/known-method-another-in-cseq': takes('another method in CSeq'),
  'rfc4475/3.1.2.18/unknown-method-another-in-cseq': takes('an unknown method'),
  'rfc4475/3.1.2.19/status-code-of-ten-digits': repliesTo('a status of ten digits'),
  'rfc4475/3.2.1/branch-of-the-cookie-and-nothing': saysInstead(500, 'a bare cookie'),
  'rfc4475/3.4.1/invite-of-rfc-2543': findsFault('an INVITE of RFC 2543'),
};
