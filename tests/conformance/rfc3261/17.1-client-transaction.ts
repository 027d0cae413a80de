// Mutants for suites/rfc3261/17.1-client-transaction.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, conditional, editHeader, inItsRequests, mutant, setHeader } from '../mutant.ts';

/** Takes any response: it hears the right one in the place of this. */
const takesAny = (name: string) =>
  mutant(name, () => {
    const asked = new Map<string, string>();
    return {
      toClient: ({ reading, text }) => {
        if (reading.isRequest) asked.set(reading.callId, answerTo(reading, 200));
        return text;
      },
      toServer: ({ reading, text }) =>
        /^SIP\/2\.0/.test(text) ? (asked.get(reading.callId) ?? [...asked.values()][0] ?? text) : text,
    };
  });

/** Repeats a request at other times. */
const repeatsAt = (name: string, times: readonly number[]) =>
  mutant(name, {
    toClient: ({ text, nth, reading }) => {
      if (!reading.isRequest) return text;
      return nth > 1 ? null : times.map((afterMs) => ({ text, afterMs }));
    },
  });

export const MUTANTS: MutantMap = {
  'rfc3261/17.1.1.3/ack-repeats-the-invite': inItsRequests('counts CSeq up for the ACK', 'ACK', (text) =>
    setHeader(text, 'CSeq', '2 ACK'),
  ),
  'rfc3261/17.1.1.3/ack-has-to-of-the-response': inItsRequests('acknowledges without the tag', 'ACK', (text) =>
    editHeader(text, 'To', (was) => was.replace(/;tag=.*/, '')),
  ),
  'rfc3261/17.1.1.3/ack-has-the-via-of-the-invite': inItsRequests('gives each ACK a branch', 'ACK', (text) =>
    editHeader(text, 'Via', (was) => was.replace(/branch=z9hG4bK/, 'branch=z9hG4bKnew')),
  ),
  'rfc3261/17.1.1.3/ack-repeats-route': conditional(
    inItsRequests('has a Route in the INVITE alone', 'INVITE', (text) =>
      setHeader(text, 'Route', '<sip:127.0.0.1;lr>'),
    ),
  ),
  'rfc3261/17.1.1.2/refusal-again-acked-again': inItsRequests('acknowledges a refusal once', 'ACK', (text, m) =>
    m.nth > 1 ? null : text,
  ),
  'rfc3261/17.1.1.2/timer-a-doubles': repeatsAt('repeats an INVITE twice a second', [0, 500, 1_000, 1_500, 2_000]),
  'rfc3261/17.1.1.2/timer-b': mutant('never gives an INVITE up', () => {
    let invite = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method === 'INVITE') invite = text;
        return text;
      },
      toServer: ({ reading, text, reply }) => {
        if (reading.status === 486) reply(setHeader(invite, 'CSeq', '1 ACK').replace(/^INVITE/, 'ACK'));
        return text;
      },
    };
  }),
  'rfc3261/17.1.1.2/provisional-stops-retransmissions': mutant('repeats an INVITE in spite of a 100', {
    toServer: ({ reading, text }) => (reading.status === 100 ? null : text),
  }),
  'rfc3261/17.1.2.2/timer-e-doubles-up-to-t2': repeatsAt('goes on doubling Timer E', [0, 500, 1_500, 3_500, 7_500]),
  'rfc3261/17.1.2.2/provisional-slows-to-t2': mutant('doubles Timer E in spite of a 100', {
    toServer: ({ reading, text }) => (reading.status === 100 ? null : text),
  }),
  'rfc3261/17.1.3/other-cseq-method-not-matched': takesAny('looks at nothing but the branch'),
  'rfc3261/18.1.2/other-sent-by-discarded': takesAny('takes responses that were for somebody else'),
  'rfc3261/18.1.1/heard-at-sent-by': inItsRequests(
    'names a port in sent-by at which it does not listen',
    'OPTIONS',
    (text) => editHeader(text, 'Via', (was) => was.replace(/^(\S+ [^:;]+)(:\d+)?/, '$1:9')),
  ),
  'rfc3261/18.3/truncated-response-discarded': takesAny('takes half a response'),
  'rfc3261/17.1.1.2/ack-over-a-stream-too': inItsRequests('leaves the ACK to TCP', 'ACK', () => null),
  'rfc3261/17.1.1.2/no-timer-a-over-a-stream': inItsRequests('repeats an INVITE over TCP', 'INVITE', (text) => [
    { text, afterMs: 0 },
    { text, afterMs: 500 },
  ]),
};
