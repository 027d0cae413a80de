// Mutants for suites/rfc3264/8-changes.ts.
import type { MutantMap } from '../map.ts';
import { editBody, inResponses, type Mutant, mutant } from '../mutant.ts';

function inLaterAnswers(name: string, edit: (body: string) => string): Mutant {
  return inResponses(name, { method: 'INVITE', status: 200 }, (text, { request }) =>
    request?.toTag === '' ? text : editBody(text, edit),
  );
}

/** What is sent follows the first offer in this, whatever later ones say. */
function keepsFromFirst(name: string, line: RegExp): Mutant {
  return mutant(name, () => {
    let first: string | undefined;
    return {
      toServer: ({ text, reading }) => {
        if (reading.method !== 'INVITE') return text;
        return editBody(text, (body) => {
          first ??= line.exec(body)?.[0] ?? '';
          return body.replace(line, first);
        });
      },
    };
  });
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
  'rfc3264/8.3.1/media-follow-new-port': keepsFromFirst('sends on to the port of the first offer', /m=audio \d+/),
  'rfc3264/8.4/null-address-stops-media': keepsFromFirst('sends on to the address of the first offer', /c=IN IP4 \S+/),
};
