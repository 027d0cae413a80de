// The worker thread's entry: opens the socket, runs the loop, posts snapshots. One run per call; never touches a file or the terminal.

import type { MessagePort } from 'node:worker_threads';
import { COUNTER } from '../metrics/counters.ts';
import { hostPortText } from '../sip/host.ts';
import { Memory } from '../sip/memory.ts';
import { Clock } from '../time/clock.ts';
import { BindError } from '../transport/bind-error.ts';
import { FAREWELL_MS } from '../transport/connections.ts';
import { openPlaces } from '../transport/open.ts';
import type { Transport } from '../transport/transport.ts';
import { abandon } from './ending.ts';
import { Engine } from './engine.ts';
import { Loop } from './loop.ts';
import { COMMAND, CONTROL, type FromWorker, rowCount, type ToWorker, type WorkerConfig } from './protocol.ts';
import { warmUp } from './warm-up.ts';

const SNAPSHOT_US = 1_000_000;
/** Address space for messages; the system commits what is written. */
const MEMORY_BYTES = 1_536 * 1024 * 1024;
/** Transactions that linger 32 s after their call: room for this many calls a second, on top of the calls themselves. */
const LINGER_S = 33;
const MAX_TRANSACTIONS = 12_000_000;

/** Slots for transactions: what the calls use at a time, and what lingers behind them. */
function transactionCapacity(config: WorkerConfig): number {
  const peak = config.load === null ? 0 : Math.max(1, ...config.load.phases.map((p) => Math.max(p.fromCps, p.toCps)));
  const calls =
    config.load === null || config.load.users > 0 ? 100_000 : peak / (config.load.shardCount * config.count);
  const perCall = Math.max(2, ...config.programs.map((p) => p.messages.filter((m) => m.kind === 'request').length));
  const { register } = config;
  // A REGISTER and what it is challenged with, as they come at the start and as often as they are refreshed.
  const users = register === null || config.data === null ? 0 : rowCount(config.data) / config.count;
  const registering = register === null ? 0 : register.rateCps + users / (register.expiresS * register.refreshShare);
  const rate = calls + registering * 2;
  return Math.min(MAX_TRANSACTIONS, Math.ceil(config.maxCalls * 2 + rate * LINGER_S * Math.min(perCall, 4) + 10_000));
}

/** Runs one worker to its end; resolves when its final snapshot is posted. */
export default async function work({ port, config }: { port: MessagePort; config: WorkerConfig }): Promise<void> {
  const post = (message: FromWorker): void => port.postMessage(message);
  const clock = new Clock();
  const memory = new Memory(MEMORY_BYTES);
  let transport: Transport;
  try {
    transport = await openPlaces(config.locals, {
      io: config.io,
      reusePort: config.reusePort,
      segmentation: config.segmentation,
      rcvbufBytes: config.rcvbufBytes,
      memory,
      nowUs: clock.nowUs,
    });
  } catch (error) {
    const usage = error instanceof BindError || config.io === 'batched';
    post({ type: 'failed', index: config.index, message: (error as Error).message, usage });
    port.close();
    return;
  }
  try {
    await warmUp(config, clock);
    const e = new Engine(config, memory, clock, transport, transactionCapacity(config));
    if (config.target !== null) {
      e.targetPeer = transport.peer(config.target.address, config.target.port);
      if (e.targetPeer < 0)
        throw new Error(`${hostPortText(config.target.address, config.target.port)} is not an address to send to`);
    }
    if (config.trace) trace(e, post);
    const loop = new Loop(e);
    const started = new Promise<void>((resolve) => {
      port.on('message', (message: ToWorker) => {
        if (message.type === 'start') resolve();
      });
    });
    const { places, rcvbufBytes, io } = transport;
    post({ type: 'ready', index: config.index, io, places: [...places], rcvbufBytes });
    await started;
    await run(e, loop, post);
  } finally {
    transport.close();
    port.close();
  }
}

