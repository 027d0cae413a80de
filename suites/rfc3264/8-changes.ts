// RFC 3264 §8: changes of a session by a new offer, as a re-INVITE brings it. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Call, Talk } from '../../src/conformance/talk.ts';
import { type Description, mediaText, PCMU, readDescription } from '../description.ts';
import { openMedia } from '../media.ts';

const SECOND = PCMU.replace('40000', '40010');

/** A re-INVITE with this session description, its answer and the 2xx that brings it, acknowledged. A refusal is `refused`'s. */
async function offerAnew(
  t: Talk,
  { dialog }: Call,
  body: string,
  refused: (startLine: string) => never = (line) => t.inconclusive(`the new offer was refused: ${line}`),
): Promise<{ response: Received; answer: Description }> {
  const response = await t.expect('final', { of: t.send(t.request('INVITE', { dialog, body })) });
  t.ack(response);
  if (response.status >= 300) refused(response.startLine);
  const answer = readDescription(response);
  if (answer === null) t.fail('no session description', 'an answer in the 2xx');
  return { response, answer: answer! };
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3264/8/same-version-no-op',
    title: 'An offer with the version of the last one is taken and gets a valid answer',
    req: ['SDP-012'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await t.call();
      const before = readDescription(call.response);
      const { answer } = await offerAnew(t, call, call.invite.reading.body, (line) => t.fail(line, '2xx'));
      t.verify(answer.streams.length === 1 && answer.streams[0]!.port > 0, 'the stream taken', mediaText(answer));
      const same = answer.version !== before?.version || mediaText(answer) === mediaText(before);
      t.verify(same, `as version ${answer.version} was: ${mediaText(before)}`, mediaText(answer));
    },
  },
  {
    id: 'rfc3264/8/answer-version-rises',
    title: 'A changed answer has the o= line of the last with the version one higher',
    req: ['SDP-012'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await t.call();
      const before = readDescription(call.response);
      if (before === null) return t.inconclusive('no session description in the 2xx');
      const { answer, response } = await offerAnew(t, call, sdp(t.local.address, 2, `${PCMU}a=sendonly\r\n`));
      const changed = response.body !== call.response.body;
      const rest = (one: Description) =>
        one.origin
          .split(' ')
          .filter((_, i) => i !== 2)
          .join(' ');
      t.verify(rest(answer) === rest(before), `o=${before.origin} but for the version`, `o=${answer.origin}`);
      const wanted = changed ? BigInt(before.version) + 1n : BigInt(before.version);
      t.verify(BigInt(answer.version) === wanted, `version ${wanted}`, `version ${answer.version}`);
    },
  },
  {
    id: 'rfc3264/8.2/port-0-answered-port-0',
    title: 'A stream that the offer ends with port 0 has port 0 in the answer',
    req: ['SDP-014'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await t.call();
      const { answer } = await offerAnew(t, call, sdp(t.local.address, 2, `${PCMU.replace('40000', '0')}${SECOND}`));
      t.verify(answer.streams.length === 2 && answer.streams[0]!.port === 0, 'audio 0, and another', mediaText(answer));
    },
  },
  {
    id: 'rfc3264/8.3.1/media-follow-new-port',
    title: 'After an offer with another port the media go there',
    req: ['SDP-018'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['echo'],
    run: async (t) => {
      const old = await openMedia(t);
      const call = await t.call({ to: 'echo', body: old.offer() });
      if (!(await old.flows(call.response))) t.inconclusive('no media come from the extension that sends them back');
      const moved = await openMedia(t);
      const { response } = await offerAnew(t, call, moved.offer(2));
      t.verify(await moved.flows(response), 'packets at the new port', 'none');
    },
  },
  {
    id: 'rfc3264/8.4/null-address-accepted',
    title: 'An offer with the connection address 0.0.0.0 is taken: hold as RFC 2543 had it',
    req: ['SDP-015'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer', 'ipv4'],
    run: async (t) => {
      const call = await t.call();
      const held = sdp(t.local.address, 2).replace(/c=IN IP4 \S+/, 'c=IN IP4 0.0.0.0');
      const { answer } = await offerAnew(t, call, held, (line) => t.fail(line, '2xx'));
      t.verify(answer.streams[0]!.port > 0, 'the stream taken', mediaText(answer));
    },
  },
  {
    id: 'rfc3264/8.4/null-address-stops-media',
    title: 'No media are sent while the connection address of the offer is 0.0.0.0',
    req: ['SDP-015'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['echo', 'ipv4'],
    run: async (t) => {
      const media = await openMedia(t);
      const call = await t.call({ to: 'echo', body: media.offer() });
      if (!(await media.flows(call.response))) t.inconclusive('no media come from the extension that sends them back');
      const held = media.offer(2).replace(/c=IN IP4 \S+/, 'c=IN IP4 0.0.0.0');
      const { response } = await offerAnew(t, call, held);
      await t.pause(300);
      const late = await media.packets(response, 1_000);
      t.verify(late.length === 0, 'no packets while on hold', `${late.length} packets in a second`);
    },
  },
  {
    id: 'rfc3264/8.4/hold-not-answered-with-hold',
    title: 'A stream on hold (sendonly) is not put on hold by the other side too',
    req: ['SDP-016'],
    level: 'SHOULD NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await t.call();
      const { answer } = await offerAnew(t, call, sdp(t.local.address, 2, `${PCMU}a=sendonly\r\n`));
      const { direction } = answer.streams[0]!;
      t.verify(direction === 'recvonly', 'a=recvonly', `a=${direction}`);
    },
  },
];
