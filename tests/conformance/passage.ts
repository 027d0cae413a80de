// How a message meets a mutant on its way, whatever carries it: what it answers, how often it passed, what becomes of it and when. Listens to nothing.
import { createSocket } from 'node:dgram';
import { Reading } from '../../src/conformance/reading.ts';
import type { Frame, Place } from '../../src/transport/raw-socket.ts';
import type { Tamper } from './mutant.ts';

/** The relay's end for one case. */
export interface Front {
  readonly place: Place;
  start(): Promise<void>;
  /** Where the server reaches an end of the case by way of this front. */
  reach(client: Place): Place;
  stop(): Promise<void>;
}

/** The ways a message can go from where it is. */
export interface Ways {
  readonly onward: (text: string) => void;
  readonly reply: (text: string) => void;
  readonly stray: (text: string) => void;
  /** Kind of the WebSocket message it came in. */
  readonly frame?: Frame;
}

export class Passage {
  private readonly tamper: Tamper;
  private readonly requests = new Map<string, Reading>();
  private readonly seen = new Map<string, number>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(tamper: Tamper) {
    this.tamper = tamper;
  }

  /** @param way of the message: `up` to the server, `down` to the case */
  pass(text: string, way: 'up' | 'down', { onward, reply, stray, frame }: Ways): void {
    const reading = new Reading(Buffer.from(text, 'latin1'));
    const key = `${reading.callId} ${reading.header('CSeq')}`;
    if (reading.isRequest) this.requests.set(`${way} ${key}`, reading);
    const same = `${way} ${reading.startLine} ${reading.branch}`;
    const nth = (this.seen.get(same) ?? 0) + 1;
    this.seen.set(same, nth);
    const request = reading.isResponse ? (this.requests.get(`${way === 'up' ? 'down' : 'up'} ${key}`) ?? null) : null;
    const edit = way === 'up' ? this.tamper.toServer : this.tamper.toClient;
    const fate = edit === undefined ? text : edit({ text, reading, request, nth, frame: frame ?? null, reply, stray });
    if (fate === null) return;
    for (const { text: later, afterMs } of typeof fate === 'string' ? [{ text: fate, afterMs: 0 }] : fate) {
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

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}

/** To the case, from a port that is not ours. */
export function sendStray(text: string, client: Place): void {
  const socket = createSocket('udp4');
  socket.send(Buffer.from(text, 'latin1'), client.port, client.address, () => socket.close());
}