async function run(e: Engine, loop: Loop, post: (message: FromWorker) => void): Promise<void> {
  const control = new Int32Array(e.config.control);
  const turns = new Turns(e, loop);
  const before = performance.eventLoopUtilization();
  loop.begin();
  let next = SNAPSHOT_US;
  for (;;) {
    loop.slice(next);
    const command = Atomics.load(control, CONTROL.COMMAND);
    if (command !== COMMAND.RUN) e.stopping = true;
    if (loop.done || command === COMMAND.QUIT) break;
    if (loop.elapsedUs() >= next) {
      post(snapshot(e, loop, before, false));
      while (next <= loop.elapsedUs()) next += SNAPSHOT_US;
    }
    await turns.next();
  }
  for (let call = 0; call < e.calls.capacity && e.calls.inUse > 0; call++) {
    if (e.calls.serial[call] === 0) continue;
    abandon(e, call);
  }
  e.outbox.flush();
  post(snapshot(e, loop, before, true));
  if (loop.done && e.transport.stats.open > 0) await new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
}

/** Gives the event loop its turn, and waits there where the transport does not block. */
class Turns {
  private readonly e: Engine;
  private readonly loop: Loop;
  private resolve: (() => void) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly over = (): void => {
    const { resolve } = this;
    this.resolve = null;
    this.timer = null;
    resolve?.();
  };

  constructor(e: Engine, loop: Loop) {
    this.e = e;
    this.loop = loop;
    e.transport.onReadable = () => {
      if (this.timer === null || !this.loop.wakes) return;
      clearTimeout(this.timer);
      this.timer = null;
      setImmediate(this.over);
    };
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.resolve = resolve;
      const ms = this.e.transport.blocking ? 0 : this.loop.idleMs();
      // A timer of the event loop knows whole milliseconds; what is due sooner is not worth one.
      if (ms < 0.3) setImmediate(this.over);
      else this.timer = setTimeout(this.over, Math.round(ms));
    });
  }
}

type Utilization = ReturnType<typeof performance.eventLoopUtilization>;

function snapshot(e: Engine, loop: Loop, before: Utilization, final: boolean): FromWorker {
  const { tally, transport, txns, calls, memory, rules } = e;
  const { stats } = transport;
  tally.counters[COUNTER.RX_DROPPED] = transport.rxDropped();
  tally.counters[COUNTER.RULES_CHECKED] = rules?.checked ?? 0;
  const counters = tally.counters.slice();
  counters[COUNTER.KEEPALIVES]! += stats.keepalives;
  // What node:net does for us between the ticks is work, too.
  if (!transport.blocking)
    counters[COUNTER.BUSY_US] = (performance.eventLoopUtilization().active - before.active) * 1000;
  return {
    type: 'snapshot',
    index: e.config.index,
    final,
    atUs: loop.elapsedUs(),
    counters,
    planned: loop.offered,
    methodCounts: tally.methodCounts.slice(),
    statusCounts: tally.statusCounts.slice(),
    inviteFinals: tally.inviteFinals.slice(),
    flowCounts: tally.flowCounts.slice(),
    lineCounts: tally.lineCounts.map((counts) => counts.slice()),
    histograms: e.recorder.snapshot(),
    failures: tally.failures(),
    discarded: tally.discards.list(),
    rules: rules?.violations().map(({ id, count, example }) => ({ id, count, example })) ?? [],
    sendErrors: { ...stats.sendErrors },
    connections: { ...stats.connections },
    slots: {
      transactions: txns.inUse,
      calls: calls.inUse,
      chunkBytes: memory.inUseBytes,
      connections: stats.open,
    },
    refusedBy: [...e.refusedBy],
    heard: e.heard,
  };
}

/** `--once -v`: every message goes to the main thread as text. */
function trace(e: Engine, post: (message: FromWorker) => void): void {
  e.outbox.trace = (sent, start, end, peer) => {
    const name = hostPortText(e.transport.peerAddress(peer), e.transport.peerPort(peer));
    post({ type: 'trace', index: e.config.index, atUs: e.now[0]!, sent, peer: name, text: e.text(start, end) });
  };
}
