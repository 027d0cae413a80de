// Mutants for suites/rfc3264/8-changes.ts.
import type { MutantMap } from '../map.ts';
import { editBody, inResponses, type Mutant } from '../mutant.ts';

function inLaterAnswers(name: string, edit: (body: string) => string): Mutant {
  return inResponses(name, { method: 'INVITE', status: 200 }, (text, { request }) =>
    request?.toTag === '' ? text : editBody(text, edit),
  );
}

export const MUTANTS: MutantMap = {
  'rfc3264/8/same-version-no-op': inLaterAnswers('refuses the stream of an offer that has not changed', (body) =>
    body.replace(/m=audio \d+/, 'm=audio 0'),
  ),
  'rfc3264/8/answer-version-rises': inLaterAnswers('picks the version of a new answer at will', (body) =>
    body.replace(/^(o=\S+ \S+) \d+/m, '$1 99'),
  ),
  'rfc3264/8.2/port-0-answered-port-0': inLaterAnswers('keeps a stream that the offer has ended', (body) =>
    body.replace('m=audio 0', 'm=audio 6002'),
  ),
  'rfc3264/8.4/null-address-accepted': inLaterAnswers('ends a stream with the address 0.0.0.0', (body) =>
    body.replace(/m=audio \d+/, 'm=audio 0'),
  ),
  'rfc3264/8.4/hold-not-answered-with-hold': inLaterAnswers('answers hold with hold', (body) =>
    body.replace('a=recvonly', 'a=inactive'),
  ),
};
