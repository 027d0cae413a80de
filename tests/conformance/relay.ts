// A relay between cases and a server, which lets each case meet a mutant of its own. Never tampers with a control probe: those go to the server itself.
//
// Addresses are of one length, so that a message keeps its lengths where one stands for another: cases speak from 127.100–149.x.y, towards the
// server each of their ends is 127.150–199.x.y with the same port, the fronts they speak to are 127.200–249.x.y, the server is SERVER_ADDRESS.
// Session descriptions stay as they are: media go past the relay.
import { createSocket, type Socket } from 'node:dgram';
import type { Server } from 'node:net';
import type { TransportKind } from '../../src/conformance/case.ts';
import type { Place } from '../../src/transport/raw-socket.ts';
import { Ipv6Front } from './ipv6-front.ts';
import type { Mutant, Tamper } from './mutant.ts';
import { type Front, Passage, sendStray } from './passage.ts';
import { StreamFront } from './stream-front.ts';
import { relayStreams } from './stream-relay.ts';
import { WebSocketFront } from './web-socket-front.ts';

export const SERVER_ADDRESS = '127.250.100.100';

const CASE_END = /127\.1([0-4])(\d)\.(\d{3}\.\d{3})/g;
const SERVER_END = /127\.1([5-9])(\d)\.(\d{3}\.\d{3})/g;

/** An address of a case's end, by number; no two processes share one. */
export function caseAddress(n: number): string {
  return address(100 + (process.pid % 50), n);
}

function address(second: number, n: number): string {
  return `127.${second}.${100 + (Math.floor(n / 150) % 150)}.${100 + (n % 150)}`;
}

function hidden(text: string): string {
  return text.replace(
    CASE_END,
    (_, tens: string, ones: string, rest: string) => `127.1${Number(tens) + 5}${ones}.${rest}`,
  );
}

function shown(text: string): string {
  return text.replace(
    SERVER_END,
    (_, tens: string, ones: string, rest: string) => `127.1${Number(tens) - 5}${ones}.${rest}`,
  );
}

/** Edits a message but for the session description in it. */
function butMedia(text: string, edit: (text: string) => string): string {
  const body = text.indexOf('\r\n\r\nv=0\r\n');
  return body < 0 ? edit(text) : edit(text.slice(0, body)) + text.slice(body);
}

