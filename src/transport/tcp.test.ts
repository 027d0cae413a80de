// The TCP transport over loopback: streams cut anywhere, answers on the connection of the request, connections that break in every way while others go on.
import net from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionEnd, until } from '../../tests/connection-end.ts';
import { ERR_NO_CONTENT_LENGTH } from '../sip/errors.ts';
import { Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { BindError } from './bind-error.ts';
import type { Tuning } from './connections.ts';
import { openTcp } from './open.ts';
import { FAULT, NOT_SENT } from './transport.ts';

const HOST = '127.0.0.1';
const opened: { close(): void }[] = [];
const sockets: net.Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const one of opened.splice(0)) one.close();
});

async function openEnd(tuning?: Tuning): Promise<ConnectionEnd> {
  const end = await ConnectionEnd.open((place) => openTcp(place, tuning));
  opened.push(end.transport);
  return end;
}

/** A peer of node:net alone: what it sends is written as it is told. */
async function connect(port: number): Promise<{ socket: net.Socket; text: () => string; closed: () => boolean }> {
  const socket = net.connect({ host: HOST, port, noDelay: true, allowHalfOpen: true });
  sockets.push(socket);
  const parts: string[] = [];
  let closed = false;
  socket.on('data', (data) => parts.push(data.toString('latin1')));
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  socket.on('end', () => socket.end());
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, text: () => parts.join(''), closed: () => closed };
}

/** Listens, and keeps what connects without reading it. */
async function listen(accepted: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    accepted(socket);
  });
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return (server.address() as net.AddressInfo).port;
}

