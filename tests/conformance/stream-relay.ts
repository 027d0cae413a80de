// Streams between a server that connects to a case and the case, cut into messages on both ways. Changes nothing by itself.
import { connect, createServer, type Server } from 'node:net';
import type { Place } from '../../src/transport/raw-socket.ts';
import { framed } from './stream-front.ts';

interface Ends {
  readonly toServer: (text: string) => void;
  readonly toClient: (text: string) => void;
}

interface Takers {
  readonly fromServer: (text: string, ends: Ends) => void;
  readonly fromClient: (text: string, ends: Ends) => void;
}

/** Listens at `place`, and connects each stream that comes there on to the case at `client`. */
export function relayStreams(place: Place, client: Place, { fromServer, fromClient }: Takers): Server {
  const server = createServer((down) => {
    const up = connect({ host: client.address, port: client.port });
    const ends: Ends = {
      toServer: (text) => down.writable && down.write(text, 'latin1'),
      toClient: (text) => up.writable && up.write(text, 'latin1'),
    };
    const read = framed((text) => fromServer(text, ends), ends.toClient);
    const heard = framed((text) => fromClient(text, ends), ends.toServer);
    down.on('data', (bytes) => read(bytes.toString('latin1')));
    up.on('data', (bytes) => heard(bytes.toString('latin1')));
    for (const [one, other] of [
      [down, up],
      [up, down],
    ] as const)
      one.on('close', () => other.destroy()).on('error', () => other.destroy());
  });
  server.listen(place.port, place.address);
  return server;
}
