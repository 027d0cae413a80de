// Mutants for suites/rfc3261/18.2-responses.ts.
import type { MutantMap } from '../map.ts';
import { answerTo, editHeader, inOurRequests, inResponses, mutant, removeHeader, setStatus } from '../mutant.ts';

const deaf = (name: string, bytes: number) =>
  inOurRequests(name, 'OPTIONS', (text) => (text.length > bytes ? null : text));

export const MUTANTS: MutantMap = {
  'rfc3261/18.1.1/datagram-of-20-kilobytes': deaf('hears no datagram above 16 kilobytes', 16_000),
  'rfc3261/18.1.1/datagram-of-60-kilobytes': deaf('hears no datagram above 32 kilobytes', 32_000),
  // What is short by the time it leaves: a server without the rule sends it as it sends everything.
  'rfc3261/18.1.1/long-request-over-tcp': inOurRequests('sends a datagram, however long it was', 'OPTIONS', (text) =>
    removeHeader(text, 'X-Filler'),
  ),
  'rfc3261/18.2.1/received-where-sent-by-differs': inResponses('adds no received', {}, (text) =>
    editHeader(text, 'Via', (value) => value.replace(/;received=[^;,]*/, '')),
  ),
  'rfc3261/18.2.2/response-to-port-of-sent-by': mutant('answers to the source port', {
    toServer: ({ text, reading, reply }) => {
      if (reading.method !== 'OPTIONS' || reading.param('Via', 'rport') !== null) return text;
      reply(answerTo(reading, 200));
      return null;
    },
  }),
  'rfc3261/18.2.2/response-to-maddr': inOurRequests('is deaf to a request with maddr', 'OPTIONS', (text) =>
    text.includes(';maddr=') ? null : text,
  ),
  'rfc3261/18.3/content-length-beyond-datagram-400': inResponses('takes what is cut short', { status: 400 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/18.3/bytes-after-the-body-discarded': mutant('takes what follows the body for a second request', {
    toServer: ({ text }) => {
      const second = text.indexOf('OPTIONS ', text.indexOf('\r\n\r\n'));
      if (second < 0) return text;
      return [
        { text: text.slice(0, second), afterMs: 0 },
        { text: text.slice(second), afterMs: 1 },
      ];
    },
  }),
  'rfc3261/18.2.2/response-on-a-new-connection': mutant('opens a connection to port 5060, whatever sent-by says', {
    toServer: ({ text }) => editHeader(text, 'Via', (value) => value.replace(/:\d+(?=;)/, ':5060')),
  }),
};
