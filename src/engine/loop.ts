// The worker's loop: receive, timers, arrivals, flush, sleep. Decides when things happen, never what.

import { COUNTER } from '../metrics/counters.ts';
import { canAnswer, decode } from '../sip/decode.ts';
import { ERR_BODY_SHORT, ERR_KEEPALIVE, ERR_NO_CONTENT_LENGTH } from '../sip/errors.ts';
import { NONE } from '../sip/message.ts';
import { Schedule } from '../time/schedule.ts';
import { MACHINE } from '../transaction/constants.ts';
import { placeOf } from '../transport/transport.ts';
import { clientTimer, takeRefusal, takeResponse } from './client.ts';
import { takeKept } from './early.ts';
import type { Engine } from './engine.ts';
import { startCall, stepTimer } from './player.ts';
import { takePostponed } from './postponed.ts';
import { COMMAND, CONTROL, rowCount } from './protocol.ts';
import { beginUser, removeUser, userTimer } from './registering.ts';
import { type Registrations, STAGE } from './registrations.ts';
import { checkUnread } from './response-rules.ts';
import { serverTimer, takeBroken, takeRequest } from './server.ts';
import { takeUndelivered } from './undelivered.ts';
import { usageTimer } from './usage.ts';

/** Work is gathered for this long, since waking is what costs (kernel stamps keep the latencies exact). */
const TICK_US = 1_000;
/** Answers to a caller in the open model wait this long at most: no arrival waits for them. */
const GATHER_US = 2_000;
/** The longest sleep when nothing is due: control messages and snapshots do not wait longer. */
const LONGEST_SLEEP_US = 100_000;
/** Most calls started in one tick, so that a late loop still receives between starts. */
const BURST = 512;
/** Starts between two flushes: Timer A and the like run from the start, so the message must not wait much longer. */
const STARTS = 64;
/** Receive rounds in one tick before timers and arrivals get their turn. */
const ROUNDS = 8;

export class Loop {
  private readonly e: Engine;
  private readonly control: Int32Array;
  private readonly schedule: Schedule | null;
  private readonly users: number;
  private readonly callLimit: number;
  private readonly durationUs: number;
  private readonly concurrency: number;
  private readonly shard: number;
  private readonly shards: number;
  /** The program of arrival k of the whole run, k mod its length. */
  private readonly order: Uint8Array;
  /** [0]: worker time at which the schedule began; [1]: at which the run did, before any user was registered. */
  private readonly origin = new Float64Array(2);
  /** [0]: when the present tick began; [1]: up to when the rate has been held down, 0 at the full rate. */
  private readonly tickStart = new Float64Array(2);
  /** [0]: worker time at which the event loop gets its turn. */
  private readonly sliceEnd = new Float64Array(1);
  /** Our users have all been registered, or not, and the other workers know. */
  private arrived = false;
  private readonly usersInAll: number;
  private worked = false;
  started = 0;
  /** Calls that have fallen due so far: started or dropped. */
  offered = 0;
  done = false;

  constructor(e: Engine) {
    this.e = e;
    this.control = new Int32Array(e.config.control);
    const { load, index, count } = e.config;
    this.schedule = null;
    this.users = 0;
    this.callLimit = 0;
    this.durationUs = 0;
    this.concurrency = load !== null && load.concurrency > 0 ? load.concurrency : e.calls.capacity;
    this.usersInAll = e.config.data === null ? 0 : rowCount(e.config.data);
    this.order = load?.order ?? new Uint8Array(1);
    this.shard = load === null ? 0 : load.shardIndex * count + index;
    this.shards = load === null ? 1 : load.shardCount * count;
    if (load !== null) {
      const { shard, shards } = this;
      if (load.users > 0) {
        this.users = share(load.users, shard, shards);
        this.callLimit = load.calls === 0 ? Number.POSITIVE_INFINITY : share(load.calls, shard, shards);
        this.durationUs = load.durationUs === 0 ? Number.POSITIVE_INFINITY : load.durationUs;
      } else this.schedule = new Schedule(load.phases, load.arrivals, load.seed, load.calls, shard, shards);
    }
    e.transport.onRefused = (peer, start, end) => takeRefusal(e, peer, start, end);
    e.transport.onFull = () => {
      this.receive();
      e.outbox.flush();
    };
  }

  begin(): void {
    this.e.clock.read();
    this.origin.fill(this.e.now[0]!);
    if (this.e.registrations !== null) this.e.registrations.origin[0] = this.e.now[0]!;
  }

  /** Microseconds since `begin`. */
  elapsedUs(): number {
    return this.e.now[0]! - this.origin[1]!;
  }

