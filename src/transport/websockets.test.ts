// SIP over WebSocket on loopback: handshakes, message bounds, frame types, and connections that fail in every way while others go on.
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ConnectionEnd, until } from '../../tests/connection-end.ts';
import { Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { BindError } from './bind-error.ts';
import type { Tuning } from './connections.ts';
import { openWebSockets } from './open.ts';
import { FAULT, NOT_SENT } from './transport.ts';

const HOST = '127.0.0.1';
const OPTIONS = 'OPTIONS sip:a@h SIP/2.0\r\nContent-Length: 0\r\n\r\n';

const toEnd: (() => void)[] = [];

afterEach(() => {
  for (const end of toEnd.splice(0)) end();
});

async function openEnd(options: { readonly path?: string; readonly tuning?: Tuning } = {}): Promise<ConnectionEnd> {
  const { path = '/', tuning } = options;
  const end = await ConnectionEnd.open((place) => openWebSockets({ ...place, path }, tuning));
  toEnd.push(() => end.transport.close());
  return end;
}

interface Client {
  readonly socket: WebSocket;
  readonly messages: { readonly text: string; readonly binary: boolean }[];
}

/** A WebSocket client of the library's own, open. */
async function client(port: number, protocols: string | string[] = 'sip'): Promise<Client> {
  const socket = new WebSocket(`ws://${HOST}:${port}/`, protocols);
  toEnd.push(() => socket.terminate());
  const messages: { text: string; binary: boolean }[] = [];
  socket.on('message', (data: Buffer, binary) => messages.push({ text: data.toString('latin1'), binary }));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, messages };
}

/** A server of the library's own. */
async function server(options: { readonly accept?: boolean } = {}) {
  const paths: string[] = [];
  const listening = new WebSocketServer({
    host: HOST,
    port: 0,
    verifyClient: ({ req }: { req: { url?: string } }) => {
      paths.push(req.url ?? '');
      return options.accept !== false;
    },
  });
  toEnd.push(() => listening.close());
  const sockets: WebSocket[] = [];
  listening.on('connection', (socket) => {
    toEnd.push(() => socket.terminate());
    sockets.push(socket);
  });
  await new Promise((resolve) => listening.once('listening', resolve));
  return { port: (listening.address() as net.AddressInfo).port, sockets, paths };
}

/** What a server answers to bytes that are no handshake of a SIP client. */
async function answerTo(port: number, request: string): Promise<string> {
  const socket = net.connect(port, HOST);
  const parts: Buffer[] = [];
  socket.on('data', (data) => parts.push(data));
  socket.on('error', () => {});
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(parts).toString('latin1');
}

const GET = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;
const handshake = (protocol: string) =>
  `GET / HTTP/1.1\r\nHost: ${HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${protocol}\r\n`;

