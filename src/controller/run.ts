// One run from open sockets to results: starts, listens, merges, stops. Writes no file and prints nothing.

import { arch, cpus, release, type } from 'node:os';
import {
  COMMAND,
  type FromWorker,
  hostPortText,
  METHOD_NAMES,
  type Place,
  type WorkerConfig,
} from '../engine/protocol.ts';
import { COUNTER } from '../metrics/counters.ts';
import { type Interval, IntervalLog } from '../metrics/interval.ts';
import { type LadderSource, measure } from '../metrics/measure.ts';
import { Merger, type Totals } from '../metrics/merge.ts';
import { buildSummary, type RuleViolation, type Summary } from '../metrics/summary.ts';
import { evaluateThresholds, parseThreshold, type Threshold } from '../metrics/thresholds.ts';
import { judgeHealth } from './health.ts';
import { Pool, StartError } from './pool.ts';
import { UsageError } from './usage-error.ts';
import { judge, withImplicit } from './verdict.ts';
import { Watch } from './watch.ts';

export interface RunPlan {
  readonly command: string;
  readonly version: string;
  readonly configs: readonly Omit<WorkerConfig, 'control'>[];
  readonly flow: string;
  /** null for answer. */
  readonly target: string | null;
  readonly seed: number | null;
  readonly thresholds: readonly Threshold[];
  /** Length of the schedule; Infinity when a number of calls, or the user, ends the run. */
  readonly scheduleS: number;
  readonly openModel: boolean;
  /** Stops by itself after this time (answer --duration); Infinity never. */
  readonly durationS: number;
  readonly rules: readonly Omit<RuleViolation, 'count' | 'example'>[];
}

export interface RunHooks {
  /** Sockets are open. */
  readonly onReady?: (ready: readonly Extract<FromWorker, { type: 'ready' }>[]) => void;
  /** At most four times a second. */
  readonly onProgress?: (totals: Totals, interval: Interval | null) => void;
  readonly onTrace?: (message: Extract<FromWorker, { type: 'trace' }>) => void;
}

const BEAT_MS = 500;
/** After a stop calls get this long to end by themselves: Timer B or F is the longest wait. */
const DRAIN_MS = 33_000;
/** After a quit workers get this long for their last snapshot. */
const QUIT_MS = 3_000;
/** Nothing heard, and ICMP says that nothing listens: no use in going on. */
const REFUSED_MS = 2_000;

export class Run {
  private readonly plan: RunPlan;
  private readonly hooks: RunHooks;
  private readonly merger: Merger;
  private readonly log = new IntervalLog();
  private readonly deaths: string[] = [];
  private readonly watch = new Watch();
  /** Workers heard since the last interval, and those that will say no more. */
  private readonly fresh = new Set<number>();
  private readonly over = new Set<number>();
  private pool: Pool | null = null;
  private signalExit = 0;
  private stoppedAtMs = 0;
  private userStopped = false;
  private quitTimer: NodeJS.Timeout | null = null;
  private giveUp: (() => void) | null = null;

  constructor(plan: RunPlan, hooks: RunHooks) {
    this.plan = plan;
    this.hooks = hooks;
    this.merger = new Merger(plan.configs.length);
  }

  /** A signal or `q`: the first stops starting calls and lets those that run end, the second ends at once. */
  stop(signalExit: number): void {
    this.userStopped = true;
    if (this.signalExit === 0) this.signalExit = signalExit;
    if (this.stoppedAtMs === 0) this.drain();
    else this.quit();
  }

  /** Rate in percent of the plan, 0 to hold. */
  changeRate(change: (percent: number) => number): void {
    if (this.pool !== null)
      this.pool.ratePercent = Math.max(0, Math.min(1_000, Math.round(change(this.pool.ratePercent))));
  }

  get ratePercent(): number {
    return this.pool?.ratePercent ?? 100;
  }

  /** Once: a second cause to stop must not begin the wait anew. */
  private drain(): void {
    if (this.stoppedAtMs > 0) return;
    this.stoppedAtMs = performance.now();
    this.pool?.command(COMMAND.STOP);
    this.quitTimer = setTimeout(() => this.quit(), DRAIN_MS);
  }

  private quit(): void {
    this.pool?.command(COMMAND.QUIT);
    if (this.quitTimer !== null) clearTimeout(this.quitTimer);
    this.quitTimer = setTimeout(() => this.giveUp?.(), QUIT_MS);
  }

