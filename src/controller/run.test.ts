// One run from ready workers to a verdict: workers die, wedge, and are refused; users and signals stop it. A pool of no threads, in virtual time.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMAND, type FromWorker, type Snapshot, type WorkerConfig } from '../engine/protocol.ts';
import { COUNTER, COUNTER_COUNT } from '../metrics/counters.ts';
import type { Summary } from '../metrics/summary.ts';
import { parseThreshold } from '../metrics/thresholds.ts';
import type { PoolHooks } from './pool.ts';
import { Run, type RunHooks, type RunPlan } from './run.ts';
import { UsageError } from './usage-error.ts';

/** What stands for worker threads: the test says what they say. */
class FakePool {
  readonly ready: unknown[];
  readonly commands: number[] = [];
  started = false;
  destroyed = false;
  ratePercent = 100;
  readonly hooks: PoolHooks;
  private readonly left: Set<number>;
  private resolve: () => void = () => {};
  private readonly over: Promise<void>;

  constructor(count: number, hooks: PoolHooks) {
    this.hooks = hooks;
    this.left = new Set(Array.from({ length: count }, (_, i) => i));
    this.ready = [...this.left].map((index) => ({
      type: 'ready',
      index,
      io: 'dgram',
      places: [{ protocol: 'udp', reliable: false, stream: false, address: '127.0.0.1', port: 7000 + index }],
      rcvbufBytes: 4096,
    }));
    this.over = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  start(): void {
    this.started = true;
  }

  command(command: number): void {
    this.commands.push(command);
  }

  ended(): Promise<void> {
    return this.over;
  }

  async destroy(): Promise<void> {
    this.destroyed = true;
  }

  /** The worker's last words; the run is over with the last worker. */
  end(index: number, snapshot: FromWorker | null, death?: string): void {
    if (snapshot !== null) this.hooks.onMessage(snapshot);
    if (death !== undefined) this.hooks.onDeath(index, death);
    this.left.delete(index);
    if (this.left.size === 0) this.resolve();
  }
}

const made = vi.hoisted(() => ({ pool: null as unknown, refuse: null as Error | null }));
vi.mock('./pool.ts', async (original) => {
  const real = await original<typeof import('./pool.ts')>();
  return {
    ...real,
    Pool: {
      open: async (configs: readonly unknown[], hooks: PoolHooks) => {
        if (made.refuse !== null) throw made.refuse;
        made.pool = new FakePool(configs.length, hooks);
        return made.pool;
      },
    },
  };
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  // An instant of its own: at 0 nothing has been stopped yet.
  vi.advanceTimersByTime(1);
  made.pool = null;
  made.refuse = null;
});
afterEach(() => {
  // A timer that is left would keep the program from ending.
  const left = vi.getTimerCount();
  vi.useRealTimers();
  expect(left).toBe(0);
});

const PLAN: Omit<RunPlan, 'configs'> = {
  command: 'load',
  version: '0.0.0',
  flow: 'basic',
  target: 'udp:127.0.0.1:5060',
  seed: 1,
  thresholds: [],
  scheduleS: 10,
  openModel: true,
  durationS: Number.POSITIVE_INFINITY,
  rules: [],
};

function snapshot(
  index: number,
  rest: Partial<Snapshot> = {},
  counts: Partial<Record<keyof typeof COUNTER, number>> = {},
): Snapshot {
  const counters = new Float64Array(COUNTER_COUNT);
  const all = { CALLS_STARTED: 10, CALLS_SUCCEEDED: 10, ...counts };
  for (const [name, n] of Object.entries(all)) counters[COUNTER[name as keyof typeof COUNTER]] = n;
  return {
    type: 'snapshot',
    index,
    final: false,
    atUs: 1e6,
    counters,
    planned: 10,
    methodCounts: new Float64Array(2),
    statusCounts: new Float64Array(2),
    lineCounts: [],
    histograms: [],
    failures: [],
    discarded: [],
    rules: [],
    sendErrors: {},
    connections: {},
    slots: { transactions: 0, calls: 0, chunkBytes: 0, connections: 0 },
    refusedBy: [],
    heard: true,
    ...rest,
  };
}

const final = (index: number, rest: Partial<Snapshot> = {}, counts = {}) =>
  snapshot(index, { final: true, atUs: 10e6, ...rest }, counts);

async function begin(
  workers: number,
  plan: Partial<RunPlan> = {},
  hooks: RunHooks = {},
): Promise<{ run: Run; pool: FakePool; summary: Promise<Summary> }> {
  const configs = Array.from({ length: workers }, (_, index) => ({ index, programs: [] })) as unknown as Omit<
    WorkerConfig,
    'control'
  >[];
  const run = new Run({ ...PLAN, configs, ...plan }, hooks);
  const summary = run.go();
  summary.catch(() => {});
  await vi.advanceTimersByTimeAsync(0);
  return { run, pool: made.pool as FakePool, summary };
}

describe('a run', () => {
  it('adds up its workers and passes', async () => {
    const onReady = vi.fn();
    const { pool, summary } = await begin(2, {}, { onReady });
    expect(pool.started).toBe(true);
    expect(onReady.mock.calls[0]![0]).toHaveLength(2);
    pool.end(0, final(0));
    pool.end(1, final(1));
    const s = await summary;
    expect(s).toMatchObject({ command: 'load', verdict: 'pass', exitCode: 0, reasons: [], flow: 'basic', seed: 1 });
    expect(s.calls).toMatchObject({ started: 20, succeeded: 20, planned: 20 });
    expect(s.generator).toMatchObject({ workers: 2, lostWorkers: [], saturated: false });
    expect(s.generator.localAddresses).toEqual(['udp:127.0.0.1:7000', 'udp:127.0.0.1:7001']);
    expect(pool.destroyed).toBe(true);
  });

  it('fails over a threshold, and over a failed call that nobody allowed', async () => {
    for (const [thresholds, failed, exitCode] of [
      [[], 0, 0],
      [[], 1, 99],
      [['calls.failed<5'], 1, 0],
      [['calls.failed<5'], 5, 99],
      [['failed.rate<20%'], 1, 0],
      [['calls.succeeded>10'], 0, 99],
    ] as const) {
      const { pool, summary } = await begin(1, { thresholds: thresholds.map(parseThreshold) });
      pool.end(0, final(0, {}, { CALLS_FAILED: failed, CALLS_SUCCEEDED: 10 - failed }));
      const s = await summary;
      expect([thresholds, failed, s.exitCode]).toEqual([thresholds, failed, exitCode]);
      expect(s.thresholds.map((t) => t.expression)).toEqual(
        thresholds.some((t) => t.includes('failed')) ? thresholds : [...thresholds, 'calls.failed<1'],
      );
    }
  });

  it('an answering end has no threshold of its own', async () => {
    const { pool, summary } = await begin(1, { command: 'answer', target: null, openModel: false });
    pool.end(0, final(0, {}, { CALLS_FAILED: 3 }));
    const s = await summary;
    expect([s.exitCode, s.thresholds]).toEqual([0, []]);
  });

  it.each(['udp:127.0.0.1:5060', null])('without a call is no success (target %s)', async (target) => {
    const { pool, summary } = await begin(1, { target, openModel: false });
    pool.end(0, final(0, { planned: 0 }, { CALLS_STARTED: 0, CALLS_SUCCEEDED: 0 }));
    expect(await summary).toMatchObject({ verdict: 'inconclusive', exitCode: 5 });
  });

  it('tells of a second when every worker has told of it, once', async () => {
    const onProgress = vi.fn();
    const { pool, summary } = await begin(2, {}, { onProgress });
    pool.hooks.onMessage(snapshot(0));
    pool.hooks.onMessage(snapshot(0, { atUs: 1.1e6 }));
    expect(onProgress).not.toHaveBeenCalled();
    pool.hooks.onMessage(snapshot(1));
    expect(onProgress).toHaveBeenCalledTimes(1);
    expect(onProgress.mock.calls[0]![1]).toMatchObject({ started: 20 });
    // One that has ended is not waited for.
    pool.end(1, final(1));
    pool.hooks.onMessage(snapshot(0, { atUs: 12e6 }, { CALLS_STARTED: 15 }));
    expect(onProgress.mock.calls.at(-1)![0].counters[COUNTER.CALLS_STARTED]).toBe(25);
    pool.end(0, final(0, { atUs: 13e6 }, { CALLS_STARTED: 20 }));
    const s = await summary;
    // Rows add up to the totals.
    expect(s.intervals.reduce((n, row) => n + row.started, 0)).toBe(30);
    expect(s.calls.started).toBe(30);
  });

  it('hands traces on', async () => {
    const onTrace = vi.fn();
    const { pool, summary } = await begin(1, {}, { onTrace });
    const trace = { type: 'trace', index: 0, atUs: 5, sent: true, peer: '127.0.0.1:5060', text: 'OPTIONS' } as const;
    pool.hooks.onMessage(trace);
    pool.end(0, final(0));
    await summary;
    expect(onTrace).toHaveBeenCalledExactlyOnceWith(trace);
  });
});

describe('a worker lost', () => {
  it('makes the run inconclusive; what the others did is kept', async () => {
    const { pool, summary } = await begin(2);
    pool.hooks.onMessage(snapshot(0));
    pool.end(0, null, 'out of memory');
    pool.end(1, final(1));
    const s = await summary;
    expect(s).toMatchObject({ verdict: 'inconclusive', exitCode: 4, reasons: ['worker 0 died: out of memory'] });
    expect(s.generator).toMatchObject({ lostWorkers: [0], saturated: true });
    expect(s.calls.started).toBe(20);
  });

  it('outranks a threshold', async () => {
    const { pool, summary } = await begin(2, { thresholds: [parseThreshold('calls.succeeded>1000')] });
    pool.end(0, null, 'x');
    pool.end(1, final(1));
    expect((await summary).exitCode).toBe(4);
  });

  it('all of them, before a word: nothing can be judged', async () => {
    const { pool, summary } = await begin(2);
    pool.end(0, null, 'x');
    pool.end(1, null, 'y');
    const s = await summary;
    expect(s).toMatchObject({ verdict: 'inconclusive', exitCode: 5 });
    expect(s.reasons).toEqual(['no call was made: nothing can be judged', 'worker 0 died: x', 'worker 1 died: y']);
  });

  it('that ends without its results is named', async () => {
    const { pool, summary } = await begin(2);
    pool.end(0, null);
    pool.end(1, final(1));
    expect(await summary).toMatchObject({ exitCode: 4, reasons: ['worker 0 gave no final results'] });
  });

  it('does not stop the tally of the others', async () => {
    const onProgress = vi.fn();
    const { pool, summary } = await begin(2, {}, { onProgress });
    pool.end(0, null, 'x');
    pool.hooks.onMessage(snapshot(1));
    expect(onProgress).toHaveBeenCalledTimes(1);
    pool.end(1, final(1));
    await summary;
  });

  it('wedged: it is given up, and the run ends without it', async () => {
    const { pool, summary } = await begin(2);
    for (let s = 1; s <= 25 && pool.commands.length === 0; s++) {
      pool.hooks.onMessage(snapshot(1, { atUs: s * 1e6 }));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(pool.commands).toEqual([COMMAND.STOP, COMMAND.QUIT]);
    pool.end(1, final(1));
    await vi.advanceTimersByTimeAsync(5_000);
    const s = await summary;
    expect(s).toMatchObject({ verdict: 'inconclusive', exitCode: 4 });
    expect(s.reasons[0]).toBe('worker 0 died: silent for 20 s');
    expect(s.generator.lostWorkers).toEqual([0]);
    expect(s.calls.started).toBe(10);
    expect(pool.destroyed).toBe(true);
  });

  it('all wedged: the run ends all the same', async () => {
    const { summary } = await begin(3);
    await vi.advanceTimersByTimeAsync(30_000);
    const s = await summary;
    expect(s.exitCode).toBe(5);
    expect(s.reasons.filter((r) => r.includes('silent'))).toHaveLength(3);
  });

  it('silent for less than that is waited for', async () => {
    const { pool, summary } = await begin(1);
    for (let s = 0; s < 5; s++) {
      await vi.advanceTimersByTimeAsync(19_000);
      pool.hooks.onMessage(snapshot(0, { atUs: (s + 1) * 19e6 }));
    }
    expect(pool.commands).toEqual([]);
    pool.end(0, final(0, { atUs: 1e8 }));
    expect((await summary).exitCode).toBe(0);
  });
});

describe('a worker lost, once', () => {
  it('that died before the start is not found silent later', async () => {
    const { pool, summary } = await begin(2, {}, { onReady: () => (made.pool as FakePool).end(0, null, 'early') });
    for (let s = 1; s <= 30; s++) {
      pool.hooks.onMessage(snapshot(1, { atUs: s * 1e6 }));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(pool.commands).toEqual([]);
    pool.end(1, final(1, { atUs: 31e6 }));
    expect((await summary).reasons).toEqual(['worker 0 died: early']);
  });

  it('that was silent is not named again when its thread is ended', async () => {
    const { pool, summary } = await begin(1);
    pool.destroy = async () => pool.hooks.onDeath(0, 'Terminating worker thread');
    await vi.advanceTimersByTimeAsync(30_000);
    expect((await summary).reasons.filter((r) => r.startsWith('worker 0 '))).toEqual([
      'worker 0 died: silent for 20 s',
    ]);
  });

  it('after the user has stopped: no timer is left', async () => {
    const { run, pool, summary } = await begin(1);
    run.stop(130);
    await vi.advanceTimersByTimeAsync(25_000);
    pool.end(0, final(0));
    await summary;
  });
});

describe('a target that refuses', () => {
  it('ends the run early, with 5 and its name', async () => {
    const { pool, summary } = await begin(1);
    pool.hooks.onMessage(snapshot(0, { heard: false, refusedBy: ['127.0.0.1:5060'] }));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(pool.commands).toEqual([COMMAND.STOP, COMMAND.QUIT]);
    pool.end(0, final(0, { heard: false, refusedBy: ['127.0.0.1:5060'] }));
    const s = await summary;
    expect(s.exitCode).toBe(5);
    expect(s.reasons[0]).toContain('nothing listens at 127.0.0.1:5060');
  });

  it('but answers too is not given up', async () => {
    const { pool, summary } = await begin(1);
    pool.hooks.onMessage(snapshot(0, { refusedBy: ['127.0.0.1:5060'] }));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(pool.commands).toEqual([]);
    pool.end(0, final(0));
    expect((await summary).exitCode).toBe(0);
  });

  it('is no matter to an answering end', async () => {
    const { pool, summary } = await begin(1, { target: null, openModel: false });
    pool.hooks.onMessage(snapshot(0, { heard: false, refusedBy: ['127.0.0.1:5060'] }));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(pool.commands).toEqual([]);
    pool.end(0, final(0));
    await summary;
  });
});

describe('stopping', () => {
  it.each([
    [130, 130],
    [143, 143],
    [0, 0],
  ])('once (%s): no new calls, running ones end; exit %s', async (signal, exitCode) => {
    const { run, pool, summary } = await begin(1);
    run.stop(signal);
    expect(pool.commands).toEqual([COMMAND.STOP]);
    pool.end(0, final(0, { planned: 100 }));
    expect(await summary).toMatchObject({ exitCode, verdict: 'pass' });
  });

  it('twice: at once; the first signal is the one that counts', async () => {
    const { run, pool, summary } = await begin(1);
    run.stop(143);
    run.stop(130);
    expect(pool.commands).toEqual([COMMAND.STOP, COMMAND.QUIT]);
    pool.end(0, final(0));
    expect((await summary).exitCode).toBe(143);
  });

  it('quits by itself when calls do not end, and gives up a worker that does not either', async () => {
    const { run, pool, summary } = await begin(1);
    run.stop(130);
    for (let s = 1; s <= 32; s++) {
      pool.hooks.onMessage(snapshot(0, { atUs: s * 1e6 }));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(pool.commands).toEqual([COMMAND.STOP]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pool.commands).toEqual([COMMAND.STOP, COMMAND.QUIT]);
    await vi.advanceTimersByTimeAsync(3_000);
    const s = await summary;
    expect(s).toMatchObject({ exitCode: 4, reasons: ['worker 0 gave no final results'] });
  });

  it('answer --duration stops by itself', async () => {
    const { pool, summary } = await begin(1, { target: null, openModel: false, durationS: 5 });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(pool.commands).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(pool.commands).toEqual([COMMAND.STOP]);
    pool.end(0, final(0));
    expect((await summary).exitCode).toBe(0);
  });

  it('by the user and then by --duration: no wait begins anew and no timer is left', async () => {
    const { run, pool, summary } = await begin(1, { target: null, openModel: false, durationS: 5 });
    await vi.advanceTimersByTimeAsync(4_000);
    run.stop(130);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(pool.commands).toEqual([COMMAND.STOP]);
    pool.end(0, final(0));
    await summary;
  });

  it('before the sockets turn out not to open: no timer is left', async () => {
    made.refuse = new Error('no memory');
    const run = new Run({ ...PLAN, configs: [] }, {});
    const summary = run.go();
    run.stop(130);
    await expect(summary).rejects.toBe(made.refuse);
  });

  it('without a call ends with the code of the signal', async () => {
    const { run, pool, summary } = await begin(1);
    run.stop(130);
    pool.end(0, final(0, { planned: 0, heard: false }, { CALLS_STARTED: 0, CALLS_SUCCEEDED: 0 }));
    expect(await summary).toMatchObject({ exitCode: 130, verdict: 'inconclusive' });
  });
});

describe('the rate', () => {
  it('is changed in whole percent from 0 to ten times', async () => {
    const { run, pool, summary } = await begin(1);
    expect(run.ratePercent).toBe(100);
    run.changeRate((p) => p + 10);
    expect(pool.ratePercent).toBe(110);
    run.changeRate((p) => p / 3);
    expect(run.ratePercent).toBe(37);
    run.changeRate(() => -5);
    expect(run.ratePercent).toBe(0);
    run.changeRate(() => 1e9);
    expect(run.ratePercent).toBe(1_000);
    pool.end(0, final(0));
    await summary;
  });

  it('before the workers are there is as planned', () => {
    const run = new Run({ ...PLAN, configs: [] }, {});
    run.changeRate((p) => p + 10);
    expect(run.ratePercent).toBe(100);
  });
});

describe('sockets that cannot be opened', () => {
  it('are a usage error where the mend is on the command line', async () => {
    const { StartError } = await import('./pool.ts');
    const failed = { type: 'failed', index: 0, message: 'port 5060 is in use', usage: true } as const;
    made.refuse = new StartError(failed);
    const error = await (await begin(1)).summary.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: 'port 5060 is in use', exitCode: 2 });
  });

  it('are an internal error where it is not', async () => {
    const { StartError } = await import('./pool.ts');
    made.refuse = new StartError({ type: 'failed', index: 0, message: 'no memory', usage: false });
    await expect((await begin(1)).summary).rejects.toBe(made.refuse);
    made.refuse = new Error('unknown');
    await expect((await begin(1)).summary).rejects.toBe(made.refuse);
  });
});