describe('who connects', () => {
  it('is given the subprotocol sip, also among others', async () => {
    const end = await openEnd();
    expect((await client(end.port, ['xmpp', 'sip'])).socket.protocol).toBe('sip');
    expect(end.count('accepted')).toBe(1);
  });

  it.each([
    ['', 400],
    ['Sec-WebSocket-Protocol: xmpp\r\n', 400],
  ])('without it (%j) is refused, and counted', async (protocol, status) => {
    const end = await openEnd();
    expect(await answerTo(end.port, handshake(protocol))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*sip`, 's'));
    expect(end.count('refused: the handshake offers no subprotocol sip')).toBe(1);
    expect(end.count('accepted')).toBe(0);
  });

  it('with plain HTTP is told what is served here', async () => {
    const end = await openEnd();
    expect(await answerTo(end.port, GET)).toMatch(/^HTTP\/1\.1 426 .*WebSocket/s);
  });

  it('with a broken handshake does not disturb the others', async () => {
    const end = await openEnd();
    const other = await client(end.port);
    expect(await answerTo(end.port, handshake('').replace('Version: 13', 'Version: 12'))).toMatch(/^HTTP\/1\.1 4/);
    other.socket.send(OPTIONS);
    await until(() => end.received.length === 1, end);
  });

  it('finds no slot when all are taken', async () => {
    const end = await openEnd({ tuning: { connections: 1 } });
    await client(end.port);
    const late = await client(end.port);
    await new Promise((resolve) => late.socket.once('close', resolve));
    expect(end.count('refused: no slot for another connection')).toBe(1);
  });
});

describe('messages', () => {
  it('are what WebSocket messages are, in text and binary frames, in fragments, without Content-Length', async () => {
    const end = await openEnd();
    const { socket } = await client(end.port);
    const body = 'MESSAGE sip:a@h SIP/2.0\r\nContent-Type: text/plain\r\n\r\nno length, no end';
    socket.send(OPTIONS);
    socket.send(Buffer.from(body), { binary: true });
    socket.send(OPTIONS.slice(0, 7), { fin: false });
    socket.send(OPTIONS.slice(7), { fin: true });
    await until(() => end.received.length === 3, end);
    expect(end.received.map(({ text }) => text)).toEqual([OPTIONS, body, OPTIONS]);
    expect(new Set(end.received.map(({ peer }) => peer)).size).toBe(1);
  });

  it('leave one by one, as text where they are UTF-8 and binary where not', async () => {
    const end = await openEnd();
    const { socket, messages } = await client(end.port);
    socket.send(OPTIONS);
    await until(() => end.received.length === 1, end);
    const texts = ['SIP/2.0 200 OK\r\n\r\n', 'SIP/2.0 200 \xc3\xbc\r\n\r\n', 'SIP/2.0 200 \xff\r\n\r\n'];
    const at = end.send(end.received[0]!.peer, ...texts);
    for (const us of at) expect(us).toBeGreaterThan(0);
    await until(() => messages.length === 3, end);
    expect(messages).toEqual(texts.map((text, i) => ({ text, binary: i === 2 })));
  });

  it('of any number come through whole and in order, both ways', async () => {
    const [one, other] = [await openEnd(), await openEnd()];
    const texts = Array.from({ length: 9_000 }, (_, i) => `OPTIONS sip:${i}@h SIP/2.0\r\n\r\n${'x'.repeat(i % 700)}`);
    const peer = one.transport.peer(HOST, other.port);
    for (let i = 0; i < texts.length; i += 1_000) one.send(peer, ...texts.slice(i, i + 1_000));
    await until(() => other.received.length === texts.length, other);
    expect(other.received.map(({ text }) => text)).toEqual(texts);
    other.send(other.received[0]!.peer, ...texts.slice(0, 2_000));
    await until(() => one.received.length === 2_000, one);
    expect(one.received.map(({ text }) => text)).toEqual(texts.slice(0, 2_000));
  });

  it('longer than any SIP message end their connection alone', async () => {
    const end = await openEnd();
    const [long, other] = [await client(end.port), await client(end.port)];
    const closed = new Promise((resolve) => long.socket.once('close', resolve));
    long.socket.send('x'.repeat(200_000));
    // RFC 6455 §7.4.1: 1009, too big.
    expect(await closed).toBe(1009);
    other.socket.send(OPTIONS);
    await until(() => end.received.length === 1, end);
    expect(end.transport.stats.open).toBe(1);
  });

  it('in a text frame that is no UTF-8 end their connection (RFC 6455 §8.1)', async () => {
    const end = await openEnd();
    const { socket } = await client(end.port);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await closed).toBe(1007);
    await until(() => end.transport.stats.open === 0, end);
    expect(end.received).toEqual([]);
    expect(end.count('failed (WS_ERR_INVALID_UTF8)')).toBe(1);
  });

  it('are not needed for a ping: it is answered and counted (RFC 7118 §6)', async () => {
    const end = await openEnd();
    const { socket } = await client(end.port);
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
    expect(end.transport.stats.keepalives).toBe(1);
  });
});

describe('connections of our own', () => {
  it('ask for the path they are told, once for all, and wait for the handshake', async () => {
    const { port, paths, sockets } = await server();
    const end = await openEnd({ path: '/ws' });
    const peer = end.transport.peer(HOST, port);
    for (const us of end.send(peer, OPTIONS, OPTIONS)) expect(us).toBeGreaterThan(0);
    end.send(peer, OPTIONS);
    await until(() => sockets.length === 1, end);
    const messages: string[] = [];
    sockets[0]!.on('message', (data: Buffer) => messages.push(data.toString()));
    end.send(peer, OPTIONS);
    await until(() => messages.length >= 1, end);
    expect(paths).toEqual(['/ws']);
    expect(sockets[0]!.protocol).toBe('sip');
    expect(end.count('opened')).toBe(1);
  });

  it('are apart for who wants one of his own, and end with him', async () => {
    const { port, sockets } = await server();
    const end = await openEnd();
    const place = end.transport.peer(HOST, port);
    const [one, other] = [end.transport.ownPeer(place), end.transport.ownPeer(place)];
    end.send(one, OPTIONS);
    end.send(other, OPTIONS);
    await until(() => sockets.length === 2 && end.transport.stats.open === 2, end);
    const closed = Promise.race(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    end.transport.releasePeer(one);
    expect(await closed).toBe(1000);
    await until(() => end.transport.stats.open === 1, end);
  });

  it('that are refused break their peer: nobody listens, or the server wants no WebSocket', async () => {
    const gone = await server();
    const wary = await server({ accept: false });
    const end = await openEnd();
    const free = net.createServer().listen(0, HOST);
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as net.AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const [nobody, refused, fine] = [port, wary.port, gone.port].map((to) => end.transport.peer(HOST, to));
    end.send(nobody!, OPTIONS);
    end.send(refused!, OPTIONS);
    end.send(fine!, OPTIONS);
    await until(() => end.transport.broken.size === 2 && gone.sockets.length === 1, end);
    expect(end.transport.broken).toEqual(
      new Map([
        [nobody, FAULT.REFUSED],
        [refused, FAULT.UNREACHABLE],
      ]),
    );
    expect(end.count('refused')).toBe(1);
    expect(end.count('could not be opened (Unexpected server response: 401)')).toBe(1);
  });

  it('that break are told of, and the next message opens another', async () => {
    const { port, sockets } = await server();
    const end = await openEnd();
    const peer = end.transport.peer(HOST, port);
    end.send(peer, OPTIONS);
    await until(() => sockets.length === 1 && end.transport.stats.open === 1, end);
    sockets[0]!.terminate();
    await until(() => end.transport.broken.size === 1, end);
    expect(end.transport.broken.get(peer)).toBe(FAULT.RESET);
    end.send(peer, OPTIONS);
    await until(() => sockets.length === 2, end);
  });

  it('that end in order break nobody', async () => {
    const { port, sockets } = await server();
    const end = await openEnd();
    end.send(end.transport.peer(HOST, port), OPTIONS);
    await until(() => sockets.length === 1 && end.transport.stats.open === 1, end);
    sockets[0]!.close(1000);
    await until(() => end.transport.stats.open === 0, end);
    expect(end.transport.broken.size).toBe(0);
    expect(end.count('ended by the peer')).toBe(1);
  });

  it('whose reader reads nothing are given up, and so is what would wait beyond the bound', async () => {
    const { port, sockets } = await server();
    const end = await openEnd({ tuning: { queueBytes: 4 << 20 } });
    const peer = end.transport.peer(HOST, port);
    end.send(peer, OPTIONS);
    await until(() => sockets.length === 1 && end.transport.stats.open === 1, end);
    sockets[0]!.pause();
    const long = 'x'.repeat(60_000);
    const fill = () => {
      for (let i = 0; i < 1_000; i++) {
        const [us] = end.send(peer, long);
        if (us! < 0) return us;
      }
      return 0;
    };
    // The system takes some megabytes before it takes no more.
    for (let round = 0; round < 10; round++) {
      expect(fill()).toBe(NOT_SENT - FAULT.QUEUE_FULL);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    end.skippedUs += 40_000_000;
    await until(() => end.transport.broken.size === 1, end);
    expect(end.transport.broken.get(peer)).toBe(FAULT.STALLED);
    expect(end.count('given up: the peer reads nothing')).toBe(1);
    expect(end.count('messages given up: their reader is too slow')).toBe(10);
  });
});

describe('answers', () => {
  it('go by the connection of the request, and nowhere else', async () => {
    const end = await openEnd();
    const [one, other] = [await client(end.port), await client(end.port)];
    other.socket.send(OPTIONS);
    await until(() => end.received.length === 1, end);
    const { peer } = end.received[0]!;
    expect(end.transport.peerAddress(peer)).toBe(HOST);
    end.send(peer, 'SIP/2.0 200 OK\r\n\r\n');
    await until(() => other.messages.length === 1, end);
    expect(one.messages).toEqual([]);
  });

  it('whose connection is gone are counted as lost when nobody listens there', async () => {
    const end = await openEnd();
    const { socket } = await client(end.port);
    socket.send(OPTIONS);
    await until(() => end.received.length === 1, end);
    socket.terminate();
    await until(() => end.transport.stats.open === 0, end);
    end.send(end.received[0]!.peer, 'SIP/2.0 200 OK\r\n\r\n');
    expect(end.count('messages lost: their connection was gone')).toBe(1);
  });
});

it('a port in use is told as such', async () => {
  const end = await openEnd();
  const memory = new Memory(16 << 20);
  const place = { address: HOST, port: end.port, reusePort: false, memory, nowUs: () => 0, path: '/' };
  const error = await openWebSockets(place).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(BindError);
  expect((error as BindError).code).toBe('EADDRINUSE');
  expect(end.transport.peer('no address', 1)).toBe(NONE);
});