function message(number: number, body = '', length = Buffer.byteLength(body, 'latin1')): string {
  return `MESSAGE sip:a SIP/2.0\r\nCall-ID: ${number}\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('streams', () => {
  const bodies = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 300 }), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 40 });

  it('RFC 3261 §18.3: any sequence cut anywhere gives the same messages, accepted or opened by us', async () => {
    const end = await openEnd();
    const { socket: client } = await connect(end.port);
    let served: net.Socket | null = null;
    const port = await listen((socket) => {
      served = socket;
    });
    const own = end.transport.peer(HOST, port);
    end.send(own, message(0));
    await until(() => served !== null, end);
    await fc.assert(
      fc.asyncProperty(bodies, cuts, fc.boolean(), async (texts, lengths, ours) => {
        const sent = texts.map((body, i) => message(i, body));
        const bytes = Buffer.from(sent.join(''), 'latin1');
        end.received.length = 0;
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const length = lengths[cut % lengths.length]!;
          (ours ? served! : client).write(bytes.subarray(at, at + length));
          at += length;
          // The receiving end reads what is there before more comes.
          await new Promise(setImmediate);
          if (cut % 3 === 0) end.poll();
        }
        await until(() => end.received.length >= sent.length, end);
        expect(end.received.map(({ text }) => text)).toEqual(sent);
        expect(end.received.every(({ peer }) => (peer === own) === ours)).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(end.memory.inUseBytes).toBe(0);
  });

  it('more messages than the columns hold are taken in between, in order', async () => {
    const end = await openEnd();
    const { socket } = await connect(end.port);
    const sent = Array.from({ length: 10_000 }, (_, i) => message(i));
    socket.write(sent.join(''));
    await until(() => end.received.length >= sent.length, end);
    expect(end.received.map(({ text }) => text)).toEqual(sent);
  });

  it('what nobody takes costs its connection, by name', async () => {
    const end = await openEnd();
    end.transport.onFull = () => {};
    const { socket, closed } = await connect(end.port);
    socket.write(message(1, 'x'.repeat(60_000)).repeat(100));
    while (!closed()) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(end.count('closed: not read in time')).toBe(1);
  });

  it('RFC 5626 §4.4.1: each CRLF CRLF between messages gets one CRLF, a single CRLF none', async () => {
    const end = await openEnd();
    const { socket, text } = await connect(end.port);
    socket.write(`\r\n${message(1)}\r\n\r\n\r\n\r\n${message(2)}`);
    await until(() => end.received.length === 2 && text().length >= 4, end);
    expect(text()).toBe('\r\n\r\n');
    expect(end.transport.stats.keepalives).toBe(2);
  });

  it('many messages of one flush are one write', async () => {
    const [from, to] = [await openEnd(), await openEnd()];
    const peer = from.transport.peer(HOST, to.port);
    from.send(peer, message(0));
    await until(() => to.received.length === 1, from, to);
    const texts = Array.from({ length: 500 }, (_, i) => message(i, 'b'.repeat(i)));
    from.send(peer, ...texts);
    await until(() => to.received.length === 501, from, to);
    expect(to.received.slice(1).map(({ text }) => text)).toEqual(texts);
    expect(from.count('opened')).toBe(1);
    expect(to.count('accepted')).toBe(1);
  });
});

describe('answers', () => {
  it('RFC 3261 §18.2.2: go on the connection of the request, also when its other end has said its last', async () => {
    const end = await openEnd();
    const { socket, text } = await connect(end.port);
    socket.end(message(1));
    await until(() => end.count('ended by the peer') === 1, end);
    end.send(end.received[0]!.peer, 'SIP/2.0 200 OK\r\n\r\n');
    await until(() => text() !== '', end);
    expect(text()).toBe('SIP/2.0 200 OK\r\n\r\n');
  });

  it('the half-closed connection ends after a while', async () => {
    const end = await openEnd({ lingerUs: 20_000 });
    const { socket, closed } = await connect(end.port);
    socket.end(message(1));
    await until(() => end.received.length === 1 && end.count('ended by the peer') === 1, end);
    end.skippedUs += 5_000_000;
    await until(closed, end);
    expect(end.transport.stats.open).toBe(0);
  });

  it('RFC 3261 §18.2.2: go by a new connection to the sent-by port when the connection is gone', async () => {
    const [client, server] = [await openEnd(), await openEnd()];
    const { socket } = await connect(server.port);
    socket.write(message(1));
    await until(() => server.received.length === 1, server);
    const { peer } = server.received[0]!;
    server.transport.returnPort(peer, client.port);
    socket.resetAndDestroy();
    await until(() => server.transport.stats.open === 0, server);
    server.send(peer, 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n');
    await until(() => client.received.length === 1, server, client);
    expect(client.received[0]!.text).toMatch(/^SIP\/2\.0 200/);
    expect(server.count('answers by a new connection')).toBe(1);
  });

  it('are lost by name where there is no way back', async () => {
    const server = await openEnd();
    const { socket } = await connect(server.port);
    socket.write(message(1));
    await until(() => server.received.length === 1, server);
    socket.resetAndDestroy();
    await until(() => server.transport.stats.open === 0, server);
    expect(server.send(server.received[0]!.peer, 'SIP/2.0 200 OK\r\n\r\n')).toEqual([NOT_SENT - FAULT.UNREACHABLE]);
    expect(server.count('messages lost: their connection was gone')).toBe(1);
  });

  it('never go to a later connection in the same slot', async () => {
    const server = await openEnd({ connections: 2 });
    const first = await connect(server.port);
    first.socket.write(message(1));
    await until(() => server.received.length === 1, server);
    const old = server.received[0]!.peer;
    first.socket.resetAndDestroy();
    await until(() => server.transport.stats.open === 0, server);
    const others = [await connect(server.port), await connect(server.port)];
    for (const { socket } of others) socket.write(message(2));
    await until(() => server.received.length === 3, server);
    expect(server.send(old, 'SIP/2.0 200 OK\r\n\r\n')).toEqual([NOT_SENT - FAULT.UNREACHABLE]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const { text } of others) expect(text()).toBe('');
  });
});

describe('connections', () => {
  it('all share one to a place; an own one is used by nobody else, opened again when it is gone, and ends when it is given back', async () => {
    const [from, to] = [await openEnd(), await openEnd()];
    const place = from.transport.peer(HOST, to.port);
    const own = from.transport.ownPeer(place);
    from.send(place, message(1), message(2));
    from.send(own, message(3));
    await until(() => to.received.length === 3, from, to);
    expect(new Set(to.received.map(({ peer }) => peer)).size).toBe(2);
    expect([from.transport.peerAddress(own), from.transport.peerPort(own)]).toEqual([HOST, to.port]);
    from.transport.releasePeer(own);
    from.send(place, message(4));
    to.skippedUs += 10_000_000;
    await until(() => to.received.length === 4 && to.count('ended by the peer') === 1, from, to);
    to.skippedUs += 10_000_000;
    await until(() => from.transport.stats.open === 1, from, to);
  });

  it('what was queued before an own one is given back still leaves', async () => {
    const [from, to] = [await openEnd(), await openEnd()];
    const own = from.transport.ownPeer(from.transport.peer(HOST, to.port));
    const data = Buffer.from(message(1));
    const chunk = from.memory.reserve(data.length);
    from.memory.bytes.set(data, chunk);
    from.transport.send(chunk, data.length, own, 0);
    from.transport.releasePeer(own);
    from.transport.flush();
    await until(() => to.received.length === 1 && to.count('ended by the peer') === 1, from, to);
  });

  it('no slot left: NONE, by name', async () => {
    const end = await openEnd({ connections: 1 });
    const place = end.transport.peer(HOST, 9);
    expect(end.transport.ownPeer(place)).not.toBe(NONE);
    expect(end.transport.ownPeer(place)).toBe(NONE);
    expect(end.count('no slot for another connection')).toBe(1);
  });

  it('refused: told once, and the next message tries again', async () => {
    const end = await openEnd();
    const peer = end.transport.peer(HOST, await closedPort());
    for (let time = 1; time <= 2; time++) {
      end.send(peer, message(1));
      await until(() => end.count('refused') === time, end);
      expect([...end.transport.broken]).toEqual([[peer, FAULT.REFUSED]]);
      end.transport.broken.clear();
    }
    expect(end.transport.stats.open).toBe(0);
  });

  it('reset: told, and the others do not notice', async () => {
    const end = await openEnd();
    const bad = await connect(end.port);
    const good = await connect(end.port);
    bad.socket.write(message(1).slice(0, 30));
    good.socket.write(message(2).slice(0, 30));
    await until(() => end.memory.inUseBytes > 0 && end.count('accepted') === 2, end);
    bad.socket.resetAndDestroy();
    await until(() => end.count('reset') === 1, end);
    expect([...end.transport.broken.values()]).toEqual([FAULT.RESET]);
    good.socket.write(message(2).slice(30));
    await until(() => end.received.length === 1, end);
    expect(end.received[0]!.text).toBe(message(2));
    expect(end.memory.inUseBytes).toBe(0);
    expect(end.transport.stats.open).toBe(1);
  });

  it('a peer that ends inside a message is told apart', async () => {
    const end = await openEnd();
    const { socket } = await connect(end.port);
    socket.end(message(1).slice(0, -5));
    await until(() => end.count('ended by the peer inside a message') === 1, end);
    end.skippedUs += 5_000_000;
    await until(() => end.memory.inUseBytes === 0, end);
  });

  it('a port that is taken: BindError with the mend', async () => {
    const { port } = await openEnd();
    const again = openTcp({ address: HOST, port, reusePort: false, memory: new Memory(32 << 20), nowUs: () => 0 });
    await expect(again).rejects.toThrow(BindError);
    await expect(again).rejects.toThrow(/^cannot open TCP 127\.0\.0\.1 port \d+: .*choose another port.*EADDRINUSE/);
  });
});

describe('a reader that is stalled', () => {
  it('gets so much and no more; it is named and counted, others go on, and in the end it is given up', async () => {
    const QUEUE_BYTES = 200_000;
    const from = await openEnd({ queueBytes: QUEUE_BYTES });
    const to = await openEnd();
    const port = await listen(() => {});
    const stalled = from.transport.peer(HOST, port);
    const good = from.transport.peer(HOST, to.port);
    const big = message(1, 'b'.repeat(50_000));
    let refused = 0;
    for (let i = 0; refused < 3; i++) {
      if (from.send(stalled, big)[0]! < 0) refused++;
      from.send(good, message(i));
      await new Promise(setImmediate);
      expect(i).toBeLessThan(2_000);
    }
    expect(from.send(stalled, big)).toEqual([NOT_SENT - FAULT.QUEUE_FULL]);
    expect(from.count('messages given up: their reader is too slow')).toBe(4);
    await until(() => to.received.length > 0, from, to);
    from.send(good, message(99_999));
    await until(() => to.received.at(-1)!.text === message(99_999), from, to);
    from.transport.broken.clear();
    from.skippedUs += 40_000_000;
    // Looked at once a second: the first look may still see the bytes as fresh.
    await until(() => from.count('given up: the peer reads nothing') === 1, from);
    expect([...from.transport.broken]).toEqual([[stalled, FAULT.STALLED]]);
    expect(from.transport.stats.open).toBe(1);
  });

  it('that reads on gets everything, in order', async () => {
    const from = await openEnd();
    let socket: net.Socket | null = null;
    const port = await listen((one) => {
      socket = one;
    });
    const peer = from.transport.peer(HOST, port);
    const texts = Array.from({ length: 60 }, (_, i) => message(i, String(i % 10).repeat(60_000)));
    for (const text of texts) expect(from.send(peer, text)[0]).toBeGreaterThan(0);
    await until(() => socket !== null, from);
    const parts: Buffer[] = [];
    socket!.on('data', (data: Buffer) => parts.push(data));
    socket!.resume();
    const wanted = texts.join('');
    await until(() => parts.reduce((n, part) => n + part.length, 0) >= wanted.length, from);
    expect(Buffer.concat(parts).toString('latin1') === wanted).toBe(true);
  });

  it('of keepalives is bounded, too', async () => {
    const end = await openEnd({ queueBytes: 100_000 });
    const { socket } = await connect(end.port);
    socket.pause();
    const pings = Buffer.from('\r\n\r\n'.repeat(16_384));
    for (let i = 0; end.count('messages given up: their reader is too slow') === 0; i++) {
      if (socket.writableLength < 1 << 20) socket.write(pings);
      await new Promise(setImmediate);
      end.poll();
      expect(i).toBeLessThan(20_000);
    }
    expect(end.transport.stats.open).toBe(1);
  });
});

describe('what cannot be cut into messages', () => {
  it('without Content-Length: its header fields are handed on to be answered, then the connection ends', async () => {
    const end = await openEnd();
    const good = await connect(end.port);
    const { socket, text, closed } = await connect(end.port);
    socket.write('OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n');
    await until(() => end.received.length === 1, end);
    expect(end.received[0]).toMatchObject({ fault: ERR_NO_CONTENT_LENGTH });
    end.send(end.received[0]!.peer, 'SIP/2.0 400 Bad Request\r\n\r\n');
    await until(() => text().startsWith('SIP/2.0 400'), end);
    end.skippedUs += 5_000_000;
    await until(closed, end);
    good.socket.write(message(2));
    await until(() => end.received.length === 2, end);
  });

  it.each([
    ['a Content-Length that is too small', message(1, 'too long for what was said\r\nor so\r\n', 3), /no SIP message/],
    ['a message that is too long', message(1, '', 1_000_000), /longer than is taken/],
    ['header fields without end', `MESSAGE sip:a SIP/2.0\r\nX: ${'x'.repeat(40_000)}`, /header fields .* longer/],
    ['another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /no SIP message/],
  ])('%s ends its connection, by name, and no other', async (_, text, named) => {
    const end = await openEnd();
    const good = await connect(end.port);
    const { socket, closed } = await connect(end.port);
    socket.write(text);
    await until(() => Object.keys(end.transport.stats.connections).some((name) => named.test(name)), end);
    end.skippedUs += 5_000_000;
    await until(closed, end);
    good.socket.write(message(2));
    await until(() => end.received.at(-1)?.text === message(2), end);
    expect(end.memory.inUseBytes).toBe(0);
  });

  it('RFC 3261 §18.3: what came whole in the same segment is answered, and the connection ends in order', async () => {
    const end = await openEnd();
    const { socket, text, closed } = await connect(end.port);
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    socket.write(`${message(1)}${message(2, 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n', 5)}`);
    await until(() => end.received.length === 2, end);
    for (const { peer } of end.received) end.send(peer, 'SIP/2.0 200 OK\r\n\r\n');
    await until(() => text() === 'SIP/2.0 200 OK\r\n\r\n'.repeat(2), end);
    end.skippedUs += 5_000_000;
    await until(closed, end);
    expect(errors).toEqual([]);
    expect(end.memory.inUseBytes).toBe(0);
  });

  it('a Content-Length that is too large: a message that does not end is given up', async () => {
    const end = await openEnd();
    const { socket, closed } = await connect(end.port);
    socket.write(message(1, 'short', 500));
    await until(() => end.memory.inUseBytes > 0, end);
    end.skippedUs += 40_000_000;
    await until(closed, end);
    expect(end.count('given up: a message did not end')).toBe(1);
    expect(end.memory.inUseBytes).toBe(0);
  });
});
