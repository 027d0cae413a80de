// The mutant relay's end for one case that speaks WebSocket. A message stays a message of its kind, but for what a mutant changes.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import type { Frame, Place } from '../../src/transport/raw-socket.ts';
import type { Tamper } from './mutant.ts';
import { type Front, Passage, sendStray } from './passage.ts';

const SUBPROTOCOL = 'sip';
/** Bytes that are no UTF-8 in a text message go on as they came. */
const AS_IT_COMES = { perMessageDeflate: false, skipUTF8Validation: true };

export class WebSocketFront implements Front {
  readonly place: Place;
  private readonly server: Place;
  private readonly tamper: Tamper;
  private readonly passage: Passage;
  private readonly sockets = new Set<WebSocket>();
  private listener: WebSocketServer | null = null;

  constructor(place: Place, server: Place, tamper: Tamper) {
    this.place = place;
    this.server = server;
    this.tamper = tamper;
    this.passage = new Passage(tamper);
  }

  async start(): Promise<void> {
    const { address: host, port } = this.place;
    const handleProtocols = () => (this.tamper.webSocket?.subprotocol === false ? false : SUBPROTOCOL);
    this.listener = new WebSocketServer({ ...AS_IT_COMES, host, port, handleProtocols });
    this.listener.on('connection', (client, request) => this.accept(client, request));
    await once(this.listener, 'listening');
  }

  reach(client: Place): Place {
    return client;
  }

  private accept(client: WebSocket, { socket, url }: IncomingMessage): void {
    const end: Place = { address: socket.remoteAddress!, port: socket.remotePort! };
    const { address, port } = this.server;
    const server = new WebSocket(`ws://${address}:${port}${url}`, SUBPROTOCOL, {
      ...AS_IT_COMES,
      localAddress: end.address,
    });
    const open = new Promise((opened) => server.once('open', opened));
    const { frame: forced } = this.tamper.webSocket ?? {};
    const send = (to: WebSocket, frame: Frame) => (text: string) => {
      if (to.readyState === WebSocket.OPEN) to.send(Buffer.from(text, 'latin1'), { binary: frame === 'binary' });
    };
    const stray = (text: string) => sendStray(text, end);
    client.on('message', async (bytes: Buffer, binary) => {
      const frame = binary ? 'binary' : 'text';
      await open;
      const ways = { onward: send(server, frame), reply: send(client, 'text'), stray, frame } as const;
      this.passage.pass(bytes.toString('latin1'), 'up', ways);
    });
    server.on('message', (bytes: Buffer, binary) => {
      const frame = binary ? 'binary' : 'text';
      const ways = { onward: send(client, forced ?? frame), reply: send(server, 'text'), stray, frame } as const;
      this.passage.pass(bytes.toString('latin1'), 'down', ways);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.terminate());
      one.on('close', () => {
        this.sockets.delete(one);
        other.terminate();
      });
    }
  }

  async stop(): Promise<void> {
    this.passage.stop();
    for (const socket of this.sockets) socket.terminate();
    this.listener?.close();
  }
}
