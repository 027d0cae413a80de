// The mutant relay's end for one case that speaks TCP. Frames only what a mutant reads message by message; all else goes on as it came.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ERR_NEED_MORE } from '../../src/sip/errors.ts';
import { Framer } from '../../src/sip/frame.ts';
import type { Place } from '../../src/transport/raw-socket.ts';
import type { Tamper } from './mutant.ts';
import { type Front, Passage, sendStray, type Ways } from './passage.ts';

export class StreamFront implements Front {
  readonly place: Place;
  private readonly server: Place;
  private readonly tamper: Tamper;
  private readonly passage: Passage;
  private readonly sockets = new Set<Socket>();
  private listener: Server | null = null;
  private connections = 0;

  constructor(place: Place, server: Place, tamper: Tamper) {
    this.place = place;
    this.server = server;
    this.tamper = tamper;
    this.passage = new Passage(tamper);
  }

  async start(): Promise<void> {
    this.listener = createServer({ noDelay: true }, (client) => this.accept(client));
    this.listener.listen({ host: this.place.address, port: this.place.port, exclusive: true });
    await once(this.listener, 'listening');
  }

  reach(client: Place): Place {
    return client;
  }

  private accept(client: Socket): void {
    const connection = ++this.connections;
    const end: Place = { address: client.remoteAddress!, port: client.remotePort! };
    // From the address of the case: what comes back by a connection of the server's own goes there.
    const { address: host, port } = this.server;
    const server = connect({ host, port, localAddress: end.address, noDelay: true });
    const { tamper } = this;
    const toServer = (text: string) => void server.write(Buffer.from(text, 'latin1'));
    const toClient = (text: string) => void client.write(Buffer.from(text, 'latin1'));
    const close = () => {
      client.end();
      server.end();
    };
    const stray = (text: string) => sendStray(text, end);
    const up = this.taker('up', { onward: toServer, reply: toClient, stray }, tamper.toServer !== undefined);
    const down = this.taker('down', { onward: toClient, reply: toServer, stray }, tamper.toClient !== undefined);
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      const read = tamper.pieces === undefined ? text : tamper.pieces({ text, connection, reply: toClient, close });
      if (read !== '') up(read);
    });
    server.on('data', (bytes) => down(bytes.toString('latin1')));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.on('end', () => other.end());
      // Who resets one side has ended the other.
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => this.sockets.delete(one));
    }
  }

  private taker(way: 'up' | 'down', ways: Ways, cut: boolean): (piece: string) => void {
    return cut ? framed((text) => this.passage.pass(text, way, ways), ways.onward) : ways.onward;
  }

  async stop(): Promise<void> {
    this.passage.stop();
    this.listener?.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Takes the pieces of a stream: gives each message to `take`, and to `rest` as it comes what follows bytes that no message can begin with. */
export function framed(take: (text: string) => void, rest: (piece: string) => void): (piece: string) => void {
  const framer = new Framer();
  let kept = Buffer.alloc(0);
  let lost = false;
  return (piece) => {
    if (lost) return rest(piece);
    kept = Buffer.concat([kept, Buffer.from(piece, 'latin1')]);
    let at = 0;
    for (;;) {
      const end = framer.next(kept, at, kept.length);
      if (end < 0) {
        kept = kept.subarray(framer.from);
        lost = end !== ERR_NEED_MORE;
        if (lost) rest(kept.toString('latin1'));
        return;
      }
      take(kept.toString('latin1', framer.from, end));
      at = end;
    }
  };
}
