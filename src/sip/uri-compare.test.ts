// Two URIs held against each other as RFC 3261 §19.1.4 says, both ways round.
import { describe, expect, it } from 'vitest';
import { putUnescaped, sameUri } from './uri-compare.ts';

function same(one: string, other: string): boolean {
  const bytes = Buffer.from(`${one}${other}`, 'latin1');
  const there = sameUri(bytes, 0, one.length, one.length, bytes.length);
  expect(sameUri(bytes, one.length, bytes.length, 0, one.length), 'the other way round').toBe(there);
  return there;
}

describe('are one', () => {
  it.each([
    ['sip:ann@h.example', 'SIP:ann@H.Example'],
    ['sip:%61nn@h;transport=TCP', 'sip:ann@h;Transport=tcp'],
    ['sip:ann@h', 'sip:ann@h;lr;x=5'],
    ['sip:ann@h;a=1;b=2', 'sip:ann@h;b=2;a=1'],
    ['sip:h;transport=tcp;method=REGISTER?to=sip:x%40y', 'sip:h;method=REGISTER;transport=tcp?to=sip:x%40y'],
    ['sip:ann@h?Subject=a%20b&priority=urgent', 'sip:ann@h?priority=urgent&subject=a%20b'],
    ['sip:ann:secret@h:5070', 'sip:ann:secret@h:5070'],
    ['sip:ann@[2001:DB8::1]', 'sip:ann@[2001:db8::1]'],
    ['tel:+1-201', 'TEL:+1-201'],
  ])('%s and %s', (one, other) => expect(same(one, other)).toBe(true));
});

describe('are two', () => {
  it.each([
    ['sip:ann@h', 'sips:ann@h'],
    ['sip:ANN@h', 'sip:ann@h'],
    ['sip:ann@h', 'sip:h'],
    ['sip:ann@h', 'sip:ann:@h'],
    ['sip:ann@h', 'sip:ann@h:5060'],
    ['sip:ann@h', 'sip:ann@h;transport=udp'],
    ['sip:ann@h', 'sip:ann@h;user=phone'],
    ['sip:ann@h', 'sip:ann@h;maddr=h'],
    ['sip:ann@h;x=1', 'sip:ann@h;x=2'],
    ['sip:ann@h;x', 'sip:ann@h;x=2'],
    ['sip:ann@h', 'sip:ann@h?subject=x'],
    ['sip:ann@h?subject=x', 'sip:ann@h?subject=y'],
    ['sip:a;b@h', 'sip:a%3bb@h'],
    ['sip:ann@h', 'sip:anna@h'],
  ])('%s and %s', (one, other) => expect(same(one, other)).toBe(false));
});

it('unescapes, and leaves what is no escape as it stands', () => {
  const from = Buffer.from('%61%6C%zz%4');
  const to = new Uint8Array(32);
  expect(Buffer.from(to.subarray(0, putUnescaped(to, 0, from, 0, from.length))).toString()).toBe('al%zz%4');
});
