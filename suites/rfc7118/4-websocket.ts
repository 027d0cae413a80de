// RFC 7118 §4, §5: SIP over WebSocket. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { type Frame, Outgoing, type Received } from '../../src/conformance/outgoing.ts';

const OVER_WEBSOCKET = {
  level: 'MUST',
  role: 'all',
  methods: ['OPTIONS'],
  transports: ['ws'],
} satisfies Partial<Case>;

/** RFC 7118 §5.1, RFC 2606 §2: what an end that nobody can reach by a name has in its Via. */
const NOWHERE = 'a1b2c3d4e5f6.invalid';
const ofNowhere = (via: string) => via.replace(/^(\S+) [^;]*/, `$1 ${NOWHERE}`);

/** Stands where the byte comes. */
const MARK = 'MARK';

/** Where another message begins in a body. */
const ANOTHER = /(?:^|\n)(?:SIP\/2\.0 \d{3}\b|[A-Z]+ \S+ SIP\/2\.0\r?\n)/;

/** Why the WebSocket message does not hold just one SIP message; null when it does. */
function notJustOne(message: Received): string | null {
  if (message.fault !== null) return `${message.startLine}, but ${message.fault}`;
  const length = message.bytes.length - Buffer.from(message.bytes).indexOf('\r\n\r\n') - 4;
  const declared = message.number('Content-Length');
  if (!Number.isNaN(declared) && declared !== length)
    return `${message.startLine} with Content-Length ${declared} in a WebSocket message that has ${length} bytes behind its header`;
  const behind = ANOTHER.exec(message.body);
  return behind === null || message.contentType === 'message/sipfrag'
    ? null
    : `${message.startLine}, and behind it ${behind[0].trim()}`;
}

export const CASES: readonly Entry[] = [
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/4.1/subprotocol-sip-agreed',
    title: 'A handshake that offers the subprotocol sip is accepted with it',
    req: ['WSS-001'],
    run: async (t) => {
      const agreed = t.subprotocol;
      t.verify(agreed === 'sip', 'Sec-WebSocket-Protocol: sip in the 101', agreed ?? 'no Sec-WebSocket-Protocol');
    },
  },
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/4.2/text-and-binary-frames',
    title: 'Requests in text frames and in binary frames are both answered',
    req: ['WSS-002'],
    run: async (t) => {
      const answerIn = async (frame: Frame) => {
        const request = t.send(t.request('OPTIONS'), frame);
        return t.expect('final', { of: request, strictly: true });
      };
      const usual = await t.given('an answer to a text frame', () => answerIn('text'));
      const other = await answerIn('binary');
      const expected = `${usual.startLine}, as in a text frame`;
      t.verify(other.status === usual.status, expected, other.startLine);
    },
  },
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/5/one-message-in-one-frame',
    title: 'Each WebSocket message of the server carries one SIP message',
    req: ['WSS-003'],
    run: async (t) => {
      // Many at once, whose answers may be ready together.
      const requests = Array.from({ length: 5 }, () => t.send(t.request('OPTIONS')));
      for (const request of requests) await t.expect('final', { of: request, strictly: true });
      const wrong = t.received.map(notJustOne).find((why) => why !== null);
      t.verify(wrong === undefined, 'one SIP message in each WebSocket message', wrong ?? '');
    },
  },
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/5/no-content-length-needed',
    title: 'A request with a body and no Content-Length is framed by its WebSocket message',
    req: ['WSS-004'],
    run: async (t) => {
      const body = { type: 'text/plain', body: 'as long as its WebSocket message' };
      await t.sameAnswer('OPTIONS', { ...body, headers: { 'Content-Length': null } }, body);
    },
  },
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/5.1/via-of-websocket',
    title: 'A Via of transport WS with a host that is invalid is taken, and answered on the connection',
    req: ['WSS-005'],
    run: async (t) => {
      await t.sameAnswer('OPTIONS', { headers: { Via: ofNowhere } });
    },
  },
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/5.3/received-may-be-left-out',
    title: 'received may be left out where the Via has a name; where it stands it is the address of the connection',
    req: ['WSS-006'],
    level: 'INFO',
    run: async (t) => {
      const request = t.send(t.request('OPTIONS', { headers: { Via: ofNowhere } }));
      const response = await t.expect('final', { of: request, strictly: true });
      const received = response.param('Via', 'received');
      if (received === null) t.info('no received');
      t.verify(received === t.local.address, `received=${t.local.address}, or none`, `received=${received}`);
    },
  },
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/4.2/other-bytes-in-binary-frames',
    title: 'A message with bytes that are no UTF-8 is sent in a binary frame',
    req: ['WSS-007'],
    run: async (t) => {
      // RFC 3261 §8.2.6.2: From is repeated as it came.
      const like = t.request('OPTIONS', { headers: { From: (was) => `"${MARK}" ${was}` } });
      const request = t.send(new Outgoing(Buffer.from(like.text.replace(MARK, '\u00ff'), 'latin1')), 'binary');
      const response = await t.expect('final', { of: request, strictly: true });
      if (!response.bytes.includes(0xff)) t.skip(`${response.startLine}, and no byte in it is other than UTF-8`);
      t.verify(response.frame === 'binary', 'a binary frame', `a ${response.frame} frame with a byte that is no UTF-8`);
    },
  },
  {
    ...OVER_WEBSOCKET,
    id: 'rfc7118/5/timers-of-a-reliable-transport',
    title: 'A final response to INVITE is not sent again while its ACK is missing',
    req: ['WSS-008'],
    role: 'uas',
    methods: ['INVITE'],
    needs: ['busy'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'busy' }));
      const refusal = await t.given('a refusal', () => t.expect('refusal', { of: invite }));
      await t.expectNone(2_000, 'response');
      t.ack(refusal);
    },
  },
];