function bind(place: Place): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1_048_576 });
    socket.once('error', reject);
    socket.bind({ address: place.address, port: place.port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

class DatagramFront implements Front {
  readonly place: Place;
  private readonly server: Place;
  private readonly passage: Passage;
  private socket: Socket | null = null;
  /** The server's view of each of the case's ends, by `address:port` of the end. */
  private readonly ends = new Map<string, Promise<Socket>>();
  private readonly streams: Server[] = [];
  private open = true;
  /** Another place of the server than where it listens: the socket of a command that makes it call us. */
  private caller: Place | null = null;

  constructor(place: Place, server: Place, tamper: Tamper) {
    this.place = place;
    this.server = server;
    this.passage = new Passage(tamper);
  }

  async start(): Promise<void> {
    this.socket = await bind(this.place);
    this.socket.on('message', (bytes, from) => void this.fromClient(bytes, from));
  }

  private endOf(client: Place): Promise<Socket> {
    const key = `${client.address}:${client.port}`;
    let end = this.ends.get(key);
    if (end === undefined) {
      end = bind({ address: hidden(client.address), port: client.port }).then((socket) => {
        socket.on('message', (bytes, from) => {
          if (from.port !== this.server.port) this.caller = from;
          void this.fromServer(bytes, client);
        });
        return socket;
      });
      this.ends.set(key, end);
    }
    return end;
  }

  private async fromClient(bytes: Buffer, client: Place): Promise<void> {
    const text = bytes.toString('latin1');
    const end = await this.endOf(client);
    // Ends that are only spoken of so far: the server may write to them.
    for (const [, named, port] of text.matchAll(/(127\.1[0-4]\d\.\d{3}\.\d{3}):(\d+)/g))
      await this.endOf({ address: named!, port: Number(port) });
    this.passage.pass(text, 'up', {
      onward: (message) => this.toServer(message, end),
      reply: (message) => this.toClient(message, client),
      stray: (message) => sendStray(message, client),
    });
  }

  private async fromServer(bytes: Buffer, client: Place): Promise<void> {
    const end = await this.endOf(client);
    this.passage.pass(this.asSeen(bytes.toString('latin1')), 'down', {
      onward: (message) => this.toClient(message, client),
      reply: (message) => this.toServer(message, end),
      stray: (message) => sendStray(message, client),
    });
  }

  private toServer(text: string, end: Socket): void {
    const { server, caller } = this;
    if (this.open) end.send(Buffer.from(this.asHeard(text), 'latin1'), (caller ?? server).port, server.address);
  }

  /** What the server wrote, as the case is to read it. */
  private asSeen(text: string): string {
    const { server, place, caller } = this;
    return butMedia(text, (there) => {
      let here = shown(there);
      if (caller !== null) here = here.replaceAll(`${server.address}:${caller.port}`, `${place.address}:${place.port}`);
      return here.replaceAll(server.address, place.address);
    });
  }

  /** What the case wrote, as the server is to read it. */
  private asHeard(text: string): string {
    const { server, place, caller } = this;
    return butMedia(text, (here) => {
      let there = hidden(here);
      if (caller !== null)
        there = there.replaceAll(`${place.address}:${place.port}`, `${server.address}:${caller.port}`);
      return there.replaceAll(place.address, server.address);
    });
  }

  /** Where the server reaches an end of the case by way of this front, with datagrams or with streams that it opens. */
  reach(client: Place): Place {
    const place = { address: hidden(client.address), port: client.port };
    void this.endOf(client);
    const stray = (message: string) => sendStray(message, client);
    const streams = relayStreams(place, client, {
      fromServer: (text, { toServer, toClient }) =>
        this.passage.pass(this.asSeen(text), 'down', {
          onward: toClient,
          reply: (message) => toServer(this.asHeard(message)),
          stray,
        }),
      fromClient: (text, { toServer, toClient }) =>
        this.passage.pass(text, 'up', {
          onward: (message) => toServer(this.asHeard(message)),
          reply: toClient,
          stray,
        }),
    });
    this.streams.push(streams);
    return place;
  }

  private toClient(text: string, client: Place): void {
    if (this.open) this.socket!.send(Buffer.from(text, 'latin1'), client.port, client.address);
  }

  async stop(): Promise<void> {
    this.open = false;
    this.passage.stop();
    for (const streams of this.streams) streams.close();
    this.socket?.close();
    for (const end of this.ends.values()) (await end).close();
  }
}

export interface MutantRelay {
  /** Where a case whose first end is of that kind goes to meet this mutant; one of connections may have other ends that send datagrams. */
  add(mutant: Mutant, kind: TransportKind): Promise<Place>;
  /** Where this mutant, calling a case that goes to `front`, reaches an end of the case. */
  reach(front: Place, end: Place): Place;
  stop(): Promise<void>;
}

/** @param firstAddress number of the first front's address */
export function startMutantRelay(server: Place, firstAddress = 0): MutantRelay {
  const fronts: Front[] = [];
  let places = 0;
  return {
    add: async (mutant, kind) => {
      if (server.address.includes(':')) {
        const front = new Ipv6Front(server, mutant.start());
        fronts.push(front);
        await front.start();
        return front.place;
      }
      const place = { address: address(200 + (process.pid % 50), firstAddress + places++), port: server.port };
      const tamper = mutant.start();
      const datagrams = new DatagramFront(place, server, tamper);
      const connected = {
        udp: () => [],
        tcp: () => [new StreamFront(place, server, tamper)],
        ws: () => [new WebSocketFront(place, server, tamper)],
      };
      const own = [...connected[kind](), datagrams];
      fronts.push(...own);
      for (const front of own) await front.start();
      return place;
    },
    reach: (place, end) => fronts.find((front) => front.place.address === place.address)!.reach(end),
    stop: async () => {
      for (const front of fronts) await front.stop();
    },
  };
}
