// Mutants for suites/rfc3261/9.2-cancel.ts.
import type { MutantMap } from '../map.ts';
import { inResponses, mutant, otherTag, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/9.2/cancel-without-match-481': inResponses('answers 200 to every CANCEL', { method: 'CANCEL' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/9.2/matching-cancel-answered-200': inResponses('answers 481 to every CANCEL', { method: 'CANCEL' }, (text) =>
    setStatus(text, 481),
  ),
  'rfc3261/9.2/cancelled-invite-487': inResponses('never ends a cancelled INVITE', { status: 487 }, () => null),
  'rfc3261/9.2/cancel-response-to-tag': inResponses(
    'answers a CANCEL under another tag',
    { method: 'CANCEL' },
    (text) => otherTag(text),
  ),
  'rfc3261/9.2/cancel-after-2xx-changes-nothing': mutant('ends an answered call when a CANCEL comes', () => {
    let cancelled = false;
    return {
      toServer: ({ text, reading }) => {
        cancelled ||= reading.method === 'CANCEL';
        return text;
      },
      toClient: ({ text, reading }) => (cancelled && reading.method === 'BYE' ? setStatus(text, 481) : text),
    };
  }),
  'rfc3261/9.2/cancel-of-answered-options': inResponses(
    'takes a CANCEL back to an answered OPTIONS',
    { method: 'OPTIONS' },
    (text, { nth }) => (nth === 1 ? text : setStatus(text, 487)),
  ),
};
