// Parts of multipart bodies: found, passed over, refused, and never read past the end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from './bytes.ts';
import { decode } from './decode.ts';
import { BAD, Message } from './message.ts';
import { findPart, isMultipart, PART } from './multipart.ts';
import { Span } from './scan.ts';

const msg = new Message();
const span = new Span();

function look(type: string, body: string): { said: number; part: string } {
  const text = `INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const bytes = new Uint8Array(Buffer.from(text));
  expect(decode(msg, bytes, 0, bytes.length)).toBe(0);
  const said = findPart(msg, bytesOf('application'), bytesOf('sdp'), span);
  return { said, part: span.start < 0 ? '' : Buffer.from(bytes.subarray(span.start, span.end)).toString() };
}

const MIXED = 'multipart/mixed;boundary="b-1"';
const part = (head: string, text: string) => `--b-1\r\n${head}\r\n\r\n${text}\r\n`;
const SDP = part('Content-Type: application/sdp', 'v=0\r\no=x');

describe('a multipart body', () => {
  it('gives the part of the type looked for, without the line end of the delimiter', () => {
    expect(look(MIXED, `preamble\r\n${SDP}--b-1--\r\n`)).toEqual({ said: PART.FOUND, part: 'v=0\r\no=x' });
    expect(look('Multipart/Alternative ; boundary=b-1', `${SDP}--b-1--`).said).toBe(PART.FOUND);
  });

  it('passes over parts that are optional, and refuses those that are not (RFC 3261 §8.2.3)', () => {
    const other = (disposition: string) => part(`CONTENT-TYPE: text/x${disposition}`, 'x');
    expect(look(MIXED, `${other('\r\nContent-Disposition: x; handling=optional')}${SDP}--b-1--`).part).toBe(
      'v=0\r\no=x',
    );
    expect(look(MIXED, `${SDP}${other('')}--b-1--`).said).toBe(PART.FOREIGN);
    expect(look(MIXED, `${other('\r\nContent-Disposition: x;handling=required')}--b-1--`).said).toBe(PART.FOREIGN);
  });

  it('says when there is no such part', () => {
    expect(look(MIXED, '--b-1--\r\n').said).toBe(PART.NONE);
  });

  it.each([
    ['no boundary', 'multipart/mixed', `${SDP}--b-1--`],
    ['an empty one', 'multipart/mixed;boundary=""', `${SDP}--b-1--`],
    ['no last delimiter', MIXED, SDP],
    ['another type', 'application/sdp', 'v=0'],
  ])('is bad with %s', (_, type, body) => {
    expect(look(type, body).said).toBe(BAD);
  });

  it('is told from others', () => {
    look(MIXED, '');
    expect(isMultipart(msg)).toBe(true);
    look('text/plain', '');
    expect(isMultipart(msg)).toBe(false);
  });

  it('gives a part inside the body, whatever the body is', () => {
    const piece = fc.constantFrom(
      '--b-1',
      '--b-1--',
      '\r\n',
      '\n',
      'Content-Type: application/sdp',
      ':',
      ';handling=optional',
      'x',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        look(MIXED, pieces.join(''));
        if (span.start < 0) return;
        expect(span.start).toBeGreaterThanOrEqual(msg.bodyStart);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        expect(span.end).toBeLessThanOrEqual(msg.bodyEnd);
      }),
      { numRuns: 2_000 },
    );
  });
});
