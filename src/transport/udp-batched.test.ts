// What only the batched transport does: runs of segments, ICMP errors, faults of the system, shared ports, blocking waits.

import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { ERRNO, type Libc, loadLibc, MMSG } from './libc.ts';
import type { OpenOptions } from './transport.ts';
import { type BatchedTuning, UdpBatched } from './udp-batched.ts';

const { libc: loaded } = await loadLibc();
const libc = loaded!;
const nowUs = () => performance.now() * 1000;

interface End {
  readonly transport: UdpBatched;
  readonly memory: Memory;
}

/** Address of every end: of the family under test. */
let own = '';

const opened: UdpBatched[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

function open(wanted: Partial<OpenOptions> = {}, tuning: BatchedTuning = {}, calls: Libc = libc): End {
  const memory = new Memory(16 << 20);
  const transport = new UdpBatched(
    calls,
    {
      io: 'batched',
      address: own,
      port: 0,
      reusePort: false,
      segmentation: true,
      rcvbufBytes: 8 << 20,
      memory,
      nowUs,
      ...wanted,
    },
    tuning,
  );
  opened.push(transport);
  return { transport, memory };
}

function collect({ transport, memory }: End, count: number): Buffer[] {
  const got: Buffer[] = [];
  for (let idle = 0; got.length < count && idle < 40; idle++) {
    const rows = transport.receive();
    for (let i = 0; i < rows; i++) {
      got.push(Buffer.from(memory.bytes.slice(transport.rxStart[i]!, transport.rxEnd[i]!)));
    }
    if (rows > 0) idle = -1;
    else transport.wait(5_000);
  }
  return got;
}

/** Queues `count` messages of `length` bytes whose first two bytes are their number. */
function queue({ transport, memory }: End, peer: number, count: number, length: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => {
    const data = Buffer.alloc(length, i);
    data.writeUInt16BE(i, 0);
    const at = memory.reserve(length);
    memory.bytes.set(data, at);
    transport.send(at, length, peer, i);
    return data;
  });
}

const peerOf = (from: End, to: End) => from.transport.peer(own, to.transport.localPort);

/** A port where nothing listens: one that was just closed. */
function closedPort(): number {
  const { transport } = open();
  transport.close();
  return transport.localPort;
}

/** The calls with sendmmsg replaced: it may fail with an errno, take fewer, or do as it should (null). */
function faulty(fault: (segmented: boolean, count: number) => number | null): Libc {
  let errno = 0;
  // A send is segmented when its first header carries control bytes; header addresses are known from share().
  const blocks = new Map<number, Int32Array>();
  return {
    ...libc,
    share(bytes) {
      const block = libc.share(bytes);
      blocks.set(block.address, block.words);
      return block;
    },
    sendmmsg(fd, headers, count, flags) {
      const result = fault(blocks.get(headers)![MMSG.CONTROL_LEN] !== 0, count);
      errno = 0;
      if (result === null) return libc.sendmmsg(fd, headers, count, flags);
      if (result > 0) return libc.sendmmsg(fd, headers, result, flags);
      errno = -result;
      return -1;
    },
    errno() {
      const told = errno;
      errno = 0;
      return told > 0 ? told : libc.errno();
    },
  };
}