  /** Runs ticks for one slice (one tick when the transport does not block), which ends `untilUs` after `begin` at the latest. */
  slice(untilUs = Number.POSITIVE_INFINITY): void {
    const { e, sliceEnd } = this;
    const { clock, now, transport } = e;
    clock.read();
    sliceEnd[0] = Math.min(now[0]! + transport.sliceUs, this.origin[1]! + untilUs);
    do {
      this.tickStart[0] = now[0]!;
      this.tick();
      clock.read();
      const spent = now[0]! - this.tickStart[0]!;
      const { counters } = e.tally;
      counters[COUNTER.BUSY_US]! += spent;
      if (spent > counters[COUNTER.LONGEST_SLICE_US]!) counters[COUNTER.LONGEST_SLICE_US] = spent;
      if (this.done || !transport.blocking) return;
      this.sleep();
      clock.read();
    } while (now[0]! < sliceEnd[0]! && Atomics.load(this.control, CONTROL.COMMAND) === COMMAND.RUN);
  }

  /** One round: receive, timers, arrivals, flush. */
  tick(): void {
    const { e } = this;
    this.worked = takeUndelivered(e);
    this.receive();
    this.expire();
    if (e.postponed.count > 0) takePostponed(e);
    if (e.early.readyCount > 0) takeKept(e);
    this.arrive();
    e.outbox.flush();
  }

  private receive(): void {
    const { e } = this;
    const { transport, msg, tally, bytes } = e;
    for (let round = 0; round < ROUNDS; round++) {
      const n = transport.receive();
      if (n === 0) return;
      this.worked = true;
      const { rxFault } = transport;
      for (let i = 0; i < n; i++) {
        const start = transport.rxStart[i]!;
        const end = transport.rxEnd[i]!;
        const peer = transport.rxPeer[i]!;
        if (e.outbox.trace !== null) e.outbox.trace(false, start, end, peer);
        const read = decode(msg, bytes, start, end);
        const error = rxFault !== null && rxFault[i] !== 0 ? rxFault[i]! : read;
        if (error !== 0) {
          if (error === ERR_KEEPALIVE) tally.add(COUNTER.KEEPALIVES);
          else tally.malformed(error, bytes, start, end);
          // All its header fields could be read: what is wrong is how long it says it is.
          if (error === ERR_BODY_SHORT || error === ERR_NO_CONTENT_LENGTH) checkUnread(e, placeOf(peer));
          if (canAnswer(msg)) takeBroken(e, peer, error);
          continue;
        }
        e.heard = true;
        if (msg.isRequest) takeRequest(e, peer, i);
        else takeResponse(e, peer, i);
      }
      // What is left goes with what is due now, in one system call.
      if (!transport.more) return;
      e.outbox.flush();
    }
  }

  private expire(): void {
    const { e } = this;
    const { lanes, callNodes, userNodes, txns } = e;
    e.clock.read();
    for (let node = lanes.expire(); node !== NONE; node = lanes.expire()) {
      this.worked = true;
      if (node >= userNodes) userTimer(e, node - userNodes);
      else if (node >= callNodes) {
        const call = (node - callNodes) >> 1;
        if (((node - callNodes) & 1) === 0) stepTimer(e, call);
        else usageTimer(e, call);
      } else {
        const txn = node >> 1;
        if (txns.machine[txn]! <= MACHINE.NON_INVITE_CLIENT) clientTimer(e, txn, node & 1);
        else serverTimer(e, txn, node & 1);
      }
    }
  }

  private arrive(): void {
    const { e, schedule, control } = this;
    if (e.isCallee) {
      if (e.stopping && e.calls.inUse === 0) this.done = true;
      return;
    }
    if (Atomics.load(control, CONTROL.COMMAND) !== COMMAND.RUN) e.stopping = true;
    if (e.registrations !== null && e.registrations.stage !== STAGE.CALLING) this.attend(e.registrations);
    else if (schedule !== null) this.arriveOpen(schedule);
    else this.arriveClosed();
  }

  /** Open model: a call starts at its due instant, whatever the server does. */
  private arriveOpen(schedule: Schedule): void {
    const { e, control, origin } = this;
    const percent = Atomics.load(control, CONTROL.RATE_PERCENT);
    if (percent !== 100) this.bendTime(percent);
    else this.tickStart[1] = 0;
    for (let n = 0; n < BURST && !e.stopping; n++) {
      const due = schedule.due[0]! + origin[0]!;
      if (due > e.now[0]!) break;
      this.worked = true;
      e.cause[0] = due;
      const program = this.order[schedule.index % this.order.length]!;
      if (e.tally.counters[COUNTER.CALLS_CURRENT]! >= this.concurrency || !startCall(e, program))
        e.tally.dropped(program);
      else this.started++;
      this.offered++;
      schedule.advance();
      if (n % STARTS === STARTS - 1) e.outbox.flush();
    }
    if ((e.stopping || schedule.due[0] === Number.POSITIVE_INFINITY) && e.calls.inUse === 0) this.callsOver();
  }

  /** A rate of p percent of the plan: the origin of the schedule moves, so that its time passes at p percent. */
  private bendTime(percent: number): void {
    const now = this.e.now[0]!;
    const before = this.tickStart[1]!;
    if (before > 0) this.origin[0]! += (now - before) * (1 - percent / 100);
    this.tickStart[1] = now;
  }

