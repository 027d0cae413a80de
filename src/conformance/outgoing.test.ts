// A challenged request goes out again with credentials, and what is odd in it stays.
import { expect, it } from 'vitest';
import { draft, type Parts } from './draft.ts';
import { Outgoing } from './outgoing.ts';

const FRESH = 'z9hG4bKfresh';

function rows(via: string) {
  return [
    ['Via', via],
    ['From', '<sip:a@x>;tag=1'],
    ['To', '<sip:b@x>'],
    ['Call-ID', 'c'],
    ['CSeq', '0009 OPTIONS'],
  ] as const;
}

function made(via: string, parts: Parts = {}): Outgoing {
  return new Outgoing(draft('OPTIONS sip:b@x SIP/2.0', rows(via), parts, '', ''));
}

function again(message: Outgoing): Outgoing {
  message.reissue('Authorization', 'Digest one', FRESH);
  return message;
}

it.each([
  ['a branch is new', 'SIP/2.0/UDP h;branch=z9hG4bKold;rport', `SIP/2.0/UDP h;branch=${FRESH};rport`],
  ['the cookie alone stays', 'SIP/2.0/UDP h;branch=z9hG4bK', 'SIP/2.0/UDP h;branch=z9hG4bK'],
  ['one without the cookie has none', 'SIP/2.0/UDP h;branch=old', 'SIP/2.0/UDP h;branch=fresh'],
  ['no branch is none', 'SIP/2.0/UDP h', 'SIP/2.0/UDP h'],
  [
    'of two both are new',
    'SIP/2.0/UDP h;branch=z9hG4bKa;branch=z9hG4bKb',
    `SIP/2.0/UDP h;branch=${FRESH};branch=${FRESH}2`,
  ],
  [
    'lower values stay',
    'SIP/2.0/UDP h;branch=z9hG4bKa, SIP/2.0/UDP i;branch=z9hG4bKb',
    `SIP/2.0/UDP h;branch=${FRESH}, SIP/2.0/UDP i;branch=z9hG4bKb`,
  ],
])('%s', (_, via, expected) => {
  expect(again(made(via)).reading.lines('Via')).toEqual([expected]);
});

it('keeps every Via row and the zeros of CSeq', () => {
  const { reading } = again(
    made('', { headers: { Via: ['SIP/2.0/UDP h;branch=z9hG4bKa', 'SIP/2.0/UDP i;branch=x'] } }),
  );
  expect(reading.lines('Via')).toEqual([`SIP/2.0/UDP h;branch=${FRESH}`, 'SIP/2.0/UDP i;branch=x']);
  expect(reading.header('CSeq')).toBe('0010 OPTIONS');
});

it('changes bytes of our own in place, and a second time replaces the credentials', () => {
  const text =
    'OPTIONS sip:b@x SIP/2.0\r\nt: <sip:b@x>\r\nf: <sip:a@x>;tag=1\r\ni: c\r\ncseq: 0009\r\n  OPTIONS\r\nv: SIP/2.0/UDP h;branch=z9hG4bKold\r\nX: \u00ff\r\n\r\n';
  const message = new Outgoing(Buffer.from(text, 'latin1'));
  again(message).reissue('Authorization', 'Digest two', `${FRESH}2`);
  const expected = text
    .replace('SIP/2.0\r\n', 'SIP/2.0\r\nAuthorization: Digest two\r\n')
    .replace('0009', '0011')
    .replace('z9hG4bKold', `${FRESH}2`);
  expect(Buffer.from(message.bytes).toString('latin1')).toBe(expected);
});

it('is left alone where the case gave credentials, and where it is an ACK or a CANCEL', () => {
  const via = 'SIP/2.0/UDP h;branch=z9hG4bKa';
  expect(made(via).canReissue).toBe(true);
  expect(made(via, { headers: { Authorization: 'Digest own' } }).canReissue).toBe(false);
  for (const method of ['ACK', 'CANCEL']) {
    const headers = { CSeq: `1 ${method}` };
    expect(made(via, { startLine: `${method} sip:b@x SIP/2.0`, headers }).canReissue).toBe(false);
  }
});
