// What both UDP transports promise alike, over loopback: bytes, order, peers, bind errors, drops, stamps.

import dgram from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { BindError } from './bind-error.ts';
import { loadLibc } from './libc.ts';
import { openUdp } from './open.ts';
import type { DatagramTransport, Io, OpenOptions } from './transport.ts';
import { UdpBatched } from './udp-batched.ts';

const { libc, reason } = await loadLibc();
const nowUs = () => performance.now() * 1000;

interface End {
  readonly transport: DatagramTransport;
  readonly memory: Memory;
}

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function open(io: Io | 'auto', wanted: Partial<OpenOptions> = {}): Promise<End> {
  const memory = new Memory(32 << 20);
  const transport = await openUdp({
    io,
    address: '127.0.0.1',
    port: 0,
    reusePort: false,
    segmentation: true,
    rcvbufBytes: 32 << 20,
    memory,
    nowUs,
    ...wanted,
  });
  opened.push(transport);
  return { transport, memory };
}

interface Got {
  readonly data: Buffer;
  readonly peer: number;
  readonly atUs: number;
}

/** Reads until `count` datagrams are here, or nothing more has come for a while. */
async function collect(end: End, count: number): Promise<Got[]> {
  const { transport, memory } = end;
  const got: Got[] = [];
  for (let idle = 0; got.length < count && idle < 100; idle++) {
    const rows = transport.receive();
    for (let i = 0; i < rows; i++) {
      const data = Buffer.from(memory.bytes.slice(transport.rxStart[i]!, transport.rxEnd[i]!));
      got.push({ data, peer: transport.rxPeer[i]!, atUs: transport.rxAtUs[i]! });
    }
    if (rows > 0) idle = -1;
    else if (transport.blocking) transport.wait(5_000);
    else await sleep(5);
  }
  return got;
}

function put(end: End, data: Buffer): number {
  const at = end.memory.reserve(data.length);
  end.memory.bytes.set(data, at);
  return at;
}

function sendTo(from: End, peer: number, data: Buffer, order: number): void {
  from.transport.send(put(from, data), data.length, peer, order);
}

/** A message of `length` bytes that tells its key and number, filled with a pattern of its own. */
function message(length: number, key: number, number: number): Buffer {
  const data = Buffer.alloc(length);
  for (let i = 0; i < length; i++) data[i] = (key * 7 + number * 13 + i) & 255;
  if (length >= 8) {
    data.writeUInt32BE(key, 0);
    data.writeUInt32BE(number, 4);
  }
  return data;
}

const V4 = { own: '127.0.0.1', foreign: '192.0.2.1', other: '::1' };
const V6 = { own: '::1', foreign: '2001:db8::1', other: '127.0.0.1' };
const combinations: { name: string; io: Io; segmentation: boolean; family: typeof V4 }[] = [
  { name: 'dgram', io: 'dgram', segmentation: true, family: V4 },
  { name: 'dgram over IPv6', io: 'dgram', segmentation: true, family: V6 },
  { name: 'batched', io: 'batched', segmentation: true, family: V4 },
  { name: 'batched over IPv6', io: 'batched', segmentation: true, family: V6 },
  { name: 'batched without segmentation', io: 'batched', segmentation: false, family: V4 },
];

it('has the batched transport on Linux in continuous integration', () => {
  if (process.env.CI === 'true' && process.platform === 'linux') expect(reason).toBeNull();
});

