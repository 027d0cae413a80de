// The worker's clock: microseconds since it was made, in a cell that everybody reads. Never called behind anyone's back: time moves only at read().

import { performance } from 'node:perf_hooks';

/** Worker time. `now[0]` moves only when `read()` is called and never goes back. */
export class Clock {
  /** [0]: microseconds since the clock was made, as of the last `read()`. */
  readonly now = new Float64Array(1);
  /** [0]: performance.now() at the start, milliseconds. A cell, because a double in a field is boxed when it is read. */
  private readonly startMs = new Float64Array(1);
  /** Milliseconds of the calendar (UTC, from 1970 on) when the clock was made. */
  readonly epochMs: number;
  /** Reads the clock. One function for all who ask: what the compiler has learned of it holds for every socket. */
  readonly nowUs = (): number => {
    this.read();
    return this.now[0]!;
  };

  constructor() {
    this.startMs[0] = performance.now();
    this.epochMs = performance.timeOrigin + this.startMs[0];
  }

  /** Sets `now[0]` from the monotonic system clock. */
  read(): void {
    this.now[0] = (performance.now() - this.startMs[0]!) * 1000;
  }
}
