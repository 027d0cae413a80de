// JavaScript heap a call costs in steady state, at each end, and what stays of a million calls. The semi-space is so big that nothing is collected while it counts, so the growth of the heap is what was allocated.
// Run: npx tsc -p tsconfig.build.json && npx tsx bench/alloc.ts [--rate 20000] [--window 5] [--calls 1000000] [--profile]

import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';
import { flowOf, rehearsalOf } from '../src/cli/programs.ts';
import { planAnswer, planLoad } from '../src/controller/plan.ts';
import {
  COMMAND,
  CONTROL,
  CONTROL_CELLS,
  type FromWorker,
  type Snapshot,
  type WorkerConfig,
} from '../src/engine/protocol.ts';
import { compile } from '../src/flow/compile.ts';
import { COUNTER } from '../src/metrics/counters.ts';
import { freePort } from '../tests/peers/free-port.ts';
import { quiet } from './lib/machine.ts';
import { keep, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20000' },
    window: { type: 'string', default: '5' },
    calls: { type: 'string', default: '1000000' },
    profile: { type: 'boolean', default: false },
  },
});
const rateCps = Number(values.rate);
const windowS = Number(values.window);
const manyCalls = Number(values.calls);
/** Compiled, caches filled, histograms grown. */
const SETTLE_S = 8;
const TARGET_BYTES = 64;

// For every thread made from here on.
for (const flag of ['--expose-gc', '--min-semi-space-size=1024', '--max-semi-space-size=1024'])
  setFlagsFromString(flag);

interface Heap {
  readonly heapBytes: number;
  readonly outsideBytes: number;
  readonly collections: number;
  readonly spaces: Readonly<Record<string, number>>;
}

class End {
  readonly name: string;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  last: Snapshot | null = null;
  private readonly worker: Worker;
  private readonly control = new Int32Array(new SharedArrayBuffer(CONTROL_CELLS * 4));
  private readonly port;

  constructor(name: string, config: Omit<WorkerConfig, 'control'>) {
    this.name = name;
    this.control[CONTROL.RATE_PERCENT] = 100;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const engine = pathToFileURL(`${import.meta.dirname}/../dist/src/engine/worker.js`).href;
    this.worker = new Worker(new URL('./lib/engine-thread.mjs', import.meta.url), {
      workerData: { engine, port: port2, config: { ...config, control: this.control.buffer } },
      transferList: [port2],
      execArgv: [],
    });
    this.ended = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      this.worker.once('error', reject);
      port1.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve();
        else if (message.type === 'failed') reject(new Error(message.message));
        else if (message.type === 'snapshot') this.last = message;
      });
    });
  }

  start(): void {
    this.port.postMessage({ type: 'start' });
  }

  stop(): void {
    Atomics.store(this.control, CONTROL.COMMAND, COMMAND.STOP);
  }

  ask(ask: 'sample', collect: boolean): Promise<Heap>;
  ask(ask: 'profile' | 'profiled'): Promise<{ bytes: [string, number][] }>;
  ask(ask: string, collect = false): Promise<unknown> {
    return new Promise((resolve) => {
      this.worker.once('message', resolve);
      this.worker.postMessage({ ask, collect });
    });
  }

  count(counter: number): number {
    return this.last?.counters[counter] ?? 0;
  }
}

async function pair(cps: number): Promise<{ caller: End; callee: End }> {
  const port = await freePort();
  const flow = flowOf('basic');
  const common = {
    workers: 1,
    io: 'auto',
    segmentation: true,
    rules: true,
    rcvbufBytes: 33_554_432,
    maxCalls: 0,
    rehearsal: rehearsalOf(flow),
  } as const;
  const local = { protocol: 'udp' as const, address: '127.0.0.1', port };
  const [answer] = planAnswer({
    ...common,
    programs: [compile(flow, 'callee', { holdUs: 0 })],
    server: false,
    credentials: { user: '', password: '' },
    challenge: false,
    referCalls: false,
    referHoldUs: 0,
    algorithms: [],
    listen: [local],
    rateLimitCps: 0,
    delayUs: 0,
  });
  const callee = new End('callee', answer!);
  await callee.ready;
  callee.start();
  const [load] = planLoad({
    ...common,
    data: null,
    dataOrder: 'sequential',
    credentials: null,
    programs: [compile(flow, 'caller', { holdUs: 0 })],
    target: { text: '', protocol: 'udp', user: 'service', host: '127.0.0.1', port, address: '127.0.0.1' },
    local: { protocol: 'udp', address: '127.0.0.1', port: 0 },
    connections: 'one',
    phases: [{ fromCps: cps, toCps: cps, durationUs: Number.POSITIVE_INFINITY }],
    arrivals: 'uniform',
    seed: 1,
    calls: 0,
    users: 0,
    durationUs: 0,
    concurrency: 0,
    holdUs: 0,
    shardIndex: 0,
    shardCount: 1,
    trace: false,
  });
  const caller = new End('caller', load!);
  await caller.ready;
  caller.start();
  return { caller, callee };
}