  /** @throws UsageError when a socket cannot be opened */
  async go(): Promise<Summary> {
    const { plan } = this;
    try {
      this.pool = await Pool.open(plan.configs, {
        onMessage: (message) => this.hear(message),
        onDeath: (index, reason) => {
          this.watch.ended(index);
          this.over.add(index);
          // A worker given up for its silence dies once more when its thread is ended.
          if (!this.deaths.some((d) => d.startsWith(`worker ${index} `)))
            this.deaths.push(`worker ${index} died: ${reason}`);
        },
      });
    } catch (error) {
      if (this.quitTimer !== null) clearTimeout(this.quitTimer);
      if (error instanceof StartError && error.usage) throw new UsageError(error.message);
      throw error;
    }
    const { pool } = this;
    this.hooks.onReady?.(pool.ready);
    const startedAt = new Date().toISOString();
    const beginMs = performance.now();
    const cpu = process.cpuUsage();
    for (const { index } of plan.configs) if (!this.over.has(index)) this.watch.heard(index, beginMs);
    pool.start();
    if (this.stoppedAtMs > 0) pool.command(COMMAND.STOP);
    const limit =
      plan.durationS === Number.POSITIVE_INFINITY ? null : setTimeout(() => this.drain(), plan.durationS * 1000);
    const beat = setInterval(() => this.beat(beginMs), BEAT_MS);
    await Promise.race([pool.ended(), new Promise<void>((resolve) => (this.giveUp = resolve))]);
    clearInterval(beat);
    if (limit !== null) clearTimeout(limit);
    if (this.quitTimer !== null) clearTimeout(this.quitTimer);
    const used = process.cpuUsage(cpu);
    const elapsedS = (performance.now() - beginMs) / 1000;
    await pool.destroy();
    return this.conclude(startedAt, elapsedS, used.user + used.system);
  }

  private hear(message: FromWorker): void {
    if (message.type === 'snapshot') {
      this.merger.add(message);
      if (message.final) {
        this.watch.ended(message.index);
        this.over.add(message.index);
      } else {
        this.watch.heard(message.index, performance.now());
        this.fresh.add(message.index);
      }
      this.tally();
    }
    if (message.type === 'trace') this.hooks.onTrace?.(message);
  }

  /** An interval is over when every worker has told of it. */
  private tally(): void {
    if (this.fresh.size === 0 || this.fresh.size + this.over.size < this.plan.configs.length) return;
    this.fresh.clear();
    const totals = this.merger.totals();
    this.log.push(totals);
    this.hooks.onProgress?.(totals, this.log.rows.at(-1) ?? null);
  }

  private beat(beginMs: number): void {
    for (const index of this.watch.silent(performance.now())) {
      this.deaths.push(`worker ${index} died: silent for 20 s`);
      this.drain();
      this.quit();
    }
    const totals = this.merger.totals();
    const silent = !totals.heard && totals.refusedBy.length > 0 && performance.now() - beginMs > REFUSED_MS;
    if (silent && this.plan.target !== null && this.stoppedAtMs === 0) {
      this.drain();
      this.quit();
    }
  }

  private conclude(startedAt: string, elapsedS: number, cpuUs: number): Summary {
    const { plan, pool } = this;
    const totals = this.merger.totals();
    this.log.finish(totals);
    for (const index of totals.incomplete)
      if (!this.deaths.some((d) => d.startsWith(`worker ${index} `)))
        this.deaths.push(`worker ${index} gave no final results`);
    const health = judgeHealth(totals, this.log.rows, plan.openModel, this.deaths, this.userStopped);
    const ready = pool!.ready;
    const measured = measure({
      totals,
      programs: plan.configs[0]!.programs as readonly LadderSource[],
      methodNames: METHOD_NAMES,
      startWindowS: startWindow(plan.scheduleS, this.log.rows, elapsedS),
      rules: plan.rules,
      io: ready[0]?.io ?? 'dgram',
      rcvbufBytes: Math.min(...ready.map((r) => r.rcvbufBytes)),
      localAddresses: [...new Set(ready.flatMap((r) => r.places.map(placeText)))],
      cpuUs,
      saturated: health.saturated,
      saturatedReasons: health.reasons,
    });
    const isLoad = plan.target !== null;
    const users = totals.counters[COUNTER.USERS]! > 0;
    const implicit = isLoad ? withImplicit(plan.thresholds, users).map(parseThreshold) : [];
    const thresholds = evaluateThresholds([...plan.thresholds, ...implicit], measured);
    const judged = judge({
      target: plan.target,
      started: totals.counters[COUNTER.CALLS_STARTED]!,
      planned: totals.planned,
      heard: totals.heard,
      refusedBy: totals.refusedBy,
      saturatedReasons: health.reasons,
      thresholds,
      signalExit: this.signalExit,
    });
    return buildSummary({
      measured,
      version: plan.version,
      command: plan.command,
      verdict: judged.verdict,
      reasons: judged.reasons,
      exitCode: judged.exitCode,
      target: plan.target,
      flow: plan.flow,
      seed: plan.seed,
      startedAt,
      elapsedS,
      thresholds,
      environment: {
        node: process.version,
        kernel: `${type()} ${release()} ${arch()}`,
        cpus: cpus().length,
      },
      intervals: this.log.rows,
    });
  }
}

/** As the user types it. */
export function placeText({ protocol, address, port }: Place): string {
  return `${protocol}:${hostPortText(address, port)}`;
}

/** Seconds in which calls were started: the schedule's, or up to the last interval with a start. */
function startWindow(scheduleS: number, rows: readonly Interval[], elapsedS: number): number {
  const first = rows.find((row) => row.planned > 0);
  const last = rows.findLast((row) => row.started > 0);
  // Users may have been registered before the first call was due.
  const before = first === undefined ? 0 : first.t - first.durationS;
  const seen = (last === undefined ? elapsedS : last.t) - before;
  return Math.max(0.001, Math.min(scheduleS, seen, elapsedS));
}