for (const { name, io, segmentation, family } of combinations) {
  describe.skipIf(io === 'batched' && libc === null)(name, () => {
    const { own, foreign, other } = family;
    const here = (wanted: Partial<OpenOptions> = {}) => open(io, { segmentation, address: own, ...wanted });

    it('says where it is bound and what it was granted', async () => {
      const { transport } = await here();
      expect(transport.io).toBe(io);
      expect(transport.localAddress).toBe(own);
      expect(transport.localPort).toBeGreaterThan(0);
      expect(transport.rcvbufBytes).toBeGreaterThanOrEqual(4096);
    });

    it.each([0, 1, 2, 500, 1472, 1473, 9000, 60_000, 65_507])(
      'carries a datagram of %i bytes intact',
      async (length) => {
        const [from, to] = [await here(), await here()];
        const data = message(length, 3, 4);
        sendTo(from, from.transport.peer(own, to.transport.localPort), data, 0);
        from.transport.flush();
        const got = await collect(to, 1);
        expect(got.length).toBe(1);
        expect(got[0]!.data.equals(data)).toBe(true);
        expect(to.transport.peerPort(got[0]!.peer)).toBe(from.transport.localPort);
        expect(to.transport.peerAddress(got[0]!.peer)).toBe(own);
        expect(from.transport.stats).toMatchObject({ datagramsSent: 1, sendErrors: {} });
        expect(to.transport.stats).toMatchObject({ datagramsReceived: 1, truncated: 0 });
      },
    );

    it('keeps the order within a key, whatever lengths and peers are mixed', async () => {
      const [from, one, two] = [await here(), await here(), await here()];
      const ends = [one, two];
      const peers = ends.map((end) => from.transport.peer(own, end.transport.localPort));
      const sent: Buffer[][] = [[], []];
      for (let i = 0; i < 600; i++) {
        const key = (i * 7) % 23;
        const data = message([40, 400, 400, 1400, 41][(i * 3) % 5]!, key, i);
        sent[i & 1]!.push(data);
        sendTo(from, peers[i & 1]!, data, key);
      }
      from.transport.flush();
      for (const [which, end] of ends.entries()) {
        const got = await collect(end, sent[which]!.length);
        const keyOf = (data: Buffer) => data.readUInt32BE(0);
        for (let key = 0; key < 23; key++) {
          const expected = sent[which]!.filter((data) => keyOf(data) === key);
          const actual = got.map((one) => one.data).filter((data) => keyOf(data) === key);
          expect(actual).toEqual(expected);
        }
      }
    });

    it('takes 5,000 messages at once, and accounts for each', async () => {
      const [from, to] = [await here(), await here()];
      const peer = from.transport.peer(own, to.transport.localPort);
      const flushed: number[] = [];
      from.transport.onFlushed = (count) => flushed.push(count);
      for (let i = 0; i < 5000; i++) {
        const index = from.transport.send(put(from, message(100, 1, i)), 100, peer, i & 1023);
        expect(index).toBe(i % 4096);
      }
      from.transport.flush();
      expect(flushed).toEqual([4096, 904]);
      expect(from.transport.stats.datagramsSent).toBe(5000);
      const got = await collect(to, 5000);
      expect(got.length + to.transport.rxDropped()).toBe(5000);
      if (to.transport.rcvbufBytes >= 16 << 20) expect(got.length).toBe(5000);
      expect(new Set(got.map((one) => one.data.readUInt32BE(4))).size).toBe(got.length);
    });

    it('has sent when flush returns: the bytes may be overwritten', async () => {
      const [from, to] = [await here(), await here()];
      const peer = from.transport.peer(own, to.transport.localPort);
      const at = from.memory.reserve(300);
      for (let i = 0; i < 20; i++) {
        from.memory.bytes.set(message(300, 9, i), at);
        from.transport.send(at, 300, peer, 0);
        from.transport.flush();
      }
      from.memory.bytes.fill(0, at, at + 300);
      const got = await collect(to, 20);
      expect(got.map((one) => one.data)).toEqual(Array.from({ length: 20 }, (_, i) => message(300, 9, i)));
    });

    it('keeps what was received until the next receive()', async () => {
      const [from, to] = [await here(), await here()];
      const peer = from.transport.peer(own, to.transport.localPort);
      sendTo(from, peer, message(50, 1, 1), 0);
      from.transport.flush();
      for (let i = 0; i < 400 && to.transport.receive() === 0; i++) {
        to.transport.wait(5_000);
        await sleep(1);
      }
      sendTo(from, peer, message(50, 2, 2), 0);
      from.transport.flush();
      await sleep(20);
      const { rxStart, rxEnd } = to.transport;
      expect(Buffer.from(to.memory.bytes.slice(rxStart[0], rxEnd[0]))).toEqual(message(50, 1, 1));
      expect((await collect(to, 1))[0]!.data).toEqual(message(50, 2, 2));
    });

    it('gives one index per peer, and NONE for what is no peer of its family', async () => {
      const [from, to] = [await here(), await here()];
      const a = from.transport.peer(own, 5060);
      const b = from.transport.peer(own, 5061);
      expect(b).not.toBe(a);
      expect(from.transport.peer(own, 5060)).toBe(a);
      expect(from.transport.peerAddress(b)).toBe(own);
      expect(from.transport.peerPort(b)).toBe(5061);
      for (const [address, port] of [
        ['sip.test', 5060],
        [other, 5060],
        ['1.2.3.999', 1],
        [own, 0],
        [own, 65_536],
      ] as const) {
        expect(from.transport.peer(address, port)).toBe(NONE);
      }
      const back = to.transport.peer(own, from.transport.localPort);
      sendTo(from, from.transport.peer(own, to.transport.localPort), message(20, 0, 0), 0);
      from.transport.flush();
      expect((await collect(to, 1))[0]!.peer).toBe(back);
    });

    it('sends nothing to the peer NONE, and counts it', async () => {
      const [from, to] = [await here(), await here()];
      for (let i = 0; i < 6; i++) sendTo(from, NONE, message(100, 0, i), 0);
      sendTo(from, from.transport.peer(own, to.transport.localPort), message(100, 0, 6), 0);
      from.transport.flush();
      expect((await collect(to, 1))[0]!.data).toEqual(message(100, 0, 6));
      expect(from.transport.stats).toMatchObject({ datagramsSent: 1, sendErrors: { EDESTADDRREQ: 6 } });
    });

    it('stamps what it sends and receives in worker time, never in the future', async () => {
      const [from, to] = [await here(), await here()];
      const peer = from.transport.peer(own, to.transport.localPort);
      const sentAt: number[] = [];
      from.transport.onFlushed = (count) => sentAt.push(...from.transport.txAtUs.subarray(0, count));
      const before = nowUs();
      for (let i = 0; i < 40; i++) {
        sendTo(from, peer, message(100 + (i % 3), 0, i), 0);
        if (i % 8 === 7) from.transport.flush();
      }
      const after = nowUs();
      const got = await collect(to, 40);
      const now = nowUs();
      expect(got.length).toBe(40);
      expect(sentAt.length).toBe(40);
      const errorUs = to.transport instanceof UdpBatched ? to.transport.time.errorUs + 0.01 : 0;
      for (let i = 0; i < 40; i++) {
        expect(sentAt[i]).toBeGreaterThanOrEqual(before);
        expect(sentAt[i]).toBeLessThanOrEqual(after);
        // Order of instants, not a duration: received after sent (but for the error of mapping the clocks), before now.
        const { data, atUs } = got[i]!;
        expect(atUs).toBeGreaterThanOrEqual(sentAt[data.readUInt32BE(4)]! - errorUs);
        expect(atUs).toBeLessThanOrEqual(now);
      }
    });

    it('counts what a small receive buffer loses', async () => {
      const [from, to] = [await here(), await here({ rcvbufBytes: 8192 })];
      const peer = from.transport.peer(own, to.transport.localPort);
      expect(to.transport.rxDropped()).toBe(0);
      for (let i = 0; i < 300; i++) sendTo(from, peer, message(1000 + (i % 2), 0, i), 0);
      from.transport.flush();
      const got = await collect(to, 300);
      expect(got.length).toBeLessThan(300);
      expect(to.transport.rxDropped()).toBe(300 - got.length);
      to.transport.close();
      expect(to.transport.rxDropped()).toBe(300 - got.length);
    });

    it('says who has the port', async () => {
      const { transport } = await here();
      const port = transport.localPort;
      const attempt = here({ port });
      await expect(attempt).rejects.toBeInstanceOf(BindError);
      await expect(attempt).rejects.toMatchObject({ code: 'EADDRINUSE', address: own, port });
      await expect(attempt).rejects.toThrow(`${own} port ${port}`);
    });

    it.each([
      [foreign, 'EADDRNOTAVAIL', 'no such address'],
      ['fe80::1%lo', 'EAFNOSUPPORT', 'without %'],
      ['localhost', 'EAFNOSUPPORT', 'not an IP address'],
    ])('refuses to bind to %s', async (address, code, words) => {
      const attempt = here({ address });
      await expect(attempt).rejects.toBeInstanceOf(BindError);
      await expect(attempt).rejects.toMatchObject({ code, address });
      await expect(attempt).rejects.toThrow(words);
    });

    it('talks with a plain socket of the runtime, each message a datagram', async () => {
      const end = await here();
      const plain = dgram.createSocket(own === V6.own ? 'udp6' : 'udp4');
      opened.push(plain);
      await new Promise<void>((resolve) => plain.bind(0, own, resolve));
      const heard: Buffer[] = [];
      plain.on('message', (data) => heard.push(data));
      const peer = end.transport.peer(own, plain.address().port);
      const sent = Array.from({ length: 100 }, (_, i) => message(i < 80 ? 700 : 30 + i, 0, i));
      for (const data of sent) sendTo(end, peer, data, 0);
      end.transport.flush();
      for (let i = 0; i < 200 && heard.length < 100; i++) await sleep(5);
      expect(heard).toEqual(sent);
      // Its sends happen on a later tick, and the batched end blocks the thread while it waits.
      for (const data of sent) {
        await new Promise<void>((resolve) => plain.send(data, end.transport.localPort, own, () => resolve()));
      }
      const got = await collect(end, 100);
      expect(got.map((one) => one.data)).toEqual(sent);
    });

    it('closes once, says so when used afterwards, and frees the port', async () => {
      const { transport } = await here();
      transport.close();
      transport.close();
      expect(() => transport.flush()).toThrow('closed');
      const again = await here({ port: transport.localPort });
      expect(again.transport.localPort).toBe(transport.localPort);
    });
  });
}
