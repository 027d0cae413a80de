// The live screen and its one-line form. Pure: draws into strings.

import type { Live } from '../metrics/live.ts';

export interface ProgressContext {
  /** e.g. `basic → udp:127.0.0.1:5070`, or `answering on udp:127.0.0.1:5070`. */
  readonly title: string;
  /** Rate by schedule right now, calls a second; null when there is none (answer, closed model). */
  readonly offeredCps: number | null;
  /** Seconds the run will take; null when not known. */
  readonly totalS: number | null;
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Keys that do something, e.g. `+ - rate · p pause · q quit`; '' when none do. */
  readonly keys: string;
}

export function progressLines(live: Live, context: ProgressContext): string[] {
  return [context.title, String(live.started)];
}

/** One line for logs and pipes: no colours. */
export function progressLine(live: Live, context: Pick<ProgressContext, 'offeredCps' | 'totalS'>): string {
  return `${live.started} ${context.offeredCps}`;
}
