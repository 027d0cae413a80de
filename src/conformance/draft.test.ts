// A case may change any part of a message that is otherwise whole.
import { expect, it } from 'vitest';
import { draft, type Parts, render } from './draft.ts';

function text(parts: Parts): string {
  const rows = [
    ['Via', 'one'],
    ['From', 'f'],
    ['CSeq', '1 OPTIONS'],
  ] as const;
  return render(draft('OPTIONS sip:x SIP/2.0', rows, parts, 'hé', 'text/plain'));
}

it('is whole where nothing is said: Content-Length counts bytes', () => {
  expect(text({})).toBe(
    'OPTIONS sip:x SIP/2.0\r\nVia: one\r\nFrom: f\r\nCSeq: 1 OPTIONS\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nhé',
  );
});

it('replaces in place, removes, repeats, adds before the body rows, and writes names as given', () => {
  const headers = {
    v: (was: string) => [was, 'two'],
    From: null,
    Require: 'a',
    'content-length': 99,
  };
  expect(text({ headers, body: '' })).toBe(
    'OPTIONS sip:x SIP/2.0\r\nv: one\r\nv: two\r\nCSeq: 1 OPTIONS\r\nRequire: a\r\ncontent-length: 99\r\n\r\n',
  );
});

it('takes another start line, and gives the last word to edit', () => {
  const edit = (whole: string) => whole.replace('\r\n\r\n', '\r\n');
  expect(text({ startLine: 'x', body: '', edit, headers: { Via: null, From: null, CSeq: null } })).toBe(
    'x\r\nContent-Length: 0\r\n',
  );
});
