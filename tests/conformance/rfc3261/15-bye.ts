// Mutants for suites/rfc3261/15-bye.ts.
import type { Reading } from '../../../src/conformance/reading.ts';
import type { MutantMap } from '../map.ts';
import { answerTo, inResponses, mutant, setStatus } from '../mutant.ts';

/** A BYE of the callee in the dialog of its response to an INVITE. */
function byeFor(invite: Reading, response: string): string {
  const to = /^To: (.*?)\r$/m.exec(response)![1];
  const lines = [
    `BYE ${invite.contact} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.250.100.100;branch=z9hG4bKearly${invite.branch}`,
    'Max-Forwards: 70',
    `From: ${to}`,
    `To: ${invite.header('From')}`,
    `Call-ID: ${invite.callId}`,
    'CSeq: 1 BYE',
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export const MUTANTS: MutantMap = {
  'rfc3261/15/bye-stops-media': mutant('plays on after the BYE', {
    toServer: ({ text, reading, reply }) => {
      if (reading.method !== 'BYE') return text;
      reply(answerTo(reading, 200));
      return null;
    },
  }),
  'rfc3261/15.1.2/bye-in-no-dialog-481': inResponses('answers 200 to a BYE of anybody', { method: 'BYE' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/15.1.2/bye-ends-call-200': inResponses('answers 481 to the BYE of a call', { method: 'BYE' }, (text) =>
    setStatus(text, 481),
  ),
  'rfc3261/15.1.2/bye-in-early-dialog': inResponses(
    'rings on after a BYE in the early dialog',
    { method: 'INVITE', status: 487 },
    () => null,
  ),
  'rfc3261/15.1.2/pending-request-answered-after-bye': inResponses(
    'forgets the re-INVITE when the BYE comes',
    { method: 'INVITE' },
    (text, { request }) => (request?.toTag === '' ? text : null),
  ),
  'rfc3261/15/no-bye-in-an-early-dialog': inResponses(
    'hangs up a call that it has not answered',
    { method: 'INVITE', status: (status) => status >= 300 },
    (text, { nth, request }) => (nth > 1 ? null : byeFor(request!, text)),
  ),
  'rfc3261/15/no-bye-before-the-ack': inResponses(
    'hangs up before the ACK',
    { method: 'INVITE', status: 200 },
    (text, { nth, request }) =>
      nth > 1
        ? text
        : [
            { text, afterMs: 0 },
            { text: byeFor(request!, text), afterMs: 4_000 },
          ],
  ),
};
