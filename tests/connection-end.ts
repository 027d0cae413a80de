// A transport of connections with its memory, and what it has received so far: for tests that play the engine's part. Judges nothing.
import { Memory } from '../src/sip/memory.ts';
import type { Transport } from '../src/transport/transport.ts';

/** What every transport of connections is opened with: any free port of 127.0.0.1. */
export interface EndPlace {
  readonly address: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly memory: Memory;
  readonly nowUs: () => number;
}

interface Received {
  readonly text: string;
  readonly peer: number;
  readonly fault: number;
}

export class ConnectionEnd {
  readonly transport: Transport;
  readonly memory: Memory;
  readonly received: Received[] = [];
  /** Added to the clock, so that patience takes no time. */
  skippedUs = 0;

  private constructor(transport: Transport, memory: Memory) {
    this.transport = transport;
    this.memory = memory;
    transport.onFull = () => this.poll();
  }

  static async open(openAt: (place: EndPlace) => Promise<Transport>): Promise<ConnectionEnd> {
    const memory = new Memory(64 << 20);
    let end: ConnectionEnd | null = null;
    const nowUs = () => performance.now() * 1000 + (end?.skippedUs ?? 0);
    end = new ConnectionEnd(await openAt({ address: '127.0.0.1', port: 0, reusePort: false, memory, nowUs }), memory);
    return end;
  }

  get port(): number {
    return this.transport.places[0]!.port;
  }

  poll(): void {
    const { transport, memory } = this;
    const rows = transport.receive();
    for (let i = 0; i < rows; i++) {
      const text = Buffer.from(memory.bytes.slice(transport.rxStart[i]!, transport.rxEnd[i]!)).toString('latin1');
      this.received.push({ text, peer: transport.rxPeer[i]!, fault: transport.rxFault![i]! });
    }
    transport.flush();
  }

  /** Queues and flushes texts to `peer`; the instants they were handed over, or why not. */
  send(peer: number, ...texts: string[]): number[] {
    const at = texts.map((text) => {
      const data = Buffer.from(text, 'latin1');
      const chunk = this.memory.alloc(data.length);
      this.memory.bytes.set(data, chunk);
      return [this.transport.send(chunk, data.length, peer, 0), chunk, data.length] as const;
    });
    this.transport.flush();
    for (const [, chunk, length] of at) this.memory.free(chunk, length);
    return at.map(([index]) => this.transport.txAtUs[index]!);
  }

  count(name: string): number {
    return this.transport.stats.connections[name] ?? 0;
  }
}

/** How long something that must come is waited for. */
const PATIENCE_MS = 5_000;

/** Waits for what must come, while the ends do what they do in a tick. */
export async function until(what: () => boolean, ...ends: ConnectionEnd[]): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    for (const one of ends) one.poll();
    if (what()) return;
    if (performance.now() > end)
      throw new Error(`waited in vain: ${what} ${JSON.stringify(ends.map(({ transport }) => transport.stats))}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
