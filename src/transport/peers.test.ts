// Peers and their sockaddr: one index each, found again, bounded.

import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NONE } from '../sip/message.ts';
import { Peers } from './peers.ts';
import { addressAt, addressProblem, familyOf, portAt, putSockaddr, V4, V6 } from './sockaddr.ts';

function wordsOf(address: string, port: number): Int32Array {
  const words = new Int32Array(V6.stride);
  putSockaddr(words, 0, address, port);
  return words;
}

describe('sockaddr words', () => {
  it.each([
    ['127.0.0.1', [2, 0, 0x13, 0xc4, 127, 0, 0, 1]],
    [
      '2001:db8::a0b',
      [10, 0, 0x13, 0xc4, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0x0b],
    ],
  ])('of %s stand in network order', (address, bytes) => {
    expect([...new Uint8Array(wordsOf(address, 5060).buffer)].slice(0, bytes.length)).toEqual(bytes);
  });

  it('give back what went in', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 65_535 }), (address, port) => {
        const family = familyOf(address);
        const words = wordsOf(address, port);
        const text = addressAt(words, 0, family);
        expect(portAt(words, 0)).toBe(port);
        // An IPv6 address has many texts, of which one is written.
        expect([...wordsOf(text, port)]).toEqual([...words]);
        if (family === V4) expect(text).toBe(address);
        else expect(isSameAddress(text, address)).toBe(true);
      }),
    );
  });

  it.each([
    ['::1', '::1'],
    ['::', '::'],
    ['FE80:0:0:0:0:0:0:1', 'fe80::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ])('of %s read %s', (address, text) => {
    expect(addressAt(wordsOf(address, 1), 0, V6)).toBe(text);
  });

  it('say what is wrong with an address', () => {
    expect(addressProblem('10.0.0.1')).toBeNull();
    expect(addressProblem('::1')).toBeNull();
    expect(addressProblem('fe80::1%eth0')).toContain('without %');
    expect(addressProblem('[::1]')).toContain('"[::1]"');
    expect(addressProblem('sip.test')).toContain('"sip.test"');
    expect(() => wordsOf('10.0.0', 1)).toThrow(TypeError);
    expect(() => wordsOf('::1', 65_536)).toThrow(RangeError);
  });
});

/** As the system judges it. */
function isSameAddress(a: string, b: string): boolean {
  const list = new BlockList();
  list.addAddress(a, 'ipv6');
  return list.check(b, 'ipv6');
}

describe('peers', () => {
  it.each([
    [4, V4, fc.ipV4()],
    [6, V6, fc.ipV6()],
  ] as const)('of IPv%d are interned', (_, family, addresses) => {
    const peers = new Peers(family, 1024);
    const seen = new Map<string, number>();
    const ports = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(addresses, ports, (given, port) => {
        const address = addressAt(wordsOf(given, port), 0, family);
        const peer = peers.find(given, port);
        const key = `${address} ${port}`;
        const known = seen.get(key);
        if (known !== undefined) expect(peer).toBe(known);
        else expect([...seen.values()]).not.toContain(peer);
        seen.set(key, peer);
        expect(peers.address(peer)).toBe(address);
        expect(peers.port(peer)).toBe(port);
        for (const [other, index] of seen) {
          const [host, number] = other.split(' ');
          expect(peers.find(host!, Number(number))).toBe(index);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of the other family are none', () => {
    expect(new Peers(V4, 8).find('::1', 5060)).toBe(NONE);
    expect(new Peers(V6, 8).find('127.0.0.1', 5060)).toBe(NONE);
  });

  it('are NONE when the table is full, and the known ones stay known', () => {
    const peers = new Peers(V4, 8);
    for (let i = 0; i < 8; i++) expect(peers.find('10.0.0.1', 1 + i)).toBe(i);
    expect(peers.find('10.0.0.2', 1)).toBe(NONE);
    for (let i = 0; i < 8; i++) expect(peers.find('10.0.0.1', 1 + i)).toBe(i);
    expect(() => peers.address(8)).toThrow(RangeError);
    expect(() => peers.port(NONE)).toThrow(RangeError);
  });
});