describe.skipIf(loaded === null).each(['127.0.0.1', '::1'])('batched at %s', (address) => {
  beforeAll(() => {
    own = address;
  });

  describe('segmentation', () => {
    it('sends a run as one and receives it as one', () => {
      const [from, to] = [open(), open()];
      expect(from.transport.gso && to.transport.gro).toBe(true);
      const sent = queue(from, peerOf(from, to), 64, 500);
      from.transport.flush();
      expect(from.transport.stats).toMatchObject({ sendCalls: 1, datagramsSent: 64 });
      expect(to.transport.receive()).toBe(64);
      expect(to.transport.stats).toMatchObject({ receiveCalls: 1, datagramsReceived: 64 });
      const { rxStart, rxEnd } = to.transport;
      const got = sent.map((_, i) => Buffer.from(to.memory.bytes.slice(rxStart[i], rxEnd[i])));
      expect(got).toEqual(sent);
    });

    it.each([
      [true, false],
      [false, true],
      [false, false],
    ])('sender %s, receiver %s: the same datagrams', (sender, receiver) => {
      const [from, to] = [open({ segmentation: sender }), open({ segmentation: receiver })];
      expect(from.transport.gso).toBe(sender);
      expect(to.transport.gro).toBe(receiver);
      const peer = peerOf(from, to);
      const sent = [...queue(from, peer, 100, 700), ...queue(from, peer, 3, 20), ...queue(from, peer, 10, 1472)];
      from.transport.flush();
      expect(collect(to, sent.length)).toEqual(sent);
    });

    it('hands out over several calls what the columns cannot hold', () => {
      const [from, to] = [open(), open({}, { rows: 10 })];
      const sent = queue(from, peerOf(from, to), 64 * 3 + 5, 300);
      from.transport.flush();
      expect(to.transport.receive()).toBe(10);
      expect(to.transport.stats.receiveCalls).toBe(1);
      to.transport.wait(1e9); // returns at once: there is more
      const { rxStart, rxEnd } = to.transport;
      const first = Array.from({ length: 10 }, (_, i) => Buffer.from(to.memory.bytes.slice(rxStart[i], rxEnd[i])));
      expect([...first, ...collect(to, sent.length - 10)]).toEqual(sent);
      expect(to.transport.stats.datagramsReceived).toBe(sent.length);
    });

    it.each(['EIO', 'EINVAL', 'EMSGSIZE', 'EOPNOTSUPP'] as const)(
      'is given up for good at %s, and nothing is lost',
      (name) => {
        const from = open(
          {},
          {},
          faulty((segmented) => (segmented ? -ERRNO[name] : null)),
        );
        const to = open();
        const sent = queue(from, peerOf(from, to), 30, 500);
        expect(from.transport.gso).toBe(true);
        from.transport.flush();
        expect(from.transport.gso).toBe(false);
        expect(from.transport.stats).toMatchObject({ datagramsSent: 30, sendErrors: {} });
        expect(collect(to, 30)).toEqual(sent);
      },
    );
  });

  describe('faults', () => {
    it('goes on after a partial send', () => {
      const from = open(
        { segmentation: false },
        {},
        faulty((_, count) => Math.max(1, count - 3)),
      );
      const to = open();
      const sent = queue(from, peerOf(from, to), 50, 100);
      from.transport.flush();
      expect(collect(to, 50)).toEqual(sent);
      expect(from.transport.stats).toMatchObject({ datagramsSent: 50, sendErrors: {} });
    });

    it.each(['EAGAIN', 'ENOBUFS'] as const)('waits for a full buffer (%s) and tries again', (name) => {
      let call = 0;
      const from = open(
        { segmentation: false },
        {},
        faulty(() => (call++ % 3 === 2 ? null : -ERRNO[name])),
      );
      const to = open();
      const sent = queue(from, peerOf(from, to), 20, 100);
      from.transport.flush();
      expect(collect(to, 20)).toEqual(sent);
      expect(from.transport.stats.sendErrors).toEqual({});
    });

    it('waits once, not once a message, for a buffer that stays full', () => {
      let calls = 0;
      let full = true;
      const from = open(
        { segmentation: false },
        {},
        faulty(() => {
          calls++;
          return full ? -ERRNO.EAGAIN : null;
        }),
      );
      const peer = peerOf(from, open());
      queue(from, peer, 1000, 10);
      from.transport.flush();
      expect(from.transport.stats.sendErrors).toEqual({ EAGAIN: 1000 });
      expect(calls).toBeLessThan(1010);
      full = false;
      queue(from, peer, 10, 10);
      from.transport.flush();
      expect(from.transport.stats.datagramsSent).toBe(10);
    });

    it.each(['EAGAIN', 'ENOBUFS', 'EPERM', 'EACCES', 'ENETUNREACH'] as const)(
      'gives up what fails with %s again and again, and counts each datagram',
      (name) => {
        const from = open(
          {},
          {},
          faulty(() => -ERRNO[name]),
        );
        const to = open();
        queue(from, peerOf(from, to), 6, 100);
        queue(from, peerOf(from, to), 2, 200);
        const flushed: number[] = [];
        from.transport.onFlushed = (count) => flushed.push(count);
        from.transport.flush();
        expect(flushed).toEqual([8]);
        expect(from.transport.stats).toMatchObject({ datagramsSent: 0, sendErrors: { [name]: 8 } });
      },
    );

    it('gives up a message too long for a datagram, and sends the rest', () => {
      const [from, to] = [open(), open()];
      const peer = peerOf(from, to);
      from.transport.send(from.memory.reserve(65_530), 65_530, peer, 0);
      const sent = queue(from, peer, 5, 100);
      from.transport.flush();
      expect(collect(to, 5)).toEqual(sent);
      expect(from.transport.stats).toMatchObject({ datagramsSent: 5, sendErrors: { EMSGSIZE: 1 } });
    });

    it('throws what is no fault of the network', () => {
      const from = open(
        {},
        {},
        faulty(() => -ERRNO.EFAULT),
      );
      queue(from, peerOf(from, open()), 1, 100);
      expect(() => from.transport.flush()).toThrow('EFAULT');
    });
  });

  describe('ICMP errors', () => {
    interface Refusal {
      readonly peer: number;
      readonly quoted: Buffer;
    }

    function listen({ transport, memory }: End): Refusal[] {
      const refusals: Refusal[] = [];
      transport.onRefused = (peer, start, end) => {
        refusals.push({ peer, quoted: Buffer.from(memory.bytes.slice(start, end)) });
      };
      return refusals;
    }

    // RFC 3261 §18.4: a port-unreachable error is told to the transport user.
    it('are told with the peer and the datagram they quote', () => {
      const from = open();
      const refusals = listen(from);
      const peer = from.transport.peer(own, closedPort());
      const [sent] = queue(from, peer, 1, 400);
      from.transport.flush();
      for (let i = 0; i < 40 && refusals.length === 0; i++) {
        from.transport.wait(5_000);
        from.transport.receive();
      }
      expect(refusals).toEqual([{ peer, quoted: sent }]);
      expect(from.transport.stats).toMatchObject({ icmpRefused: 1, datagramsSent: 1, sendErrors: {} });
    });

    it('do not keep datagrams to others from leaving', () => {
      const [from, to] = [open({ segmentation: false }), open()];
      const refusals = listen(from);
      const peers = [from.transport.peer(own, closedPort()), peerOf(from, to)];
      const at = from.memory.reserve(64);
      for (let i = 0; i < 64; i++) {
        from.memory.bytes[at + i] = i;
        from.transport.send(at + i, 1, peers[i & 1]!, i);
      }
      from.transport.flush();
      expect(collect(to, 32).map((data) => data[0])).toEqual(Array.from({ length: 32 }, (_, i) => 2 * i + 1));
      from.transport.receive();
      expect(refusals.map((one) => one.quoted[0])).toEqual(Array.from({ length: 32 }, (_, i) => 2 * i));
      expect(from.transport.stats).toMatchObject({ datagramsSent: 64, sendErrors: {} });
    });

    it('end the runs to that peer, so that each message is told, until something comes from it', () => {
      const from = open();
      const refusals = listen(from);
      const port = closedPort();
      const peer = from.transport.peer(own, port);
      queue(from, peer, 10, 200);
      from.transport.flush();
      from.transport.receive();
      expect(refusals.length).toBe(1); // one run, one error
      const second = queue(from, peer, 10, 200);
      from.transport.flush();
      from.transport.receive();
      expect(refusals.slice(1).map((one) => one.quoted)).toEqual(second);
      const there = open({ port });
      queue(there, peerOf(there, from), 1, 50);
      there.transport.flush();
      expect(collect(from, 1).length).toBe(1);
      const calls = from.transport.stats.sendCalls;
      queue(from, peer, 64, 200);
      from.transport.flush();
      expect(from.transport.stats.sendCalls).toBe(calls + 1);
    });

    it('may be answered by sending at once', () => {
      const [from, to] = [open(), open()];
      const peer = peerOf(from, to);
      const at = from.memory.reserve(3);
      from.transport.onRefused = () => from.transport.send(at, 3, peer, 0);
      queue(from, from.transport.peer(own, closedPort()), 1, 100);
      from.transport.flush();
      from.transport.receive();
      from.transport.flush();
      expect(collect(to, 1).length).toBe(1);
    });
  });

  describe('peers and ports', () => {
    it('delivers from peers beyond the table, as NONE', () => {
      const to = open({}, { peers: 1 });
      for (let i = 0; i < 2; i++) {
        const from = open();
        queue(from, peerOf(from, to), 1, 10);
        from.transport.flush();
      }
      expect(to.transport.receive()).toBe(2);
      expect([...to.transport.rxPeer.subarray(0, 2)]).toEqual([0, NONE]);
    });

    it('shares a port among sockets that ask for it, and all arrives once', () => {
      const one = open({ reusePort: true });
      const two = open({ reusePort: true, port: one.transport.localPort });
      expect(() => open({ port: one.transport.localPort })).toThrow('EADDRINUSE');
      for (let i = 0; i < 40; i++) {
        const from = open();
        queue(from, peerOf(from, one), 5, 100);
        from.transport.flush();
      }
      const [first, second] = [collect(one, 200).length, collect(two, 200).length];
      expect(first + second).toBe(200);
      expect(Math.min(first, second)).toBeGreaterThan(0); // 40 sources all hashed to one side: 2 in 2^40
    });
  });

  describe('drops', () => {
    it('are known from the stamps of later datagrams where the socket cannot be asked', () => {
      const from = open({ segmentation: false });
      const to = open({ segmentation: false, rcvbufBytes: 4096 }, { withoutMeminfo: true });
      const peer = peerOf(from, to);
      queue(from, peer, 100, 1000);
      from.transport.flush();
      const got = collect(to, 100).length;
      queue(from, peer, 1, 10);
      from.transport.flush();
      expect(collect(to, 1).length).toBe(1);
      expect(got).toBeLessThan(100);
      expect(to.transport.rxDropped()).toBe(100 - got);
    });
  });

  describe('waiting', () => {
    it('ends when a datagram is there, and when an ICMP error is', () => {
      const [from, to] = [open(), open()];
      queue(from, peerOf(from, to), 1, 10);
      from.transport.flush();
      to.transport.wait(3600e6); // an hour: the test would time out
      expect(to.transport.receive()).toBe(1);
      queue(from, from.transport.peer(own, closedPort()), 1, 10);
      from.transport.flush();
      from.transport.wait(3600e6);
      from.transport.receive();
      expect(from.transport.stats.icmpRefused).toBe(1);
    });

    it('ends with the time when nothing comes', () => {
      const { transport } = open();
      const before = nowUs();
      transport.wait(2_000);
      transport.nap(2_000);
      transport.wait(0);
      transport.nap(-5);
      // Never early: the clock of the wait and ours are the same.
      expect(nowUs() - before).toBeGreaterThanOrEqual(4_000);
      expect(transport.receive()).toBe(0);
    });
  });
});
