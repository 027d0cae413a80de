// A UDP relay between cases and a server, which lets each case meet a mutant of its own. Never tampers with a control probe: those go to the server itself.
//
// Addresses are of one length, so that a message keeps its lengths where one stands for another: cases speak from 127.100–149.x.y, towards the
// server each of their ends is 127.150–199.x.y with the same port, the fronts they speak to are 127.200–249.x.y, the server is SERVER_ADDRESS.
import { createSocket, type Socket } from 'node:dgram';
import type { Server } from 'node:net';
import { Reading } from '../../src/conformance/reading.ts';
import type { Place } from '../../src/transport/raw-socket.ts';
import type { Fate, Mutant, Passing, Tamper } from './mutant.ts';
import { relayStreams } from './stream-relay.ts';

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

/** The relay's end for one case. */
class Front {
  readonly place: Place;
  private readonly server: Place;
  private readonly tamper: Tamper;
  private socket: Socket | null = null;
  /** The server's view of each of the case's ends, by `address:port` of the end. */
  private readonly ends = new Map<string, Promise<Socket>>();
  private readonly requests = new Map<string, Reading>();
  private readonly seen = new Map<string, number>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly streams: Server[] = [];
  private open = true;
  /** Another place of the server than where it listens: the socket of a command that makes it call us. */
  private caller: Place | null = null;

  constructor(place: Place, server: Place, tamper: Tamper) {
    this.place = place;
    this.server = server;
    this.tamper = tamper;
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
    const up = (message: string) => this.toServer(message, end);
    const down = (message: string) => this.toClient(message, client);
    this.pass(text, 'up', this.tamper.toServer, up, down, client);
  }

  private async fromServer(bytes: Buffer, client: Place): Promise<void> {
    const text = this.asSeen(bytes.toString('latin1'));
    const end = await this.endOf(client);
    const up = (message: string) => this.toServer(message, end);
    this.pass(text, 'down', this.tamper.toClient, (message) => this.toClient(message, client), up, client);
  }

  private toServer(text: string, end: Socket): void {
    const { server, caller } = this;
    if (this.open) end.send(Buffer.from(this.asHeard(text), 'latin1'), (caller ?? server).port, server.address);
  }

  /** What the server wrote, as the case is to read it. */
  private asSeen(bytes: string): string {
    const { server, place, caller } = this;
    let text = shown(bytes);
    if (caller !== null) text = text.replaceAll(`${server.address}:${caller.port}`, `${place.address}:${place.port}`);
    return text.replaceAll(server.address, place.address);
  }

  /** What the case wrote, as the server is to read it. */
  private asHeard(text: string): string {
    const { server, place, caller } = this;
    let there = hidden(text);
    if (caller !== null) there = there.replaceAll(`${place.address}:${place.port}`, `${server.address}:${caller.port}`);
    return there.replaceAll(place.address, server.address);
  }

  /** Where the server reaches an end of the case by way of this front. */
  reach(client: Place): Place {
    const place = { address: hidden(client.address), port: client.port };
    void this.endOf(client);
    const { tamper } = this;
    const streams = relayStreams(
      place,
      client,
      (text, { toServer, toClient }) =>
        this.pass(
          this.asSeen(text),
          'down',
          tamper.toClient,
          toClient,
          (reply) => toServer(this.asHeard(reply)),
          client,
        ),
      (text, { toServer, toClient }) =>
        this.pass(text, 'up', tamper.toServer, (there) => toServer(this.asHeard(there)), toClient, client),
    );
    this.streams.push(streams);
    return place;
  }

  private toClient(text: string, client: Place): void {
    if (this.open) this.socket!.send(Buffer.from(text, 'latin1'), client.port, client.address);
  }

  /** To the case, from a port that is not ours. */
  private stray(text: string, client: Place): void {
    const socket = createSocket('udp4');
    socket.send(Buffer.from(text, 'latin1'), client.port, client.address, () => socket.close());
  }

  private pass(
    text: string,
    way: string,
    tamper: ((message: Passing) => Fate) | undefined,
    onward: (text: string) => void,
    reply: (text: string) => void,
    client: Place,
  ): void {
    const reading = new Reading(Buffer.from(text, 'latin1'));
    const key = `${reading.callId} ${reading.header('CSeq')}`;
    if (reading.isRequest) this.requests.set(`${way} ${key}`, reading);
    const same = `${way} ${reading.startLine} ${reading.branch}`;
    const nth = (this.seen.get(same) ?? 0) + 1;
    this.seen.set(same, nth);
    const request = reading.isResponse ? (this.requests.get(`${way === 'up' ? 'down' : 'up'} ${key}`) ?? null) : null;
    const fate =
      tamper === undefined
        ? text
        : tamper({ text, reading, request, nth, reply, stray: (other) => this.stray(other, client) });
    if (fate === null) return;
    const all = typeof fate === 'string' ? [{ text: fate, afterMs: 0 }] : fate;
    for (const { text: later, afterMs } of all) {
      if (afterMs === 0) {
        onward(later);
        continue;
      }
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        onward(later);
      }, afterMs);
      this.timers.add(timer);
    }
  }

  async stop(): Promise<void> {
    this.open = false;
    for (const timer of this.timers) clearTimeout(timer);
    for (const server of this.streams) server.close();
    this.socket?.close();
    for (const end of this.ends.values()) (await end).close();
  }
}

export interface MutantRelay {
  /** Where the case goes to meet this mutant. */
  add(mutant: Mutant): Promise<Place>;
  /** Where this mutant, calling a case that goes to `front`, reaches an end of the case. */
  reach(front: Place, end: Place): Place;
  stop(): Promise<void>;
}

/** @param firstAddress number of the first front's address */
export function startMutantRelay(server: Place, firstAddress = 0): MutantRelay {
  const fronts: Front[] = [];
  return {
    add: async (mutant) => {
      const place = { address: address(200 + (process.pid % 50), firstAddress + fronts.length), port: server.port };
      const front = new Front(place, server, mutant.start());
      fronts.push(front);
      await front.start();
      return place;
    },
    reach: (place, end) => fronts.find((front) => front.place.address === place.address)!.reach(end),
    stop: async () => {
      for (const front of fronts) await front.stop();
    },
  };
}
