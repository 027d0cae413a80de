// A caller and a callee, each a whole engine, joined by a link in virtual time: nothing here waits, and every run of it is the same. Asserts nothing.

import { Engine } from '../../src/engine/engine.ts';
import { Loop } from '../../src/engine/loop.ts';
import { CONTROL, CONTROL_CELLS, type LoadConfig, type WorkerConfig } from '../../src/engine/protocol.ts';
import { compile } from '../../src/flow/compile.ts';
import { findFlow } from '../../src/flow/find.ts';
import type { Program } from '../../src/flow/program.ts';
import { REFERENCE_PROGRAM } from '../../src/flow/reference-program.ts';
import { COUNTER, LINE, LINE_COUNTERS } from '../../src/metrics/counters.ts';
import { Memory } from '../../src/sip/memory.ts';
import { Clock } from '../../src/time/clock.ts';
import { FAITHFUL, type Faults, Link, LinkTransport, type Sent } from './link.ts';

export const CALLER_PORT = 5_061;
export const CALLEE_PORT = 5_060;
const HOST = '127.0.0.1';
const MEMORY_BYTES = 16 * 1024 * 1024;
const TRANSACTIONS = 8_192;
/** More rounds than any test has instants: a run that reaches it never comes to rest. */
const MOST_ROUNDS = 2_000_000;

/** Time that moves when the harness says so. */
class VirtualClock extends Clock {
  override read(): void {}
}

export interface PairOptions {
  /** Flow of both ends, or of each; `reference` as the callee is the reference server. */
  readonly flow: string | { readonly caller: string; readonly callee: string };
  readonly faults?: Faults;
  readonly calls?: number;
  readonly rateCps?: number;
  readonly holdUs?: number;
  readonly maxCalls?: number;
  readonly transactions?: number;
  /** Of the block of each end; 16 MB where absent. */
  readonly memoryBytes?: number;
  readonly callee?: Partial<WorkerConfig>;
  readonly caller?: Partial<WorkerConfig>;
  readonly load?: Partial<LoadConfig>;
  /** Which ends there are; the other one is scripted, or silent. */
  readonly ends?: readonly ('caller' | 'callee')[];
  /** Both ends speak TCP. */
  readonly stream?: boolean;
}

export interface End {
  readonly e: Engine;
  readonly loop: Loop;
}

/** Compiled once: engines read a program and never write to it. */
const programs = new Map<string, Program>();

