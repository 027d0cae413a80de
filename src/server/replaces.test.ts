// Replaces values, and the headers of a Refer-To, as people and as troublemakers write them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findReplaces, putUnescaped, REPLACES, REPLACES_CELLS, readReplaces } from './replaces.ts';

function read(text: string): { callId: string; to: string; from: string; early: boolean } | null {
  const buf = Buffer.from(`..${text}..`);
  const out = new Int32Array(REPLACES_CELLS);
  if (!readReplaces(buf, 2, buf.length - 2, out)) return null;
  const at = (cell: number) => buf.toString('latin1', out[cell], out[cell + 1]);
  return {
    callId: at(REPLACES.CALL_ID),
    to: at(REPLACES.TO_TAG),
    from: at(REPLACES.FROM_TAG),
    early: out[REPLACES.EARLY_ONLY] === 1,
  };
}

describe('a Replaces value', () => {
  const WHOLE = { callId: '98732@sip.example.com', to: 'r33th4x0r', from: 'ff87ff', early: false };
  it.each([
    ['98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff', { ...WHOLE, to: 'ff87ff', from: 'r33th4x0r' }],
    ['98732@sip.example.com;to-tag=r33th4x0r;from-tag=ff87ff;early-only', { ...WHOLE, early: true }],
    ['98732@sip.example.com ; TO-TAG = r33th4x0r ;\t From-Tag=ff87ff; x; y=z', WHOLE],
  ])('RFC 3891 §6.1: %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    '',
    ';to-tag=a;from-tag=b',
    'id',
    'id;to-tag=a',
    'id;to-tag=;from-tag=b',
    'id;to-tag=a;to-tag=b;from-tag=c',
  ])('is none: %s', (text) => {
    expect(read(text)).toBeNull();
  });

  it.each(['id;to-tag=a;from-tag=b, id;to-tag=c;from-tag=d', 'id;to-tag=a from-tag=b', 'id;;to-tag=a;from-tag=b'])(
    'is more or less than one: %s',
    (text) => {
      expect(read(text)).toBeNull();
    },
  );

  it('reads anything without looking beyond its end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(';', '=', ' ', ',', 'to-tag', 'from-tag', 'early-only', 'a') }),
        (text) => {
          const found = read(text);
          if (found !== null) for (const part of [found.callId, found.to, found.from]) expect(text).toContain(part);
        },
      ),
      { seed: 1 },
    );
  });
});

describe('the headers of a Refer-To', () => {
  function unescaped(uri: string): string | null {
    const buf = Buffer.alloc(400);
    const length = buf.write(uri);
    const span = new Int32Array(2);
    if (!findReplaces(buf, 0, length, span)) return null;
    const end = putUnescaped(buf, 200, span[0]!, span[1]!);
    return end < 0 ? 'refused' : buf.toString('latin1', 200, end);
  }

  it.each([
    ['sip:a@b?Replaces=id%40c%3Bto-tag%3Dx%3Bfrom-tag%3dy', 'id@c;to-tag=x;from-tag=y'],
    ['sip:a@b;p=1?Subject=hi&replaces=id%40c&X=y', 'id@c'],
    ['sip:a@b', null],
    ['sip:a@b?Require=replaces', null],
    ['sip:a@b?Replaces', ''],
    ['sip:a@b?Replaces=a%0d%0aVia', 'refused'],
    ['sip:a@b?Replaces=a%4', 'refused'],
    ['sip:a@b?Replaces=a%gg', 'refused'],
    ['sip:a@b?Replaces=%80', 'refused'],
  ])('RFC 3261 §19.1.1: %s', (uri, expected) => {
    expect(unescaped(uri)).toBe(expected);
  });
});
