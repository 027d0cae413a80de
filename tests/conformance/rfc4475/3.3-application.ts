// Mutants for suites/rfc4475/3.3-application.ts.
import type { MutantMap } from '../map.ts';
import { inPieces, inResponses, setHeader } from '../mutant.ts';
import { repliesTo, saysInstead, takes } from '../odd.ts';

export const MUTANTS: MutantMap = {
  'rfc4475/3.3.1/fields-missing': takes('what has no From and To'),
  'rfc4475/3.3.2/scheme-nobody-knows': takes('an unknown scheme'),
  'rfc4475/3.3.3/scheme-known-and-odd-here': takes('any scheme'),
  'rfc4475/3.3.4/schemes-nobody-knows-in-register': takes('any address-of-record'),
  'rfc4475/3.3.5/option-tags-nobody-knows': inResponses('names one tag of two', { status: 420 }, (text) =>
    setHeader(text, 'Unsupported', 'nothingSupportsThis'),
  ),
  'rfc4475/3.3.6/body-of-a-type-nobody-knows': saysInstead(400, 'an unknown type'),
  'rfc4475/3.3.7/credentials-of-a-scheme-nobody-knows': saysInstead(400, 'unknown credentials'),
  'rfc4475/3.3.8/single-fields-written-twice': takes('single fields twice'),
  'rfc4475/3.3.9/two-content-lengths': takes('two Content-Lengths'),
  'rfc4475/3.3.9/two-content-lengths-in-a-stream': inPieces('takes the last of two Content-Lengths', ({ text }) =>
    text.replace(/Content-Length: 13\r\n/, ''),
  ),
  'rfc4475/3.3.10/response-with-broadcast-via': repliesTo('a response for broadcast'),
  'rfc4475/3.3.10/response-to-broadcast-not-forwarded': inResponses(
    'drops what Kamailio sends to the caller',
    { status: 200, method: 'OPTIONS' },
    () => null,
  ),
  'rfc4475/3.3.11/max-forwards-zero': saysInstead(500, 'Max-Forwards 0'),
  'rfc4475/3.3.12/parameter-behind-a-bare-contact': inResponses(
    'takes a field parameter for one of the URI',
    { method: 'REGISTER' },
    (text) => text.replace(/(Contact: <[^>]*)>/g, '$1;unknownparam>'),
  ),
  'rfc4475/3.3.13/parameter-inside-angle-brackets': inResponses(
    'takes a URI parameter for one of the field',
    { method: 'REGISTER' },
    (text) => text.replace(/(Contact: <[^>]*);unknownparam>/g, '$1>;unknownparam'),
  ),
  'rfc4475/3.3.14/route-escaped-into-a-contact': inResponses(
    'drops the header part of a Contact',
    { method: 'REGISTER' },
    (text) => text.replace(/\?Route=[^>]*/g, ''),
  ),
  'rfc4475/3.3.15/accept-without-session-description': saysInstead(500, 'an odd Accept'),
};
