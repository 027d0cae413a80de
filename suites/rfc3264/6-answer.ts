// RFC 3264 §6: the answer to an offer, as a 2xx to INVITE brings it. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { type Description, type Direction, mediaText, PCMU, readDescription } from '../description.ts';
import { openMedia } from '../media.ts';

const UNKNOWN_AUDIO = 'm=audio 40010 RTP/AVP 121\r\na=rtpmap:121 X-NOBODY-KNOWS/8000\r\n';
const UNKNOWN_MEDIA = 'm=image 40020 RTP/AVP 122\r\na=rtpmap:122 X-NOBODY-KNOWS/90000\r\n';

/** A call with these media lines offered, and the answer to them. */
async function answerTo(t: Talk, media: string, edit: (text: string) => string = (text) => text): Promise<Description> {
  const { response } = await t.call({ body: edit(sdp(t.local.address, 1, media)) });
  const answer = readDescription(response);
  if (answer === null) t.inconclusive('no session description in the 2xx');
  return answer!;
}

/** A stream offered with this direction must come back with one of `wanted`. */
async function verifyDirection(t: Talk, offered: Direction, wanted: readonly Direction[]): Promise<void> {
  const answer = await answerTo(t, `${PCMU}a=${offered}\r\n`);
  const [stream] = answer.streams;
  if (stream === undefined || stream.port === 0) t.inconclusive(`the stream was not taken: ${mediaText(answer)}`);
  const { direction } = stream!;
  t.verify(wanted.includes(direction), `a=${wanted.join(' or a=')} to a=${offered}`, `a=${direction}`);
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3264/6/stream-for-stream',
    title: 'The answer has as many media lines as the offer, of the same media types in the same order',
    req: ['SDP-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const media = `${UNKNOWN_MEDIA}${PCMU}m=video 40030 RTP/AVP 31\r\n${PCMU.replace('40000', '40040')}`;
      const answer = await answerTo(t, media);
      const types = answer.streams.map(({ type }) => type).join(' ');
      t.verify(types === 'image audio video audio', 'streams: image audio video audio', types);
    },
  },
  {
    id: 'rfc3264/6/unsupported-stream-port-0',
    title: 'A stream of a kind nobody knows is refused by port 0, with a format still on its line',
    req: ['SDP-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const answer = await answerTo(t, `${PCMU}${UNKNOWN_MEDIA}`);
      const image = answer.streams[1];
      t.verify(image?.port === 0 && image.formats.length > 0, 'image 0 and a format', mediaText(answer));
    },
  },
  {
    id: 'rfc3264/6/time-as-offered',
    title: 'The time (t=) of the answer is that of the offer',
    req: ['SDP-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const offered = '3338481189 3370017201';
      const answer = await answerTo(t, PCMU, (text) => text.replace('t=0 0', `t=${offered}`));
      t.verify(answer.times.join() === offered, `t=${offered}`, `t=${answer.times.join(', t=')}`);
    },
  },
  {
    id: 'rfc3264/6/no-stream-for-no-stream',
    title: 'An offer without media lines is answered without media lines',
    req: ['SDP-021'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer', body: sdp(t.local.address, 1, '') }));
      const response = await t.expect(['2xx', 488, 606]);
      t.ack(response);
      // It may refuse a session without media as a whole; then there is no answer to look at.
      if (response.status >= 300) t.nonStrict(response.startLine, 'an answer without media lines');
      const answer = readDescription(response);
      t.verify(answer?.streams.length === 0, 'an answer without media lines', mediaText(answer));
    },
  },
  {
    id: 'rfc3264/6.1/sendonly-answered',
    title: 'A sendonly stream is answered recvonly or inactive',
    req: ['SDP-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: (t) => verifyDirection(t, 'sendonly', ['recvonly', 'inactive']),
  },
  {
    id: 'rfc3264/6.1/recvonly-answered',
    title: 'A recvonly stream is answered sendonly or inactive',
    req: ['SDP-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: (t) => verifyDirection(t, 'recvonly', ['sendonly', 'inactive']),
  },
  {
    id: 'rfc3264/6.1/inactive-answered',
    title: 'An inactive stream is answered inactive',
    req: ['SDP-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: (t) => verifyDirection(t, 'inactive', ['inactive']),
  },
  {
    id: 'rfc3264/6.1/payload-type-kept',
    title: 'A format has the payload type number in the answer that the offer gave it',
    req: ['SDP-007'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const maps = new Map([
        ['97', 'pcmu/8000'],
        ['98', 'telephone-event/8000'],
      ]);
      const lines = [...maps].map(([type, encoding]) => `a=rtpmap:${type} ${encoding}\r\n`).join('');
      const answer = await answerTo(t, `m=audio 40000 RTP/AVP 97 98\r\n${lines}`);
      const numbers = new Map([...maps].map(([type, encoding]) => [encoding, type]));
      for (const [type, encoding] of answer.streams[0]?.maps ?? []) {
        const offered = numbers.get(encoding.replace(/\/1$/, ''));
        t.verify(offered === undefined || offered === type, `${offered} for ${encoding}`, type);
      }
      t.verify(answer.streams[0]?.formats.includes('97') === true, 'payload type 97', mediaText(answer));
    },
  },
  {
    id: 'rfc3264/6.1/dynamic-types-mapped',
    title: 'Every dynamic payload type of the answer has its rtpmap',
    req: ['SDP-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const lines = 'a=rtpmap:97 PCMU/8000\r\na=rtpmap:98 telephone-event/8000\r\na=rtpmap:99 opus/48000/2\r\n';
      const answer = await answerTo(t, `m=audio 40000 RTP/AVP 97 98 99\r\n${lines}`);
      const taken = answer.streams.filter(({ port }) => port > 0);
      const bare = taken.flatMap(({ formats, maps }) => formats.filter((one) => Number(one) >= 96 && !maps.has(one)));
      t.verify(bare.length === 0, 'an rtpmap for each dynamic payload type', `none for ${bare.join(', ')}`);
    },
  },
  {
    id: 'rfc3264/6.1/no-common-format-port-0',
    title: 'A stream with no format that the server knows is refused by port 0',
    req: ['SDP-009'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const answer = await answerTo(t, `${UNKNOWN_AUDIO}${PCMU}`);
      t.verify(answer.streams[0]?.port === 0, 'audio 0 for the first stream', mediaText(answer));
    },
  },
  {
    id: 'rfc3264/6.1/format-of-the-offer',
    title: 'A stream that is taken has at least one of the formats of the offer in its answer',
    req: ['SDP-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const offered = ['121', '8', '0'];
      const answer = await answerTo(
        t,
        `m=audio 40000 RTP/AVP ${offered.join(' ')}\r\na=rtpmap:121 X-NOBODY-KNOWS/8000\r\n`,
      );
      const [stream] = answer.streams;
      if (stream === undefined || stream.port === 0) return t.inconclusive(`not taken: ${mediaText(answer)}`);
      // More than the offer had may be listed; nothing of what it had may not, and nobody can know the first of these.
      const common = stream.formats.filter((one) => offered.includes(one) && one !== '121');
      t.verify(common.length > 0, 'payload type 8 or 0', stream.formats.join(' ') || '(none)');
      t.verify(!stream.formats.includes('121'), 'nothing of the format that nobody knows', stream.formats.join(' '));
      t.prefer(
        common.join() === offered.filter((one) => common.includes(one)).join(),
        'formats in the order of the offer',
        common.join(' '),
      );
    },
  },
  {
    id: 'rfc3264/6.1/packets-as-the-offer-numbers-them',
    title: 'Media come with the payload type number of the offer',
    req: ['SDP-022'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['echo'],
    run: async (t) => {
      const media = await openMedia(t);
      const { response } = await t.call({ to: 'echo', body: media.offer(1, 100) });
      if (!(await media.flows(response))) t.inconclusive('no media come from the extension that sends them back');
      const types = new Set((await media.packets(response, 500)).map(({ payloadType }) => payloadType));
      t.verify([...types].join() === '100', 'packets of payload type 100', [...types].join(', '));
    },
  },
];
