// A UDP relay that loses, doubles, delays and reorders datagrams from a seed. Never reads SIP, save to put its own port in place of the ends' own when asked.
import { createSocket, type Socket } from 'node:dgram';
import { freePort } from './free-port.ts';

export interface Faults {
  /** Share of datagrams lost, 0 to 1. */
  readonly loss?: number;
  /** Share of datagrams sent twice. */
  readonly duplicate?: number;
  /** Every datagram waits this long. */
  readonly delayMs?: number;
  /** Share of datagrams that wait `reorderMs` longer, so that others overtake them. */
  readonly reorder?: number;
  readonly reorderMs?: number;
}

export interface DirectionCount {
  readonly received: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

export interface Relay {
  readonly port: number;
  /** Counts so far: towards the target, and back to the clients. */
  counts(): { readonly toTarget: DirectionCount; readonly toClient: DirectionCount };
  /** From now on these faults, both ways. */
  change(faults: Faults): void;
  stop(): Promise<void>;
}

export interface RelayOptions {
  readonly targetPort: number;
  readonly seed: number;
  readonly toTarget?: Faults;
  readonly toClient?: Faults;
  /**
   * Writes the relay's port where an end wrote its own (`127.0.0.1:PORT` in Contact, Via, Request-URI), and back, so that
   * requests inside a dialog pass through too. Ports must have five digits: lengths stay as they are.
   */
  readonly rewrite?: boolean;
}

/** mulberry32: small, seeded, good enough to throw dice with. */
function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Direction {
  faults: Faults;
  readonly #random: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();
  #received = 0;
  #lost = 0;
  #duplicated = 0;
  #reordered = 0;

  constructor(faults: Faults, seed: number) {
    this.faults = faults;
    this.#random = dice(seed);
  }

  pass(send: () => void): void {
    const { loss = 0, duplicate = 0, delayMs = 0, reorder = 0, reorderMs = 5 } = this.faults;
    // Always three throws for each datagram, so that what one fault does leaves the sequence of the others alone.
    const lost = this.#random() < loss;
    const twice = this.#random() < duplicate;
    const late = this.#random() < reorder;
    this.#received++;
    if (lost) {
      this.#lost++;
      return;
    }
    if (late) this.#reordered++;
    const waitMs = delayMs + (late ? reorderMs : 0);
    this.#after(waitMs, send);
    if (twice) {
      this.#duplicated++;
      this.#after(waitMs, send);
    }
  }

  counts(): DirectionCount {
    return { received: this.#received, lost: this.#lost, duplicated: this.#duplicated, reordered: this.#reordered };
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #after(waitMs: number, send: () => void): void {
    if (waitMs === 0) {
      send();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      send();
    }, waitMs);
    this.#timers.add(timer);
  }
}

function bound(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4_194_304 });
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => {
      socket.removeListener('error', reject);
      // A refused datagram is a lost one.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

function replacePort(data: Buffer, from: number, to: number): Buffer {
  return Buffer.from(data.toString('latin1').replaceAll(`127.0.0.1:${from}`, `127.0.0.1:${to}`), 'latin1');
}

/** Starts a relay in front of a UDP server on 127.0.0.1. Each client port gets an upstream socket of its own, so that answers find their way. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { targetPort, seed, rewrite = false } = options;
  const toTarget = new Direction(options.toTarget ?? {}, seed);
  const toClient = new Direction(options.toClient ?? {}, seed ^ 0x5bd1e995);
  const port = await freePort();
  const front = await bound(port);
  const upstreams = new Map<number, Promise<{ readonly socket: Socket; readonly port: number }>>();

  async function open(clientPort: number): Promise<{ readonly socket: Socket; readonly port: number }> {
    const upstreamPort = await freePort();
    const socket = await bound(upstreamPort);
    socket.on('message', (data) => {
      const message = rewrite ? replacePort(replacePort(data, targetPort, port), upstreamPort, clientPort) : data;
      toClient.pass(() => front.send(message, clientPort, '127.0.0.1'));
    });
    return { socket, port: upstreamPort };
  }

  front.on('message', async (data, from) => {
    let opening = upstreams.get(from.port);
    if (opening === undefined) {
      opening = open(from.port);
      upstreams.set(from.port, opening);
    }
    const upstream = await opening;
    const message = rewrite ? replacePort(replacePort(data, port, targetPort), from.port, upstream.port) : data;
    toTarget.pass(() => upstream.socket.send(message, targetPort, '127.0.0.1'));
  });

  return {
    port,
    counts: () => ({ toTarget: toTarget.counts(), toClient: toClient.counts() }),
    change: (faults) => {
      toTarget.faults = faults;
      toClient.faults = faults;
    },
    stop: async () => {
      toTarget.stop();
      toClient.stop();
      await new Promise<void>((resolve) => front.close(() => resolve()));
      for (const opening of upstreams.values()) {
        const { socket } = await opening;
        await new Promise<void>((resolve) => socket.close(() => resolve()));
      }
    },
  };
}
