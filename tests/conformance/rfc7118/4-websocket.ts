// Mutants for suites/rfc7118/4-websocket.ts.

import type { MutantMap } from '../map.ts';
import { editHeader, inOurRequests, inResponses, mutant, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc7118/4.1/subprotocol-sip-agreed': mutant('accepts the handshake and names no subprotocol', {
    webSocket: { subprotocol: false },
  }),
  'rfc7118/4.2/text-and-binary-frames': inOurRequests('drops what comes in a binary frame', 'OPTIONS', (text, m) =>
    m.frame === 'binary' ? null : text,
  ),
  'rfc7118/5/one-message-in-one-frame': mutant('puts the response before behind each one', () => {
    let before = '';
    return {
      toClient: ({ text }) => {
        const both = text + before;
        before = text;
        return both;
      },
    };
  }),
  'rfc7118/5/no-content-length-needed': inResponses(
    'wants Content-Length, as in a stream',
    { method: 'OPTIONS' },
    (text, { request }) => (request?.has('Content-Length') === false ? setStatus(text, 400) : text),
  ),
  'rfc7118/5.1/via-of-websocket': inOurRequests('drops a request with a Via that has no address', 'OPTIONS', (text) =>
    text.includes('.invalid;') ? null : text,
  ),
  'rfc7118/5.3/received-may-be-left-out': inResponses('says the wrong address in received', {}, (text) =>
    editHeader(text, 'Via', (via) => via.replace(/received=[^;]*/, 'received=127.0.0.9')),
  ),
  'rfc7118/4.2/other-bytes-in-binary-frames': mutant('sends text frames whatever the bytes are', {
    webSocket: { frame: 'text' },
  }),
  'rfc7118/5/timers-of-a-reliable-transport': inResponses(
    'sends a refusal again as over UDP',
    { method: 'INVITE', status: (status) => status >= 300 },
    (text) => [
      { text, afterMs: 0 },
      { text, afterMs: 500 },
    ],
  ),
};
