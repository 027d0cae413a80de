// Mutants for suites/rfc3261/18.3-framing.ts.

import type { MutantMap } from '../map.ts';
import { inPieces, type Mutant, mutant } from '../mutant.ts';

/** Of a piece, what is up to the end of its first message (none here is longer than its Content-Length says). */
function firstMessage(text: string): string {
  const headEnd = text.indexOf('\r\n\r\n') + 4;
  return text.slice(0, headEnd + Number(/^(?:Content-Length|l): *(\d+)/im.exec(text)?.[1] ?? 0));
}

/** What follows the first message in a segment is lost. */
function oneForEachSegment(name: string): Mutant {
  return inPieces(name, ({ text }) => firstMessage(text));
}

export const MUTANTS: MutantMap = {
  'rfc3261/7.5/line-ends-before-start-line-ignored': inPieces('takes a line end for a broken message', (piece) => {
    if (piece.text.startsWith('\r\n')) piece.close();
    return piece.text;
  }),
  'rfc3261/18.2.2/response-on-the-connection': mutant('answers by datagram what came over a connection', {
    toClient: ({ text, reading, stray }) => {
      if (!reading.isResponse) return text;
      stray(text);
      return null;
    },
  }),
  'rfc3261/18.3/two-requests-in-one-segment': oneForEachSegment('takes a segment for one message'),
  'rfc3261/18.3/request-byte-by-byte': inPieces('drops a segment that is no whole message', ({ text }) =>
    text.includes('\r\n\r\n') && text.length >= firstMessage(text).length ? text : '',
  ),
  'rfc3261/18.3/invite-and-cancel-in-one-segment': oneForEachSegment('reads nothing behind a body'),
  'rfc3261/20.14/body-without-content-length': inPieces(
    'takes the end of a segment for the end of the message',
    ({ text }) => {
      if (/^Content-Length:/im.test(text)) return text;
      const body = text.slice(text.indexOf('\r\n\r\n') + 4);
      return text.replace('\r\n\r\n', `\r\nContent-Length: ${body.length}\r\n\r\n`);
    },
  ),
  'rfc3261/18/connection-kept-for-64-t1': mutant('ends a connection that was silent for 16 s', () => {
    let timer: NodeJS.Timeout | undefined;
    return {
      pieces: ({ text, close }) => {
        clearTimeout(timer);
        timer = setTimeout(close, 16_000).unref();
        return text;
      },
    };
  }),
};