async function finish({ caller, callee }: { caller: End; callee: End }) {
  caller.stop();
  await caller.ended;
  callee.stop();
  await callee.ended;
}

/** Bytes allocated a second at one rate, each end; collections in between make the figure void. */
async function allocated(ends: readonly End[]): Promise<number[]> {
  for (const end of ends) await end.ask('sample', true);
  const before = await Promise.all(ends.map((end) => end.ask('sample', false)));
  const from = performance.now();
  await sleep(windowS * 1_000);
  const after = await Promise.all(ends.map((end) => end.ask('sample', false)));
  const seconds = (performance.now() - from) / 1_000;
  return ends.map((end, i) => {
    // The collections asked for are told of late; between the samples there must be none.
    const bytes = after[i]!.heapBytes - before[i]!.heapBytes;
    if (bytes < 0) throw new Error(`${end.name}: something was collected while counting`);
    return bytes / seconds;
  });
}

const others = await quiet();
const run = await pair(rateCps);
const ends = [run.caller, run.callee];
await sleep(SETTLE_S * 1_000);
const perSecond = await allocated(ends);

const allocators: Record<string, { function: string; bytesPerCall: number }[]> = {};
if (values.profile) {
  for (const end of ends) await end.ask('profile');
  await sleep(windowS * 1_000);
  for (const end of ends) {
    const { bytes } = await end.ask('profiled');
    allocators[end.name] = bytes
      .slice(0, 12)
      .map(([name, n]) => ({ function: name, bytesPerCall: round(n / windowS / rateCps, 2) }));
    console.log(`${end.name} allocates, bytes a call:`);
    for (const row of allocators[end.name]!) console.log(`  ${String(row.bytesPerCall).padStart(8)}  ${row.function}`);
  }
}

// What stays.
const kept = [];
for (const end of ends) kept.push({ heap: await end.ask('sample', true), at: performance.now() });
await sleep((manyCalls / rateCps) * 1_000);
const figures = [];
for (const [i, end] of ends.entries()) {
  const { heap, at } = kept[i]!;
  const now = await end.ask('sample', true);
  const calls = Math.round(((performance.now() - at) / 1_000) * rateCps);
  const old = (h: Heap) =>
    h.spaces.old_space! + h.spaces.large_object_space! + h.spaces.new_space! + h.spaces.new_large_object_space!;
  const bytesPerCall = round(perSecond[i]! / rateCps, 1);
  const growthBytes = old(now) - old(heap);
  say(
    `${end.name}: heap allocated a call at ${rateCps} calls/s`,
    `${bytesPerCall} B`,
    `≤ ${TARGET_BYTES} B`,
    bytesPerCall <= TARGET_BYTES,
  );
  say(
    `${end.name}: heap kept after ${calls} more calls`,
    `${round(growthBytes / 1024, 1)} KB`,
    'none (< 64 KB)',
    growthBytes < 65_536,
  );
  figures.push({
    end: end.name,
    bytesPerCall,
    bytesPerSecond: Math.round(perSecond[i]!),
    calls,
    growthBytes,
    growthBytesPerCall: round(growthBytes / calls, 3),
    heapUsedGrowthBytes: now.heapBytes - heap.heapBytes,
    outsideGrowthBytes: now.outsideBytes - heap.outsideBytes,
  });
}
await finish(run);
const failed = ends.map((end) => end.count(COUNTER.CALLS_FAILED));
const retransmitted = ends.map((end) => end.count(COUNTER.RETRANSMITTED));
console.log(`calls ${run.caller.count(COUNTER.CALLS_STARTED)}, failed ${failed}, retransmitted ${retransmitted}`);

// A second run at a quarter of the rate tells what a second costs (snapshots, turns of the event loop) from what a call costs.
const slow = await pair(rateCps / 4);
const slowEnds = [slow.caller, slow.callee];
await sleep(SETTLE_S * 1_000);
const slowPerSecond = await allocated(slowEnds);
await finish(slow);
for (const [i, end] of slowEnds.entries()) {
  const perCall = (perSecond[i]! - slowPerSecond[i]!) / (rateCps * 0.75);
  const perSecondAlone = slowPerSecond[i]! - perCall * (rateCps / 4);
  console.log(
    `${end.name}: ${round(slowPerSecond[i]! / (rateCps / 4), 1)} B a call at ${rateCps / 4} calls/s; so ${round(perCall, 1)} B a call and ${round(perSecondAlone / 1024, 1)} KB a second`,
  );
  Object.assign(figures[i]!, {
    slopeBytesPerCall: round(perCall, 1),
    constantBytesPerSecond: Math.round(perSecondAlone),
  });
}
keep('alloc', {
  command: `npx tsx bench/alloc.ts ${process.argv.slice(2).join(' ')}`.trim(),
  method:
    'growth of used_heap_size over the window with a semi-space of 1 GB and no collection; kept: new, old and large-object space after two full collections, before and after; slope: two rates',
  rateCps,
  windowS,
  targetBytesPerCall: TARGET_BYTES,
  othersCores: others,
  failed,
  retransmitted,
  ends: figures,
  ...(values.profile ? { allocators } : {}),
});
process.exit(0);
