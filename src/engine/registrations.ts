// The users whose bindings a worker keeps: one column per fact, one index per user of its own. Holds state only; registering.ts acts on it.

import { KeyIndex } from '../sip/key-index.ts';
import { Schedule } from '../time/schedule.ts';
import type { RegisterConfig } from './protocol.ts';

/** Where a user stands. */
export const USER = { NEW: 0, REGISTERED: 1, FAILED: 2, GONE: 3 } as const;

/** Where the run stands: users come, calls are made, the calls of other workers are waited for, users leave. */
export const STAGE = { REGISTERING: 0, CALLING: 1, WAITING: 2, LEAVING: 3 } as const;

/** User i of a worker is row first + i · stride of the data file. */
export class Registrations {
  readonly config: RegisterConfig;
  /** How many users this worker has. */
  readonly own: number;
  readonly first: number;
  readonly stride: number;
  readonly state: Uint8Array;
  /** 1 while a REGISTER of the user is on its way. */
  readonly pending: Uint8Array;
  /** What the REGISTER on its way has been challenged with so far: bits of challenge.ts. */
  readonly tried: Uint8Array;
  /** RFC 3261 §10.2: the CSeq of a user's registrations rises from one to the next. */
  readonly cseq: Int32Array;
  /** Expiry the REGISTER on its way asks for, 0 to remove the binding; and the one a registrar accepts, raised by its Min-Expires. */
  readonly asked: Int32Array;
  readonly expiresS: Int32Array;
  /** When the next refresh, or the next try, is due; worker microseconds. */
  readonly dueUs: Float64Array;
  /** Keys of the users' names, for whom a call is. */
  readonly keyA: Int32Array;
  readonly keyB: Int32Array;
  readonly index: KeyIndex;
  readonly capacity: number;

  /** When user k of the whole run is due to register, and then to leave. */
  schedule: Schedule;
  /** Worker time at which the schedule began. */
  readonly origin = new Float64Array(1);
  stage: number = STAGE.REGISTERING;
  /** Next user to register, or to leave. */
  cursor = 0;
  /** Users whose first registration has ended, well or not. */
  settled = 0;
  /** Users registered now. */
  registered = 0;
  /** REGISTERs on their way. */
  onTheirWay = 0;

  /** @param count rows of the data file */
  constructor(config: RegisterConfig, count: number, shard: number, shards: number) {
    this.config = config;
    this.first = shard;
    this.stride = shards;
    this.own = Math.max(0, Math.ceil((count - shard) / shards));
    this.capacity = this.own;
    this.state = new Uint8Array(this.own);
    this.pending = new Uint8Array(this.own);
    this.tried = new Uint8Array(this.own);
    this.cseq = new Int32Array(this.own);
    this.asked = new Int32Array(this.own);
    this.expiresS = new Int32Array(this.own).fill(config.expiresS);
    this.dueUs = new Float64Array(this.own);
    this.keyA = new Int32Array(this.own);
    this.keyB = new Int32Array(this.own);
    this.index = new KeyIndex(this);
    this.schedule = this.newSchedule(count);
  }

  /** The ramp and the rate, for `count` users in all shards. */
  newSchedule(count: number): Schedule {
    const { rateCps, rampUs } = this.config;
    const steady = { fromCps: rateCps, toCps: rateCps, durationUs: Number.POSITIVE_INFINITY };
    const phases = rampUs > 0 ? [{ fromCps: 0, toCps: rateCps, durationUs: rampUs }, steady] : [steady];
    return new Schedule(phases, 'uniform', 1, count, this.first, this.stride);
  }

  /** Row of a user. */
  row(user: number): number {
    return this.first + user * this.stride;
  }

  /** User of a row, which must be one of this worker. */
  user(row: number): number {
    return (row - this.first) / this.stride;
  }

  isRegistered(row: number): boolean {
    return this.state[(row - this.first) / this.stride] === USER.REGISTERED;
  }
}
