// Turns the kernel's receive stamps (CLOCK_REALTIME) into worker time by keeping the difference of the two clocks. Sets no clock.

import { CLOCK_REALTIME, type Libc, type Shared } from './libc.ts';

const CHECK_EVERY_US = 20_000;
/** Cells. The difference of the clocks, wall minus worker, lies between LOW and HIGH; OFFSET is their middle. */
const LOW = 0;
const HIGH = 1;
const OFFSET = 2;
const CHECKED = 3;
const ERROR = 4;

/**
 * Reading the worker's clock, the wall clock and the worker's clock again brackets the difference between the two. It is
 * constant as long as nobody sets the wall clock (both tick from one source), so each reading narrows the bracket, and a
 * reading that contradicts it means that the clock was set: then it starts anew. The error of a mapped stamp is thus at
 * most `errorUs`, commonly below half a microsecond; stamps made within 20 ms around a setting of the clock may be off by
 * that step.
 */
export class KernelTime {
  private readonly libc: Libc;
  private readonly nowUs: () => number;
  private readonly time: Shared;
  /** Wall-clock second that stamps are counted from, so that microseconds stay exact in a double. */
  readonly baseSec: number;
  /** Double cells; `offset[OFFSET_CELL]` is read by the receive loop, see `offsetCell`. */
  readonly cells = new Float64Array(8);
  steps = 0;

  constructor(libc: Libc, nowUs: () => number) {
    this.libc = libc;
    this.nowUs = nowUs;
    this.time = libc.share(16);
    libc.clock_gettime(CLOCK_REALTIME, this.time.address);
    this.baseSec = this.time.words[0]! >>> 0;
    this.cells[LOW] = Number.NEGATIVE_INFINITY;
    this.cells[HIGH] = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 16; i++) this.measure();
    this.steps = 0;
  }

  /** Where in `cells` the difference stands: worker time = wall microseconds since baseSec − cells[offsetCell]. */
  readonly offsetCell = OFFSET;

  get errorUs(): number {
    return this.cells[ERROR]!;
  }

  /** Measures again when the last time is 20 ms ago; about a microsecond of work then. */
  refresh(nowUs: number): void {
    if (nowUs - this.cells[CHECKED]! >= CHECK_EVERY_US) this.measure();
  }

  private measure(): void {
    const { cells, time } = this;
    const before = this.nowUs();
    this.libc.clock_gettime(CLOCK_REALTIME, time.address);
    const after = this.nowUs();
    const wall = ((time.words[0]! >>> 0) - this.baseSec) * 1e6 + time.words[2]! / 1000;
    const low = wall - after;
    const high = wall - before;
    if (low > cells[HIGH]! || high < cells[LOW]!) {
      cells[LOW] = low;
      cells[HIGH] = high;
      this.steps++;
    } else {
      if (low > cells[LOW]!) cells[LOW] = low;
      if (high < cells[HIGH]!) cells[HIGH] = high;
    }
    cells[OFFSET] = (cells[LOW]! + cells[HIGH]!) / 2;
    cells[ERROR] = (cells[HIGH]! - cells[LOW]!) / 2;
    cells[CHECKED] = after;
  }
}
