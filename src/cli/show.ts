// A run as people see it while it goes: a live screen on a terminal, plain lines elsewhere; keys and signals. Judges nothing.

import type { Run } from '../controller/run.ts';
import type { LadderSource, Summary } from '../controller/watching.ts';
import { type Interval, liveOf, type Totals } from '../controller/watching.ts';
import { colorWanted } from '../report/paint.ts';
import { progressLine, progressLines } from '../report/progress.ts';
import { summaryText, verdictLine } from '../report/terminal.ts';
import { writeRun } from '../report/write.ts';

/** Without a terminal a line this often. */
const PLAIN_S = 10;

export interface ShowOptions {
  readonly title: string;
  readonly programs: readonly LadderSource[];
  readonly totalS: number | null;
  readonly offeredCps: ((elapsedS: number) => number | null) | null;
  readonly quiet: boolean;
  readonly keys: boolean;
}

export class Show {
  private readonly options: ShowOptions;
  private readonly color = colorWanted(process.env, process.stderr.isTTY === true);
  private readonly live = process.stderr.isTTY === true;
  private screen: { (text: string): void; clear(): void } | null = null;
  private lastPlainS = 0;
  private undo: (() => void)[] = [];

  constructor(options: ShowOptions) {
    this.options = options;
  }

  /** Signals and keys act on `run` until `end`. */
  async begin(run: Run): Promise<void> {
    const { options } = this;
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const on = () => {
        this.note('stopping: no new calls; running ones end (again to quit at once)');
        run.stop(code);
      };
      process.on(signal, on);
      this.undo.push(() => process.removeListener(signal, on));
    }
    if (options.quiet) return;
    if (this.live) {
      const { createLogUpdate } = await import('log-update');
      this.screen = createLogUpdate(process.stderr);
    }
    if (options.keys && process.stdin.isTTY === true) this.listen(run);
  }

  private listen(run: Run): void {
    const { stdin } = process;
    let held = 0;
    const on = (data: Buffer) => {
      for (const key of data.toString('latin1')) {
        if (key === '+') run.changeRate((p) => p + 10);
        else if (key === '-') run.changeRate((p) => p - 10);
        else if (key === '*') run.changeRate((p) => p * 2);
        else if (key === '/') run.changeRate((p) => p / 2);
        else if (key === 'p') {
          const now = run.ratePercent;
          run.changeRate(() => (now === 0 ? held || 100 : 0));
          held = now;
        } else if (key === 'q') run.stop(0);
        else if (key === '\u0003') process.kill(process.pid, 'SIGINT');
      }
    };
    stdin.setRawMode(true);
    stdin.on('data', on);
    stdin.resume();
    this.undo.push(() => {
      stdin.removeListener('data', on);
      stdin.setRawMode(false);
      stdin.pause();
    });
  }

  note(text: string): void {
    if (this.options.quiet) return;
    this.screen?.clear();
    process.stderr.write(`${text}\n`);
  }

  progress(totals: Totals, interval: Interval | null): void {
    const { options } = this;
    if (options.quiet) return;
    const live = liveOf(totals, options.programs, interval);
    const offeredCps = options.offeredCps?.(live.elapsedS) ?? null;
    if (this.screen !== null) {
      const width = process.stderr.columns ?? 80;
      const keys = options.keys && process.stdin.isTTY === true ? '+ - * / rate · p pause · q quit' : '';
      const { title, totalS } = options;
      this.screen(progressLines(live, { title, offeredCps, totalS, color: this.color, width, keys }).join('\n'));
    } else if (live.elapsedS - this.lastPlainS >= PLAIN_S) {
      this.lastPlainS = live.elapsedS;
      process.stderr.write(`${progressLine(live, { offeredCps, totalS: options.totalS })}\n`);
    }
  }

  /** Terminal and signals as they were. */
  end(): void {
    this.screen?.clear();
    for (const undo of this.undo) undo();
    this.undo = [];
  }
}

/** Writes the folder (when there is one), prints the summary, also where it cannot be written, and sets the exit code. */
export async function conclude(
  summary: Summary,
  options: { readonly out: string | null; readonly json: boolean; readonly quiet: boolean },
): Promise<void> {
  let files: readonly string[] = [];
  try {
    if (options.out !== null) files = await writeRun(options.out, summary);
  } finally {
    tell(summary, options, (color) => summaryText(summary, { color, files }));
  }
  process.exitCode = summary.exitCode;
}

/** What a run has found: `text` for people, or its verdict alone where it is bad and they want it quiet; JSON for programs. */
export function tell(
  summary: Summary,
  options: { readonly json: boolean; readonly quiet: boolean },
  text: (color: boolean) => string,
): void {
  if (!options.quiet) process.stderr.write(text(colorWanted(process.env, process.stderr.isTTY === true)));
  else if (summary.exitCode !== 0) process.stderr.write(verdictLine(summary));
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
}
