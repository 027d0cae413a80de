// Offers and their answers (RFC 3264 §6), line by line.
import { describe, expect, it } from 'vitest';
import { answerText, putAnswer } from './session-answer.ts';

const TEXT = answerText('192.0.2.1', 6000);
const HEAD = ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0'];
const OURS = ['v=0', 'o=busyhour 1 7 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];

/** The lines of the answer to an offer of these lines, null when there is none. */
function answerTo(lines: readonly string[], end = '\r\n'): string[] | null {
  const bytes = new Uint8Array(8_192);
  const length = Buffer.from(bytes.buffer).write(lines.map((line) => line + end).join(''));
  const stop = putAnswer(bytes, 0, length, 4_096, TEXT, 7);
  if (stop < 0) return null;
  const text = Buffer.from(bytes.subarray(4_096, stop)).toString();
  expect(text.endsWith('\r\n')).toBe(true);
  return text.split('\r\n').slice(0, -1);
}

describe('an audio stream', () => {
  it('is taken with its first format that is known and the rtpmap of that', () => {
    expect(
      answerTo([
        ...HEAD,
        'm=audio 4000 RTP/AVP 99 101 97 0',
        'a=rtpmap:97 opus/48000/2',
        'a=rtpmap:99 x-own/8000',
        'a=rtpmap:101 telephone-event/8000',
      ]),
    ).toEqual([...OURS, 'm=audio 6000 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2', 'a=sendrecv']);

    expect(answerTo([...HEAD, 'm=audio 4000 RTP/AVP 8 0 101', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000'])).toEqual(
      [...OURS, 'm=audio 6000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', 'a=sendrecv'],
    );
  });

  // RFC 3264 §6.1.
  it.each([
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
    ['sendrecv', 'sendrecv'],
  ])('that is %s is answered %s, also where the session says so', (offered, answered) => {
    const media = 'm=audio 4000 RTP/AVP 0';
    expect(answerTo([...HEAD, media, `a=${offered}`])?.at(-1)).toBe(`a=${answered}`);
    expect(answerTo([...HEAD, `a=${offered}`, media])?.at(-1)).toBe(`a=${answered}`);
  });

  it('is found with bare line feeds too', () => {
    expect(answerTo([...HEAD, 'm=audio 4000 RTP/AVP 0'], '\n')?.at(-2)).toBe('m=audio 6000 RTP/AVP 0');
  });
});

it('keeps a line for each stream, port 0 for those it refuses', () => {
  expect(
    answerTo([...HEAD, 'm=video 4002 RTP/AVP 96', 'm=audio 4000 RTP/AVP 0', 'm=audio 4004 RTP/AVP 0'])?.slice(5),
  ).toEqual(['m=video 0 RTP/AVP 96', 'm=audio 6000 RTP/AVP 0', 'a=sendrecv', 'm=audio 0 RTP/AVP 0']);
});

// RFC 3264 §6: the answer has the time of the offer, and a stream for each of its streams, none for none.
it('has the time of the offer, and no stream where that has none', () => {
  const timed = [...HEAD.slice(0, 4), 't=3338481189 3370017201'];
  expect(answerTo([...timed, 'm=audio 4000 RTP/AVP 0'])?.[4]).toBe('t=3338481189 3370017201');
  expect(answerTo(timed)).toEqual([...OURS.slice(0, 4), 't=3338481189 3370017201']);
  expect(answerTo(HEAD.slice(0, 4))).toEqual(OURS);
});

it.each([
  ['no session description', ['hello']],
  ['video alone', [...HEAD, 'm=video 4002 RTP/AVP 96']],
  ['a stream that is off', [...HEAD, 'm=audio 0 RTP/AVP 0']],
  ['another profile', [...HEAD, 'm=audio 4000 RTP/SAVP 0']],
  ['no format that is known', [...HEAD, 'm=audio 4000 RTP/AVP 121 96', 'a=rtpmap:121 X-OWN/8000']],
  ['a number that is text', [...HEAD, 'm=audio 4000 RTP/AVP *']],
])('has no answer to %s', (_, lines) => {
  expect(answerTo(lines)).toBeNull();
});
