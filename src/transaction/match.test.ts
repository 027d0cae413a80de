// Which messages belong together (RFC 3261 §17.2.3, §9.2, §17.1.3), told by the keys of real messages.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../sip/decode.ts';
import { Message } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { ackTagMatches, cancelKey, clientMatches, hasCookie, serverKey } from './match.ts';

interface Parts {
  readonly method?: string;
  readonly uri?: string;
  readonly via?: string;
  readonly more?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: string;
}

const VIA = 'SIP/2.0/UDP client.example.com:5062;branch=z9hG4bK74bf9;rport';
/** The Via of a peer that knows RFC 2543 only. */
const OLD_VIA = 'SIP/2.0/UDP client.example.com:5062;branch=1';

function read(text: string): Message {
  const bytes = Uint8Array.from(Buffer.from(text));
  const msg = new Message();
  expect(decode(msg, bytes, 0, bytes.length)).toBeGreaterThanOrEqual(0);
  return msg;
}

function request(parts: Parts = {}): Message {
  const method = parts.method ?? 'INVITE';
  return read(
    [
      `${method} ${parts.uri ?? 'sip:bob@example.com'} SIP/2.0`,
      `Via: ${parts.via ?? VIA}`,
      ...(parts.more ?? []),
      'Max-Forwards: 70',
      `From: ${parts.from ?? '<sip:alice@example.com>;tag=a1'}`,
      `To: ${parts.to ?? '<sip:bob@example.com>'}`,
      `Call-ID: ${parts.callId ?? 'c1@example.com'}`,
      `CSeq: ${parts.cseq ?? '7'} ${method}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
}

const out = new Int32Array(2);
const SEED_A = 0x1234567;
const SEED_B = -77;

function keyOf(parts: Parts): string {
  serverKey(request(parts), SEED_A, SEED_B, out);
  return out.join();
}

function cancelled(parts: Parts, method: number = METHOD.INVITE): string {
  cancelKey(request({ ...parts, method: 'CANCEL' }), method, SEED_A, SEED_B, out);
  return out.join();
}

describe('§17.2.3 by the branch', () => {
  test.each([
    ['a retransmission', {}],
    ['the ACK of the INVITE, with the To tag of the response', { method: 'ACK', to: '<sip:bob@example.com>;tag=b9' }],
    ['another case of sent-by', { via: 'SIP/2.0/UDP Client.EXAMPLE.com:5062;branch=z9hG4bK74bf9;rport' }],
    [
      'other parameters in the Via',
      { via: 'SIP/2.0/UDP client.example.com:5062;received=127.0.0.1;branch=z9hG4bK74bf9' },
    ],
    ['another Call-ID, CSeq, From or Request-URI', { callId: 'x', cseq: '8', from: '<sip:x@y>;tag=z', uri: 'sip:x@y' }],
    ['further Vias below', { more: ['Via: SIP/2.0/UDP other;branch=z9hG4bKother'] }],
  ])('%s has the same key', (_, parts: Parts) => {
    expect(keyOf(parts)).toBe(keyOf({}));
  });

  test.each([
    ['another branch', { via: VIA.replace('74bf9', '74bf8') }],
    ['a longer branch', { via: VIA.replace('74bf9', '74bf90') }],
    ['another case of the branch', { via: VIA.replace('74bf9', '74BF9') }],
    ['another host in sent-by', { via: VIA.replace('client', 'klient') }],
    ['another port in sent-by', { via: VIA.replace('5062', '5063') }],
    ['no port in sent-by', { via: VIA.replace(':5062', '') }],
    ['a CANCEL with the same branch', { method: 'CANCEL' }],
    ['a BYE with the same branch', { method: 'BYE' }],
    ['an unknown method', { method: 'DANCE' }],
  ])('%s has another', (_, parts: Parts) => {
    expect(keyOf(parts)).not.toBe(keyOf({}));
  });

  test('two unknown methods differ', () => {
    expect(keyOf({ method: 'DANCE' })).toBe(keyOf({ method: 'DANCE' }));
    expect(keyOf({ method: 'DANCE' })).not.toBe(keyOf({ method: 'PAUSE' }));
  });

  test('the seeds decide: other seeds, other keys', () => {
    const msg = request();
    serverKey(msg, SEED_A, SEED_B, out);
    const first = out.join();
    serverKey(msg, SEED_A + 1, SEED_B, out);
    expect(out.join()).not.toBe(first);
    serverKey(msg, SEED_A, SEED_B + 1, out);
    expect(out.join()).not.toBe(first);
  });

  test('where a message stands in its buffer does not matter', () => {
    const msg = request();
    for (let shift = 1; shift < 5; shift++) {
      const bytes = new Uint8Array(msg.end + shift);
      bytes.set(msg.buf.subarray(0, msg.end), shift);
      const moved = new Message();
      decode(moved, bytes, shift, bytes.length);
      serverKey(moved, SEED_A, SEED_B, out);
      expect(out.join()).toBe(keyOf({}));
    }
  });
});

test('§9.2 a CANCEL leads to its INVITE, with a cookie and without', () => {
  expect(cancelled({})).toBe(keyOf({}));
  expect(cancelled({ via: VIA.replace('74bf9', '74bf8') })).not.toBe(keyOf({}));
  expect(cancelled({ via: OLD_VIA })).toBe(keyOf({ via: OLD_VIA }));
  expect(cancelled({ via: OLD_VIA, cseq: '8' })).not.toBe(keyOf({ via: OLD_VIA }));
  expect(cancelled({}, METHOD.OPTIONS)).toBe(keyOf({ method: 'OPTIONS' }));
  expect(cancelled({}, METHOD.OPTIONS)).not.toBe(keyOf({}));
});

test('§8.1.1.7 the cookie decides which rule counts', () => {
  const branch = (text: string) => hasCookie(request({ via: `SIP/2.0/UDP h;branch=${text}` }));
  expect(['z9hG4bKx', 'z9hG4bK', 'Z9HG4BKx', 'z9hG4b', '9hG4bKxx', '1'].map(branch)).toEqual([
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
  expect(hasCookie(request({ via: 'SIP/2.0/UDP h' }))).toBe(false);
  expect(serverKey(request(), 1, 2, out)).toBe(true);
  expect(serverKey(request({ via: OLD_VIA }), 1, 2, out)).toBe(false);
});

describe('§17.2.3 by the rules of RFC 2543', () => {
  const old = (parts: Parts): string => keyOf({ via: OLD_VIA, ...parts });

  test.each([
    ['a retransmission', {}],
    ['the ACK, with the To tag of the response', { method: 'ACK', to: '<sip:bob@example.com>;tag=b9' }],
  ])('%s has the same key', (_, parts: Parts) => {
    expect(old(parts)).toBe(old({}));
  });

  test.each([
    ['another Request-URI (the ACK of a 2xx)', { method: 'ACK', uri: 'sip:bob@127.0.0.2' }],
    ['another From tag', { from: '<sip:alice@example.com>;tag=a2' }],
    ['no From tag', { from: '<sip:alice@example.com>' }],
    ['another Call-ID', { callId: 'c2@example.com' }],
    ['another CSeq number', { cseq: '8' }],
    ['another top Via', { via: 'SIP/2.0/UDP client.example.com:5062;branch=2' }],
    ['a BYE', { method: 'BYE' }],
  ])('%s has another', (_, parts: Parts) => {
    expect(old(parts)).not.toBe(old({}));
  });

  test('other methods also compare the To tag', () => {
    const bye = { method: 'BYE', to: '<sip:bob@example.com>;tag=b9' };
    expect(old(bye)).toBe(old(bye));
    expect(old(bye)).not.toBe(old({ ...bye, to: '<sip:bob@example.com>;tag=b8' }));
  });

  test('the To tag of the ACK is compared with that of the response sent', () => {
    const tag = Uint8Array.from(Buffer.from('..b9..'));
    const ack = (to: string) => request({ method: 'ACK', via: OLD_VIA, to });
    expect(ackTagMatches(ack('<sip:b@x>;tag=b9'), tag, 2, 4)).toBe(true);
    expect(ackTagMatches(ack('<sip:b@x>;tag=b8'), tag, 2, 4)).toBe(false);
    expect(ackTagMatches(ack('<sip:b@x>'), tag, 2, 4)).toBe(false);
  });
});

test('§17.1.3 a response matches by branch and by the method in CSeq', () => {
  const response = (branch: string, method: string) =>
    read(
      [
        'SIP/2.0 200 OK',
        `Via: SIP/2.0/UDP 127.0.0.1:5060;branch=${branch}`,
        'From: <sip:a@x>;tag=1',
        'To: <sip:b@x>;tag=2',
        'Call-ID: c',
        `CSeq: 1 ${method}`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
  const ours = Uint8Array.from(Buffer.from('Via ...;branch=z9hG4bKt1'));
  const matches = (msg: Message, method: number) => clientMatches(msg, ours, 15, 24, method);
  expect(matches(response('z9hG4bKt1', 'INVITE'), METHOD.INVITE)).toBe(true);
  expect(matches(response('z9hG4bKt1', 'CANCEL'), METHOD.INVITE)).toBe(false);
  expect(matches(response('z9hG4bKt1', 'CANCEL'), METHOD.CANCEL)).toBe(true);
  expect(matches(response('z9hG4bKt2', 'INVITE'), METHOD.INVITE)).toBe(false);
  expect(matches(response('z9hG4bKt11', 'INVITE'), METHOD.INVITE)).toBe(false);
});

describe('the hash', () => {
  const msg = new Message();
  msg.method = METHOD.OPTIONS;
  msg.viaPort = 5060;

  function hash(branch: string): [number, number] {
    msg.buf = Uint8Array.from(Buffer.from(branch));
    msg.branchStart = 0;
    msg.branchEnd = msg.buf.length;
    msg.viaHostStart = msg.viaHostEnd = 0;
    serverKey(msg, SEED_A, SEED_B, out);
    return [out[0]!, out[1]!];
  }

  test('100,000 numbered branches: no two keys alike, and each half as good as random', () => {
    const whole = new Set<string>();
    const halves = [new Set<number>(), new Set<number>()];
    const low = [new Uint32Array(256), new Uint32Array(256)];
    const count = 100_000;
    for (let i = 0; i < count; i++) {
      const [a, b] = hash(`z9hG4bKtk3x9q20${i.toString(16).padStart(14, '0')}`);
      whole.add(`${a},${b}`);
      halves[0]!.add(a);
      halves[1]!.add(b);
      low[0]![a & 255]!++;
      low[1]![b & 255]!++;
    }
    expect(whole.size).toBe(count);
    // Random 32-bit numbers: 1.2 pairs expected; ten have a chance of 1 in 10 million.
    for (const half of halves) expect(count - half.size).toBeLessThan(10);
    // 391 expected in each of 256 cells, standard deviation 20.
    for (const cells of low) for (const n of cells) expect(Math.abs(n - count / 256)).toBeLessThan(120);
  });

  test('one changed bit of the branch changes about half the bits of the key', () => {
    let flipped = 0;
    let trials = 0;
    fc.assert(
      fc.property(fc.string({ minLength: 9, maxLength: 40 }), fc.nat(), fc.nat(5), (tail, at, bit) => {
        const branch = Buffer.from(`z9hG4bK${tail}`);
        const before = hash(branch.toString('latin1'));
        const index = 7 + (at % (branch.length - 7));
        branch[index] = branch[index]! ^ (1 << bit);
        const after = hash(branch.toString('latin1'));
        for (let bits = before[0] ^ after[0]; bits !== 0; bits &= bits - 1) flipped++;
        for (let bits = before[1] ^ after[1]; bits !== 0; bits &= bits - 1) flipped++;
        trials++;
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(flipped / trials).toBeGreaterThan(30);
    expect(flipped / trials).toBeLessThan(34);
  });
});
