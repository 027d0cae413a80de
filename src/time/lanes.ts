// Timers as FIFO lanes of equal duration: start, stop and expiry in O(1) and without garbage. Knows no clock; time is a cell it reads.

/** No node. */
const NONE = -1;
const MAX_LANES = 255;

/**
 * Every timer is a node (an index chosen by the caller) and runs in a lane: a list of nodes that wait equally long.
 * Because `now` never goes back, a lane is ordered by the order of starts, so that only the heads of lanes need looking at.
 *
 * Columns hold index + 1, so that 0 means none: the arrays stay untouched zero pages until a node is used (17 bytes a node then).
 * Node and lane numbers are not checked here (bench/lanes.ts); a node runs at most once.
 */
export class Lanes {
  private readonly now: Float64Array;
  private readonly next: Int32Array;
  private readonly prev: Int32Array;
  private readonly dueUs: Float64Array;
  /** Lane + 1 of a running node, 0 for a node that does not run. */
  private readonly laneOf: Uint8Array;

  private readonly durations = new Float64Array(MAX_LANES);
  private readonly head = new Int32Array(MAX_LANES);
  private readonly tail = new Int32Array(MAX_LANES);
  /** Due instant of the head of each lane, Infinity when the lane is empty. */
  private readonly headDueUs = new Float64Array(MAX_LANES).fill(Number.POSITIVE_INFINITY);
  private laneCount = 0;
  /** [0]: nothing is due before this instant. May lie too early after a stop, never too late. */
  private readonly quietUntilUs = new Float64Array([Number.POSITIVE_INFINITY]);

  /** [0]: due instant of the node that `expire()` returned last. */
  readonly expiredDueUs = new Float64Array(1);
  /** [0]: earliest due instant over all lanes as of the last `refreshNext()`, Infinity when nothing runs. */
  readonly nextDue = new Float64Array([Number.POSITIVE_INFINITY]);

  /** @param nodes how many timers there can be; @param now cell whose [0] is the present in microseconds and never goes back */
  constructor(nodes: number, now: Float64Array) {
    this.now = now;
    this.next = new Int32Array(nodes);
    this.prev = new Int32Array(nodes);
    this.dueUs = new Float64Array(nodes);
    this.laneOf = new Uint8Array(nodes);
  }

  /** The lane of a duration in microseconds; the same duration gives the same lane. Throws RangeError beyond 255 lanes. */
  lane(durationUs: number): number {
    if (!(durationUs >= 0 && durationUs < Number.POSITIVE_INFINITY)) {
      throw new TypeError(`lanes: a duration of ${durationUs} µs; want a finite number from 0`);
    }
    for (let i = 0; i < this.laneCount; i++) if (this.durations[i] === durationUs) return i;
    if (this.laneCount === MAX_LANES) {
      throw new RangeError(`lanes: more than ${MAX_LANES} different durations; use fewer distinct pauses and limits`);
    }
    this.durations[this.laneCount] = durationUs;
    return this.laneCount++;
  }

  durationUs(lane: number): number {
    return this.durations[lane]!;
  }

  /** Starts `node`, or starts it again from now: due = now + duration of the lane. */
  start(node: number, lane: number): void {
    if (this.laneOf[node] !== 0) this.stop(node);
    const due = this.now[0]! + this.durations[lane]!;
    this.dueUs[node] = due;
    this.laneOf[node] = lane + 1;
    const last = this.tail[lane]!;
    this.next[node] = 0;
    this.prev[node] = last;
    this.tail[lane] = node + 1;
    if (last !== 0) {
      this.next[last - 1] = node + 1;
      return;
    }
    this.head[lane] = node + 1;
    this.headDueUs[lane] = due;
    if (due < this.quietUntilUs[0]!) this.quietUntilUs[0] = due;
  }

  /** Stops `node`; nothing happens when it does not run. */
  stop(node: number): void {
    const lane = this.laneOf[node]! - 1;
    if (lane < 0) return;
    this.laneOf[node] = 0;
    const next = this.next[node]!;
    const prev = this.prev[node]!;
    if (next !== 0) this.prev[next - 1] = prev;
    else this.tail[lane] = prev;
    if (prev !== 0) {
      this.next[prev - 1] = next;
      return;
    }
    this.head[lane] = next;
    this.headDueUs[lane] = next !== 0 ? this.dueUs[next - 1]! : Number.POSITIVE_INFINITY;
  }

  running(node: number): boolean {
    return this.laneOf[node] !== 0;
  }

  /**
   * Removes and returns one node that is due (due ≤ now): the earliest over all lanes, of equals the one whose lane was made
   * first. NONE (-1) when nothing is due, which costs one comparison as a rule. Its due instant is in `expiredDueUs[0]`.
   */
  expire(): number {
    const now = this.now[0]!;
    if (now < this.quietUntilUs[0]!) return NONE;
    const lane = this.earliest();
    if (lane === NONE) return NONE;
    const due = this.headDueUs[lane]!;
    if (due > now) return NONE;
    const node = this.head[lane]! - 1;
    this.expiredDueUs[0] = due;
    this.stop(node);
    return node;
  }

  /** Sets `nextDue[0]`. */
  refreshNext(): void {
    this.earliest();
    this.nextDue[0] = this.quietUntilUs[0]!;
  }

  /** The lane with the earliest head, NONE when all are empty; sets `quietUntilUs` exactly. */
  private earliest(): number {
    let best = NONE;
    let due = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.laneCount; i++) {
      if (this.headDueUs[i]! < due) {
        due = this.headDueUs[i]!;
        best = i;
      }
    }
    this.quietUntilUs[0] = due;
    return best;
  }
}
