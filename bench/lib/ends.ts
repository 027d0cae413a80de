// Both ends of a flow as two engine threads whose heap and processor time can be asked about while they run. The semi-space is so big that nothing is collected while it counts, so the growth of the heap is what was allocated.
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';
import { flowOf, rehearsalOf } from '../../src/cli/programs.ts';
import { PLAIN_LOAD, planAnswer, planLoad } from '../../src/controller/plan.ts';
import {
  COMMAND,
  CONTROL,
  CONTROL_CELLS,
  type FromWorker,
  type Snapshot,
  type WorkerConfig,
} from '../../src/engine/protocol.ts';
import { compile } from '../../src/flow/compile.ts';
import { REFERENCE_PROGRAM } from '../../src/flow/reference-program.ts';
import { freePort } from '../../tests/peers/free-port.ts';

// For every thread made from here on.
for (const flag of ['--expose-gc', '--min-semi-space-size=1024', '--max-semi-space-size=1024'])
  setFlagsFromString(flag);

export interface Sample {
  readonly heapBytes: number;
  /** Of this thread since it began; what is compiled beside it is not in it. */
  readonly cpuUs: number;
  readonly outsideBytes: number;
  readonly collections: number;
  readonly spaces: Readonly<Record<string, number>>;
}

export class End {
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
    const engine = pathToFileURL(`${import.meta.dirname}/../../dist/src/engine/worker.js`).href;
    this.worker = new Worker(new URL('./engine-thread.mjs', import.meta.url), {
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

  ask(ask: 'sample', collect: boolean): Promise<Sample>;
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

export interface Ends {
  readonly caller: End;
  readonly callee: End;
}

/** Calls of a flow at a rate until they are ended, answered by its own ladder or by the reference server. */
export async function openEnds(name: string, cps: number, server: boolean): Promise<Ends> {
  const port = await freePort();
  const flow = flowOf(name);
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
    programs: [server ? REFERENCE_PROGRAM : compile(flow, 'callee', { holdUs: 0 })],
    server,
    credentials: { user: 'busyhour', password: 'busyhour' },
    challenge: false,
    referCalls: false,
    referHoldUs: 0,
    algorithms: ['SHA-512-256', 'SHA-256', 'MD5'],
    listen: [local],
    rateLimitCps: 0,
    delayUs: 0,
  });
  const callee = new End('callee', answer!);
  await callee.ready;
  callee.start();
  const [load] = planLoad({
    ...PLAIN_LOAD,
    ...common,
    programs: [compile(flow, 'caller', { holdUs: 0 })],
    target: { text: '', protocol: 'udp', user: '', host: '127.0.0.1', port, address: '127.0.0.1' },
    local: { protocol: 'udp', address: '127.0.0.1', port: 0 },
    phases: [{ fromCps: cps, toCps: cps, durationUs: Number.POSITIVE_INFINITY }],
  });
  const caller = new End('caller', load!);
  await caller.ready;
  caller.start();
  return { caller, callee };
}

export async function finish({ caller, callee }: Ends): Promise<void> {
  caller.stop();
  await caller.ended;
  callee.stop();
  await callee.ended;
}

export interface Spent {
  readonly bytesPerSecond: number;
  readonly cpuUsPerSecond: number;
}

/** What each end allocates and computes a second over a window; collections in between make the figure void. */
export async function spent(ends: readonly End[], windowS: number): Promise<Spent[]> {
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
    return { bytesPerSecond: bytes / seconds, cpuUsPerSecond: (after[i]!.cpuUs - before[i]!.cpuUs) / seconds };
  });
}
