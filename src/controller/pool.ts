// The worker threads of one end: starts them, hears them, stops them. A worker that dies is an event, never a wait without end.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { type COMMAND, CONTROL, CONTROL_CELLS, type FromWorker, type WorkerConfig } from '../engine/protocol.ts';

type Ready = Extract<FromWorker, { type: 'ready' }>;
type Failed = Extract<FromWorker, { type: 'failed' }>;

export interface PoolHooks {
  readonly onMessage: (message: FromWorker) => void;
  /** A worker ended without having said all it had to say. */
  readonly onDeath: (index: number, reason: string) => void;
}

/** dist has it beside this folder; from the sources (tests) it is the built one. */
function workerFile(): string {
  const beside = fileURLToPath(new URL('../engine/worker.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/src/engine/worker.js', import.meta.url));
}

/** From the thread to the open socket, the rehearsal included: far above what any takes. */
const READY_MS = 60_000;
/** After a worker's end its last messages may still be on their way; a port left open closes with the thread. */
const LAST_WORDS_MS = 1_000;

export class StartError extends Error {
  readonly usage: boolean;

  constructor(failed: Failed) {
    super(failed.message);
    this.usage = failed.usage;
  }
}

export class Pool {
  readonly ready: Ready[] = [];
  private readonly control: Int32Array;
  private readonly ports: MessagePort[] = [];
  private readonly piscina: Piscina;
  private readonly runs: Promise<void>[] = [];

  /** Opens every worker's socket; throws StartError when one cannot. */
  static async open(
    configs: readonly Omit<WorkerConfig, 'control'>[],
    hooks: PoolHooks,
    file = workerFile(),
    readyMs = READY_MS,
  ): Promise<Pool> {
    const pool = new Pool(configs.length, file);
    try {
      await pool.openAll(configs, hooks, readyMs);
    } catch (error) {
      await pool.destroy();
      throw error;
    }
    return pool;
  }

  private constructor(count: number, file: string) {
    this.control = new Int32Array(new SharedArrayBuffer(CONTROL_CELLS * 4));
    this.control[CONTROL.RATE_PERCENT] = 100;
    this.piscina = new Piscina({
      filename: file,
      minThreads: count,
      maxThreads: count,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
    });
    this.piscina.on('error', () => {}); // a dead thread rejects its run() too: that is where it is told
  }

  private async openAll(
    configs: readonly Omit<WorkerConfig, 'control'>[],
    hooks: PoolHooks,
    readyMs: number,
  ): Promise<void> {
    const control = this.control.buffer as SharedArrayBuffer;
    const opened = configs.map(
      (config) =>
        new Promise<void>((resolve, reject) => {
          const { port1, port2 } = new MessageChannel();
          this.ports.push(port1);
          let final = false;
          const closed = new Promise<void>((done) => port1.once('close', done));
          const limit = setTimeout(
            () => reject(new Error(`worker ${config.index} was not ready after ${readyMs / 1000} s`)),
            readyMs,
          );
          port1.on('message', (message: FromWorker) => {
            if (message.type === 'ready') {
              clearTimeout(limit);
              this.ready.push(message);
              resolve();
            } else if (message.type === 'failed') {
              final = true;
              reject(new StartError(message));
            } else if (message.type === 'snapshot' && message.final) final = true;
            hooks.onMessage(message);
          });
          const run = this.piscina.run({ port: port2, config: { ...config, control } }, { transferList: [port2] }).then(
            // Messages posted before the end may still be on their way: they come before the port's close.
            () => within(closed, LAST_WORDS_MS),
            (error: Error) => {
              reject(error);
              if (!final) this.lose(config.index, error.message, hooks);
              final = true;
            },
          );
          this.runs.push(
            run.then(() => {
              clearTimeout(limit);
              reject(new Error(`worker ${config.index} ended before it was ready`));
              if (!final) this.lose(config.index, 'ended without its results', hooks);
            }),
          );
        }),
    );
    await Promise.all(opened);
    this.ready.sort((a, b) => a.index - b.index);
  }

  /** Workers with users wait for each other: a dead one counts as there. */
  private lose(index: number, reason: string, hooks: PoolHooks): void {
    Atomics.add(this.control, CONTROL.REGISTERED, 1);
    Atomics.add(this.control, CONTROL.CALLED, 1);
    hooks.onDeath(index, reason);
  }

  start(): void {
    for (const port of this.ports) port.postMessage({ type: 'start' });
  }

  /** Resolves when every worker has ended, well or not. */
  async ended(): Promise<void> {
    await Promise.all(this.runs);
  }

  command(command: (typeof COMMAND)[keyof typeof COMMAND]): void {
    Atomics.store(this.control, CONTROL.COMMAND, command);
  }

  get ratePercent(): number {
    return Atomics.load(this.control, CONTROL.RATE_PERCENT);
  }

  set ratePercent(percent: number) {
    Atomics.store(this.control, CONTROL.RATE_PERCENT, percent);
  }

  /** Ends the threads, whatever they do. */
  async destroy(): Promise<void> {
    for (const port of this.ports) port.close();
    await this.piscina.destroy();
  }
}

/** Resolves with `promise`, or after `ms` without it. */
async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
