// When the calls of an open model are due: the rate over time, turned into instants. Pure: it reads no clock and waits for nobody.

import { Random } from './random.ts';

/** A stretch of the run in which the rate goes in a straight line from one value to another. */
export interface Phase {
  readonly fromCps: number;
  readonly toCps: number;
  /** Infinity: never ends (last phase only, with fromCps = toCps > 0). */
  readonly durationUs: number;
}

/** Rounding of the integral is far below one millionth of a call; a shortfall within it is no missing call. */
const HAIR = 1e-6;
/** Columns of one phase in `table`. */
const COLUMNS = 5;
const BEGIN_S = 0;
const BEGIN_CALLS = 1;
const RATE = 2;
const SLOPE = 3;
const END_CALLS = 4;

/** Cells of the state. */
const WANTED = 0;
const INDEX = 1;

/**
 * Arrival k of the whole run is due when the integral of the rate over time reaches k (uniform; the first one at 0), or reaches the
 * k-th point of a Poisson process of rate 1 (poisson, from the seed). While the rate is 0 nothing is due. Each instant is computed
 * from k itself, so that errors do not add up. Shard i of n takes the arrivals with k mod n = i, of the same instants whatever n is.
 */
export class Schedule {
  /** [0]: due instant of this shard's next arrival, microseconds since the start; Infinity when the schedule is over. */
  readonly due = new Float64Array(1);
  private readonly state = new Float64Array(2);
  private readonly table: Float64Array;
  private readonly totalCalls: number;
  private readonly limit: number;
  private readonly random: Random | null;
  private readonly seed: number;
  private readonly shardIndex: number;
  private readonly shardCount: number;
  private phase = 0;

  /** @param calls end after this many arrivals of the whole run, 0 for no limit */
  constructor(
    phases: readonly Phase[],
    arrivals: 'uniform' | 'poisson',
    seed: number,
    calls: number,
    shardIndex: number,
    shardCount: number,
  ) {
    checkPhases(phases);
    if (!Number.isInteger(shardCount) || !Number.isInteger(shardIndex) || shardIndex < 0 || shardIndex >= shardCount) {
      throw new RangeError(`schedule: shard ${shardIndex} of ${shardCount}`);
    }
    if (!Number.isInteger(calls) || calls < 0) throw new RangeError(`schedule: ${calls} calls`);
    if (!Number.isFinite(seed)) throw new RangeError(`schedule: seed ${seed}`);
    this.seed = seed;
    this.shardIndex = shardIndex;
    this.shardCount = shardCount;
    this.limit = calls === 0 ? Number.POSITIVE_INFINITY : calls;
    this.random = arrivals === 'poisson' ? new Random(seed) : null;

    this.table = new Float64Array(phases.length * COLUMNS);
    let beginS = 0;
    let beginCalls = 0;
    for (let i = 0; i < phases.length; i++) {
      const { fromCps, toCps, durationUs } = phases[i]!;
      const lengthS = durationUs / 1e6;
      const at = i * COLUMNS;
      this.table[at + BEGIN_S] = beginS;
      this.table[at + BEGIN_CALLS] = beginCalls;
      this.table[at + RATE] = fromCps;
      this.table[at + SLOPE] = fromCps === toCps ? 0 : (toCps - fromCps) / lengthS;
      if (lengthS > 0) beginCalls += ((fromCps + toCps) / 2) * lengthS;
      beginS += lengthS;
      this.table[at + END_CALLS] = beginCalls;
    }
    this.totalCalls = beginCalls;

    this.state[INDEX] = -1;
    this.step(shardIndex + 1);
  }

  /** Number of that arrival in the whole run, from 0. */
  get index(): number {
    return this.state[INDEX]!;
  }

  /** Goes on to this shard's next arrival. */
  advance(): void {
    this.step(this.shardCount);
  }

  /** Arrivals of this shard in the whole schedule, Infinity when it never ends. A Poisson schedule is walked through for it. */
  get planned(): number {
    const { limit, totalCalls, random, shardIndex, shardCount } = this;
    let whole = Math.min(limit, Math.ceil(totalCalls - HAIR));
    if (random !== null && totalCalls !== Number.POSITIVE_INFINITY) {
      const walk = new Random(this.seed);
      const point = new Float64Array(1);
      let k = 0;
      for (walk.addExponential(point); point[0]! < totalCalls - HAIR && k < limit; walk.addExponential(point)) k++;
      whole = k;
    }
    return whole === Number.POSITIVE_INFINITY ? whole : Math.max(0, Math.ceil((whole - shardIndex) / shardCount));
  }

  private step(count: number): void {
    const { state, random } = this;
    state[INDEX] = state[INDEX]! + count;
    if (random === null) state[WANTED] = state[INDEX]!;
    else for (let i = 0; i < count; i++) random.addExponential(state);
    if (state[INDEX]! >= this.limit || state[WANTED]! >= this.totalCalls - HAIR) {
      this.due[0] = Number.POSITIVE_INFINITY;
      return;
    }
    this.invert();
  }

  /** Sets `due` to the instant up to which the integral of the rate has not passed the wanted value. */
  private invert(): void {
    const { table, state } = this;
    while (state[WANTED]! >= table[this.phase * COLUMNS + END_CALLS]!) this.phase++;
    const at = this.phase * COLUMNS;
    const calls = state[WANTED]! - table[at + BEGIN_CALLS]!;
    const rate = table[at + RATE]!;
    const slope = table[at + SLOPE]!;
    // rate·t + slope·t²/2 = calls, solved in the form that loses no digits when the slope is small.
    const square = rate * rate + 2 * slope * calls;
    const t = calls > 0 ? (2 * calls) / (rate + Math.sqrt(Math.max(square, 0))) : 0;
    this.due[0] = (table[at + BEGIN_S]! + t) * 1e6;
  }
}

function checkPhases(phases: readonly Phase[]): void {
  if (phases.length === 0) throw new RangeError('schedule: no phase');
  for (let i = 0; i < phases.length; i++) {
    const { fromCps, toCps, durationUs } = phases[i]!;
    const rates = fromCps >= 0 && toCps >= 0 && Number.isFinite(fromCps) && Number.isFinite(toCps);
    if (!rates || !(durationUs >= 0)) {
      throw new RangeError(`schedule: phase ${i + 1} from ${fromCps} to ${toCps} calls/s in ${durationUs} µs`);
    }
    if (durationUs !== Number.POSITIVE_INFINITY) continue;
    if (i < phases.length - 1) throw new RangeError(`schedule: phase ${i + 1} never ends, but another one follows`);
    if (fromCps !== toCps || fromCps === 0) {
      throw new RangeError(`schedule: phase ${i + 1} never ends and needs one rate above 0`);
    }
  }
}
