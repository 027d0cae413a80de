// The judge's WebSocket: what it is told of the handshake and of frames, and what it sends.
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Frame } from './raw-socket.ts';
import { openWebSocket } from './raw-websocket.ts';

const HOST = '127.0.0.1';
const toEnd: (() => void)[] = [];

afterEach(() => {
  for (const end of toEnd.splice(0)) end();
});

async function server(
  subprotocol: string | false,
  accept = true,
): Promise<{ port: number; client: Promise<WebSocket> }> {
  const listening = new WebSocketServer({
    host: HOST,
    port: 0,
    skipUTF8Validation: true,
    handleProtocols: () => subprotocol,
    verifyClient: () => accept,
  });
  const client = new Promise<WebSocket>((resolve) => listening.once('connection', resolve));
  void client.then((socket) => toEnd.push(() => socket.terminate()));
  toEnd.push(() => listening.close());
  await new Promise((resolve) => listening.once('listening', resolve));
  return { port: (listening.address() as AddressInfo).port, client };
}

type Came = readonly [text: string, frame: Frame | undefined];

async function open(port: number) {
  const came: Came[] = [];
  let told: ((one: Came) => void) | null = null;
  let closed: (why: string) => void = () => {};
  const end = new Promise<string>((resolve) => (closed = resolve));
  const socket = await openWebSocket(HOST, { address: HOST, port }, '/', {
    bytes: (bytes, _from, _atUs, frame) => {
      came.push([bytes.toString('latin1'), frame]);
      told?.(came.at(-1)!);
    },
    closed: (why) => closed(why),
  });
  toEnd.push(() => void socket.close());
  return { socket, came, next: () => new Promise<Came>((resolve) => (told = resolve)), end };
}

it.each([
  ['sip', 'sip'],
  [false, null],
  ['xmpp', 'xmpp'],
] as const)('takes a server that agrees on %j, and says so', async (answered, said) => {
  const { port } = await server(answered);
  expect((await open(port)).socket).toMatchObject({ kind: 'ws', subprotocol: said });
});

it('rejects with what is answered in place of a handshake', async () => {
  const { port } = await server('sip', false);
  await expect(open(port)).rejects.toThrow('Unexpected server response: 401');
});

it('hands on each message as it came, also text that is no UTF-8', async () => {
  const { port, client } = await server('sip');
  const { next } = await open(port);
  const peer = await client;
  for (const [bytes, binary] of [
    [[65], false],
    [[0xff], false],
    [[65], true],
  ] as const) {
    const came = next();
    peer.send(Buffer.from(bytes), { binary });
    expect(await came).toEqual([Buffer.from(bytes).toString('latin1'), binary ? 'binary' : 'text']);
  }
});

it('sends what it is given: text where it is UTF-8, binary where not, or as it is told', async () => {
  const { port, client } = await server('sip');
  const { socket } = await open(port);
  const peer = await client;
  const to = { address: HOST, port };
  const sent: unknown[] = [];
  const all = new Promise<void>((resolve) =>
    peer.on('message', (data: Buffer, binary) => {
      sent.push([data.toString('latin1'), binary]);
      if (sent.length === 4) resolve();
    }),
  );
  socket.send(Buffer.from('A'), to);
  socket.send(Buffer.from([0xff]), to);
  socket.send(Buffer.from('A'), to, 'binary');
  socket.send(Buffer.from([0xff]), to, 'text');
  await all;
  expect(sent).toEqual([
    ['A', false],
    ['\xff', true],
    ['A', true],
    ['\xff', false],
  ]);
});

it('tells an end in order from one without a closing handshake', async () => {
  const one = await server('sip');
  const orderly = await open(one.port);
  (await one.client).close(1000);
  expect(await orderly.end).toBe('closed');
  const other = await server('sip');
  const broken = await open(other.port);
  (await other.client).terminate();
  expect(await broken.end).toBe('ECONNRESET');
});
