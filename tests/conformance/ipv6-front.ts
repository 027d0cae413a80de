// The mutant relay's end for one case over IPv6, where all have one address and a port each. Rewrites no address: what is answered elsewhere than where it came from goes past it.
import { createSocket, type Socket } from 'node:dgram';
import type { Place } from '../../src/transport/raw-socket.ts';
import type { Tamper } from './mutant.ts';
import { type Front, Passage } from './passage.ts';

const LOOPBACK = '::1';

function bind(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp6');
    socket.once('error', reject);
    socket.bind({ address: LOOPBACK, port: 0, exclusive: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

export class Ipv6Front implements Front {
  private readonly server: Place;
  private readonly passage: Passage;
  private socket: Socket | null = null;
  /** The server's view of each end of the case, by the end's port. */
  private readonly ends = new Map<number, Promise<Socket>>();
  private open = true;

  constructor(server: Place, tamper: Tamper) {
    this.server = server;
    this.passage = new Passage(tamper);
  }

  get place(): Place {
    return { address: LOOPBACK, port: this.socket!.address().port };
  }

  async start(): Promise<void> {
    this.socket = await bind();
    this.socket.on('message', async (bytes, { port }) => {
      const end = await this.endOf(port);
      this.passage.pass(bytes.toString('latin1'), 'up', this.ways(end, port, 'up'));
    });
  }

  private endOf(port: number): Promise<Socket> {
    let end = this.ends.get(port);
    if (end === undefined) {
      end = bind().then((socket) =>
        socket.on('message', (bytes) =>
          this.passage.pass(bytes.toString('latin1'), 'down', this.ways(socket, port, 'down')),
        ),
      );
      this.ends.set(port, end);
    }
    return end;
  }

  private ways(end: Socket, port: number, way: 'up' | 'down') {
    const put = (socket: Socket, to: number) => (text: string) => {
      if (this.open) socket.send(Buffer.from(text, 'latin1'), to, LOOPBACK);
    };
    const toServer = put(end, this.server.port);
    const toCase = put(this.socket!, port);
    const [onward, reply] = way === 'up' ? [toServer, toCase] : [toCase, toServer];
    return { onward, reply, stray: toCase };
  }

  reach(client: Place): Place {
    return client;
  }

  async stop(): Promise<void> {
    this.open = false;
    this.passage.stop();
    this.socket?.close();
    for (const end of this.ends.values()) (await end).close();
  }
}
