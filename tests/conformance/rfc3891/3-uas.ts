// Mutants for suites/rfc3891/3-uas.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests, inOurRequests, inResponses, mutant, removeHeader, setStatus } from '../mutant.ts';

/** A final status of an INVITE with Replaces that becomes another. */
function refuses(name: string, status: number, otherwise: number) {
  return inResponses(name, { method: 'INVITE', status }, (text, { request }) =>
    request?.has('Replaces') ? setStatus(text, otherwise) : text,
  );
}

/** What is required is not looked at, and Replaces is not seen. */
function blind(name: string) {
  return inOurRequests(name, 'INVITE', (text, { reading }) =>
    reading.has('Replaces') ? removeHeader(removeHeader(text, 'Replaces'), 'Require') : text,
  );
}

/** The first call is over as far as the server tells. */
function forgetting(name: string) {
  return inResponses(name, { method: 'OPTIONS', status: 200 }, (text, { reading }) =>
    reading.cseq > 1 ? setStatus(text, 481) : text,
  );
}

export const MUTANTS: MutantMap = {
  'rfc3891/3/two-replaces-400': inOurRequests('takes the first of two Replaces', 'INVITE', (text, { reading }) => {
    const [first] = reading.lines('Replaces');
    return first === undefined
      ? text
      : removeHeader(text, 'Replaces').replace('\r\n\r\n', `\r\nReplaces: ${first}\r\n\r\n`);
  }),
  'rfc3891/3/replaces-outside-of-invite-400': inOurRequests('sees Replaces in INVITE alone', 'OPTIONS', (text) =>
    removeHeader(text, 'Replaces'),
  ),
  'rfc3891/3/beside-join-400': refuses('refuses Replaces beside Join with 488', 400, 488),
  'rfc3891/3/no-such-dialog-481': blind('answers a call that replaces nothing'),
  'rfc3891/3/subscription-is-no-call-481': blind('answers a call that would replace a subscription'),
  'rfc3891/3/ringing-call-is-left-481': refuses('is busy to who would take a ringing call', 481, 486),
  'rfc3891/3/call-that-is-over-603': refuses('knows no call that is over', 603, 481),
  'rfc3891/3/early-only-of-a-call-486': inOurRequests('does not know early-only', 'INVITE', (text) =>
    editHeader(text, 'Replaces', (value) => value.replace(';early-only', '')),
  ),
  'rfc3891/3/call-is-replaced': inItsRequests('leaves the replaced call up', 'BYE', (text) =>
    editHeader(text, 'Call-ID', () => 'some-other-call'),
  ),
  'rfc3891/3/refused-offer-leaves-the-call': forgetting('ends a call whose replacement it refuses'),
  'rfc3891/6.1/both-tags-400': blind('answers a call whose Replaces is broken'),
  'rfc3891/6.2/replaces-in-supported': mutant('heeds Replaces and does not say so', {
    toClient: ({ text, reading }) =>
      reading.isResponse ? editHeader(text, 'Supported', (value) => value.replace(/,?\s*replaces/, '')) : text,
  }),
};
