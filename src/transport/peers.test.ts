// Peers and their sockaddr: one index each, found again, bounded.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NONE } from '../sip/message.ts';
import { Peers } from './peers.ts';
import { addressOf, addressProblem, addressWord, portOf, portWord } from './sockaddr.ts';

describe('sockaddr words', () => {
  it('stand in network order', () => {
    const bytes = new Uint8Array(new Int32Array([portWord(5060), addressWord('127.0.0.1')]).buffer);
    expect([...bytes]).toEqual([2, 0, 0x13, 0xc4, 127, 0, 0, 1]);
  });

  it('give back what went in', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 65_535 }), (address, port) => {
        expect(addressOf(addressWord(address))).toBe(address);
        expect(portOf(portWord(port))).toBe(port);
      }),
    );
  });

  it('say what is wrong with an address', () => {
    expect(addressProblem('10.0.0.1')).toBeNull();
    expect(addressProblem('::1')).toContain('IPv6');
    expect(addressProblem('sip.test')).toContain('"sip.test"');
    expect(() => addressWord('10.0.0')).toThrow(TypeError);
    expect(() => portWord(65_536)).toThrow(RangeError);
  });
});

describe('peers', () => {
  it('are interned', () => {
    const peers = new Peers(1024);
    const seen = new Map<string, number>();
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(fc.ipV4(), port, (address, port) => {
        const peer = peers.find(address, port);
        const key = `${address}:${port}`;
        const known = seen.get(key);
        if (known !== undefined) expect(peer).toBe(known);
        else expect([...seen.values()]).not.toContain(peer);
        seen.set(key, peer);
        expect(peers.address(peer)).toBe(address);
        expect(peers.port(peer)).toBe(port);
        for (const [other, index] of seen) {
          const [host, number] = other.split(':');
          expect(peers.find(host!, Number(number))).toBe(index);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are NONE when the table is full, and the known ones stay known', () => {
    const peers = new Peers(8);
    for (let i = 0; i < 8; i++) expect(peers.find('10.0.0.1', 1 + i)).toBe(i);
    expect(peers.find('10.0.0.2', 1)).toBe(NONE);
    for (let i = 0; i < 8; i++) expect(peers.find('10.0.0.1', 1 + i)).toBe(i);
    expect(() => peers.address(8)).toThrow(RangeError);
    expect(() => peers.port(NONE)).toThrow(RangeError);
  });
});
