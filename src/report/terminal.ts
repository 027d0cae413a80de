// The final summary for people, as text for stderr. Pure: writes nothing.

import type { Summary } from '../metrics/summary.ts';

export interface TextOptions {
  readonly color: boolean;
  /** Where the results are; [] when none were written. */
  readonly files: readonly string[];
}

/** Lines joined with \n, with one at the end. */
export function summaryText(summary: Summary, options: TextOptions): string {
  return `${summary.verdict} ${options.files.join(' ')}\n`;
}
