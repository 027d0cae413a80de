// One stream between a server that connects to a case and the case, cut into messages on both ways. Changes nothing by itself.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Framer } from '../../src/sip/frame.ts';
import type { Place } from '../../src/transport/raw-socket.ts';

export interface StreamEnds {
  readonly toServer: (text: string) => void;
  readonly toClient: (text: string) => void;
}

/** Listens at `place`, and connects each stream that comes there on to the case at `client`. */
export function relayStreams(
  place: Place,
  client: Place,
  onServer: (text: string, ends: StreamEnds) => void,
  onClient: (text: string, ends: StreamEnds) => void,
): Server {
  const server = createServer((down) => {
    const up = connect({ host: client.address, port: client.port });
    const ends: StreamEnds = {
      toServer: (text) => down.writable && down.write(text, 'latin1'),
      toClient: (text) => up.writable && up.write(text, 'latin1'),
    };
    cut(down, (text) => onServer(text, ends));
    cut(up, (text) => onClient(text, ends));
    for (const [one, other] of [
      [down, up],
      [up, down],
    ] as const)
      one.on('close', () => other.destroy()).on('error', () => other.destroy());
  });
  server.listen(place.port, place.address);
  return server;
}

function cut(socket: Socket, message: (text: string) => void): void {
  const framer = new Framer();
  let kept: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    kept = Buffer.concat([kept, bytes]);
    let at = 0;
    for (;;) {
      const end = framer.next(kept, at, kept.length);
      if (end < 0) break;
      message(kept.toString('latin1', framer.from, end));
      at = end;
    }
    kept = kept.subarray(framer.from);
  });
}