  /** Closed model: as many calls at a time as there are users; a call is due when the one before it has ended. */
  private arriveClosed(): void {
    const { e } = this;
    if (e.now[0]! - this.origin[0]! >= this.durationUs || this.started >= this.callLimit) e.stopping = true;
    const { counters } = e.tally;
    for (let n = 0; n < BURST && !e.stopping && this.started < this.callLimit; n++) {
      if (counters[COUNTER.CALLS_CURRENT]! >= this.users) break;
      this.worked = true;
      e.cause[0] = e.now[0]!;
      const program = this.order[(this.shard + this.started * this.shards) % this.order.length]!;
      if (!startCall(e, program)) {
        e.tally.dropped(program);
        break;
      }
      this.started++;
      this.offered++;
      if (n % STARTS === STARTS - 1) e.outbox.flush();
    }
    if (e.stopping && e.calls.inUse === 0) this.callsOver();
  }

  /** The calls of this worker are over: with users to unregister it waits for those of the others. */
  private callsOver(): void {
    const r = this.e.registrations;
    if (r === null) {
      this.done = true;
      return;
    }
    r.stage = STAGE.WAITING;
    Atomics.add(this.control, CONTROL.CALLED, 1);
  }

  /** Users come before the first call and leave after the last. */
  private attend(r: Registrations): void {
    const { e } = this;
    if (r.stage === STAGE.WAITING) {
      if (Atomics.load(this.control, CONTROL.CALLED) < e.config.count || e.calls.inUse > 0) return;
      r.stage = STAGE.LEAVING;
      r.cursor = r.config.unregister ? 0 : r.own;
      r.schedule = r.newSchedule(this.usersInAll);
      r.origin[0] = e.now[0]!;
    }
    const coming = r.stage === STAGE.REGISTERING;
    for (let n = 0; n < BURST && r.cursor < r.own && !(coming && e.stopping); n++) {
      const due = r.schedule.due[0]! + r.origin[0]!;
      if (due > e.now[0]!) break;
      this.worked = true;
      e.cause[0] = due;
      const user = r.cursor++;
      if (coming) beginUser(e, r, user);
      else removeUser(e, r, user);
      r.schedule.advance();
    }
    if (!coming) {
      if (r.cursor === r.own && (r.onTheirWay === 0 || !r.config.unregister)) this.done = true;
      return;
    }
    if (!this.arrived && (e.stopping || r.settled === r.own)) {
      this.arrived = true;
      Atomics.add(this.control, CONTROL.REGISTERED, 1);
    }
    if (e.stopping) {
      // Stopped before the first call: whoever is registered leaves again.
      this.callsOver();
      return;
    }
    if (r.settled < r.own || Atomics.load(this.control, CONTROL.REGISTERED) < e.config.count) return;
    r.stage = STAGE.CALLING;
    e.tally.counters[COUNTER.USERS_AT_START] = r.registered;
    this.origin[0] = e.now[0]!;
  }

  /** When the next call, or the next user, is due by schedule: worker microseconds, Infinity for never. */
  nextArrivalUs(): number {
    const { e, schedule } = this;
    const r = e.registrations;
    if (r !== null && r.stage !== STAGE.CALLING)
      return r.cursor < r.own && r.stage !== STAGE.WAITING
        ? r.schedule.due[0]! + r.origin[0]!
        : Number.POSITIVE_INFINITY;
    return schedule === null || e.stopping ? Number.POSITIVE_INFINITY : schedule.due[0]! + this.origin[0]!;
  }

  /** Until when there is nothing to do but to receive: a tick after work, else a timer or an arrival. */
  private quietUntil(): number {
    const { e, schedule } = this;
    const tickEnd = this.tickStart[0]! + TICK_US;
    e.lanes.refreshNext();
    let until = e.lanes.nextDue[0]!;
    const arrival = this.nextArrivalUs();
    if (arrival < until) until = arrival;
    if (!this.worked) return until;
    // Answers may gather, since they carry the instant of their receipt; what is due leaves when it is due, but for the tick.
    const gathered = schedule === null ? tickEnd : this.tickStart[0]! + GATHER_US;
    return Math.max(tickEnd, Math.min(until, gathered));
  }

  private sleep(): void {
    const { e } = this;
    const until = this.quietUntil();
    if (this.worked) {
      const nap = until - e.now[0]!;
      if (nap > 50) e.transport.nap(nap | 0);
      return;
    }
    const wait = Math.min(until, this.sliceEnd[0]!) - e.now[0]!;
    if (wait > 0) e.transport.wait(Math.ceil(wait));
  }

  /** How long the event loop may sleep when the transport does not block, milliseconds; receipt ends the sleep where `wakes`. */
  idleMs(): number {
    return Math.min(Math.max(0, this.quietUntil() - this.e.now[0]!), LONGEST_SLEEP_US) / 1000;
  }

  /** Whether a message that comes in is looked at before the sleep is over: not within a tick after work. */
  get wakes(): boolean {
    return !this.worked;
  }
}

/** Part `index` of `total` shared out to `count`, as even as whole numbers allow. */
function share(total: number, index: number, count: number): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}
