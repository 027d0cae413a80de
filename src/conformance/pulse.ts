// Whether our own loop was in time: when it last had leisure to read its sockets, and how long it stood still. Measures; judges nothing.

import { nowUs } from '../transport/raw-socket.ts';

const EVERY_MS = 5;
/** Shorter ones are not kept. */
const STANDSTILL_US = 100_000;

export class Pulse {
  private timer: NodeJS.Timeout | null = null;
  private lastUs = 0;
  private beforeLastUs = 0;
  private readonly standstills: { readonly endUs: number; readonly tookUs: number }[] = [];

  start(): void {
    this.lastUs = this.beforeLastUs = nowUs();
    this.timer = setInterval(() => this.beat(), EVERY_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private beat(): void {
    const atUs = nowUs();
    const tookUs = atUs - this.lastUs;
    if (tookUs > STANDSTILL_US) this.standstills.push({ endUs: atUs, tookUs });
    this.beforeLastUs = this.lastUs;
    this.lastUs = atUs;
  }

  /**
   * What is read now has come after this instant (monotonic microseconds): sockets are read between two beats, so that what was
   * there at the last beat but one would have been read before the last.
   */
  get sinceUs(): number {
    return this.timer === null ? nowUs() : this.beforeLastUs;
  }

  /** The longest standstill that reached into the time from `fromUs` on, in microseconds; 0 for none. */
  longestUs(fromUs: number): number {
    const now = { endUs: nowUs(), tookUs: this.timer === null ? 0 : nowUs() - this.lastUs };
    let longest = 0;
    for (const { endUs, tookUs } of [...this.standstills, now])
      if (endUs > fromUs && tookUs > STANDSTILL_US) longest = Math.max(longest, tookUs);
    return longest;
  }
}
