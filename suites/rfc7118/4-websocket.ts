// RFC 7118 §4, §5: SIP over WebSocket. Listed with the reason why nothing is judged. Cases only.

import { type Entry, notObservable } from '../../src/conformance/case.ts';

const REASON = 'no case is written yet: the harness speaks WebSocket (conform ws:…), but nothing judges this';

const REQUIREMENTS = [
  ['4.1/subprotocol-sip-agreed', 'WSS-001', 'A handshake that offers the subprotocol sip is accepted with it'],
  ['4.2/text-and-binary-frames', 'WSS-002', 'Requests in text frames and in binary frames are both answered'],
  ['5/one-message-in-one-frame', 'WSS-003', 'Each WebSocket message of the server carries one SIP message'],
  [
    '5/no-content-length-needed',
    'WSS-004',
    'A request with a body and no Content-Length is framed by its WebSocket message',
  ],
  [
    '5.1/via-of-websocket',
    'WSS-005',
    'A Via of transport WS or WSS with an invalid host is taken and answered on the connection',
  ],
  ['5.3/received-may-be-left-out', 'WSS-006', 'received may be left out where the Via has a name'],
  ['4.2/other-bytes-in-binary-frames', 'WSS-007', 'A message with bytes that are no UTF-8 is sent in a binary frame'],
  [
    '5/timers-of-a-reliable-transport',
    'WSS-008',
    'A final response to INVITE is not sent again while its ACK is missing',
  ],
] as const;

export const CASES: readonly Entry[] = REQUIREMENTS.map(([words, req, title]) =>
  notObservable(`rfc7118/${words}`, {
    title,
    req: [req],
    level: req === 'WSS-006' ? 'INFO' : 'MUST',
    role: 'uas',
    methods: ['INVITE', 'OPTIONS'],
    reason: REASON,
  }),
);
