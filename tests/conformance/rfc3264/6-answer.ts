// Mutants for suites/rfc3264/6-answer.ts.
import type { MutantMap } from '../map.ts';
import { editBody, inOurRequests, inResponses, type Mutant } from '../mutant.ts';

function inAnswers(name: string, edit: (body: string) => string): Mutant {
  return inResponses(name, { method: 'INVITE', status: 200 }, (text) => editBody(text, edit));
}

export const MUTANTS: MutantMap = {
  'rfc3264/6/stream-for-stream': inAnswers('leaves out the streams it refuses', (body) =>
    body.replace(/m=\w+ 0 [^\r]*\r\n/g, ''),
  ),
  'rfc3264/6/unsupported-stream-port-0': inAnswers('takes every stream', (body) =>
    body.replace('m=image 0', 'm=image 9'),
  ),
  'rfc3264/6/time-as-offered': inAnswers('has a time of its own', (body) => body.replace(/t=.*/, 't=0 0')),
  'rfc3264/6/no-stream-for-no-stream': inAnswers(
    'adds a stream to an offer without one',
    (body) => `${body}m=audio 0 RTP/AVP 0\r\n`,
  ),
  'rfc3264/6.1/sendonly-answered': inAnswers('sends where it should receive', (body) =>
    body.replace('a=recvonly', 'a=sendrecv'),
  ),
  'rfc3264/6.1/recvonly-answered': inAnswers('receives where it should send', (body) =>
    body.replace('a=sendonly', 'a=sendrecv'),
  ),
  'rfc3264/6.1/inactive-answered': inAnswers('wakes an inactive stream', (body) =>
    body.replace('a=inactive', 'a=sendrecv'),
  ),
  'rfc3264/6.1/payload-type-kept': inAnswers('numbers the formats itself', (body) => body.replaceAll('97', '102')),
  'rfc3264/6.1/dynamic-types-mapped': inAnswers('leaves out the rtpmap lines', (body) =>
    body.replace(/a=rtpmap:[^\r]*\r\n/g, ''),
  ),
  'rfc3264/6.1/no-common-format-port-0': inAnswers('takes a format that it cannot know', (body) =>
    body.replace('m=audio 0', 'm=audio 6004'),
  ),
  'rfc3264/6.1/format-of-the-offer': inAnswers('answers with a format of its own', (body) =>
    body.replace(/RTP\/AVP 8/, 'RTP/AVP 18'),
  ),
  'rfc3264/6.1/packets-as-the-offer-numbers-them': inOurRequests(
    'numbers its packets as it always does',
    'INVITE',
    (text) => editBody(text, (body) => body.replace(/ 100\r/, ' 0\r').replace('rtpmap:100', 'rtpmap:0')),
  ),
};
