// Mutants for suites/rfc3515/2.4-notify.ts.
import type { Reading } from '../../../src/conformance/reading.ts';
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests, inResponses, mutant, otherTag, setBody, setHeader, setStatus } from '../mutant.ts';

/** A server that gives up the call it makes for a REFER when `isTheEnd` passes. */
function cancelling(name: string, isTheEnd: (message: Reading) => boolean) {
  return mutant(name, () => {
    let invite: Reading | null = null;
    let toTarget: ((text: string) => void) | null = null;
    return {
      toClient: ({ text, reading }) => {
        if (reading.isRequest && reading.method === 'INVITE') invite = reading;
        return text;
      },
      toServer: ({ text, reading, reply }) => {
        if (reading.status === 180) toTarget = reply;
        if (isTheEnd(reading) && invite !== null) toTarget?.(cancelOf(invite));
        return text;
      },
    };
  });
}

function cancelOf(invite: Reading): string {
  const kept = ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID'].map((name) => `${name}: ${invite.lines(name)[0]}`);
  const lines = [`CANCEL ${invite.uri} SIP/2.0`, ...kept, `CSeq: ${invite.cseq} CANCEL`, 'Content-Length: 0'];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export const MUTANTS: MutantMap = {
  'rfc3515/2.4.4/notify-follows-refer': inItsRequests('sends NOTIFY in a dialog of its own', 'NOTIFY', (text) =>
    otherTag(text),
  ),
  'rfc3515/2.4.4/event-is-refer': inItsRequests('calls the event of a referral dialog', 'NOTIFY', (text) =>
    setHeader(text, 'Event', 'dialog'),
  ),
  'rfc3515/2.4.5/body-begins-with-status-line': inItsRequests('tells in words of its own', 'NOTIFY', (text) =>
    setBody(text, 'Transfer in progress\r\n'),
  ),
  'rfc3515/2.4.4/subscribe-without-refer-403': inResponses(
    'takes a subscription to refer for a dialog it lacks',
    { method: 'SUBSCRIBE', status: 403 },
    (text) => setStatus(text, 481),
  ),
  'rfc3515/2.4.4/unsubscribed-call-goes-on': cancelling(
    'cancels the call of a referral that nobody watches',
    (message) => message.isRequest && message.method === 'SUBSCRIBE',
  ),
  'rfc3515/2.4.4/refused-notify-call-goes-on': cancelling(
    'cancels the call of a referral whose NOTIFY is refused',
    ({ status, method }) => status === 481 && method === 'NOTIFY',
  ),
  'rfc3515/2.4.6/second-refer-is-named': inItsRequests('does not tell two referrals apart', 'NOTIFY', (text) =>
    setHeader(text, 'Event', 'refer'),
  ),
  'rfc3515/2.4.7/answer-is-told': inItsRequests('ends a referral for another reason', 'NOTIFY', (text) =>
    editHeader(text, 'Subscription-State', (value) => value.replace('noresource', 'timeout')),
  ),
  'rfc3515/2.4.7/refusal-is-told': inItsRequests(
    'says 200 of a call that was refused',
    'NOTIFY',
    (text, { reading }) => (reading.body.startsWith('SIP/2.0 486') ? setBody(text, 'SIP/2.0 200 OK\r\n') : text),
  ),
  'rfc3515/3.10/one-notify-a-second': mutant('tells of each provisional response at once', () => {
    let last: { readonly text: string; readonly cseq: number } | null = null;
    let toReferrer: ((text: string) => void) | null = null;
    let more = 0;
    return {
      toClient: ({ text, reading }) => {
        if (reading.isRequest && reading.method === 'NOTIFY') last = { text, cseq: reading.cseq };
        return text;
      },
      toServer: ({ text, reading, reply }) => {
        if (reading.isRequest && reading.method === 'REFER') toReferrer = reply;
        if (reading.method !== 'INVITE' || reading.status <= 100 || reading.status >= 200 || last === null) return text;
        more++;
        const next = setHeader(last.text, 'CSeq', `${last.cseq + more} NOTIFY`);
        const other = editHeader(next, 'Via', (value) => value.replace(/branch=[^;]*/, `branch=z9hG4bKsoon${more}`));
        toReferrer?.(setBody(other, `SIP/2.0 ${reading.status} ${reading.reason}\r\n`));
        return text;
      },
    };
  }),
};
