// Places of different kinds as one transport: their peers, queues and columns never mix.
import { afterEach, describe, expect, it } from 'vitest';
import { Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { openPlaces } from './open.ts';
import { FAULT, type Protocol, placeOf, type Transport } from './transport.ts';

const HOST = '127.0.0.1';
const PLACES: readonly Protocol[] = ['udp', 'tcp', 'udp'];

const opened: Transport[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function open(protocols = PLACES): Promise<{ transport: Transport; memory: Memory }> {
  const memory = new Memory(96 << 20);
  const places = protocols.map((protocol) => ({ protocol, address: HOST, port: 0 }));
  const nowUs = () => performance.now() * 1000;
  const options = { io: 'auto', reusePort: false, segmentation: true, rcvbufBytes: 1 << 20, memory, nowUs } as const;
  const transport = await openPlaces(places, options);
  opened.push(transport);
  return { transport, memory };
}

function message(text: string): string {
  return `MESSAGE sip:a SIP/2.0\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

function queue({ transport, memory }: Awaited<ReturnType<typeof open>>, peer: number, text: string): number {
  const data = Buffer.from(text);
  const at = memory.reserve(data.length);
  memory.bytes.set(data, at);
  return transport.send(at, data.length, peer, 0);
}

describe('several places', () => {
  it('say what they are, in order', async () => {
    const { transport } = await open();
    expect(transport.places.map(({ protocol, reliable }) => [protocol, reliable])).toEqual([
      ['udp', false],
      ['tcp', true],
      ['udp', false],
    ]);
    expect(new Set(transport.places.map(({ port }) => port)).size).toBeGreaterThanOrEqual(2);
    expect(transport.io).toBe('mixed');
  });

  it('one place is the transport itself', async () => {
    expect((await open(['tcp'])).transport.io).toBe('tcp');
  });

  it('messages go from the place of their peer, and are told from which place they came', async () => {
    const [from, to] = [await open(), await open()];
    const peers = to.transport.places.map(({ port }, place) => from.transport.peer(HOST, port, place));
    expect(peers.map(placeOf)).toEqual([0, 1, 2]);
    const flushed: number[] = [];
    from.transport.onFlushed = (count, first = 0) => {
      for (let i = first; i < first + count; i++) if (from.transport.txAtUs[i]! > 0) flushed.push(i);
    };
    const queued = peers.map((peer, place) => queue(from, peer, message(`place ${place}`)));
    expect(new Set(queued).size).toBe(3);
    from.transport.flush();
    expect(flushed.sort((a, b) => a - b)).toEqual(queued.toSorted((a, b) => a - b));
    const got = new Map<number, string>();
    const { transport, memory } = to;
    for (let tries = 0; got.size < 3 && tries < 500; tries++) {
      for (let rows = transport.receive(); rows > 0; rows = transport.receive())
        for (let i = 0; i < rows; i++) {
          const peer = transport.rxPeer[i]!;
          const text = Buffer.from(memory.bytes.slice(transport.rxStart[i]!, transport.rxEnd[i]!)).toString('latin1');
          got.set(placeOf(peer), text);
          expect(transport.peerAddress(peer)).toBe(HOST);
          if (placeOf(peer) !== 1) expect(transport.peerPort(peer)).toBe(from.transport.places[placeOf(peer)]!.port);
        }
      from.transport.flush();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect([...got.entries()].sort()).toEqual([0, 1, 2].map((place) => [place, message(`place ${place}`)]));
  });

  it('a connection that breaks is told by its peer at its place', async () => {
    const { transport, memory } = await open(['udp', 'tcp']);
    const gone = await open(['tcp']);
    const { port } = gone.transport.places[0]!;
    gone.transport.close();
    const peer = transport.peer(HOST, port, 1);
    queue({ transport, memory }, peer, message('x'));
    transport.flush();
    for (let tries = 0; transport.broken.size === 0 && tries < 500; tries++) {
      transport.receive();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect([...transport.broken]).toEqual([[peer, FAULT.REFUSED]]);
    expect(transport.stats.connections).toEqual({ refused: 1 });
  });

  it('NONE stays NONE', async () => {
    const one = await open(['udp', 'tcp']);
    expect(one.transport.peer('no address', 5060, 1)).toBe(NONE);
    queue(one, NONE, message('x'));
    one.transport.flush();
    expect(one.transport.stats.sendErrors).not.toEqual({});
  });

  it('where one place cannot be had none stays open', async () => {
    const { transport } = await open(['tcp']);
    const { port } = transport.places[0]!;
    const memory = new Memory(96 << 20);
    const options = { io: 'auto', reusePort: false, segmentation: true, rcvbufBytes: 1 << 20 } as const;
    const places = [
      { protocol: 'udp', address: HOST, port },
      { protocol: 'tcp', address: HOST, port },
    ] as const;
    const nowUs = () => 0;
    await expect(openPlaces(places, { ...options, memory, nowUs })).rejects.toThrow(/cannot open TCP/);
    const again = await openPlaces(places.slice(0, 1), { ...options, memory: new Memory(96 << 20), nowUs });
    again.close();
  });
});