export function programOf(name: string, role: 'caller' | 'callee', holdUs: number): Program {
  if (name === REFERENCE_PROGRAM.flow) return REFERENCE_PROGRAM;
  const key = `${role} ${holdUs} ${name}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  const found = findFlow(name, {});
  if ('problems' in found) throw new Error(`flow ${name}: ${JSON.stringify(found.problems)}`);
  const program = compile(found.flow, role, { holdUs });
  programs.set(key, program);
  return program;
}

export class Pair {
  readonly clock = new VirtualClock();
  readonly now: Float64Array;
  readonly link: Link;
  readonly caller: End | null;
  readonly callee: End | null;

  constructor(options: PairOptions) {
    this.now = this.clock.now;
    this.link = new Link(this.now, options.faults ?? FAITHFUL);
    const { flow, rateCps = 10, holdUs = 10_000_000, ends = ['caller', 'callee'] } = options;
    const names = typeof flow === 'string' ? { caller: flow, callee: flow } : flow;
    const load: LoadConfig = {
      phases: [{ fromCps: rateCps, toCps: rateCps, durationUs: Number.POSITIVE_INFINITY }],
      arrivals: 'uniform',
      seed: 1,
      calls: options.calls ?? 1,
      users: 0,
      durationUs: 0,
      concurrency: 0,
      shardIndex: 0,
      shardCount: 1,
      order: new Uint8Array(1),
      ...options.load,
    };
    const end = (role: 'caller' | 'callee'): End | null => {
      if (!ends.includes(role)) return null;
      const program = programOf(names[role], role, holdUs);
      return this.open(role, program, role === 'caller' ? load : null, options);
    };
    this.callee = end('callee');
    this.caller = end('caller');
  }

  private open(role: 'caller' | 'callee', program: Program, load: LoadConfig | null, options: PairOptions): End {
    const control = new SharedArrayBuffer(CONTROL_CELLS * 4);
    new Int32Array(control)[CONTROL.RATE_PERCENT] = 100;
    const caller = role === 'caller';
    const config: WorkerConfig = {
      index: 0,
      count: 1,
      token: caller ? 'caller' : 'callee',
      secret: [1, 2],
      role,
      programs: [program],
      server: program === REFERENCE_PROGRAM,
      io: 'dgram',
      segmentation: false,
      locals: [{ protocol: 'udp', address: HOST, port: caller ? CALLER_PORT : CALLEE_PORT, host: HOST }],
      connections: 'one',
      reusePort: false,
      target: caller
        ? { address: HOST, port: CALLEE_PORT, host: HOST, users: [program.user === '' ? 'service' : program.user] }
        : null,
      load,
      calleeOf: [],
      register: null,
      maxCalls: options.maxCalls ?? 512,
      rules: true,
      rcvbufBytes: 0,
      data: null,
      dataOrder: 'sequential',
      credentials: caller ? program.credentials : { user: 'busyhour', password: 'busyhour' },
      challenge: false,
      referCalls: false,
      referHoldUs: 1_000_000,
      algorithms: ['SHA-512-256', 'SHA-256', 'MD5'],
      maxBindings: 1_024,
      rateLimitCps: 0,
      delayUs: 0,
      trace: false,
      warmUp: null,
      control,
      ...(caller ? options.caller : options.callee),
    };
    const memory = new Memory(options.memoryBytes ?? MEMORY_BYTES);
    const transport = new LinkTransport(this.link, memory, config.locals[0]!.port, options.stream);
    const e = new Engine(config, memory, this.clock, transport, options.transactions ?? TRANSACTIONS);
    if (caller) e.targetPeer = transport.peer(HOST, CALLEE_PORT);
    const loop = new Loop(e);
    loop.begin();
    return { e, loop };
  }

  private ends(): End[] {
    return [this.caller, this.callee].filter((end) => end !== null);
  }

  private nextUs(): number {
    let next = this.link.nextUs();
    for (const { e } of this.ends()) {
      e.lanes.refreshNext();
      next = Math.min(next, e.lanes.nextDue[0]!);
    }
    return this.caller === null ? next : Math.min(next, this.caller.loop.nextArrivalUs());
  }

  /** Lets time pass from event to event until `untilUs`, or until nothing is on its way, runs or is due. */
  run(untilUs = Number.POSITIVE_INFINITY): this {
    const ports = this.ends().map(({ e }) => e.transport.places[0]!.port);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const next = this.nextUs();
      if (next === Number.POSITIVE_INFINITY || next > untilUs) {
        if (untilUs !== Number.POSITIVE_INFINITY) this.now[0] = untilUs;
        return this;
      }
      if (next > this.now[0]!) this.now[0] = next;
      this.link.deliver(ports);
      for (const { loop } of this.ends()) loop.slice();
    }
    throw new Error(`not at rest after ${MOST_ROUNDS} rounds, at ${this.now[0]! / 1e6} s`);
  }

  /** What one end sent, or both: `kind` at seconds since the start, rounded to the millisecond. */
  sent(port?: number): { kind: string; s: number }[] {
    const mine = this.link.log.filter(({ fromPort }) => port === undefined || fromPort === port);
    return mine.map(({ kind, atUs }) => ({ kind, s: Math.round(atUs / 1_000) / 1_000 }));
  }

  /** Seconds at which `kind` was sent, by whomever. */
  instants(kind: string): number[] {
    return this.sent()
      .filter((one) => one.kind === kind)
      .map(({ s }) => s);
  }

  kinds(): string[] {
    return this.link.log.map(({ kind }) => kind);
  }

  log(kind: string): Sent[] {
    return this.link.log.filter((one) => one.kind === kind);
  }
}

/** The counters that tell how calls went. */
export function counts(end: End | null): Record<'started' | 'succeeded' | 'failed' | 'dropped' | 'unexpected', number> {
  const { counters } = end!.e.tally;
  return {
    started: counters[COUNTER.CALLS_STARTED]!,
    succeeded: counters[COUNTER.CALLS_SUCCEEDED]!,
    failed: counters[COUNTER.CALLS_FAILED]!,
    dropped: counters[COUNTER.CALLS_DROPPED]!,
    unexpected: counters[COUNTER.UNEXPECTED]!,
  };
}

export function counter(end: End | null, name: keyof typeof COUNTER): number {
  return end!.e.tally.counters[COUNTER[name]]!;
}

/** Counters of LINE by ladder line: `SENT` of line 3 is `lines(end, 'SENT')[3]`. */
export function lines(end: End | null, what: keyof typeof LINE): number[] {
  const { programs, tally } = end!.e;
  return programs[0]!.ladder.map((_, line) => tally.lineCounts[0]![line * LINE_COUNTERS + LINE[what]]!);
}

/** Why calls failed: how many, and the reason. */
export function failures(end: End | null): string[] {
  return end!.e.tally.failures().map(({ count, reason }) => `${count} ${reason}`);
}

export const NOTHING_HELD = {
  calls: 0,
  callsWithSerial: 0,
  transactions: 0,
  serverKeys: 0,
  dialogs: 0,
  timers: false,
  chunkBytes: 0,
};

/** A digest and a nonce of the reference server, as memory is handed out. */
const KEY_AND_NONCE_BYTES = 128;

/** What the caller may hold when its calls are over: a user who was challenged keeps key and nonce for the next request; there is one user. */
export function restOfCaller(pair: Pair): typeof NOTHING_HELD {
  const answered = pair.link.log.some(
    ({ fromPort, text }) => fromPort === CALLER_PORT && /^(Proxy-)?Authorization: /m.test(text),
  );
  return { ...NOTHING_HELD, chunkBytes: answered ? KEY_AND_NONCE_BYTES : 0 };
}

/** All that an end still holds; NOTHING_HELD when it has let go of everything. */
export function held(end: End | null): typeof NOTHING_HELD {
  const { e } = end!;
  e.lanes.refreshNext();
  return {
    calls: e.calls.inUse,
    callsWithSerial: e.calls.serial.reduce((n, serial) => n + (serial === 0 ? 0 : 1), 0),
    transactions: e.txns.inUse,
    serverKeys: e.index.count,
    dialogs: e.dialogs.state.reduce((n, state) => n + (state === 0 ? 0 : 1), 0),
    timers: e.lanes.nextDue[0] !== Number.POSITIVE_INFINITY,
    chunkBytes: e.memory.inUseBytes,
  };
}

/** Rules broken by what this end received. */
export function violations(end: End | null): string[] {
  return end!.e.rules!.violations().map(({ id, example }) => `${id}\n${example}`);
}
